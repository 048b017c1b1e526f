"""The incidents that are not ended, for the state of a room; costs next to nothing without any."""

from datetime import datetime

from sqlalchemy import column, select, table
from sqlalchemy.orm import Session

from console.acts.desk import Rules

# The columns that are asked for first, so that a room without incidents need not load their rules.
_INCIDENT = table("incident", column("room_key"), column("closed_at"))


def read_open_incidents(
    session: Session, room_key: str, rules: Rules, now: datetime
) -> list[dict[str, object]]:
    """Return the open incidents as `duty incident list --json` has them, oldest first."""
    is_open = select(_INCIDENT.c.room_key).where(
        _INCIDENT.c.room_key == room_key, _INCIDENT.c.closed_at.is_(None)
    )
    if session.execute(is_open.limit(1)).first() is None:
        return []
    from console.incident_views import read_list  # noqa: PLC0415  few rooms have an open incident

    return read_list(session, room_key, rules, now=now, everything=False)
