"""When something owed is late, missed, and to be looked at next; pure."""

from dataclasses import dataclass
from datetime import datetime

from schedules.outstanding import ObligationState


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found: the state, and when to look again for the state's own sake."""

    state: ObligationState
    next_look_at: datetime | None


def look(state: ObligationState, due_at: datetime, missed_at: datetime, *, now: datetime) -> Look:
    """Return how something not yet fulfilled stands at `now`.

    Acts of an instant come before the watch: what is still open at `due_at` is late from then,
    and what is still open at `missed_at` (due plus grace) is missed from then, for ever.

    Rule: R-REP-11
    """
    if state is ObligationState.MISSED or now >= missed_at:
        return Look(ObligationState.MISSED, None)
    if now >= due_at:
        return Look(ObligationState.LATE, missed_at)
    return Look(state, due_at)


def state_when_fulfilled(
    state: ObligationState, due_at: datetime, missed_at: datetime, *, at: datetime
) -> ObligationState:
    """Return the state that stays on record when it is fulfilled at `at`.

    Due and grace both include their last instant: at `due_at` it is on time, at `missed_at` it
    is late. Missed stays missed.

    Rule: R-REP-10
    """
    if state is ObligationState.MISSED or at > missed_at:
        return ObligationState.MISSED
    return ObligationState.LATE if at > due_at else ObligationState.FULFILLED


def late_seconds(due_at: datetime, fulfilled_at: datetime | None) -> float | None:
    """Return by how many seconds it was late: 0 where on time, None while not fulfilled."""
    if fulfilled_at is None:
        return None
    return max(0.0, (fulfilled_at - due_at).total_seconds())
