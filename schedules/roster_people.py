"""Who may be rostered: for which posts, when away, what else they stand, what they have stood.

Qualified for a post is whom a published roster of this room has named for a post of the same
capacity, or who is named as such when a roster is made.
"""

from collections.abc import Collection, Mapping
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.tables import Absence, Person
from schedules.calendar import WorkCalendar, local_instant
from schedules.roster import Measure, Place, Rosterable, Span, measures_of
from schedules.tables import Assignment, Post, Shift


def posts_by_capacity(session: Session, room_key: str) -> Mapping[str, frozenset[str]]:
    """Return the rostered posts of a room by what their holders are."""
    found: dict[str, set[str]] = {}
    for row in session.execute(
        select(Post.key, Post.capacity).where(Post.room_key == room_key, ~Post.is_standing)
    ):
        found.setdefault(row.capacity, set()).add(row.key)
    return {capacity: frozenset(keys) for capacity, keys in found.items()}


def qualified(session: Session, room_key: str) -> Mapping[str, frozenset[str]]:
    """Return the posts that each person in service is qualified for, by person.

    Rule: R-ROS-05
    """
    rows = session.execute(
        select(Assignment.person_id, Post.capacity)
        .join(Post, (Post.room_key == Assignment.room_key) & (Post.key == Assignment.post_key))
        .join(
            Person,
            (Person.room_key == Assignment.room_key) & (Person.id == Assignment.person_id),
        )
        .where(Assignment.room_key == room_key, Person.retired_at.is_(None))
        .distinct()
        .order_by(Assignment.person_id)
    )
    posts = posts_by_capacity(session, room_key)
    found: dict[str, frozenset[str]] = {}
    for row in rows:
        found[row.person_id] = found.get(row.person_id, frozenset()) | posts[row.capacity]
    return found


def rosterables(
    session: Session,
    room_key: str,
    posts: Mapping[str, frozenset[str]],
    around: Span,
    *,
    but: Collection[int] = (),
) -> list[Rosterable]:
    """Return these people with their absences and other shifts near a span.

    Args:
        session: Any session.
        room_key: The room.
        posts: The people wanted, each with the posts they are qualified for.
        around: Shifts and absences that touch it are read.
        but: Numbers of shifts that do not count as booked.
    """
    names = {
        row.id: row.name
        for row in session.execute(
            select(Person.id, Person.name).where(Person.room_key == room_key, Person.id.in_(posts))
        )
    }
    away = _away(session, room_key, around)
    booked = _booked(session, room_key, around, but)
    return [
        Rosterable(
            id_, names[id_], posts[id_], tuple(away.get(id_, ())), tuple(booked.get(id_, ()))
        )
        for id_ in sorted(posts)
        if id_ in names
    ]


def _away(session: Session, room_key: str, around: Span) -> Mapping[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for row in session.execute(
        select(Absence.person_id, Absence.starts_at, Absence.ends_at)
        .where(
            Absence.room_key == room_key,
            Absence.ends_at > around[0],
            Absence.starts_at < around[1],
            Absence.ends_at > Absence.starts_at,
        )
        .order_by(Absence.starts_at)
    ):
        found.setdefault(row.person_id, []).append((row.starts_at, row.ends_at))
    return found


def _booked(
    session: Session, room_key: str, around: Span, but: Collection[int]
) -> Mapping[str, list[Span]]:
    found: dict[str, list[Span]] = {}
    for row in session.execute(
        select(Assignment.person_id, Shift.id, Shift.starts_at, Shift.ends_at)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(
            Shift.room_key == room_key,
            Shift.ends_at > around[0],
            Shift.starts_at < around[1],
            Assignment.person_id.is_not(None),
        )
        .order_by(Shift.starts_at)
    ):
        if row.id not in but:
            found.setdefault(row.person_id, []).append((row.starts_at, row.ends_at))
    return found


def stood_since(
    session: Session,
    room_key: str,
    posts: Collection[str],
    span: Span,
    calendar: WorkCalendar,
    days: tuple[ZoneInfo, time],
) -> Mapping[str, Mapping[Measure, int]]:
    """Return what each person has stood at these posts in shifts that begin in `[span)`.

    Args:
        session: Any session.
        room_key: The room.
        posts: The posts that are shared out together.
        span: As a rule from the first of January to where the new roster begins.
        calendar: Holidays and make-up workdays.
        days: The room's zone, and the local hour by which a shift is a night.

    Rule: R-ROS-02
    """
    zone, night_hour = days
    found: dict[str, dict[Measure, int]] = {}
    kinds: dict[Span, frozenset[Measure]] = {}
    for row in session.execute(
        select(Assignment.person_id, Shift.starts_at, Shift.ends_at)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(
            Shift.room_key == room_key,
            Shift.starts_at >= span[0],
            Shift.starts_at < span[1],
            Assignment.post_key.in_(posts),
            Assignment.person_id.is_not(None),
        )
    ):
        when = (row.starts_at, row.ends_at)
        if when not in kinds:
            kinds[when] = measures_of(when, calendar, zone, night_hour)
        counts = found.setdefault(row.person_id, dict.fromkeys(Measure, 0))
        for measure in kinds[when]:
            counts[measure] += 1
    return found


def year_until(first: date, zone: ZoneInfo) -> Span:
    """Return the span from the local new year to the beginning of a day."""
    return (
        local_instant(date(first.year, 1, 1), time(0), zone),
        local_instant(first, time(0), zone),
    )


def around(place: Place, rest: timedelta) -> Span:
    """Return the span in which another shift would come too near to a place."""
    return place.starts_at - rest, place.ends_at + rest
