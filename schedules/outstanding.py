"""The state of an obligation and the value that is given upward; pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ObligationState(StrEnum):
    """Where an obligation stands; late and missed stay on record when it is fulfilled after."""

    OPEN = "open"
    FULFILLED = "fulfilled"
    LATE = "late"
    MISSED = "missed"
    WAIVED = "waived"
    SUPERSEDED = "superseded"


SETTLED = frozenset({ObligationState.FULFILLED, ObligationState.WAIVED, ObligationState.SUPERSEDED})


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Something owed, due and not fulfilled, as `plans` gets it from a look.

    `state` is the state after the look, `before` the one it had. `own_next_look_at` is when the
    obligation itself must be looked at again (None once it is missed); a ladder may want sooner.
    """

    id: int
    room_key: str
    kind: str
    subject: str
    owed_by: str
    rule: str
    ladder: str | None
    is_top_priority: bool
    is_drill: bool
    due_at: datetime
    missed_at: datetime
    before: ObligationState
    state: ObligationState
    told_until: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    own_next_look_at: datetime | None
