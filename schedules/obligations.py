"""Open, look at, fulfil, acknowledge, waive: the only writer of the obligation table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from records.act import Act
from records.errors import Conflict
from records.language import mark
from schedules.deadlines import late_seconds, look, state_when_fulfilled
from schedules.outstanding import ObligationState, Outstanding
from schedules.tables import Obligation

SET_ASIDE_FOR = timedelta(hours=1)  # R-WATCH-03
_ROWS_AT_ONCE = 500

_T = cast(Table, Obligation.__table__)  # Core, for speed; mypy sees only a FromClause


@dataclass(frozen=True, slots=True)
class Owed:
    """A new obligation: who owes what to when, by which rule, with which ladder."""

    kind: str
    subject: str
    owed_by: str
    rule: str
    source: str
    ladder: str | None
    arose_at: datetime
    due_at: datetime
    grace: timedelta
    is_top_priority: bool = False
    is_drill: bool = False
    distinction: str = ""  # tells apart what one party owes of one matter at one instant
    first_look_at: datetime | None = None  # where somebody is to be told before it is due

    @property
    def occurrence(self) -> str:
        """Return what makes this obligation the same one, whoever opens it."""
        same = f"{self.kind}|{self.owed_by}|{self.subject}|{self.due_at.isoformat()}"
        return f"{same}|{self.distinction}" if self.distinction else same


@dataclass(frozen=True, slots=True)
class Settled:
    """How an obligation was fulfilled."""

    id: int
    state: ObligationState
    late_seconds: float


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look leaves in the row."""

    id: int
    state: ObligationState
    told_until: datetime | None
    next_look_at: datetime | None


_ONCE = ["room_key", "occurrence"]
_OPEN_ON_SQLITE = sqlite.insert(_T).on_conflict_do_nothing(index_elements=_ONCE)
_OPEN_ON_POSTGRESQL = (
    postgresql.insert(_T).on_conflict_do_nothing(index_elements=_ONCE).returning(_T.c.id)
)


def open_all(session: Session, room_key: str, owed: Sequence[Owed]) -> int:
    """Store obligations that are not there yet; return how many were new."""
    opened = 0
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    connection = session.connection()
    for start in range(0, len(owed), _ROWS_AT_ONCE):
        rows = [_new_row(room_key, item) for item in owed[start : start + _ROWS_AT_ONCE]]
        if is_sqlite:  # one prepared statement for all rows, three times as fast as one of many
            opened += connection.execute(_OPEN_ON_SQLITE, rows).rowcount
        else:
            opened += len(connection.execute(_OPEN_ON_POSTGRESQL.values(rows)).all())
    return opened


def _new_row(room_key: str, item: Owed) -> dict[str, object]:
    return {
        "room_key": room_key,
        "occurrence": item.occurrence,
        "kind": item.kind,
        "subject": item.subject,
        "owed_by": item.owed_by,
        "rule": item.rule,
        "source": item.source,
        "ladder": item.ladder,
        "is_top_priority": item.is_top_priority,
        "is_drill": item.is_drill,
        "arose_at": item.arose_at,
        "due_at": item.due_at,
        "missed_at": item.due_at + item.grace,
        "state": ObligationState.OPEN.value,
        "next_look_at": item.first_look_at or item.due_at,
        "note": "",
    }


_EARLIEST = (
    select(_T.c.next_look_at)
    .where(_T.c.next_look_at.is_not(None))
    .order_by(_T.c.next_look_at)
    .limit(1)
)


def earliest_look(session: Session) -> datetime | None:
    """Return the instant of the next look that anything in this database wants."""
    found: datetime | None = session.connection().execute(_EARLIEST).scalar()
    return found


