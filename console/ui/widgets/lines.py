"""LineList: a list that draws its own lines, however long, with a cursor; values in, lines out."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.ui.text import Line, strip_of


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line: its pieces, what it stands for (None: only to be read), its ground tone."""

    line: Line
    key: Hashable = None
    tone: str = ""


class LineList(ScrollView, can_focus=True):
    """Lines with a cursor that keeps to its row's key when the rows change."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "cursor(-1)", show=False),
        Binding("down,j", "cursor(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("home", "edge(-1)", show=False),
        Binding("end", "edge(1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    class Chosen(Message):
        """Enter was pressed on a row."""

        def __init__(self, lines: "LineList", key: Hashable) -> None:
            self.lines = lines
            self.key = key
            super().__init__()

        @property
        def control(self) -> "LineList":
            """Return the list, so that handlers can choose by its id."""
            return self.lines

    class Moved(Message):
        """The cursor came to another row."""

        def __init__(self, lines: "LineList", key: Hashable) -> None:
            self.lines = lines
            self.key = key
            super().__init__()

        @property
        def control(self) -> "LineList":
            """Return the list, so that handlers can choose by its id."""
            return self.lines

    def __init__(
        self, tones: Mapping[str, Style], *, place: str | None = None, can_focus: bool = True
    ) -> None:
        """Take the tones of the palette; a list that is only read takes no focus."""
        super().__init__(id=place)
        self.can_focus = can_focus
        self.cursor = 0
        self.is_stale = False
        self._tones = tones
        self._rows: Sequence[LineRow] = ()

    def show(
        self, rows: Sequence[LineRow], *, is_stale: bool = False, follows: bool = True
    ) -> None:
        """Show these rows; the cursor stays with the row it stood on, if that is still there.

        Without `follows` it stays where it is: the row was dealt with, the next one comes.
        """
        before = self.key if follows else None
        self._rows = rows
        self.is_stale = is_stale
        if before is not None:
            self.cursor = next(
                (number for number, row in enumerate(rows) if row.key == before), self.cursor
            )
        self._settle()

    def _settle(self) -> None:
        count = self.count()
        self.cursor = max(0, min(self.cursor, count - 1))
        size = Size(self.scrollable_content_region.width, count)
        if size != self.virtual_size:
            self.virtual_size = size
        self.refresh()

    def count(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    def row(self, number: int) -> LineRow:
        """Return a row by its number from the top."""
        return self._rows[number]

    @property
    def key(self) -> Hashable:
        """Return what the row under the cursor stands for, or None."""
        return self.row(self.cursor).key if 0 <= self.cursor < self.count() else None

    def render_line(self, y: int) -> Strip:
        """Return one painted line; blank below the last row."""
        width = self.scrollable_content_region.width
        number = y + self.scroll_offset.y
        if number >= self.count():
            return Strip.blank(width, self._tones["stale" if self.is_stale else ""])
        row = self.row(number)
        if self.is_stale:
            plain = tuple(piece._replace(tone="stale") for piece in row.line)
            return strip_of(plain, width, self._tones, "stale")
        if self.has_focus and number == self.cursor and row.key is not None:
            # A row of alarm stays one under the cursor; a mark at its start says where it stands.
            tone = row.tone or "cursor"
            return strip_of(row.line, width, self._tones, tone).apply_style(Style(underline=True))
        return strip_of(row.line, width, self._tones, row.tone)

    def on_resize(self) -> None:
        """Fit the width of the rows to the new size."""
        self._settle()

    def on_focus(self) -> None:
        """Draw the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Draw without the cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse points; a second click chooses."""
        number = event.y + self.scroll_offset.y
        if number < self.count():
            is_again = number == self.cursor
            self.move_to(number)
            if is_again and self.key is not None:
                self.action_choose()

    def move_to(self, number: int) -> None:
        """Put the cursor on a row and bring it into view."""
        count = self.count()
        if count == 0:
            return
        self.cursor = max(0, min(number, count - 1))
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved(self, self.key))

    def action_cursor(self, by: int) -> None:
        """Move the cursor by rows."""
        self.move_to(self.cursor + by)

    def action_page(self, by: int) -> None:
        """Move the cursor by pages."""
        self.move_to(self.cursor + by * max(1, self.scrollable_content_region.height - 1))

    def action_edge(self, to: int) -> None:
        """Move the cursor to the first or the last row."""
        self.move_to(0 if to < 0 else self.count() - 1)

    def action_choose(self) -> None:
        """Say that the row under the cursor was chosen."""
        if self.key is not None:
            self.post_message(self.Chosen(self, self.key))
