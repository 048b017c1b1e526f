"""The picture of the board in README.md: the golden of the smallest screen, between two marks."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
GOLDEN = ROOT / "tests" / "console" / "ui" / "goldens" / "board-80x24-zh.txt"
BEGIN = "<!-- board:begin -->"
END = "<!-- board:end -->"


def picture() -> str:
    """Return the board as a fenced block; the line that only names the width is left out."""
    lines = GOLDEN.read_text(encoding="utf-8").rstrip("\n").split("\n")
    shown = [line.rstrip() for line in lines if not line.startswith("(")]
    return "\n".join(["```text", *shown, "```"])


def with_picture(readme: str) -> str:
    """Return the page with the present picture between its marks."""
    before, _, rest = readme.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{picture()}\n{END}{after}"
