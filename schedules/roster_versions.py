"""Publish a roster as a numbered version: what it replaces is taken back, what it says is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from records.act import Act
from records.duty_log import Entry, append, canonical
from records.errors import Refused
from records.language import Sentence, mark
from schedules import obligations
from schedules.calendar import ONE_DAY, local_instant
from schedules.roster_tables import RosterVersion, SwapRequest
from schedules.shifts import PlannedShift, publish
from schedules.tables import Assignment, Shift

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Edition:
    """What is to be published: the days, the patterns it was made from, the shifts."""

    first: date
    last: date
    patterns: tuple[str, ...]
    shifts: tuple[PlannedShift, ...]

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return the span in which the shifts begin."""
        return (
            local_instant(self.first, time(0), zone),
            local_instant(self.last + ONE_DAY, time(0), zone),
        )

    @property
    def posts(self) -> frozenset[str]:
        """Return the posts that it names somebody, or a gap, for."""
        return frozenset(post for shift in self.shifts for post in shift.people)

    @property
    def gaps(self) -> int:
        """Return at how many places nobody stands."""
        return sum(person is None for shift in self.shifts for person in shift.people.values())


@dataclass(frozen=True, slots=True)
class Issued:
    """The number a roster was published under, and what it changed."""

    number: int
    new: int
    changed: int
    withdrawn: int


def issue(session: Session, act: Act, edition: Edition, zone: ZoneInfo) -> Issued:
    """Publish an edition under the next number; the same one again keeps its number.

    Shifts of the same posts that begin in these days and are not in the edition are taken back,
    with what was owed for them. Open requests to swap them are closed.

    Raises Refused if there is no shift, or one of them has begun.

    Rule: R-ROS-07
    """
    if not edition.shifts:
        raise Refused(mark("这段日期内没有班次,请核对日期和班制。"))
    begun = [shift for shift in edition.shifts if shift.starts_at < act.at]
    if begun:
        raise Refused(
            mark("班次{shift}已经开始,值班表须从尚未开始的日期排起。"), shift=begun[0].key
        )
    withdrawn = _withdraw(session, act, edition, zone)
    published = publish(session, act, edition.shifts)
    content = canonical({shift.key: dict(shift.people) for shift in edition.shifts})
    last = session.execute(
        select(RosterVersion.number, RosterVersion.content)
        .where(RosterVersion.room_key == act.room_key)
        .order_by(RosterVersion.number.desc())
        .limit(1)
    ).first()
    is_changed = bool(published.new or published.changed or withdrawn)
    if last is not None and last.content == content and not is_changed:
        return Issued(last.number, 0, 0, 0)
    issued = Issued(
        1 if last is None else last.number + 1, published.new, published.changed, withdrawn
    )
    session.execute(
        insert(RosterVersion).values(
            room_key=act.room_key,
            number=issued.number,
            published_at=act.at,
            published_by=act.operator,
            first_day=edition.first.isoformat(),
            last_day=edition.last.isoformat(),
            patterns=" ".join(edition.patterns),
            content=content,
        )
    )
    _record(session, act, edition, issued)
    return issued


def _withdraw(session: Session, act: Act, edition: Edition, zone: ZoneInfo) -> int:
    """Take back what stands in the edition's days and is not part of it; return how many."""
    wanted = {(shift.kind, shift.starts_at): shift for shift in edition.shifts}
    start, end = edition.span(zone)
    there = session.scalars(
        select(Shift).where(
            Shift.room_key == act.room_key,
            Shift.starts_at >= max(start, act.at),
            Shift.starts_at < end,
        )
    ).all()
    _close_requests(session, act, [shift.id for shift in there], edition.posts)
    withdrawn = 0
    for shift in there:
        kept = wanted.get((shift.kind, shift.starts_at))
        if kept is not None:
            shift.key, shift.ends_at = kept.key, kept.ends_at
        elif _clear(session, shift, edition.posts):
            withdrawn += 1
            when = (shift.starts_at, shift.starts_at + _INSTANT)
            obligations.supersede_others(session, act.room_key, f"shift:{shift.key}", when, [])
    session.flush()
    return withdrawn


def _clear(session: Session, shift: Shift, posts: frozenset[str]) -> bool:
    """Send a shift's people at these posts home; return whether nobody is left on it."""
    cleared = session.execute(
        delete(Assignment)
        .where(Assignment.shift_id == shift.id, Assignment.post_key.in_(posts))
        .returning(Assignment.id)
    ).all()
    left = session.scalar(
        select(func.count()).select_from(Assignment).where(Assignment.shift_id == shift.id)
    )
    return bool(cleared) and not left


def _close_requests(
    session: Session, act: Act, shift_ids: Sequence[int], posts: frozenset[str]
) -> None:
    session.execute(
        update(SwapRequest)
        .where(
            SwapRequest.shift_id.in_(shift_ids),
            SwapRequest.post_key.in_(posts),
            SwapRequest.state.in_(["asked", "accepted"]),
        )
        .values(state="withdrawn", closed_at=act.at, answer="值班表重新发布")
    )


def _record(session: Session, act: Act, edition: Edition, issued: Issued) -> None:
    sentence = Sentence(
        mark(
            "值班表第{number}版:{first}至{last},新增{new}个、更改{changed}个、撤下{withdrawn}个班次,"
            "空岗{gaps}个。"
        ),
        {
            "number": issued.number,
            "first": edition.first.isoformat(),
            "last": edition.last.isoformat(),
            "new": issued.new,
            "changed": issued.changed,
            "withdrawn": issued.withdrawn,
            "gaps": edition.gaps,
        },
    )
    data = {"number": issued.number, "patterns": list(edition.patterns)}
    entry = Entry("issue_roster", sentence, act.operator, f"roster:{issued.number}", data)
    append(session, act.room_key, act.at, [entry])
