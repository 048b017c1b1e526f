"""What opens the obligations of the time just ahead, one class for each kind.

An opener is given a span and opens what falls due in it; how far the room has been opened, and
when the next span is wanted, is `schedules.rounds.OpenDue`'s.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.act import Act
from records.duty_log import Entry, append
from records.language import Bilingual, Sentence, mark
from records.tables import DutyRoom, Unit
from schedules import obligations
from schedules.calendar import local_minute
from schedules.holidays import read_calendar
from schedules.obligations import Owed
from schedules.report_calendar import reports_due
from schedules.rules import ReportRule, ScheduleRules
from schedules.tables import Assignment, Post, Shift

Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Room:
    """What the rounds must know of a room."""

    key: str
    zone: ZoneInfo


class Opener(Protocol):
    """One kind of obligation that the calendar or the roster makes fall due."""

    def open(self, session: Session, act: Act, room: Room, span: Span) -> int:
        """Open what falls due in `[span)` and is not open yet; return how many were new."""
        ...


_ROOMS = select(DutyRoom.key, DutyRoom.timezone).order_by(DutyRoom.key)


def read_rooms(session: Session) -> list[Room]:
    """Return all rooms of this database, in the order of their keys."""
    rows = session.connection().execute(_ROOMS)
    return [Room(row.key, ZoneInfo(row.timezone)) for row in rows]


def record_opened(session: Session, act: Act, words: Bilingual, due: str, count: int) -> None:
    """Write into the duty log how many obligations of one kind were opened."""
    sentence = Sentence(
        mark("列入待办:{what},时限{due},{count}项。"), {"what": words, "due": due, "count": count}
    )
    entry = Entry("open_obligations", sentence, act.operator, "", {"count": count})
    append(session, act.room_key, act.at, [entry])


class SignInOpener:
    """A sign-in is owed by each manned post at the start of its shift."""

    def __init__(self, rules: ScheduleRules) -> None:
        self._rule = rules.obligations["sign_in"]

    def open(self, session: Session, act: Act, room: Room, span: Span) -> int:
        """Open the sign-ins of the shifts that begin in the span.

        Rule: R-SIGN-01
        """
        rule = self._rule
        rows = session.execute(
            select(Shift.key, Shift.starts_at, Assignment.post_key)
            .join(Assignment, Assignment.shift_id == Shift.id)
            .join(Post, (Post.room_key == act.room_key) & (Post.key == Assignment.post_key))
            .where(
                Shift.room_key == act.room_key,
                Shift.starts_at >= span[0],
                Shift.starts_at < span[1],
                Post.is_manned,
            )
            .order_by(Shift.starts_at, Post.turn)
        )
        owed = [
            Owed(
                kind="sign_in",
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
        ]
        opened = obligations.open_all(session, act.room_key, owed)
        if opened:
            words = Bilingual(rule.name, rule.name_en)
            record_opened(session, act, words, span[0].isoformat(), opened)
        return opened


class ReportOpener:
    """Routine reports are owed by units, day by day as their rules and the holidays say."""

    def __init__(self, rules: ScheduleRules) -> None:
        self._rules = rules

    def open(self, session: Session, act: Act, room: Room, span: Span) -> int:
        """Open the reports that fall due in the span; take back what an older calendar opened."""
        calendar = read_calendar(session, act.room_key)
        units = _units_by_kind(session, act.room_key)
        opened = 0
        for rule in self._rules.reports.values():
            owing = [unit for kind in rule.owed_by for unit in units.get(kind, [])]
            if not owing:
                continue
            occurrences = reports_due(rule, calendar, room.zone, *span)
            _supersede(session, act, rule, span, [one.due_at for one in occurrences])
            for occurrence in occurrences:
                owed = [
                    _report_owed(rule, unit, occurrence.arose_at, occurrence.due_at)
                    for unit in owing
                ]
                new = obligations.open_all(session, act.room_key, owed)
                if new:
                    words = Bilingual(rule.name, rule.name_en)
                    due = local_minute(occurrence.due_at, room.zone)
                    record_opened(session, act, words, due, new)
                opened += new
        return opened


def _supersede(
    session: Session, act: Act, rule: ReportRule, span: Span, due: list[datetime]
) -> None:
    """Take back what an older calendar had opened in this span."""
    ids = obligations.supersede_others(session, act.room_key, f"report:{rule.slug}", span, due)
    if ids:
        words = Bilingual(rule.name, rule.name_en)
        sentence = Sentence(
            mark("节假日或规则已变,撤下原定的{what}{count}项。"),
            {"what": words, "count": len(ids)},
        )
        subject = f"report:{rule.slug}"
        entry = Entry("supersede", sentence, act.operator, subject, {"obligations": ids})
        append(session, act.room_key, act.at, [entry])


def _report_owed(rule: ReportRule, unit: str, arose_at: datetime, due_at: datetime) -> Owed:
    return Owed(
        kind="routine_report",
        subject=f"report:{rule.slug}",
        owed_by=f"unit:{unit}",
        rule=rule.rule,
        source=rule.source,
        ladder=rule.ladder,
        arose_at=arose_at,
        due_at=due_at,
        grace=rule.grace,
    )


def _units_by_kind(session: Session, room_key: str) -> dict[str, list[str]]:
    rows = session.execute(
        select(Unit.id, Unit.kind)
        .where(Unit.room_key == room_key, Unit.retired_at.is_(None))
        .order_by(Unit.id)
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.kind, []).append(row.id)
    return found
