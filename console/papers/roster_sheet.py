"""A published roster as plain values, as its papers need it; read from the database here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.tables import DutyRoom, Person
from schedules.tables import Assignment, Post, Shift, SpecialDay


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment; no name is a gap."""

    kind: str
    shift_key: str
    starts_at: datetime
    ends_at: datetime
    post: str
    post_name: str
    person_id: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A room's assignments of a span, in order, and what its days are called."""

    room_key: str
    room_name: str
    zone: ZoneInfo
    site: str
    lines: tuple[Line, ...]
    day_names: Mapping[date, str]  # holidays and make-up workdays, as a remark

    @property
    def same_names(self) -> tuple[str, ...]:
        """Return the names that two of its people bear: an import cannot tell them apart."""
        ids: dict[str, set[str]] = {}
        for line in self.lines:
            if line.name is not None and line.person_id is not None:
                ids.setdefault(line.name, set()).add(line.person_id)
        return tuple(sorted(name for name, found in ids.items() if len(found) > 1))


def read_sheet(session: Session, room_key: str, starts: datetime, ends: datetime) -> Sheet:
    """Return the assignments of the shifts that begin in `[starts, ends)`."""
    room = session.get_one(DutyRoom, room_key)
    rows = session.execute(
        select(Shift, Assignment.post_key, Assignment.person_id, Post.name, Person.name)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Post, (Post.room_key == Shift.room_key) & (Post.key == Assignment.post_key))
        .outerjoin(
            Person, (Person.room_key == Shift.room_key) & (Person.id == Assignment.person_id)
        )
        .where(Shift.room_key == room_key, Shift.starts_at >= starts, Shift.starts_at < ends)
        .order_by(Shift.starts_at, Shift.kind, Post.turn)
    )
    lines = tuple(
        Line(
            kind=shift.kind,
            shift_key=shift.key,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            post=post,
            post_name=post_name,
            person_id=person_id,
            name=name,
        )
        for shift, post, person_id, post_name, name in rows
    )
    days = {
        date.fromisoformat(row.day): f"{row.name}调休上班" if row.is_workday else f"{row.name}假期"
        for row in session.execute(
            select(SpecialDay.day, SpecialDay.name, SpecialDay.is_workday).where(
                SpecialDay.room_key == room_key
            )
        )
    }
    return Sheet(room_key, room.name, ZoneInfo(room.timezone), room.site, lines, days)
