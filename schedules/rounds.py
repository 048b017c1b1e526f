"""The rounds of the watch that need no plan: open what falls due ahead, look at what is due."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.act import Act
from records.duty_log import Entry, append
from records.language import Bilingual, Sentence, mark
from records.tables import DutyRoom, Unit
from schedules import obligations, openings
from schedules.calendar import local_minute
from schedules.findings import FindingKind, Suspicion, suspect
from schedules.holidays import read_calendar
from schedules.obligations import Owed
from schedules.outstanding import ObligationState, Outstanding
from schedules.party_words import party_words
from schedules.report_calendar import reports_due
from schedules.rules import ReportRule, ScheduleRules
from schedules.tables import Assignment, Post, Shift

OPEN_AHEAD = timedelta(hours=24)  # what falls due within so long is always open (ADR 0002)

_NEW_STATE = {
    ObligationState.LATE: mark("迟:{party}未完成{what}(时限{due})。"),
    ObligationState.MISSED: mark("漏:{party}未完成{what}(时限{due}),宽限已过。"),
}


@dataclass(frozen=True, slots=True)
class Room:
    """What the rounds must know of a room."""

    key: str
    zone: ZoneInfo


_ROOMS = select(DutyRoom.key, DutyRoom.timezone).order_by(DutyRoom.key)


def read_rooms(session: Session) -> list[Room]:
    """Return all rooms of this database, in the order of their keys."""
    rows = session.connection().execute(_ROOMS)
    return [Room(row.key, ZoneInfo(row.timezone)) for row in rows]


class OpenDue:
    """Open the obligations of the time just ahead: sign-ins and routine reports."""

    def __init__(self, rules: ScheduleRules) -> None:
        self._rules = rules

    def next_at(self, session: Session) -> datetime | None:
        """Return when more must be opened: a day before the end of what is open."""
        end = openings.earliest_end(session)
        return None if end is None else end - OPEN_AHEAD

    def run(self, session: Session, *, now: datetime) -> int:
        """Open a day's obligations in every room where the time has come; return how many."""
        opened = 0
        for room in read_rooms(session):
            end = openings.opened_until(session, room.key)
            if end is None or end - OPEN_AHEAD > now:
                continue
            until = max(end + OPEN_AHEAD, now + OPEN_AHEAD + OPEN_AHEAD)
            act = Act(room.key, now, f"room:{room.key}")
            opened += self._open_sign_ins(session, act, end, until)
            opened += self._open_reports(session, act, room.zone, (end, until))
            openings.move_to(session, room.key, until)
        return opened

    def _open_sign_ins(self, session: Session, act: Act, start: datetime, end: datetime) -> int:
        rule = self._rules.obligations["sign_in"]
        rows = session.execute(
            select(Shift.key, Shift.starts_at, Assignment.post_key)
            .join(Assignment, Assignment.shift_id == Shift.id)
            .join(Post, (Post.room_key == act.room_key) & (Post.key == Assignment.post_key))
            .where(
                Shift.room_key == act.room_key,
                Shift.starts_at >= start,
                Shift.starts_at < end,
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
            self._record(session, act, words, f"{start.isoformat()}", opened)
        return opened

    def _open_reports(
        self, session: Session, act: Act, zone: ZoneInfo, span: tuple[datetime, datetime]
    ) -> int:
        calendar = read_calendar(session, act.room_key)
        units = _units_by_kind(session, act.room_key)
        opened = 0
        for rule in self._rules.reports.values():
            owing = [unit for kind in rule.owed_by for unit in units.get(kind, [])]
            if not owing:
                continue
            occurrences = reports_due(rule, calendar, zone, *span)
            self._supersede(session, act, rule, span, [one.due_at for one in occurrences])
            for occurrence in occurrences:
                owed = [
                    _report_owed(rule, unit, occurrence.arose_at, occurrence.due_at)
                    for unit in owing
                ]
                new = obligations.open_all(session, act.room_key, owed)
                if new:
                    words = Bilingual(rule.name, rule.name_en)
                    due = local_minute(occurrence.due_at, zone)
                    self._record(session, act, words, due, new)
                opened += new
        return opened

    def _supersede(
        self,
        session: Session,
        act: Act,
        rule: ReportRule,
        span: tuple[datetime, datetime],
        due: list[datetime],
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

    def _record(self, session: Session, act: Act, words: Bilingual, due: str, count: int) -> None:
        sentence = Sentence(
            mark("列入待办:{what},时限{due},{count}项。"),
            {"what": words, "due": due, "count": count},
        )
        entry = Entry("open_obligations", sentence, act.operator, "", {"count": count})
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


class LookAtDue:
    """Look at what is due: late, missed, with log entry and finding; hand the rest upward."""

    def __init__(self, rules: ScheduleRules) -> None:
        self._rules = rules

    def run(self, session: Session, *, now: datetime, most: int) -> list[Outstanding]:
        """Return at most `most` looked-at obligations, oldest look first; states not yet stored.

        The caller stores the looks in the same transaction (`obligations.store_looks`).
        """
        found = obligations.due_for_a_look(session, now=now, most=most)
        changed = [item for item in found if item.state is not item.before]
        for room in read_rooms(session) if changed else []:
            self._record(session, room, [x for x in changed if x.room_key == room.key], now)
        return found

    def _record(
        self, session: Session, room: Room, changed: Sequence[Outstanding], now: datetime
    ) -> None:
        if not changed:
            return
        words = party_words(session, room.key, [item.owed_by for item in changed])
        operator = f"room:{room.key}"
        entries = [
            Entry(
                "mark_" + item.state.value,
                Sentence(
                    _NEW_STATE[item.state],
                    {
                        "party": words[item.owed_by],
                        "what": self._rules.words_for(item.kind, item.subject),
                        "due": local_minute(item.due_at, room.zone),
                    },
                ),
                operator,
                item.subject,
                {"obligation": item.id, "owed_by": item.owed_by, "due_at": item.due_at},
            )
            for item in changed
        ]
        append(session, room.key, now, entries)
        for item in changed:
            if item.kind == "sign_in" and item.state is ObligationState.MISSED:
                self._suspect_uncovered(session, item, now, operator)

    def _suspect_uncovered(
        self, session: Session, item: Outstanding, now: datetime, operator: str
    ) -> None:
        """Rule: R-POST-01."""
        post_key = item.owed_by.removeprefix("post:")
        person_id = session.scalar(
            select(Assignment.person_id)
            .join(Shift, Shift.id == Assignment.shift_id)
            .where(
                Shift.room_key == item.room_key,
                Shift.key == item.subject.removeprefix("shift:"),
                Assignment.post_key == post_key,
            )
        )
        suspicion = Suspicion(
            FindingKind.UNCOVERED_POST, post_key, person_id, item.id, max(item.missed_at, now)
        )
        suspect(session, item.room_key, suspicion, operator=operator)
