"""What is checked before the screens open: a terminal that can show them."""

from collections.abc import Mapping

from records.errors import Refused
from records.language import mark

FEW_COLOURS = ("linux", "vt100", "vt102", "vt220", "ansi")


def check_terminal(environ: Mapping[str, str], *, is_terminal: bool) -> None:
    """Raise Refused, naming the command line, where no screen can be drawn."""
    if not is_terminal:
        raise Refused(
            mark("值守台需要在终端中打开;脚本请用命令行,例如 duty status --json。"),
        )
    if environ.get("TERM", "") in ("", "dumb", "unknown"):
        raise Refused(
            mark("此终端(TERM={term})无法显示值守台;请用命令行,例如 duty status。"),
            term=environ.get("TERM") or "-",
        )


def has_few_colours(environ: Mapping[str, str]) -> bool:
    """Return whether the terminal has sixteen colours only, so that shades would merge."""
    if environ.get("TEXTUAL_COLOR_SYSTEM") == "standard":
        return True
    return environ.get("TERM", "") in FEW_COLOURS and not environ.get("COLORTERM")
