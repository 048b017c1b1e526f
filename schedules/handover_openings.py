"""Where handovers are switched on, each manned post owes one at the start of a shift."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.act import Act
from records.language import Bilingual
from schedules import obligations
from schedules.answering import hands_over
from schedules.calendar import local_minute
from schedules.obligations import Owed
from schedules.openers import Room, Span, record_opened
from schedules.rules import ScheduleRules
from schedules.tables import Assignment, Post, Shift


class HandoverOpener:
    """A post is to be handed over when the shift of another person begins at it."""

    def __init__(self, rules: ScheduleRules) -> None:
        self._rule = rules.obligations["handover"]

    def open(self, session: Session, act: Act, room: Room, span: Span) -> int:
        """Open the handovers of the shifts that begin in the span.

        The first shift of a post takes it from nobody, and whoever stands two shifts in a row does
        not hand over to themselves: neither owes a handover.

        Rule: R-HAND-01
        """
        if not hands_over(session, act.room_key, act.at):
            return 0
        rule = self._rule
        rows = session.execute(
            select(Shift.key, Shift.starts_at, Assignment.post_key, Assignment.person_id)
            .join(Assignment, Assignment.shift_id == Shift.id)
            .join(Post, (Post.room_key == act.room_key) & (Post.key == Assignment.post_key))
            .where(
                Shift.room_key == act.room_key,
                Shift.starts_at >= span[0],
                Shift.starts_at < span[1],
                Post.is_manned,
            )
            .order_by(Shift.starts_at, Post.turn)
        ).all()
        owed = [
            Owed(
                kind="handover",
                subject=f"shift:{row.key}",
                owed_by=f"post:{row.post_key}",
                rule=rule.rule,
                source=rule.source,
                ladder=rule.ladder,
                arose_at=row.starts_at - rule.opens_before,
                due_at=row.starts_at,
                grace=rule.grace,
            )
            for row in rows
            if _changes_hands(session, act.room_key, row.post_key, row.starts_at, row.person_id)
        ]
        opened = obligations.open_all(session, act.room_key, owed)
        if opened:
            due = local_minute(owed[0].due_at, room.zone)
            record_opened(session, act, Bilingual(rule.name, rule.name_en), due, opened)
        return opened


def _changes_hands(
    session: Session, room_key: str, post_key: str, starts_at: datetime, person_id: str | None
) -> bool:
    """Return whether the post's shift before this one was somebody else's."""
    before = session.execute(
        select(Assignment.person_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(
            Shift.room_key == room_key,
            Assignment.post_key == post_key,
            Shift.starts_at < starts_at,
        )
        .order_by(Shift.starts_at.desc())
        .limit(1)
    ).one_or_none()
    return before is not None and (person_id is None or before.person_id != person_id)
