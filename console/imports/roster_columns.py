"""The columns of a roster: which heading means which post of which kind of shift."""

import re
import unicodedata
from dataclasses import dataclass

from console.imports.reading import Column
from records.clean_text import clean
from records.language import Sentence, mark

DATE = mark("日期")
WEEKDAY = mark("星期")


@dataclass(frozen=True, slots=True)
class PostColumn:
    """A post on a kind of shift, and the headings under which rosters list it."""

    kind: str
    post: str
    label: str
    headings: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return the key of its column."""
        return f"{self.kind}.{self.post}"

    @property
    def said(self) -> Sentence:
        """Return its heading in either language."""
        return Sentence(self.label)


POST_COLUMNS = (
    PostColumn(
        "lead",
        "shift_lead",
        mark("带班领导(A角)"),
        ("带班领导(A角)", "带班领导A角", "带班领导", "带班A角", "A角", "带班"),
    ),
    PostColumn(
        "lead",
        "shift_lead_b",
        mark("带班领导(B角)"),
        ("带班领导(B角)", "带班领导B角", "带班B角", "B角"),
    ),
    PostColumn("day", "primary", mark("白班主班"), ("白班主班", "白班(主班)", "日班主班")),
    PostColumn("day", "secondary", mark("白班副班"), ("白班副班", "白班(副班)", "日班副班")),
    PostColumn("night", "primary", mark("夜班主班"), ("夜班主班", "夜班(主班)", "晚班主班")),
    PostColumn("night", "secondary", mark("夜班副班"), ("夜班副班", "夜班(副班)", "晚班副班")),
    PostColumn("lead", "driver", mark("值班司机"), ("值班司机", "司机", "驾驶员", "值班驾驶员")),
)

COLUMNS = (
    Column("date", DATE, ("日期", "值班日期", "date"), is_required=True),
    Column("weekday", WEEKDAY, ("星期", "周", "weekday")),
    *(Column(column.key, column.label, column.headings) for column in POST_COLUMNS),
    Column("note", mark("备注"), ("备注", "说明")),
)


def post_column_of(summary: str) -> tuple[PostColumn, str] | None:
    """Return which column an event such as "夜班主班:曹晓志" is about, and the name; or None."""
    text = unicodedata.normalize("NFKC", clean(summary))
    headings = {
        _squeezed(heading): column for column in POST_COLUMNS for heading in column.headings
    }
    # The longest heading wins: 带班领导 also begins 带班领导(B角). The rest is the name.
    for heading in sorted(headings, key=len, reverse=True):
        spaced = r"\s*".join(re.escape(character) for character in heading)
        if found := re.match(rf"{spaced}[\s::-]*(.*)", text):
            return headings[heading], found[1]
    return None


def _squeezed(heading: str) -> str:
    return unicodedata.normalize("NFKC", "".join(heading.split()))
