"""Shift patterns and people become fair assignments; pure. Storing them is not done here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from schedules.calendar import ONE_DAY, SATURDAY, WorkCalendar, days, local_day, local_instant

Span = tuple[datetime, datetime]


class Measure(StrEnum):
    """What is shared out evenly, each counted for itself."""

    SHIFTS = "shifts"
    NIGHTS = "nights"
    WEEKENDS = "weekends"
    HOLIDAYS = "holidays"


class Obstacle(StrEnum):
    """Why a person cannot stand a shift."""

    NOT_QUALIFIED = "not_qualified"
    AWAY = "away"
    DOUBLE_BOOKED = "double_booked"
    SHORT_REST = "short_rest"


@dataclass(frozen=True, slots=True)
class ShiftHours:
    """Local hours of one kind of shift, and its posts; ends at or before its start the day after.

    `weekday` (Monday is 0) makes it a shift of a whole week that begins on that day.
    """

    kind: str
    starts: time
    ends: time
    posts: tuple[str, ...]
    weekday: int | None = None

    def span_on(self, day: date, zone: ZoneInfo) -> Span | None:
        """Return the shift that begins on a local day, or None if none does."""
        if self.weekday is not None:
            if day.weekday() != self.weekday:
                return None
            last = day + 7 * ONE_DAY
        else:
            last = day + ONE_DAY if self.ends <= self.starts else day
        return local_instant(day, self.starts, zone), local_instant(last, self.ends, zone)


@dataclass(frozen=True, slots=True)
class ShiftPattern:
    """The cycle that shifts are made from."""

    key: str
    shifts: tuple[ShiftHours, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """One post on one shift, to be given to one person, and in which measures it counts."""

    kind: str
    key: str
    starts_at: datetime
    ends_at: datetime
    post: str
    measures: frozenset[Measure] = frozenset()


@dataclass(frozen=True, slots=True)
class Rosterable:
    """A person, what they may stand, when they cannot, and what they have stood before.

    `booked` are spans of shifts outside the roster that is being made.
    """

    id: str
    name: str
    posts: frozenset[str]
    away: tuple[Span, ...] = ()
    booked: tuple[Span, ...] = ()
    stood: Mapping[Measure, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """A place and who stands there; nobody is a gap."""

    place: Place
    person: str | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A person stands a place that a rule forbids."""

    place: Place
    person: str
    obstacle: Obstacle


def night_covers(span: Span, night_hour: time, zone: ZoneInfo) -> bool:
    """Return whether the night hour of any local day lies within the span.

    Rule: R-ROS-02
    """
    return any(
        span[0] <= local_instant(day, night_hour, zone) < span[1]
        for day in days(local_day(span[0], zone), local_day(span[1], zone))
    )


def measures_of(
    span: Span, calendar: WorkCalendar, zone: ZoneInfo, night_hour: time
) -> frozenset[Measure]:
    """Return what a shift counts as; a holiday that falls on a weekend counts as a holiday only.

    A shift of at most a day counts by the day it begins on, a longer one by all days it touches.

    Rule: R-ROS-02
    """
    first = local_day(span[0], zone)
    touched = [first]
    if span[1] - span[0] > ONE_DAY + timedelta(hours=1):  # a clock change makes a day 25 hours
        touched = list(days(first, local_day(span[1] - timedelta(microseconds=1), zone)))
    found = {Measure.SHIFTS}
    if night_covers(span, night_hour, zone):
        found.add(Measure.NIGHTS)
    if any(day in calendar.holidays for day in touched):
        found.add(Measure.HOLIDAYS)
    elif any(day.weekday() >= SATURDAY and not calendar.is_workday(day) for day in touched):
        found.add(Measure.WEEKENDS)
    return frozenset(found)


def places_of(
    pattern: ShiftPattern,
    first: date,
    last: date,
    calendar: WorkCalendar,
    zone: ZoneInfo,
    night_hour: time,
) -> list[Place]:
    """Return every place of the shifts that begin from `first` to `last`, both included.

    In order of start, then in the order of the pattern and its posts.

    Rule: R-ROS-01
    """
    found = []
    for day in days(first, last):
        for shift in pattern.shifts:
            span = shift.span_on(day, zone)
            if span is None:
                continue
            measures = measures_of(span, calendar, zone, night_hour)
            key = f"{shift.kind}:{day.isoformat()}"
            found += [Place(shift.kind, key, *span, post, measures) for post in shift.posts]
    found.sort(key=lambda place: place.starts_at)
    return found


def obstacle_of(
    person: Rosterable, place: Place, rest: timedelta, stands: Sequence[Span] = ()
) -> Obstacle | None:
    """Return what keeps a person from a place, or None; `stands` are their other shifts.

    Rule: R-ROS-03
    """
    if place.post not in person.posts:
        return Obstacle.NOT_QUALIFIED
    if is_away(person, place):
        return Obstacle.AWAY
    spans = [*person.booked, *stands]
    if any(start < place.ends_at and place.starts_at < end for start, end in spans):
        return Obstacle.DOUBLE_BOOKED
    if any(start < place.ends_at + rest and place.starts_at < end + rest for start, end in spans):
        return Obstacle.SHORT_REST
    return None


def is_away(person: Rosterable, place: Place) -> bool:
    """Return whether a person is absent during any part of a shift."""
    return any(start < place.ends_at and place.starts_at < end for start, end in person.away)


def conflicts_of(
    given: Sequence[Given], people: Sequence[Rosterable], rest: timedelta
) -> tuple[Conflict, ...]:
    """Return every place that its person may not stand, in the order given.

    Of two shifts that touch, the later one is named.

    Rule: R-ROS-03
    """
    known = {person.id: person for person in people}
    stands: dict[str, list[Span]] = {}
    found = []
    for one in sorted(given, key=lambda each: each.place.starts_at):
        if one.person is None:
            continue
        person = known.get(one.person)
        before = stands.setdefault(one.person, [])
        obstacle = (
            Obstacle.NOT_QUALIFIED
            if person is None
            else obstacle_of(person, one.place, rest, before[-2:])
        )
        if obstacle is not None:
            found.append(Conflict(one.place, one.person, obstacle))
        before.append((one.place.starts_at, one.place.ends_at))
    return tuple(found)


def uncovered(spans: Sequence[Span], within: Span) -> tuple[Span, ...]:
    """Return the parts of `within` that no span covers, in order."""
    found = []
    reached = within[0]
    for start, end in sorted(spans):
        if start >= within[1]:
            break
        if start > reached:
            found.append((reached, start))
        reached = max(reached, end)
    if reached < within[1]:
        found.append((reached, within[1]))
    return tuple(found)
