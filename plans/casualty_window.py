"""Deaths with their dates, and which of them still count for the grade; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from schedules.calendar import local_day


@dataclass(frozen=True, slots=True)
class AddedDeaths:
    """So many deaths that became known at once; `died_on` is their day, or an instant of it."""

    number: int
    died_on: date | datetime


@dataclass(frozen=True, slots=True)
class CasualtyWindow:
    """Deaths up to and including day `days` count; the day of the accident is `first_day`."""

    days: int
    first_day: int


def deaths_after(
    added: tuple[AddedDeaths, ...], total: int, died_on: date | datetime
) -> tuple[AddedDeaths, ...]:
    """Return the dated deaths once `total` deaths are known in all.

    What exceeds the deaths known before is added with `died_on`. A lower total takes back the
    deaths that were added last; those that stay keep their date.

    Rule: R-GRADE-09
    """
    known = sum(each.number for each in added)
    if total > known:
        return (*added, AddedDeaths(total - known, died_on))
    kept = list(added)
    surplus = known - total
    while surplus > 0:
        last = kept.pop()
        if last.number > surplus:
            kept.append(AddedDeaths(last.number - surplus, last.died_on))
        surplus -= last.number
    return tuple(kept)


def is_counted(
    died_on: date | datetime, occurred_at: datetime, window: CasualtyWindow, zone: ZoneInfo
) -> bool:
    """Return whether a death lies in the window: by calendar days of the room, last included.

    Rule: R-GRADE-09
    """
    died = local_day(died_on, zone) if isinstance(died_on, datetime) else died_on
    passed = (died - local_day(occurred_at, zone)).days
    return passed + window.first_day <= window.days


def deaths_counted(
    added: Sequence[AddedDeaths],
    occurred_at: datetime | None,
    window: CasualtyWindow,
    zone: ZoneInfo,
) -> int:
    """Return how many of the deaths count; all of them while the occurrence is unknown.

    Rule: R-GRADE-09
    """
    return sum(
        each.number
        for each in added
        if occurred_at is None or is_counted(each.died_on, occurred_at, window, zone)
    )
