"""A watch process whose wall clock is moved by a file: `python -m tests.faults.stepped_watch`.

The real program has no such clock; this process hands its own to the same code, as the stories do.
Arguments: data folder, file that holds the offset in seconds.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path

from console.watching import keep_watch
from console.wiring import open_house
from records.clock import SystemClock
from records.installation import Installation


class SteppedClock:
    """The machine's clocks; the wall clock is ahead by what a file says."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._real = SystemClock()

    def now(self) -> datetime:
        """Return the real instant plus the offset in the file."""
        return self._real.now() + timedelta(seconds=float(self._file.read_text() or "0"))

    def monotonic(self) -> float:
        """Return the real monotonic seconds."""
        return self._real.monotonic()


if __name__ == "__main__":
    keep_watch(open_house(Installation(Path(sys.argv[1])), SteppedClock(Path(sys.argv[2]))))
