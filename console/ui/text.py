"""The one way from text to the terminal: every piece is made safe here before it is drawn."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.cells import cell_len, chop_cells, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.content import Content
from textual.strip import Strip

from records.clean_text import ELLIPSIS, clean

LONGEST = 2_000


class Piece(NamedTuple):
    """Some words of a line and the tone they are drawn in (a key of the palette)."""

    text: str
    tone: str = ""


Line = tuple[Piece, ...]


def safe(text: str) -> str:
    """Return the text without anything that a terminal would obey; blanks at its ends stay.

    Whatever is hostile to a terminal is not printable, so that most texts cost one look.
    """
    if text.isprintable():
        return text
    bare = text.strip(" ")
    ahead = " " * (len(text) - len(text.lstrip(" ")))
    behind = " " * (len(text) - len(text.rstrip(" "))) if bare else ""
    return f"{ahead}{clean(bare, limit=LONGEST)}{behind}"


def content(text: str, *, lines: bool = False) -> Content:
    """Return the text as a widget may show it: never markup, never an escape."""
    if lines:
        return Content(clean(text, lines=True, limit=100_000))
    return Content(safe(text))


def width_of(text: str) -> int:
    """Return how many cells the text takes once it is safe."""
    return cell_len(safe(text))


def fit(text: str, cells: int) -> str:
    """Return the text in exactly that many cells: blanks after it, or cut with an ellipsis."""
    words = safe(text)
    if cells <= 0:
        return ""
    if cell_len(words) <= cells:
        return set_cell_size(words, cells)
    return set_cell_size(set_cell_size(words, cells - 1).rstrip() + ELLIPSIS, cells)


def fit_right(text: str, cells: int) -> str:
    """Return the text at the right end of that many cells."""
    words = safe(text)
    blanks = cells - cell_len(words)
    return " " * blanks + words if blanks >= 0 else fit(words, cells)


def cut(text: str, cells: int) -> str:
    """Return the text in at most that many cells."""
    return fit(text, cells) if width_of(text) > cells else safe(text)


def wrapped(text: str, cells: int) -> list[str]:
    """Return the text in lines of at most that many cells; its own line breaks are kept."""
    cleaned = clean(text, lines=True, limit=100_000)
    lines: list[str] = []
    for line in cleaned.split("\n"):
        lines += chop_cells(line, max(2, cells)) or [""]
    return lines


def strip_of(
    line: Sequence[Piece], cells: int, tones: Mapping[str, Style], base: str = ""
) -> Strip:
    """Return one drawn line of exactly that many cells; what does not fit ends in an ellipsis."""
    ground = tones[""] + tones[base]
    segments: list[Segment] = []
    left = cells
    for piece in line:
        words = safe(piece.text)
        wide = cell_len(words)
        if wide > left:
            words = fit(words, left)
            wide = left
        segments.append(Segment(words, ground + tones[piece.tone] if piece.tone else ground))
        left -= wide
        if left <= 0:
            break
    if left > 0:
        segments.append(Segment(" " * left, ground))
    return Strip(segments, cells)
