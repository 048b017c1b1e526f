"""Choice: one of a few, on one line; arrows change it."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.style import Style
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widget import Widget

from console.ui.text import Piece, strip_of


class Choice(Widget, can_focus=True):
    """One option of several, shown between two marks; arrows and blanks turn it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,up", "turn(-1)", show=False),
        Binding("right,down,space", "turn(1)", show=False),
    ]

    def __init__(
        self,
        tones: Mapping[str, Style],
        options: Sequence[tuple[str, str]],
        *,
        place: str | None = None,
    ) -> None:
        """Take pairs of value and words; the first is chosen at the beginning."""
        super().__init__(id=place)
        self._tones = tones
        self._options = list(options)
        self._number = 0

    @property
    def value(self) -> str | None:
        """Return the value that is chosen; None if there is nothing to choose."""
        return self._options[self._number][0] if self._options else None

    def action_turn(self, by: int) -> None:
        """Choose the next option, or the one before."""
        if self._options:
            self._number = (self._number + by) % len(self._options)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the painted line."""
        if y > 0:
            return Strip.blank(self.size.width, self._tones[""])
        words = self._options[self._number][1] if self._options else "—"
        marks = ("‹ ", " ›") if len(self._options) > 1 else ("", "")
        tone = "cursor" if self.has_focus else "bar"
        line = (Piece(marks[0], "info"), Piece(words), Piece(marks[1], "info"))
        return strip_of(line, self.size.width, self._tones, tone)

    def on_focus(self) -> None:
        """Draw as the field that takes the keys."""
        self.refresh()

    def on_blur(self) -> None:
        """Draw as a field at rest."""
        self.refresh()
