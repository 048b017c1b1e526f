"""Publish shifts and their assignments; who is on duty, who comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from records.act import Act
from records.duty_log import Entry, append
from records.language import Sentence, mark
from schedules import openings
from schedules.tables import Assignment, Post, PostHolder, Shift, SignIn


@dataclass(frozen=True, slots=True)
class PlannedShift:
    """A shift as a roster wants it; `people` maps post keys to person ids, None is a known gap."""

    kind: str
    key: str
    starts_at: datetime
    ends_at: datetime
    people: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Published:
    """How many shifts of a roster were new, changed, or already so."""

    new: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who stands at a post during one shift, and since when; no person is a gap."""

    shift_id: int
    shift_key: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    post_key: str
    person_id: str | None
    signed_in_by: str | None
    signed_in_at: datetime | None

    @property
    def present_person(self) -> str | None:
        """Return who signed in, else whom the roster names."""
        return self.signed_in_by or self.person_id


def publish(session: Session, act: Act, planned: Sequence[PlannedShift]) -> Published:
    """Store a roster; the same roster again changes nothing and is not recorded.

    Obligations of shifts that have not begun are opened by the watch's next tick.
    """
    if not planned:
        return Published(0, 0, 0)
    first = min(shift.starts_at for shift in planned)
    last = max(shift.starts_at for shift in planned)
    known = _known_shifts(session, act.room_key, first, last)
    fresh = [shift for shift in planned if (shift.kind, shift.starts_at) not in known]
    _insert_shifts(session, act.room_key, fresh)
    changed: list[PlannedShift] = []
    for shift in planned:
        there = known.get((shift.kind, shift.starts_at))
        if there is not None and _change(session, act.room_key, there, shift):
            changed.append(shift)
    touched = [*fresh, *changed]
    if touched:
        openings.reopen_from(session, act, min(shift.starts_at for shift in touched))
        _record(session, act, touched)
    return Published(len(fresh), len(changed), len(planned) - len(touched))


def _known_shifts(
    session: Session, room_key: str, first: datetime, last: datetime
) -> dict[tuple[str, datetime], int]:
    rows = session.execute(
        select(Shift.id, Shift.kind, Shift.starts_at).where(
            Shift.room_key == room_key, Shift.starts_at >= first, Shift.starts_at <= last
        )
    )
    return {(row.kind, row.starts_at): row.id for row in rows}


def _insert_shifts(session: Session, room_key: str, fresh: Sequence[PlannedShift]) -> None:
    if not fresh:
        return
    session.execute(
        insert(Shift),
        [
            {
                "room_key": room_key,
                "kind": shift.kind,
                "key": shift.key,
                "starts_at": shift.starts_at,
                "ends_at": shift.ends_at,
            }
            for shift in fresh
        ],
    )
    ids = _known_shifts(
        session,
        room_key,
        min(shift.starts_at for shift in fresh),
        max(shift.starts_at for shift in fresh),
    )
    session.execute(
        insert(Assignment),
        [
            {
                "room_key": room_key,
                "shift_id": ids[(shift.kind, shift.starts_at)],
                "post_key": post_key,
                "person_id": person_id,
            }
            for shift in fresh
            for post_key, person_id in shift.people.items()
        ],
    )


def _change(session: Session, room_key: str, shift_id: int, wanted: PlannedShift) -> bool:
    rows = session.execute(
        select(Assignment.post_key, Assignment.person_id).where(Assignment.shift_id == shift_id)
    )
    there = {row.post_key: row.person_id for row in rows}
    is_changed = False
    for post_key, person_id in wanted.people.items():
        if post_key not in there:
            session.execute(
                insert(Assignment).values(
                    room_key=room_key, shift_id=shift_id, post_key=post_key, person_id=person_id
                )
            )
        elif there[post_key] != person_id:
            session.execute(
                update(Assignment)
                .where(Assignment.shift_id == shift_id, Assignment.post_key == post_key)
                .values(person_id=person_id)
            )
        else:
            continue
        is_changed = True
    return is_changed


def _record(session: Session, act: Act, touched: Sequence[PlannedShift]) -> None:
    sentence = Sentence(
        mark("值班表已发布:{count}个班次,{first}至{last}。"),
        {"count": len(touched), "first": touched[0].key, "last": touched[-1].key},
    )
    data = {
        "shifts": [
            {"key": shift.key, "starts_at": shift.starts_at, "people": dict(shift.people)}
            for shift in touched
        ]
    }
    append(
        session,
        act.room_key,
        act.at,
        [Entry("publish_roster", sentence, act.operator, "roster", data)],
    )


# The watch asks this at every look: the statement is made once, and only columns are read.
_ON_DUTY = (
    select(
        Shift.id,
        Shift.key,
        Shift.kind,
        Shift.starts_at,
        Shift.ends_at,
        Assignment.post_key,
        Assignment.person_id,
        SignIn.person_id.label("came"),
        SignIn.at.label("came_at"),
    )
    .join(Assignment, Assignment.shift_id == Shift.id)
    .outerjoin(
        SignIn,
        (SignIn.shift_id == Shift.id)
        & (SignIn.post_key == Assignment.post_key)
        & SignIn.signed_out_at.is_(None),
    )
    .join(Post, (Post.room_key == Shift.room_key) & (Post.key == Assignment.post_key))
    .where(
        Shift.room_key == bindparam("of_room"),
        Shift.starts_at <= bindparam("starts_before"),
        Shift.ends_at > bindparam("ends_after"),
    )
    .order_by(Shift.starts_at, Post.turn, SignIn.id)
)


def on_duty(
    session: Session, room_key: str, starts_before: datetime, ends_after: datetime
) -> list[OnDuty]:
    """Return all assignments whose shift starts at or before one instant and ends after the other.

    In order of start and post; each with the latest sign-in that has not been signed out.
    """
    rows = session.connection().execute(
        _ON_DUTY,
        {"of_room": room_key, "starts_before": starts_before, "ends_after": ends_after},
    )
    found = {
        (row.id, row.post_key): OnDuty(
            shift_id=row.id,
            shift_key=row.key,
            kind=row.kind,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            post_key=row.post_key,
            person_id=row.person_id,
            signed_in_by=row.came,
            signed_in_at=row.came_at,
        )
        for row in rows
    }
    return list(found.values())


def on_duty_at(session: Session, room_key: str, instant: datetime) -> list[OnDuty]:
    """Return who stands at which post at that instant, by the running shifts."""
    return on_duty(session, room_key, instant, instant)


def standing_holder(
    session: Session, room_key: str, post_key: str, instant: datetime
) -> str | None:
    """Return who holds a standing post at that instant, or None."""
    return session.scalar(
        select(PostHolder.person_id)
        .where(
            PostHolder.room_key == room_key,
            PostHolder.post_key == post_key,
            PostHolder.from_at <= instant,
            (PostHolder.until_at.is_(None)) | (PostHolder.until_at > instant),
        )
        .order_by(PostHolder.from_at.desc())
        .limit(1)
    )
