"""What command needs to know of an incident, and what it leaves in it: where it stands."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from plans.command_states import Step
from plans.incident_states import ENDED, IncidentState
from plans.incident_tables import IncidentVersion
from plans.incidents import require_incident
from records.act import Act
from records.errors import WrongState
from records.language import mark


@dataclass(frozen=True, slots=True)
class IncidentInBrief:
    """The kind of an incident, as its slug, where it is, and whether it is a drill."""

    kind: str | None
    place: str
    is_drill: bool


def incident_facts(session: Session, room_key: str, handle: str) -> IncidentInBrief:
    """Return what command needs of an incident; NotFound naming the nearest one."""
    row = require_incident(session, room_key, handle)
    versions = session.execute(
        select(IncidentVersion.kind, IncidentVersion.place)
        .where(IncidentVersion.incident_id == row.id)
        .order_by(IncidentVersion.seq.desc())
    ).all()
    kind = next((version.kind for version in versions if version.kind), None)
    place = next((version.place for version in versions if version.place), "")
    return IncidentInBrief(kind, place or "", row.is_drill)


def require_not_ended(session: Session, room_key: str, handle: str) -> None:
    """Raise WrongState if an incident has ended: what happens then opens it again first."""
    row = require_incident(session, room_key, handle)
    if IncidentState(row.state) in ENDED:
        raise WrongState(mark("事件{incident}已经结束。"), incident=row.handle)


def note_response(session: Session, act: Act, handle: str, step: Step) -> None:
    """Record in an incident where a step of its response leaves it; handed up, it stays so."""
    row = require_incident(session, act.room_key, handle)
    if step is Step.HAND_UP:
        row.handed_up_at = act.at
        row.state = IncidentState.HANDED_UP.value
    elif row.handed_up_at is None:
        ended = step is Step.STAND_DOWN
        row.state = (IncidentState.RESPONSE_ENDED if ended else IncidentState.RESPONDING).value
    session.flush()
