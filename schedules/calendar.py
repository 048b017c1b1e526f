"""Local days and hours, workdays and holidays; pure. The only place here that knows a zone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SATURDAY = 5
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Holidays and make-up workdays of the years that are loaded; other years have weekends only.

    Rule: R-CAL-01
    """

    holidays: frozenset[date] = frozenset()
    makeup_workdays: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def is_workday(self, day: date) -> bool:
        """Return whether people work on that day."""
        if day in self.makeup_workdays:
            return True
        return day not in self.holidays and day.weekday() < SATURDAY

    def knows(self, day: date) -> bool:
        """Return whether the day's year is loaded, so that the answer is more than a guess."""
        return day.year in self.years

    def next_workday(self, day: date) -> date:
        """Return the first workday on or after `day`."""
        while not self.is_workday(day):
            day += ONE_DAY
        return day


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of a local wall time.

    A time that a clock change leaves out becomes the first instant after the gap; of a time that
    happens twice the first is taken.
    """
    wall = datetime.combine(day, at, tzinfo=zone).replace(fold=0)
    instant = wall.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return instant
    # Inside the gap: `fold=0` uses the offset before it, so the wall time it lands on is past
    # the gap by as much as the wanted time lies inside; the gap's end is that offset's change.
    before = wall.utcoffset()
    after = wall.replace(fold=1).utcoffset()
    assert before is not None
    assert after is not None
    low = instant - abs(after - before)
    high = instant + abs(after - before)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == low.astimezone(zone).utcoffset():
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def local_day(instant: datetime, zone: ZoneInfo) -> date:
    """Return the calendar day that clocks in the zone show at that instant."""
    return instant.astimezone(zone).date()


def days(first: date, last: date) -> Iterator[date]:
    """Yield each day from first to last, both included."""
    while first <= last:
        yield first
        first += ONE_DAY


def duty_day(instant: datetime, changeover: time, zone: ZoneInfo) -> date:
    """Return the duty day: the day whose changeover hour was the last one to pass."""
    day = local_day(instant, zone)
    return day if instant >= local_instant(day, changeover, zone) else day - ONE_DAY


def local_minute(instant: datetime, zone: ZoneInfo) -> str:
    """Return month, day, hour and minute as the room's clocks show them: 03-16 17:30."""
    return instant.astimezone(zone).strftime("%m-%d %H:%M")