_DUE = (
    select(
        _T.c.id,
        _T.c.room_key,
        _T.c.kind,
        _T.c.subject,
        _T.c.owed_by,
        _T.c.rule,
        _T.c.ladder,
        _T.c.is_top_priority,
        _T.c.is_drill,
        _T.c.due_at,
        _T.c.missed_at,
        _T.c.state,
        _T.c.told_until,
        _T.c.acknowledged_at,
        _T.c.acknowledged_by,
    )
    .where(_T.c.next_look_at <= bindparam("now"))
    .order_by(_T.c.next_look_at, _T.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


def due_for_a_look(session: Session, *, now: datetime, most: int) -> list[Outstanding]:
    """Return at most `most` obligations whose look is due, in order of their look, looked at."""
    found = []
    for row in session.execute(_DUE, {"now": now, "most": most}):
        before = ObligationState(row.state)
        seen = look(before, row.due_at, row.missed_at, now=now)
        found.append(
            Outstanding(
                id=row.id,
                room_key=row.room_key,
                kind=row.kind,
                subject=row.subject,
                owed_by=row.owed_by,
                rule=row.rule,
                ladder=row.ladder,
                is_top_priority=row.is_top_priority,
                is_drill=row.is_drill,
                due_at=row.due_at,
                missed_at=row.missed_at,
                before=before,
                state=seen.state,
                told_until=row.told_until,
                acknowledged_at=row.acknowledged_at,
                acknowledged_by=row.acknowledged_by,
                own_next_look_at=seen.next_look_at,
            )
        )
    return found


def first_due(session: Session, *, now: datetime, among: Sequence[int] = ()) -> Obligation | None:
    """Return the row that the next look would take first, or None; it is not looked at.

    `among` says which rows the look had in hand: one of them, or none if it has been settled by
    now. Without it, rows that somebody is writing at this moment are passed over, as by a look.
    """
    query = (
        select(Obligation)
        .where(Obligation.next_look_at <= now)
        .order_by(Obligation.next_look_at, Obligation.id)
        .limit(1)
    )
    if among:
        query = query.where(Obligation.id.in_(among)).with_for_update()
    else:
        query = query.with_for_update(skip_locked=True)
    return session.scalars(query).first()


_STORE_LOOK = (
    update(_T)
    .where(_T.c.id == bindparam("row_id"))
    .values(
        state=bindparam("new_state"),
        told_until=bindparam("new_told_until"),
        next_look_at=bindparam("new_next_look_at"),
        set_aside=None,  # whatever stood in the way is gone
    )
)


def store_looks(session: Session, looks: Sequence[Looked]) -> None:
    """Write what the looks of one round found."""
    if looks:
        session.connection().execute(
            _STORE_LOOK,
            [
                {
                    "row_id": item.id,
                    "new_state": item.state.value,
                    "new_told_until": item.told_until,
                    "new_next_look_at": item.next_look_at,
                }
                for item in looks
            ],
        )


def set_aside(session: Session, obligation_id: int, why: str, *, now: datetime) -> None:
    """Put a row that cannot be looked at aside for an hour, with the reason, so others go on."""
    session.execute(
        update(Obligation)
        .where(Obligation.id == obligation_id)
        .values(next_look_at=now + SET_ASIDE_FOR, set_aside=why)
    )


def fulfil(session: Session, act: Act, obligation_id: int, *, at: datetime) -> Settled:
    """Record that what was owed was done at `at`; late and missed stay on record.

    Raises Conflict if somebody else settled it first.

    Rule: R-REP-10
    """
    row = session.execute(
        select(Obligation.state, Obligation.due_at, Obligation.missed_at)
        .where(Obligation.id == obligation_id)
        .with_for_update()  # a look that is marking it missed is waited for: missed stays missed
    ).one()
    state = state_when_fulfilled(ObligationState(row.state), row.due_at, row.missed_at, at=at)
    result = session.execute(
        update(Obligation)
        .where(Obligation.id == obligation_id, Obligation.fulfilled_at.is_(None))
        .where(Obligation.state.in_(["open", "late", "missed"]))
        .values(
            state=state.value,
            fulfilled_at=at,
            fulfilled_by=act.operator,
            next_look_at=None,
            set_aside=None,
        )
        .returning(Obligation.id)
    )
    if result.first() is None:
        raise Conflict(mark("此事已由他人办结,请重新查看。"))
    return Settled(obligation_id, state, late_seconds(row.due_at, at) or 0.0)


def fulfil_all(session: Session, act: Act, ids: Sequence[int], *, at: datetime) -> list[Settled]:
    """Record that all of these that are still owed were done at `at`; return how, in id order.

    What somebody else settled meanwhile is left as it is.

    Rule: R-REP-10
    """
    settled = []
    for start in range(0, len(ids), _ROWS_AT_ONCE):
        rows = session.execute(
            select(_T.c.id, _T.c.state, _T.c.due_at, _T.c.missed_at)
            .where(_T.c.id.in_(ids[start : start + _ROWS_AT_ONCE]), _T.c.fulfilled_at.is_(None))
            .where(_T.c.state.in_(["open", "late", "missed"]))
            .order_by(_T.c.id)
            .with_for_update()
        )
        settled += [
            Settled(
                row.id,
                state_when_fulfilled(ObligationState(row.state), row.due_at, row.missed_at, at=at),
                late_seconds(row.due_at, at) or 0.0,
            )
            for row in rows
        ]
    for state in sorted({item.state for item in settled}):
        alike = [item.id for item in settled if item.state is state]
        for start in range(0, len(alike), _ROWS_AT_ONCE):
            session.execute(
                update(_T)
                .where(_T.c.id.in_(alike[start : start + _ROWS_AT_ONCE]))
                .values(
                    state=state.value,
                    fulfilled_at=at,
                    fulfilled_by=act.operator,
                    next_look_at=None,
                    set_aside=None,
                )
            )
    return settled


def supersede_others(
    session: Session,
    room_key: str,
    subject: str,
    span: tuple[datetime, datetime],
    due: Sequence[datetime],
) -> list[int]:
    """Supersede what is open under a subject in `[span)` but no longer falls due; return the ids.

    A holiday calendar that is loaded late moves reports; what moved is not owed at its old hour.
    """
    rows = session.execute(
        update(Obligation)
        .where(
            Obligation.room_key == room_key,
            Obligation.subject == subject,
            Obligation.state == ObligationState.OPEN.value,
            Obligation.due_at >= span[0],
            Obligation.due_at < span[1],
            Obligation.due_at.not_in(due),
        )
        .values(state=ObligationState.SUPERSEDED.value, next_look_at=None)
        .returning(Obligation.id)
    )
    return sorted(rows.scalars())


def supersede(session: Session, ids: Sequence[int]) -> list[int]:
    """Take back those of these obligations that are still open; return their ids."""
    rows = session.execute(
        update(Obligation)
        .where(Obligation.id.in_(ids), Obligation.state == ObligationState.OPEN.value)
        .values(state=ObligationState.SUPERSEDED.value, next_look_at=None)
        .returning(Obligation.id)
    )
    return sorted(rows.scalars())


def waive(session: Session, act: Act, ids: Sequence[int]) -> list[int]:
    """Excuse those of these that nobody has settled; return their ids. Missed stays missed."""
    there = (_T.c.id.in_(ids), _T.c.fulfilled_at.is_(None), _T.c.waived_at.is_(None))
    excused = {"waived_at": act.at, "waived_by": act.operator, "next_look_at": None}
    missed = session.execute(
        update(_T)
        .where(*there, _T.c.state == ObligationState.MISSED.value)
        .values(**excused)
        .returning(_T.c.id)
    ).scalars()
    waived = session.execute(
        update(_T)
        .where(*there, _T.c.state.in_(["open", "late"]))
        .values(**excused, state=ObligationState.WAIVED.value)
        .returning(_T.c.id)
    ).scalars()
    return sorted([*missed, *waived])


def acknowledge(
    session: Session,
    ids: Iterable[int],
    acknowledged_by: str,
    *,
    at: datetime,
    returns_at: datetime,
) -> None:
    """Record who took these matters on; they come back at `returns_at` if not settled.

    Rule: R-ACK-01
    """
    for obligation_id in ids:
        missed_at = session.scalar(
            select(Obligation.missed_at).where(
                Obligation.id == obligation_id, Obligation.state != ObligationState.MISSED.value
            )
        )
        session.execute(
            update(Obligation)
            .where(Obligation.id == obligation_id, Obligation.fulfilled_at.is_(None))
            .values(
                acknowledged_at=at,
                acknowledged_by=acknowledged_by,
                told_until=at,
                next_look_at=min(returns_at, missed_at) if missed_at else returns_at,
            )
        )
