"""A real pseudo-terminal with a program in it; pyte reads what it shows."""

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence

import pyte

from tests.screen_text import screen_text

F = {1: "\x1bOP", 2: "\x1bOQ", 3: "\x1bOR", 4: "\x1bOS", 7: "\x1b[18~", 8: "\x1b[19~"}
F10 = "\x1b[21~"


class RealTerminal:
    """The program, its screen, and every byte it sent."""

    def __init__(
        self, program: Sequence[str], environ: Mapping[str, str], size: tuple[int, int]
    ) -> None:
        columns, lines = size
        self.sent = b""
        self.status: int | None = None
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self.pid, self._fd = pty.fork()
        if self.pid == 0:  # the child
            os.execve(program[0], list(program), dict(environ))  # noqa: S606  a program of ours
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return screen_text(self._screen)

    def type(self, keys: str) -> None:
        """Send keys."""
        os.write(self._fd, keys.encode())

    def wait_for(self, words: str, seconds: float = 40.0) -> None:
        """Read until the words are on the screen; AssertionError with the screen if they do not."""
        assert self._read_until(lambda: words in self.text, seconds), self.text

    def wait_for_end(self, seconds: float = 40.0) -> int:
        """Read until the program has ended; return its exit status."""
        ended = self._read_until(self._has_ended, seconds)
        assert ended, self.text
        while self._read(0.3):  # what it said at the end
            pass
        assert self.status is not None
        return os.waitstatus_to_exitcode(self.status)

    def _has_ended(self) -> bool:
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
        return self.status is not None

    def _read_until(self, holds: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if holds():
                self._read(0.2)
                return True
            self._read(0.05)
        return holds()

    def _read(self, seconds: float) -> bool:
        """Read what has come, waiting so long; return whether anything came."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return False
        try:
            data = os.read(self._fd, 65_536)
        except OSError:  # the other side is closed
            data = b""
        self.sent += data
        self._stream.feed(data)
        return bool(data)

    def signal(self, number: int) -> None:
        """Send a signal to the program."""
        os.kill(self.pid, number)

    def close(self) -> None:
        """End the program if it still runs, and close the terminal."""
        if not self._has_ended():
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._fd)
