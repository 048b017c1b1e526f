"""Key periods: when they run and what they ask of a roster; pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction
from math import ceil

from records.language import Bilingual
from schedules.calendar import ONE_DAY, days


@dataclass(frozen=True, slots=True)
class DatedSpan:
    """Days from first to last, both included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class YearlySpan:
    """(month, day) of the first and last day of every year; the last may lie in the next year."""

    starts: tuple[int, int]
    ends: tuple[int, int]

    def of(self, year: int) -> DatedSpan:
        """Return the span that begins in a year."""
        ends_in = year if self.ends >= self.starts else year + 1
        return DatedSpan(date(year, *self.starts), date(ends_in, *self.ends))


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """A report that kinds of units owe daily while the period lasts; a nil return counts."""

    slug: str
    owed_by: tuple[str, ...]
    time: time


@dataclass(frozen=True, slots=True)
class KeyPeriod:
    """A span with its own strength, leaders at the post, reports and checklists."""

    key: str
    words: Bilingual
    holiday: str | None
    yearly: YearlySpan | None
    dated: tuple[DatedSpan, ...]
    strength: Fraction
    leaders_at_post: bool
    reports: tuple[PeriodReport, ...]
    before: tuple[str, ...]
    during: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Running:
    """A key period on certain days."""

    period: KeyPeriod
    span: DatedSpan


def running_between(
    periods: Iterable[KeyPeriod], holidays: Mapping[date, str], first: date, last: date
) -> tuple[Running, ...]:
    """Return the key periods that touch the days from `first` to `last`, by their first day.

    `holidays` names the days off of the loaded years; a period by a holiday that no loaded year
    names is not guessed.

    Rule: R-KEY-01
    """
    found = [
        Running(period, span)
        for period in periods
        for span in _spans(period, holidays, first, last)
        if span.first <= last and span.last >= first
    ]
    return tuple(sorted(found, key=lambda each: (each.span.first, each.period.key)))


def _spans(
    period: KeyPeriod, holidays: Mapping[date, str], first: date, last: date
) -> list[DatedSpan]:
    found = list(period.dated)
    if period.yearly is not None:
        found += [period.yearly.of(year) for year in range(first.year - 1, last.year + 1)]
    if period.holiday is not None:
        found += runs_of(day for day, name in holidays.items() if period.holiday in name)
    return found


def runs_of(found: Iterable[date]) -> list[DatedSpan]:
    """Return days that follow each other as spans, in order."""
    runs: list[DatedSpan] = []
    for day in sorted(found):
        if runs and runs[-1].last + ONE_DAY == day:
            runs[-1] = DatedSpan(runs[-1].first, day)
        else:
            runs.append(DatedSpan(day, day))
    return runs


def strength_needed(staff: int, running: Sequence[Running]) -> int:
    """Return how many of the staff are on duty on a day of these periods; 0 without one.

    Rule: R-KEY-01
    """
    return max((ceil(staff * each.period.strength) for each in running), default=0)


def leaders_stay(running: Iterable[Running]) -> bool:
    """Return whether a period keeps the leaders at the post, not only within reach.

    Rule: R-KEY-01
    """
    return any(each.period.leaders_at_post for each in running)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A day of a key period on which fewer are on duty than it asks for."""

    day: date
    period: KeyPeriod
    on_duty: int
    needed: int


def shortfalls(
    running: Sequence[Running], on_duty: Mapping[date, int], staff: int
) -> tuple[Shortfall, ...]:
    """Return the days of these periods with too few on duty, among the days that are given.

    `on_duty` is how many different people are rostered on each duty day.

    Rule: R-KEY-01
    """
    found = [
        Shortfall(day, each.period, on_duty[day], needed)
        for each in running
        for needed in (strength_needed(staff, [each]),)
        for day in days(each.span.first, each.span.last)
        if day in on_duty and on_duty[day] < needed
    ]
    return tuple(sorted(found, key=lambda short: (short.day, short.period.key)))
