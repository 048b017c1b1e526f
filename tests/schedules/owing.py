"""Obligations written straight into the table, as many as a test wants."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.act import Act
from schedules.obligations import Owed, open_all
from schedules.tables import Obligation
from tests.stories.duty_room import ROOM, StoryRoom

GRACE = timedelta(minutes=15)


def owed(party: str, due_at: datetime, **changes: object) -> Owed:
    """Return a report owed by a party at an instant, with the manning ladder."""
    values: dict[str, object] = {
        "kind": "routine_report",
        "subject": "report:county_duty_situation",
        "owed_by": party,
        "rule": "R-REP-12",
        "source": "",
        "ladder": "manning",
        "arose_at": due_at - timedelta(hours=8),
        "due_at": due_at,
        "grace": GRACE,
        **changes,
    }
    return Owed(**values)  # type: ignore[arg-type]  # a test names only what it changes


def put(room: StoryRoom, *items: Owed) -> None:
    """Open these obligations."""
    with room.database.write() as session:
        open_all(session, ROOM, items)


def rows(session: Session) -> Sequence[Obligation]:
    """Return all obligations in order."""
    return session.scalars(select(Obligation).order_by(Obligation.id)).all()


def act_of(room: StoryRoom, operator: str = f"room:{ROOM}") -> Act:
    """Return an act of this instant."""
    return Act(ROOM, room.clock.now(), operator)
