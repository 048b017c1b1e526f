"""The clocks of an incident that are obligations already, read as values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from plans.clock_rules import ClockForm, ClockParty
from plans.incident_tables import Incident, IncidentClock
from plans.reporting_clocks import ClockDue, CountedFrom
from records.language import Bilingual
from schedules.outstanding import ObligationState
from schedules.rules import Confidence
from schedules.tables import Obligation


@dataclass(frozen=True, slots=True)
class ClockRow:
    """A clock that is an obligation already."""

    id: int
    occurrence: str
    state: ObligationState
    fulfilled_at: datetime | None
    missed_at: datetime
    owed_by: str
    due: ClockDue

    @property
    def clock(self) -> tuple[str, str, int] | None:
        """Return what stays the same when its start is corrected."""
        return clock_of(self.owed_by, self.due)

    @property
    def is_daily(self) -> bool:
        """Return whether it is owed at hours of each day, or so many times a day."""
        return self.due.counted_from is CountedFrom.DAILY

    @property
    def is_anew(self) -> bool:
        """Return whether each such report is asked for by itself."""
        return self.is_daily or self.due.counted_from is CountedFrom.CASUALTIES_CHANGED


def clock_of(owner: str, due: ClockDue) -> tuple[str, str, int] | None:
    """Return what makes two dues of different starts the same clock; None for what is anew."""
    if due.counted_from in (CountedFrom.OCCURRED, CountedFrom.RECEIVED):
        return owner, due.clock, due.number
    return None


def read_rows(session: Session, incident: Incident) -> list[ClockRow]:
    """Return an incident's clocks in the order in which they fall due."""
    rows = session.execute(_ROWS.where(_C.incident_id == incident.id))
    return [
        ClockRow(
            row.id,
            row.occurrence,
            ObligationState(row.state),
            row.fulfilled_at,
            row.missed_at,
            row.owed_by,
            _due_of(row),
        )
        for row in rows
    ]


# By columns: what was just written by statements must be seen, and rows cost less than objects.
_C = IncidentClock
_O = Obligation
_ROWS = (
    select(
        _O.id,
        _O.occurrence,
        _O.state,
        _O.fulfilled_at,
        _O.missed_at,
        _O.owed_by,
        _O.arose_at,
        _O.due_at,
        _O.rule,
        _O.source,
        _C.clock,
        _C.number,
        _C.counted_from,
        _C.form,
        _C.from_party,
        _C.to_party,
        _C.is_follow_up,
        _C.due_from_receipt_at,
    )
    .join(_C, _C.obligation_id == _O.id)
    .order_by(_O.due_at, _O.id)
)


def _due_of(row: Any) -> ClockDue:  # noqa: ANN401  a row of _ROWS
    """Return a stored clock as the value that says which report fulfils it."""
    return ClockDue(
        clock=row.clock,
        name=Bilingual(row.clock, row.clock),
        from_party=ClockParty(row.from_party),
        to_party=ClockParty(row.to_party),
        form=ClockForm(row.form),
        arose_at=row.arose_at,
        due_at=row.due_at,
        due_from_receipt_at=row.due_from_receipt_at,
        counted_from=CountedFrom(row.counted_from),
        rule=row.rule,
        source=row.source,
        confidence=Confidence.HIGH,  # not stored; nothing is decided by it
        warn_at=(),
        is_follow_up=row.is_follow_up,
        number=row.number,
    )
