"""A real terminal for a test: a pseudo-terminal, and pyte to read what stands on it."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
from collections.abc import Sequence

import pyte

from records.clock import pause
from tests.screen_text import screen_text

ROWS, COLUMNS = 40, 120


class Terminal:
    """Runs a program on a terminal of 120 columns and 40 rows."""

    def __init__(self, command: Sequence[str], **variables: str) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._side, other = pty.openpty()
        fcntl.ioctl(other, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.process = subprocess.Popen(
            command,
            stdin=other,
            stdout=other,
            stderr=other,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", **variables},
        )
        os.close(other)

    def type(self, keys: str) -> None:
        """Press keys, as their octets."""
        os.write(self._side, keys.encode())

    def wait_for(self, text: str, seconds: float = 30.0) -> None:
        """Read until the text stands on the screen; AssertionError after so many seconds."""
        for _ in range(int(seconds / 0.1)):
            if text in self.shown():
                return
            self._read(0.1)
        raise AssertionError(f"no {text!r} on the screen:\n{self.shown()}")

    def wait(self, seconds: float = 60.0) -> int:
        """Read until the program has ended; return its exit status."""
        for _ in range(int(seconds / 0.1)):
            if self.process.poll() is not None:
                while self._read(0.1):
                    pass
                return self.process.returncode
            self._read(0.1)
        raise AssertionError(f"the program goes on:\n{self.shown()}")

    def shown(self) -> str:
        """Return the screen as text, without the blanks between wide characters."""
        return screen_text(self._screen)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._side)

    def _read(self, seconds: float) -> bool:
        readable, _, _ = select.select([self._side], [], [], seconds)
        if not readable:
            return False
        try:
            octets = os.read(self._side, 65_536)
        except OSError:  # the other side is closed
            pause(seconds)
            return False
        self._stream.feed(octets)
        return bool(octets)
