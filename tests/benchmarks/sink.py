"""A process that accepts mails and notes when: `python -m tests.benchmarks.sink FILE [DELAY]`.

Each accepted mail is a line "microseconds message-id recipient" in FILE; the port is printed
first. It ends when its standard input does.
"""

import asyncio
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from records.clock import SystemClock
from records.tables import to_microseconds


class Sink:
    """Takes everything, after thinking for `delay` seconds."""

    def __init__(self, file: Path, delay: float) -> None:
        self._file = file.open("a", buffering=1)
        self._delay = delay
        self._clock = SystemClock()

    async def handle_DATA(  # noqa: N802  the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Note the mail and accept it."""
        if self._delay:
            await asyncio.sleep(self._delay)
        content = envelope.content
        assert isinstance(content, bytes)
        head = content[:3000].decode("utf-8", "replace").split("\r\n\r\n")[0]
        message_id = next(
            (
                line.split(":", 1)[1].strip()
                for line in head.split("\r\n")
                if line.lower().startswith("message-id:")
            ),
            "-",
        )
        at = to_microseconds(self._clock.now())
        self._file.write(f"{at} {message_id} {envelope.rcpt_tos[0]}\n")
        return "250 OK"


async def _main() -> None:
    delay = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    sink = Sink(Path(sys.argv[1]), delay)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(sink, hostname="sink", loop=loop, enable_SMTPUTF8=True), "127.0.0.1", 0
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_main())
