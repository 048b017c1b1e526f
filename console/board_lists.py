"""Reading the lists beside the board: the day's reports, the log by pages, mails, people."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from console.board import LogPage, MailLine, PersonChoice, ReportBoard, ReportLine
from plans.mail_states import MailState
from plans.tables import Mail
from records import log_reading, log_search
from records.duty_log import head
from records.names import party_names
from records.people import find_people
from records.tables import DutyRoom, Unit
from schedules.calendar import local_day, local_instant
from schedules.deadlines import late_seconds
from schedules.outstanding import ObligationState
from schedules.rules import ScheduleRules
from schedules.tables import Chase, Obligation

REPORTS = 3_000
MAILS = 300
RECENT_MAILS = 2_000
ROWS_AT_ONCE = 400


def read_reports(
    session: Session, room_key: str, rules: ScheduleRules, *, now: datetime, days_back: int
) -> ReportBoard:
    """Return the routine reports due on one local day: kind and instant, those owed first."""
    zone_name = session.scalar(select(DutyRoom.timezone).where(DutyRoom.key == room_key))
    zone = ZoneInfo(zone_name or "UTC")
    day = local_day(now, zone) - timedelta(days=days_back)
    rows = session.execute(
        select(
            Obligation.id,
            Obligation.subject,
            Obligation.owed_by,
            Obligation.arose_at,
            Obligation.due_at,
            Obligation.state,
            Obligation.fulfilled_at,
            Obligation.note,
        )
        .where(
            Obligation.room_key == room_key,
            Obligation.due_at >= local_instant(day, time(), zone),
            Obligation.due_at < local_instant(day + timedelta(days=1), time(), zone),
            Obligation.kind == "routine_report",
            Obligation.state != ObligationState.SUPERSEDED.value,
        )
        .order_by(Obligation.due_at, Obligation.subject, Obligation.id)
        .limit(REPORTS)
    ).all()
    units = _units(session, room_key, [row.owed_by.removeprefix("unit:") for row in rows])
    chases = _last_chases(session, [row.id for row in rows])
    lines = []
    for row in rows:
        unit_id = row.owed_by.removeprefix("unit:")
        name, pinyin = units.get(unit_id, (unit_id, ""))
        chased_at, words, promised_at = chases.get(row.id, (None, "", None))
        lines.append(
            ReportLine(
                obligation_id=row.id,
                report=row.subject.removeprefix("report:"),
                words=rules.words_for("routine_report", row.subject),
                unit_id=unit_id,
                unit=name,
                pinyin=pinyin,
                due_at=row.due_at,
                arose_at=row.arose_at,
                state=ObligationState(row.state),
                fulfilled_at=row.fulfilled_at,
                late_seconds=_late(row.due_at, row.fulfilled_at),
                is_nil=row.note == "nil_return",
                chased_at=chased_at,
                chase_words=words,
                promised_at=promised_at,
            )
        )
    return ReportBoard(now, tuple(lines), len(rows) >= REPORTS)


def _late(due_at: datetime, fulfilled_at: datetime | None) -> int | None:
    seconds = late_seconds(due_at, fulfilled_at)
    return None if seconds is None else int(seconds)


def _units(
    session: Session, room_key: str, unit_ids: Sequence[str]
) -> Mapping[str, tuple[str, str]]:
    wanted = sorted(set(unit_ids))
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(wanted), ROWS_AT_ONCE):
        rows = session.execute(
            select(Unit.id, Unit.name, Unit.pinyin).where(
                Unit.room_key == room_key, Unit.id.in_(wanted[start : start + ROWS_AT_ONCE])
            )
        )
        found |= {row.id: (row.name, row.pinyin) for row in rows}
    return found


def _last_chases(
    session: Session, ids: Sequence[int]
) -> Mapping[int, tuple[datetime, str, datetime | None]]:
    found: dict[int, tuple[datetime, str, datetime | None]] = {}
    for start in range(0, len(ids), ROWS_AT_ONCE):
        rows = session.execute(
            select(Chase.obligation_id, Chase.at, Chase.words, Chase.promised_at)
            .where(Chase.obligation_id.in_(ids[start : start + ROWS_AT_ONCE]))
            .order_by(Chase.id)
        )
        found |= {row.obligation_id: (row.at, row.words, row.promised_at) for row in rows}
    return found


def read_log_page(
    session: Session, room_key: str, *, before_seq: int | None, sought: str, limit: int
) -> LogPage:
    """Return one page of the log, the newest first; with `sought`, of the entries found."""
    last, _ = head(session, room_key)
    if sought:
        found = log_search.search(session, room_key, sought, limit=limit, before_seq=before_seq)
    else:
        found = log_reading.page(session, room_key, before_seq=before_seq, limit=limit)
    return LogPage(last, tuple(found))


def read_mails(session: Session, room_key: str) -> tuple[MailLine, ...]:
    """Return mails of a bounded recent number: refused first, then delayed, then the newest."""
    recent = (
        select(Mail.id)
        .where(Mail.room_key == room_key)
        .order_by(Mail.id.desc())
        .limit(RECENT_MAILS)
        .subquery()
    )
    is_delayed = (Mail.next_try_at.is_not(None)) & (Mail.attempts > 0)
    rank = case((Mail.state == MailState.REFUSED.value, 0), (is_delayed, 1), else_=2)
    rows = session.execute(
        select(
            Mail.id,
            Mail.at,
            Mail.recipient,
            Mail.address,
            Mail.subject,
            Mail.state,
            Mail.attempts,
            Mail.last_reply,
            Mail.next_try_at,
            Mail.accepted_at,
        )
        .where(Mail.id.in_(select(recent.c.id)))
        .order_by(rank, Mail.id.desc())
        .limit(MAILS)
    ).all()
    names = party_names(session, room_key, [row.recipient for row in rows])
    return tuple(
        MailLine(
            id=row.id,
            at=row.at,
            recipient=names[row.recipient],
            address=row.address or "",
            subject=row.subject or "",
            state=MailState(row.state),
            attempts=row.attempts,
            last_reply=row.last_reply,
            next_try_at=row.next_try_at,
            accepted_at=row.accepted_at,
        )
        for row in rows
    )


def read_people(session: Session, room_key: str, typed: str) -> tuple[PersonChoice, ...]:
    """Return at most twenty people whom a search means, best first."""
    return tuple(
        PersonChoice(card.id, card.name, card.body, card.title, next(iter(card.telephones), ""))
        for card in find_people(session, room_key, typed)
    )
