"""Read who holds what, so that decisions can be made without the database."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from plans.decisions import Situation
from records.absences import present
from schedules.outstanding import Outstanding
from schedules.shifts import on_duty_at
from schedules.tables import Assignment, Post, PostHolder, Shift, SignIn

# Every look of the watch asks these: they are made once.
_POSTS = select(Post.key, Post.partner_key, Post.capacity).where(
    Post.room_key == bindparam("of_room")
)
_STANDING = (
    select(PostHolder.post_key, PostHolder.person_id)
    .where(
        PostHolder.room_key == bindparam("of_room"),
        PostHolder.from_at <= bindparam("at"),
        (PostHolder.until_at.is_(None)) | (PostHolder.until_at > bindparam("at")),
    )
    .order_by(PostHolder.from_at)
)
_OF_SHIFTS = (
    select(Shift.key, Assignment.post_key, Assignment.person_id, SignIn.person_id.label("came"))
    .join(Assignment, Assignment.shift_id == Shift.id)
    .outerjoin(
        SignIn,
        (SignIn.shift_id == Shift.id)
        & (SignIn.post_key == Assignment.post_key)
        & SignIn.signed_out_at.is_(None),
    )
    .where(Shift.room_key == bindparam("of_room"), Shift.key.in_(bindparam("keys", expanding=True)))
)


def read_situation(
    session: Session, room_key: str, items: Sequence[Outstanding], *, now: datetime
) -> Situation:
    """Return who holds the room's posts at `now`, and on the shifts that the items speak of.

    Whoever signed in holds the post, else whom the roster names; who is away is replaced by the
    stand-in.
    """
    posts = session.connection().execute(_POSTS, {"of_room": room_key}).all()
    holders = _standing(session, room_key, now)
    for place in on_duty_at(session, room_key, now):
        if place.present_person is not None:
            holders[place.post_key] = place.present_person
    shift_holders = _of_shifts(session, room_key, {item.subject for item in items})
    people = {*holders.values(), *shift_holders.values()}
    people |= {
        item.acknowledged_by.removeprefix("person:") for item in items if item.acknowledged_by
    }
    return Situation(
        holders=holders,
        shift_holders=shift_holders,
        partners={post.key: post.partner_key for post in posts if post.partner_key},
        capacities={post.key: post.capacity for post in posts},
        stand_ins=present(session, room_key, sorted(people), now),
    )


def _standing(session: Session, room_key: str, now: datetime) -> dict[str, str]:
    rows = session.connection().execute(_STANDING, {"of_room": room_key, "at": now})
    return {row.post_key: row.person_id for row in rows}


def _of_shifts(session: Session, room_key: str, subjects: set[str]) -> dict[tuple[str, str], str]:
    """Return people by (subject, post) of all subjects that are shifts."""
    keys = sorted(
        subject.removeprefix("shift:") for subject in subjects if subject.startswith("shift:")
    )
    if not keys:
        return {}
    rows = session.connection().execute(_OF_SHIFTS, {"of_room": room_key, "keys": keys})
    return {
        (f"shift:{row.key}", row.post_key): row.came or row.person_id
        for row in rows
        if row.came or row.person_id
    }
