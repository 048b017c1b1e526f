"""When routine reports fall due, from rhythm and calendar; pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from schedules.calendar import ONE_DAY, WorkCalendar, days, local_day, local_instant
from schedules.rules import IfNotWorkday, ReportRule, Rhythm, Weekday

# A report of the month before may be moved on by holidays, never further than this.
_LONGEST_SHIFT = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class ReportDue:
    """One occurrence of a routine report: when its period begins and when it is due."""

    arose_at: datetime
    due_at: datetime


def reports_due(
    rule: ReportRule, calendar: WorkCalendar, zone: ZoneInfo, start: datetime, end: datetime
) -> list[ReportDue]:
    """Return the occurrences of a report due in `[start, end)`, in order.

    The period of a daily report begins with its day, of a weekly with its Monday, of a monthly
    with the first of the month; a report moved by a holiday keeps its period.

    Rule: R-REP-12, R-REP-13, R-REP-14, R-REP-15
    """
    first = local_day(start, zone) - _LONGEST_SHIFT
    last = local_day(end, zone)
    found = []
    for period, nominal in _periods(rule, first, last):
        day = _moved(rule, calendar, nominal)
        if day is None or not _is_valid(rule, day):
            continue
        due_at = local_instant(day, rule.time, zone)
        if start <= due_at < end:
            found.append(ReportDue(local_instant(period, time(0), zone), due_at))
    return found


def _periods(rule: ReportRule, first: date, last: date) -> Iterator[tuple[date, date]]:
    """Yield the first day of each period and the day its report is nominally due."""
    if rule.rhythm in (Rhythm.DAILY, Rhythm.WORKDAYS):
        yield from ((day, day) for day in days(first, last))
    elif rule.rhythm is Rhythm.WEEKLY:
        assert rule.weekday is not None
        offset = list(Weekday).index(rule.weekday)
        monday = first - timedelta(days=first.weekday())
        while monday <= last:
            yield monday, monday + timedelta(days=offset)
            monday += timedelta(days=7)
    else:
        assert rule.day is not None
        month = first.replace(day=1)
        while month <= last:
            following = (month + _LONGEST_SHIFT + ONE_DAY).replace(day=1)
            yield month, min(month.replace(day=1) + (rule.day - 1) * ONE_DAY, following - ONE_DAY)
            month = following


def _moved(rule: ReportRule, calendar: WorkCalendar, nominal: date) -> date | None:
    """Return the day on which it is really due, or None if it is not owed at all."""
    if rule.rhythm is Rhythm.WORKDAYS:
        return nominal if calendar.is_workday(nominal) else None
    if calendar.is_workday(nominal) or rule.if_not_workday is IfNotWorkday.SAME:
        return nominal
    moved = calendar.next_workday(nominal)
    if rule.if_not_workday is IfNotWorkday.NEXT_WORKDAY_SAME_WEEK:
        sunday = nominal + timedelta(days=6 - nominal.weekday())
        return moved if moved <= sunday else None
    return moved


def _is_valid(rule: ReportRule, day: date) -> bool:
    return rule.valid_from <= day and (rule.valid_until is None or day <= rule.valid_until)
