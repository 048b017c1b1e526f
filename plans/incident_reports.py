"""Reports on an incident between two levels: entered once, numbered, and what they fulfil."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plans.incident_clocks import Kept, News, keep_in_step
from plans.incident_facts import level_report, read_told
from plans.incident_owing import Ruling
from plans.incident_tables import Incident, IncidentReport
from plans.incident_words import form_words, level_words, report_words
from plans.incidents import append_entry, not_ahead, require_incident
from plans.reporting_levels import ReportForm, ReportingLevel, ReportKind
from records.act import Act
from records.errors import BadData
from records.language import Sentence, mark
from schedules.calendar import local_minute


@dataclass(frozen=True, slots=True)
class Reported:
    """What somebody says was reported; `reported_at` None is the instant of the act."""

    kind: ReportKind
    form: ReportForm
    from_level: ReportingLevel
    to_level: ReportingLevel
    reported_at: datetime | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A stored report: its row, its number among those of its kind, what it did to the clocks."""

    id: int
    handle: str
    number: int
    reported_at: datetime
    kept: Kept


def report(session: Session, act: Act, ruling: Ruling, handle: str, reported: Reported) -> Numbered:
    """Record a report and fulfil the clocks that asked for it, at the instant that is said.

    Raises BadData where both ends are the same level, Refused for an instant that lies ahead.

    Rule: R-INC-07
    """
    row = require_incident(session, act.room_key, handle)
    if reported.from_level is reported.to_level:
        raise BadData(mark("from 与 to 不能是同一级({level})。"), level=reported.from_level.value)
    at = reported.reported_at or act.at
    not_ahead(act.at, ruling.zone, reported_at=at)
    number = _next_number(session, row, reported)
    stored = IncidentReport(
        incident_id=row.id,
        kind=reported.kind.value,
        form=reported.form.value,
        number=number,
        from_level=reported.from_level.value,
        to_level=reported.to_level.value,
        reported_at=at,
        entered_at=act.at,
        entered_by=act.operator,
        summary=reported.summary,
    )
    session.add(stored)
    session.flush()
    told = read_told(session, row)
    value = level_report(stored)
    kept = keep_in_step(session, act, row, told, ruling, News(value))
    numbered = Numbered(stored.id, row.handle, number, at, kept)
    _record(session, act, ruling, reported, numbered)
    return numbered


def _next_number(session: Session, row: Incident, reported: Reported) -> int:
    """Return its number among those of its kind between the same two levels."""
    made = session.scalar(
        select(func.count())
        .select_from(IncidentReport)
        .where(
            IncidentReport.incident_id == row.id,
            IncidentReport.kind == reported.kind.value,
            IncidentReport.from_level == reported.from_level.value,
            IncidentReport.to_level == reported.to_level.value,
        )
    )
    return (made or 0) + 1


def _record(
    session: Session, act: Act, ruling: Ruling, reported: Reported, numbered: Numbered
) -> None:
    sentence = Sentence(
        mark("事件{incident}:{sender}向{receiver}{form}{kind}{number},{at}。"),
        {
            "incident": numbered.handle,
            "sender": level_words(reported.from_level),
            "receiver": level_words(reported.to_level),
            "form": form_words(reported.form),
            "kind": report_words(reported.kind),
            "number": numbered.number,
            "at": local_minute(numbered.reported_at, ruling.zone),
        },
    )
    data = {
        "kind": reported.kind.value,
        "form": reported.form.value,
        "number": numbered.number,
        "from": reported.from_level.value,
        "to": reported.to_level.value,
        "reported_at": numbered.reported_at,
        "fulfilled": list(numbered.kept.fulfilled),
    }
    append_entry(session, act, numbered.handle, "report_incident", sentence, data)
