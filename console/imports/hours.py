"""Shift hours and the month of a roster, read from its title and note rows."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time

from records.errors import BadFile
from records.language import Sentence, mark
from schedules.rules import ShiftRule

_KINDS = {
    "lead": ("带班领导", "带班"),
    "day": ("白班", "日班"),
    "night": ("夜班", "晚班"),
}
_LABELS = {"lead": mark("带班领导"), "day": mark("白班"), "night": mark("夜班")}
_CLOCK = r"(\d{1,2})[::](\d{2})"
_MONTH = re.compile(r"(\d{4})年(\d{1,2})月")
_MIDNIGHT = 24
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Hours:
    """Local hours of one kind of shift; a shift may end on the day after."""

    starts: time
    ends: time
    ends_next_day: bool

    def __str__(self) -> str:
        """Return the hours as a roster writes them."""
        between = "-次日" if self.ends_next_day else "-"
        return f"{self.starts:%H:%M}{between}{self.ends:%H:%M}"


def month(text: str) -> tuple[int, int] | None:
    """Return year and month of a title such as 2026年2月份值班表, or None."""
    found = _MONTH.search(unicodedata.normalize("NFKC", text))
    if found is None or not 1 <= int(found[2]) <= _MONTHS:
        return None
    return int(found[1]), int(found[2])


def read(
    text: str, kinds: Iterable[str], patterns: Mapping[str, ShiftRule], notes: list[Sentence]
) -> dict[str, Hours]:
    """Return the hours of each kind as the roster's note tells them.

    Where it tells none the room's pattern holds; where it differs from the pattern the note
    holds; both are said in `notes`.

    Raises:
        BadFile: Neither the note nor a pattern tells the hours of a kind.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    found: dict[str, Hours] = {}
    for kind in sorted(kinds):
        told = _told(folded, kind)
        pattern = _of_pattern(patterns[kind]) if kind in patterns else None
        name = Sentence(_LABELS[kind])
        if told is None and pattern is None:
            raise BadFile(
                mark("没有写{name}的起止时间,应在表头上方写明,如“白班08:30-17:30”。"), name=name
            )
        if told is None and pattern is not None:
            notes.append(
                Sentence(
                    mark("没有写{name}的起止时间,按本室班制{hours}。"),
                    {"name": name, "hours": str(pattern)},
                )
            )
        elif pattern is not None and told != pattern:
            notes.append(
                Sentence(
                    mark("{name}写的是{told},本室班制是{hours};按表中所写。"),
                    {"name": name, "told": str(told), "hours": str(pattern)},
                )
            )
        hours = told or pattern
        assert hours is not None
        found[kind] = hours
    return found


def _told(text: str, kind: str) -> Hours | None:
    for word in _KINDS[kind]:
        found = re.search(
            rf"{word}[^0-9;;,,。]{{0,8}}{_CLOCK}(?:至|到|-|—|–|~)+(次日|翌日|第二天)?{_CLOCK}", text
        )
        if found is not None:
            return _hours(found)
    return None


def _hours(found: re.Match[str]) -> Hours | None:
    try:
        starts = time(int(found[1]), int(found[2]))
        ends = time(int(found[4]) % _MIDNIGHT, int(found[5]))
    except ValueError:
        return None
    is_midnight = int(found[4]) == _MIDNIGHT
    return Hours(starts, ends, bool(found[3]) or is_midnight or ends <= starts)


def _of_pattern(rule: ShiftRule) -> Hours:
    return Hours(rule.starts, rule.ends, rule.ends <= rule.starts)
