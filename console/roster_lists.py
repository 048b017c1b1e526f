"""What lists of rosters show: gaps, conflicts, open requests, versions; rows for `--json`."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.json_values import instant_json
from records.names import party_names
from schedules.roster import Given, Place, Rosterable, Span, conflicts_of
from schedules.roster_matters import uncovered_posts
from schedules.roster_people import qualified, rosterables
from schedules.roster_tables import RosterVersion, SwapRequest
from schedules.swaps import open_requests
from schedules.tables import Assignment, Shift

Row = dict[str, object]


def gap_rows(session: Session, room_key: str, span: Span) -> list[Row]:
    """Return the hours of a span for which a manned post has nobody."""
    return [
        {"post": f"post:{post}", "from": instant_json(start), "to": instant_json(end)}
        for post, spans in uncovered_posts(session, room_key, span).items()
        for start, end in spans
    ]


def conflict_rows(session: Session, room_key: str, span: Span, rest: timedelta) -> list[Row]:
    """Return the places of a span that their people may not stand, and why."""
    rows = session.execute(
        select(Shift, Assignment.post_key, Assignment.person_id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(
            Shift.room_key == room_key,
            Shift.ends_at > span[0] - rest,
            Shift.starts_at < span[1],
            Assignment.person_id.is_not(None),
        )
        .order_by(Shift.starts_at, Shift.kind, Assignment.id)
    )
    given = [
        Given(Place(shift.kind, shift.key, shift.starts_at, shift.ends_at, post), person)
        for shift, post, person in rows
    ]
    people = [
        Rosterable(each.id, each.name, each.posts, each.away)
        for each in rosterables(session, room_key, qualified(session, room_key), span)
    ]
    found = [each for each in conflicts_of(given, people, rest) if each.place.ends_at > span[0]]
    names = party_names(session, room_key, {f"person:{each.person}" for each in found})
    return [
        {
            "shift": f"shift:{each.place.key}",
            "starts_at": instant_json(each.place.starts_at),
            "post": f"post:{each.place.post}",
            "person": f"person:{each.person}",
            "name": names[f"person:{each.person}"],
            "obstacle": each.obstacle.value,
        }
        for each in found
    ]


def request_rows(session: Session, room_key: str) -> list[Row]:
    """Return the swaps and covers that are not settled."""
    return [_request(session, each) for each in open_requests(session, room_key)]


def _request(session: Session, request: SwapRequest) -> Row:
    other = None
    if request.other_shift_id is not None:
        other = session.get_one(Shift, request.other_shift_id).key
    return {
        "request": request.id,
        "kind": request.kind,
        "state": request.state,
        "shift": f"shift:{session.get_one(Shift, request.shift_id).key}",
        "post": f"post:{request.post_key}",
        "person": f"person:{request.person_id}",
        "replacement": f"person:{request.replacement_id}",
        "other_shift": None if other is None else f"shift:{other}",
        "other_post": None if other is None else f"post:{request.other_post_key}",
        "reason": request.reason,
        "is_emergency": request.is_emergency,
        "asked_at": instant_json(request.asked_at),
        "accepted_at": instant_json(request.accepted_at),
    }


def version_rows(session: Session, room_key: str) -> list[Row]:
    """Return the published versions, the latest first."""
    rows = session.scalars(
        select(RosterVersion)
        .where(RosterVersion.room_key == room_key)
        .order_by(RosterVersion.number.desc())
    )
    return [
        {
            "number": row.number,
            "first": row.first_day,
            "last": row.last_day,
            "patterns": row.patterns,
            "published_at": instant_json(row.published_at),
            "published_by": row.published_by,
        }
        for row in rows
    ]
