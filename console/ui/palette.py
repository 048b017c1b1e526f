"""The tones of the screens: the night palette in true colour, and one for sixteen colours."""

from collections.abc import Mapping

from rich.style import Style
from textual.theme import Theme

GROUND = "#0B0F14"
PANEL_LINE = "#33465A"
BAR = "#16202B"
TEXT = "#E6E8EA"
MUTED = "#9AA4AE"
OK = "#2FBF9B"
INFO = "#56B4E9"
WARN = "#F0C808"
SERIOUS = "#FF8C1A"
CRITICAL = "#C1121F"

NIGHT_THEME = Theme(
    name="night",
    primary=INFO,
    secondary=PANEL_LINE,
    warning=WARN,
    error=CRITICAL,
    success=OK,
    accent=INFO,
    foreground=TEXT,
    background=GROUND,
    surface=GROUND,
    panel=BAR,
    dark=True,
)
SIXTEEN_THEME = Theme(
    name="sixteen",
    primary="ansi_cyan",
    secondary="ansi_bright_black",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    accent="ansi_cyan",
    foreground="ansi_white",
    background="ansi_black",
    surface="ansi_black",
    panel="ansi_black",
    dark=True,
    ansi=True,
)

NIGHT: Mapping[str, Style] = {
    "": Style(color=TEXT, bgcolor=GROUND),
    "muted": Style(color=MUTED),
    "strong": Style(color=TEXT, bold=True),
    "calm": Style(color=TEXT),
    "done": Style(color=OK),
    "info": Style(color=INFO),
    "near": Style(color=WARN),
    "serious": Style(color=SERIOUS),
    "off": Style(color=MUTED),
    "overdue": Style(color="#FFFFFF", bgcolor=CRITICAL, bold=True),
    "taken": Style(color=SERIOUS),
    "bar": Style(color=TEXT, bgcolor=BAR),
    "key": Style(color=INFO, bold=True),
    "cursor": Style(color=TEXT, bgcolor="#24384D"),
    "stale": Style(color=MUTED, bgcolor=GROUND, dim=True),
}

SIXTEEN: Mapping[str, Style] = {
    "": Style(color="white", bgcolor="black"),
    "muted": Style(color="white"),
    "strong": Style(color="bright_white", bold=True),
    "calm": Style(color="white"),
    "done": Style(color="green"),
    "info": Style(color="cyan"),
    "near": Style(color="yellow"),
    "serious": Style(color="yellow", bold=True),
    "off": Style(color="bright_black"),
    "overdue": Style(color="bright_white", bgcolor="red", bold=True),
    "taken": Style(color="yellow"),
    "bar": Style(color="white", bgcolor="black", reverse=True),
    "key": Style(bold=True),
    "cursor": Style(color="black", bgcolor="white"),
    "stale": Style(color="bright_black", bgcolor="black"),
}


def tones_of(*, few_colours: bool) -> Mapping[str, Style]:
    """Return the tones for this terminal."""
    return SIXTEEN if few_colours else NIGHT
