"""How far the calendar's obligations have been opened; moved back when the roster changes."""

from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from records.act import Act
from schedules.tables import Opening


def begin(session: Session, room_key: str, at: datetime) -> None:
    """Start a room's opening: what fell due before `at` is not owed."""
    session.execute(insert(Opening).values(room_key=room_key, opened_until=at))


def opened_until(session: Session, room_key: str) -> datetime | None:
    """Return up to which instant (not included) everything due has been opened."""
    return session.scalar(select(Opening.opened_until).where(Opening.room_key == room_key))


_EARLIEST_END = select(func.min(Opening.opened_until))


def earliest_end(session: Session) -> datetime | None:
    """Return the earliest end of what is open in any room, or None without rooms."""
    return session.connection().execute(_EARLIEST_END).scalar()


def move_to(session: Session, room_key: str, instant: datetime) -> None:
    """Record that everything due before `instant` has been opened."""
    session.execute(
        update(Opening).where(Opening.room_key == room_key).values(opened_until=instant)
    )


def reopen_from(session: Session, act: Act, instant: datetime) -> None:
    """Have what falls due from `instant` on opened again; never what is past already."""
    start = max(instant, act.at)
    session.execute(
        update(Opening)
        .where(Opening.room_key == act.room_key, Opening.opened_until > start)
        .values(opened_until=start)
    )
