"""When presence is checked, which digit is asked, and whether an answer counts; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from records.chance import Chance
from schedules.calendar import ONE_DAY, days, local_day, local_instant

SHORTEST = timedelta(minutes=3)  # R-PRES-01
LONGEST = timedelta(minutes=60)  # R-PRES-01
PUT_OFF_BY = timedelta(minutes=10)  # R-PRES-04
PUT_OFF_AT_MOST = timedelta(minutes=20)  # R-PRES-04
READ_AT_LEAST = timedelta(milliseconds=500)  # R-PRES-02
_DIGITS = 10


@dataclass(frozen=True, slots=True)
class PresenceTimes:
    """How often a post is asked: by night, by day and in an open incident; None is never.

    Rule: R-PRES-01
    """

    night_from: time = time(22)
    night_until: time = time(6)
    night: timedelta = timedelta(minutes=30)
    day: timedelta | None = None
    incident: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """The digit that is to be typed, and since when it stands on the screen."""

    digit: int
    asked_at: datetime


def checks_due(
    times: PresenceTimes,
    zone: ZoneInfo,
    span: tuple[datetime, datetime],
    *,
    has_incident: bool = False,
) -> list[datetime]:
    """Return the instants in `[span)` at which presence is asked for, in order.

    Each night and each day begins its own count: 22:00, 22:30 ... 05:30 with the default.

    Rule: R-PRES-01
    """
    first, last = local_day(span[0], zone) - ONE_DAY, local_day(span[1], zone)
    found: set[datetime] = set()
    for day in days(first, last):
        for start, end, every in _parts(times, zone, day, has_incident=has_incident):
            found |= {at for at in _steps(start, end, every) if span[0] <= at < span[1]}
    return sorted(found)


def _parts(
    times: PresenceTimes, zone: ZoneInfo, day: date, *, has_incident: bool
) -> list[tuple[datetime, datetime, timedelta]]:
    """Return the night that begins on a day, and the day after it, with their intervals."""
    night_ends_on = day if times.night_until > times.night_from else day + ONE_DAY
    night = local_instant(day, times.night_from, zone)
    morning = local_instant(night_ends_on, times.night_until, zone)
    evening = local_instant(day + ONE_DAY, times.night_from, zone)
    found = []
    for start, end, own in ((night, morning, times.night), (morning, evening, times.day)):
        intervals = [own, times.incident if has_incident else None]
        known = [every for every in intervals if every is not None]
        if known:
            found.append((start, end, min(known)))
    return found


def _steps(start: datetime, end: datetime, every: timedelta) -> list[datetime]:
    found = []
    while start < end:
        found.append(start)
        start += every
    return found


def ask(last: Question | None, typed: int | None, chance: Chance, *, now: datetime) -> Question:
    """Return a fresh question: never the digit asked last, nor the one typed last.

    So a key that is held down, or an answer given once more, is never right.

    Rule: R-PRES-02
    """
    barred = {typed, None if last is None else last.digit}
    digits = [digit for digit in range(_DIGITS) if digit not in barred]
    return Question(digits[chance.below(len(digits))], now)


def is_right(question: Question | None, typed: int, *, now: datetime) -> bool:
    """Return whether an answer counts: the digit that is asked, typed by somebody who read it.

    Rule: R-PRES-02
    """
    return (
        question is not None
        and typed == question.digit
        and now - question.asked_at >= READ_AT_LEAST
    )


def put_off_until(base_at: datetime, *, now: datetime) -> datetime:
    """Return until when a check is put off while the post enters a handover or a call.

    `base_at` is when the check was due at first: however long they enter, it is asked within
    twenty minutes of it.

    Rule: R-PRES-04
    """
    return min(now + PUT_OFF_BY, base_at + PUT_OFF_AT_MOST)


@dataclass(frozen=True, slots=True)
class EarlierCheck:
    """How one check of a shift ended, as far as it has."""

    is_missed: bool
    is_answered: bool  # in time or afterwards
    is_suspected: bool  # a suspected absence was found at it already


def is_absence(earlier: Sequence[EarlierCheck]) -> bool:
    """Return whether a check that was just missed makes one suspect 脱岗.

    `earlier` are the shift's checks before it, latest first. Two missed in a row do; an absence
    that goes on is suspected once.

    Rule: R-PRES-03
    """
    if not earlier or not earlier[0].is_missed:
        return False
    for check in earlier:
        if not check.is_missed or check.is_answered:
            return True
        if check.is_suspected:
            return False
    return True
