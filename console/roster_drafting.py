"""A roster before it is published: from patterns and people, with its gaps and what is unfair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.parties import require_person
from records.catalogue import nearest
from records.errors import BadData, Refused
from records.language import Sentence, mark
from records.tables import DutyRoom
from schedules.calendar import WorkCalendar, duty_day
from schedules.fair_shares import Unfair, share_out
from schedules.holidays import read_calendar
from schedules.key_periods import running_between, shortfalls
from schedules.roster import Given, Place, Rosterable, ShiftPattern, Span, places_of
from schedules.roster_people import (
    posts_by_capacity,
    qualified,
    rosterables,
    stood_since,
    year_until,
)
from schedules.roster_rules import RosterRules
from schedules.roster_versions import Edition
from schedules.shifts import PlannedShift
from schedules.tables import Assignment, Post, Shift, SpecialDay

LONGEST = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: the days, both included, the patterns, and who is to stand.

    `people` maps what a person is at a post (duty_officer, shift_lead, driver) to person ids; a
    capacity without people takes everybody who is qualified.
    """

    first: date
    last: date
    patterns: tuple[str, ...]
    people: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Draft:
    """A roster that could be published, what nobody stands, what is not level, what is short."""

    edition: Edition
    gaps: tuple[Place, ...]
    unfair: tuple[Unfair, ...]
    notes: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the room knows when a roster is made."""

    zone: ZoneInfo
    calendar: WorkCalendar
    capacities: Mapping[str, frozenset[str]]
    manned: frozenset[str]
    qualified: Mapping[str, frozenset[str]]


def zone_of_room(session: Session, room_key: str) -> ZoneInfo:
    """Return the room's zone."""
    zone = session.scalar(select(DutyRoom.timezone).where(DutyRoom.key == room_key))
    assert zone is not None
    return ZoneInfo(zone)


def draft_roster(session: Session, room_key: str, wanted: Wanted, rules: RosterRules) -> Draft:
    """Return a fair roster for these days; nothing is stored.

    Raises:
        BadData: A pattern is unknown, or the days are backwards or too many.
        NotFound: A person is unknown.
        Refused: Nobody can be rostered.

    Rule: R-ROS-01, R-ROS-02, R-ROS-03
    """
    if wanted.last < wanted.first or wanted.last - wanted.first > LONGEST:
        raise BadData(mark("值班表的末日应不早于首日,且不超过400天。"))
    ground = _Ground(
        zone_of_room(session, room_key),
        read_calendar(session, room_key),
        posts_by_capacity(session, room_key),
        frozenset(
            session.scalars(select(Post.key).where(Post.room_key == room_key, Post.is_manned))
        ),
        qualified(session, room_key),
    )
    given: list[Given] = []
    unfair: list[Unfair] = []
    staff: set[str] = set()
    stands: dict[str, list[Span]] = {}
    for capacity, pattern in _crews(wanted, ground, rules):
        people = _crew(session, room_key, (capacity, pattern), wanted, ground, rules)
        if not people and not _posts_of(pattern) & ground.manned:
            continue  # an on-call post that nobody has ever stood is not rostered
        crew = [_beside(person, stands) for person in people]
        draft = share_out(_places(pattern, wanted, ground, rules), crew, rules.rest)
        given += draft.given
        unfair += draft.unfair
        staff |= {person.id for person in crew}
        for one in draft.given:
            if one.person is not None:
                span = (one.place.starts_at, one.place.ends_at)
                stands.setdefault(one.person, []).append(span)
    if not staff:
        raise Refused(mark("没有可排班的人员,请写明值班员和带班领导。"))
    return Draft(
        Edition(wanted.first, wanted.last, wanted.patterns, _shifts(given)),
        tuple(one.place for one in given if one.person is None),
        tuple(unfair),
        _notes(session, room_key, wanted, given, (ground, len(staff), rules)),
    )


def _crews(wanted: Wanted, ground: _Ground, rules: RosterRules) -> list[tuple[str, ShiftPattern]]:
    """Return each pattern's part for those of one capacity, who share it among themselves."""
    found = []
    for key in wanted.patterns:
        pattern = rules.patterns.get(key)
        if pattern is None:
            raise BadData(
                mark("没有班制“{pattern}”,最接近的是“{near}”。"),
                pattern=key,
                near=nearest(key, list(rules.patterns)) or "—",
            )
        for capacity, posts in sorted(ground.capacities.items()):
            shifts = tuple(
                replace(shift, posts=tuple(post for post in shift.posts if post in posts))
                for shift in pattern.shifts
                if posts.intersection(shift.posts)
            )
            if shifts:
                found.append((capacity, ShiftPattern(key, shifts)))
    return found


def _posts_of(pattern: ShiftPattern) -> set[str]:
    return {post for shift in pattern.shifts for post in shift.posts}


