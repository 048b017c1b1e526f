"""Obligations put right by what is told afterwards: done earlier, owed no more, owed after all.

Beside `obligations` the only writer of the table; what is owed for the first time is opened there.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from records.act import Act
from schedules.deadlines import late_seconds, state_when_fulfilled
from schedules.obligations import Settled
from schedules.outstanding import ObligationState
from schedules.tables import Obligation

_UNSETTLED = (ObligationState.OPEN.value, ObligationState.LATE.value)


def fulfil_as_told(session: Session, act: Act, obligation_id: int, *, at: datetime) -> Settled:
    """Record that it was done at `at`, which may lie in the past and is taken as said.

    The state is judged by `at` alone: what the watch saw as missed was on time if it was done in
    time and only entered late. The caller has made sure that it is neither waived nor superseded.

    Rule: R-INC-07
    """
    row = session.execute(
        select(Obligation.due_at, Obligation.missed_at)
        .where(Obligation.id == obligation_id)
        .with_for_update()
    ).one()
    state = state_when_fulfilled(ObligationState.OPEN, row.due_at, row.missed_at, at=at)
    session.execute(
        update(Obligation)
        .where(Obligation.id == obligation_id)
        .values(
            state=state.value,
            fulfilled_at=at,
            fulfilled_by=act.operator,
            next_look_at=None,
            set_aside=None,
        )
    )
    return Settled(obligation_id, state, late_seconds(row.due_at, at) or 0.0)


def withdraw(session: Session, ids: Sequence[int]) -> list[int]:
    """Supersede what is open or late and owed no more; return the ids.

    What is missed stays missed, but nobody is told of it again.
    """
    if not ids:
        return []
    _let_rest(session, ids, [ObligationState.MISSED])
    rows = session.execute(
        update(Obligation)
        .where(Obligation.id.in_(ids), Obligation.state.in_(_UNSETTLED))
        .where(Obligation.fulfilled_at.is_(None))
        .values(state=ObligationState.SUPERSEDED.value, next_look_at=None)
        .returning(Obligation.id)
    )
    return sorted(rows.scalars())


def end(session: Session, ids: Sequence[int]) -> list[int]:
    """Supersede what is still open because its matter has ended; return the ids.

    What is late or missed keeps its state for ever, but nobody is told of it again.
    """
    open_ids = list(
        session.scalars(
            select(Obligation.id).where(
                Obligation.id.in_(ids), Obligation.state == ObligationState.OPEN.value
            )
        )
    )
    _let_rest(session, ids, [ObligationState.LATE, ObligationState.MISSED])
    return withdraw(session, open_ids)


def _let_rest(session: Session, ids: Sequence[int], states: Sequence[ObligationState]) -> None:
    session.execute(
        update(Obligation)
        .where(Obligation.id.in_(ids), Obligation.state.in_([each.value for each in states]))
        .values(next_look_at=None)
    )


def replace(session: Session, ids: Sequence[int]) -> None:
    """Supersede what was judged from a start that has been corrected; its report stays on it.

    The caller opens what takes its place.
    """
    if ids:
        session.execute(
            update(Obligation)
            .where(Obligation.id.in_(ids), Obligation.state != ObligationState.MISSED.value)
            .values(state=ObligationState.SUPERSEDED.value, next_look_at=None)
        )


def owe_again(session: Session, ids: Sequence[int]) -> list[int]:
    """Open what was superseded and is owed after all, as if never fulfilled; return the ids."""
    if not ids:
        return []
    rows = session.execute(
        update(Obligation)
        .where(Obligation.id.in_(ids), Obligation.state == ObligationState.SUPERSEDED.value)
        .values(
            state=ObligationState.OPEN.value,
            fulfilled_at=None,
            fulfilled_by=None,
            next_look_at=Obligation.due_at,
        )
        .returning(Obligation.id)
    )
    return sorted(rows.scalars())
