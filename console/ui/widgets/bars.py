"""The bars of every screen: who and when at the top, the most urgent matter, the keys."""

from collections.abc import Mapping

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from console.ui.bar_lines import alarm_line, key_line, top_line, truth_lines
from console.ui.desk import Desk
from console.ui.text import Line, strip_of


class Bar(Widget, can_focus=False):
    """One line that is drawn anew on every tick."""

    def __init__(self, desk: Desk, tones: Mapping[str, Style], *, place: str | None = None) -> None:
        """Take what is shown and the tones to draw with."""
        super().__init__(id=place)
        self.desk = desk
        self._tones = tones

    def line(self, _cells: int) -> tuple[Line, str]:
        """Return the pieces and the ground tone."""
        return (), ""

    def render_line(self, y: int) -> Strip:
        """Return the painted line."""
        width = self.size.width
        if y > 0:
            return Strip.blank(width, self._tones[""])
        line, tone = self.line(width)
        return strip_of(line, width, self._tones, tone)


class TopBar(Bar):
    """Room, day, shift, beating mark, clock; all red when the watch is dead."""

    def line(self, cells: int) -> tuple[Line, str]:
        """Return the bar at this instant."""
        return top_line(self.desk, cells)


class AlarmLine(Bar):
    """The most urgent matter in one line."""

    def line(self, cells: int) -> tuple[Line, str]:
        """Return the line at this instant."""
        return alarm_line(self.desk, cells)


class KeyBar(Bar):
    """The keys that work everywhere, always in the same order."""

    def line(self, cells: int) -> tuple[Line, str]:
        """Return the keys, the longest form that fits."""
        return key_line(self.desk, cells), "bar"


class TruthLine(Bar):
    """What is left on a screen too small for more: who is here, what is most urgent."""

    def render_line(self, y: int) -> Strip:
        """Return one of the few lines."""
        rows = truth_lines(self.desk, self.size.width)
        line, tone = rows[y] if y < len(rows) else ((), "")
        return strip_of(line, self.size.width, self._tones, tone)
