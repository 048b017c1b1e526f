"""Reading the duty log page by page, through the numbers of its entries (keyset paging)."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.duty_log import Recorded, recorded
from records.tables import LogEntry


def page(  # noqa: PLR0913  one argument for each column that a reader may choose by
    session: Session,
    room_key: str,
    *,
    before_seq: int | None = None,
    after_seq: int | None = None,
    at: datetime | None = None,
    act: str | None = None,
    subject: str | None = None,
    limit: int = 200,
) -> list[Recorded]:
    """Return one page of entries, always the newest first.

    Without `after_seq` it is the newest entries there are below the other bounds; with it, the
    oldest ones above that number, so that a reader can turn the pages both ways. `before_seq` and
    `after_seq` are themselves left out; `at` lets through everything up to the last entry recorded
    at or before that instant. `act` and `subject` must be the same, letter by letter.
    """
    query = select(LogEntry).where(LogEntry.room_key == room_key)
    if at is not None:
        query = query.where(LogEntry.seq <= last_seq_at(session, room_key, at))
    if before_seq is not None:
        query = query.where(LogEntry.seq < before_seq)
    if after_seq is not None:
        query = query.where(LogEntry.seq > after_seq)
    if act is not None:
        query = query.where(LogEntry.act == act)
    if subject is not None:
        query = query.where(LogEntry.subject == subject)
    forward = after_seq is not None
    order = LogEntry.seq.asc() if forward else LogEntry.seq.desc()
    found = [recorded(row) for row in session.scalars(query.order_by(order).limit(limit))]
    return found[::-1] if forward else found


def last_seq_at(session: Session, room_key: str, at: datetime) -> int:
    """Return the number of the last entry recorded at or before an instant; 0 if there is none."""
    query = (
        select(LogEntry.seq)
        .where(LogEntry.room_key == room_key, LogEntry.at <= at)
        .order_by(LogEntry.at.desc(), LogEntry.seq.desc())
        .limit(1)
    )
    return session.scalar(query) or 0