def _places(
    pattern: ShiftPattern, wanted: Wanted, ground: _Ground, rules: RosterRules
) -> list[Place]:
    days = (wanted.first, wanted.last)
    return places_of(pattern, *days, ground.calendar, ground.zone, rules.night_hour)


def _crew(
    session: Session,
    room_key: str,
    part: tuple[str, ShiftPattern],
    wanted: Wanted,
    ground: _Ground,
    rules: RosterRules,
) -> list[Rosterable]:
    capacity, pattern = part
    posts = ground.capacities[capacity]
    named = wanted.people.get(capacity, ())
    for person_id in named:
        if require_person(session, room_key, person_id).retired_at is not None:
            raise Refused(mark("{person}已经停用,不能排班。"), person=person_id)
    ids = named or tuple(id_ for id_, may in ground.qualified.items() if posts & may)
    places = _places(pattern, wanted, ground, rules)
    if not places or not ids:
        return []
    near = (
        places[0].starts_at - rules.rest,
        max(place.ends_at for place in places) + rules.rest,
    )
    begins, ends = Edition(wanted.first, wanted.last, (), ()).span(ground.zone)
    replaced = session.scalars(
        select(Shift.id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(
            Shift.room_key == room_key,
            Shift.starts_at >= begins,
            Shift.starts_at < ends,
            Assignment.post_key.in_(_posts_of(pattern)),
        )
    ).all()
    people = rosterables(session, room_key, dict.fromkeys(ids, posts), near, but=set(replaced))
    since = year_until(wanted.first, ground.zone)
    days = (ground.zone, rules.night_hour)
    stood = stood_since(session, room_key, posts, since, ground.calendar, days)
    return [replace(person, stood=stood.get(person.id, {})) for person in people]


def _beside(person: Rosterable, stands: Mapping[str, Sequence[Span]]) -> Rosterable:
    """Return the person with what they stand in another part of the same roster."""
    return replace(person, booked=(*person.booked, *stands.get(person.id, ())))


def _shifts(given: Sequence[Given]) -> tuple[PlannedShift, ...]:
    people: dict[tuple[str, str], dict[str, str | None]] = {}
    spans: dict[tuple[str, str], Place] = {}
    for one in given:
        key = (one.place.kind, one.place.key)
        people.setdefault(key, {})[one.place.post] = one.person
        spans[key] = one.place
    shifts = [
        PlannedShift(kind, key, place.starts_at, place.ends_at, people[kind, key])
        for (kind, key), place in spans.items()
    ]
    return tuple(sorted(shifts, key=lambda shift: (shift.starts_at, shift.kind)))


def _notes(
    session: Session,
    room_key: str,
    wanted: Wanted,
    given: Sequence[Given],
    known: tuple[_Ground, int, RosterRules],
) -> tuple[Sentence, ...]:
    """Return what people should know before they publish: unknown years, key periods."""
    ground, staff, rules = known
    notes = [
        Sentence(
            mark("{year}年的节假日安排尚未导入:节假日未知,只按周末排班;导入后请重新排。"),
            {"year": year},
        )
        for year in range(wanted.first.year, wanted.last.year + 1)
        if year not in ground.calendar.years
    ]
    holidays = {
        date.fromisoformat(row.day): row.name
        for row in session.execute(
            select(SpecialDay.day, SpecialDay.name).where(
                SpecialDay.room_key == room_key, ~SpecialDay.is_workday
            )
        )
    }
    running = running_between(rules.periods, holidays, wanted.first, wanted.last)
    notes += [
        Sentence(
            mark("重点时段{period}({first}至{last}):带班领导须在岗带班。"),
            {
                "period": each.period.words,
                "first": each.span.first.isoformat(),
                "last": each.span.last.isoformat(),
            },
        )
        for each in running
        if each.period.leaders_at_post
    ]
    short = {
        each.period.key: each
        for each in reversed(shortfalls(running, _on_duty(given, ground), staff))
    }
    notes += [
        Sentence(
            mark("重点时段{period}:{day}起有的日子在岗{on_duty}人,少于应有的{needed}人。"),
            {
                "period": each.period.words,
                "day": each.day.isoformat(),
                "on_duty": each.on_duty,
                "needed": each.needed,
            },
        )
        for each in short.values()
    ]
    return tuple(notes)


def _on_duty(given: Sequence[Given], ground: _Ground) -> Mapping[date, int]:
    """Return how many different people begin a shift on each duty day."""
    if not given:
        return {}
    changeover = min(one.place.starts_at.astimezone(ground.zone).time() for one in given)
    found: dict[date, set[str]] = {}
    for one in given:
        day = duty_day(one.place.starts_at, changeover, ground.zone)
        found.setdefault(day, set())
        if one.person is not None:
            found[day].add(one.person)
    return {day: len(people) for day, people in found.items()}
