"""What command needs to know of an incident: its kind, its place, whether it is a drill."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from plans.incident_tables import IncidentVersion
from plans.incidents import require_incident


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
