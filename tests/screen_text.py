"""What stands on a pyte screen, as text."""

from collections.abc import Iterator

import pyte
from wcwidth import wcwidth


def screen_text(screen: pyte.Screen) -> str:
    """Return the screen's lines.

    pyte's own `display` raises where the left half of a wide character was overwritten and its
    right half is still there, as happens in the middle of a redraw; that half is a blank here.
    """
    return "\n".join("".join(_line(screen, row)) for row in range(screen.lines))


def _line(screen: pyte.Screen, row: int) -> Iterator[str]:
    column = 0
    while column < screen.columns:
        shown = screen.buffer[row][column].data or " "
        yield shown
        column += 2 if wcwidth(shown[0]) == 2 else 1
