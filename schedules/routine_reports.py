"""Routine reports that units owe: receive them, chase them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from records.act import Act
from records.catalogue import nearest
from records.duty_log import Entry, append
from records.errors import BadData, NotFound, Refused, WrongState
from records.language import Bilingual, Sentence, mark
from records.tables import Unit
from schedules import obligations
from schedules.obligations import Settled
from schedules.rules import ReportRule, ScheduleRules
from schedules.tables import Chase, Obligation


@dataclass(frozen=True, slots=True)
class Received:
    """What a received report settled."""

    obligation_id: int
    due_at: datetime
    settled: Settled


def report_rule(rules: ScheduleRules, slug: str) -> ReportRule:
    """Return the rule of a routine report; BadData names the nearest known slug."""
    rule = rules.reports.get(slug)
    if rule is None:
        near = nearest(slug, list(rules.reports)) or "—"
        raise BadData(mark("没有名为{slug}的例行报送,最接近的是{near}。"), slug=slug, near=near)
    return rule


def receive(
    session: Session, act: Act, unit_id: str, rule: ReportRule, *, is_nil: bool
) -> Received:
    """Record that a unit's routine report has come in.

    It counts for the coming occurrence once that is near (`counts_early`), before that for the
    latest one that was not settled in time, else for the next whose period has begun.
    Raises NotFound for an unknown unit, Refused where the unit does not owe this report, and
    WrongState where it has come in already.

    Rule: R-REP-10
    """
    owed = _owed_now(session, act, unit_id, rule)
    settled = obligations.fulfil(session, act, owed.id, at=act.at)
    if is_nil:
        session.execute(
            update(Obligation).where(Obligation.id == owed.id).values(note="nil_return")
        )
    unit = session.get(Unit, (act.room_key, unit_id))
    assert unit is not None
    sentence = Sentence(
        mark("收到{unit}报送的{report}{nil}。"),
        {
            "unit": unit.name,
            "report": _words(rule),
            "nil": Sentence(mark("(零报告)")) if is_nil else "",
        },
    )
    data = {
        "unit": unit_id,
        "report": rule.slug,
        "due_at": owed.due_at,
        "state": settled.state.value,
        "late_seconds": settled.late_seconds,
        "nil_return": is_nil,
    }
    entry = Entry("receive_report", sentence, act.operator, f"report:{rule.slug}", data)
    append(session, act.room_key, act.at, [entry])
    return Received(owed.id, owed.due_at, settled)


def _words(rule: ReportRule) -> Bilingual:
    return Bilingual(rule.name, rule.name_en)


def _owed_now(session: Session, act: Act, unit_id: str, rule: ReportRule) -> Obligation:
    if session.get(Unit, (act.room_key, unit_id)) is None:
        raise NotFound(mark("没有编号为{unit}的单位。"), unit=unit_id)
    rows = session.scalars(
        select(Obligation)
        .where(
            Obligation.room_key == act.room_key,
            Obligation.owed_by == f"unit:{unit_id}",
            Obligation.subject == f"report:{rule.slug}",
            Obligation.arose_at <= act.at,
        )
        .order_by(Obligation.due_at.desc())
        .limit(60)
    ).all()
    owed = [
        row for row in rows if row.fulfilled_at is None and row.state in ("open", "late", "missed")
    ]
    passed = [row for row in owed if row.due_at < act.at]
    near = [
        row for row in owed if row.due_at >= act.at and act.at >= row.due_at - rule.counts_early
    ]
    for row in [*near[-1:], *passed, *reversed(owed)]:
        return row
    if rows:
        raise WrongState(
            mark("{unit}的{report}已收到,不必重复登记。"), unit=unit_id, report=_words(rule)
        )
    raise Refused(
        mark("{unit}此刻不欠{report},请核对单位和报送种类。"),
        unit=unit_id,
        report=_words(rule),
    )


def chase(
    session: Session,
    act: Act,
    unit_id: str,
    rule: ReportRule,
    *,
    words: str,
    promised_at: datetime | None,
) -> int:
    """Record that a unit was chased, what it said and what it promised; return the obligation.

    Raises as `receive` does.
    """
    owed = _owed_now(session, act, unit_id, rule)
    session.execute(
        insert(Chase).values(
            room_key=act.room_key,
            obligation_id=owed.id,
            at=act.at,
            chased_by=act.operator,
            words=words,
            promised_at=promised_at,
        )
    )
    unit = session.get(Unit, (act.room_key, unit_id))
    assert unit is not None
    sentence = Sentence(
        mark("催报{unit}的{report}:{words}"),
        {"unit": unit.name, "report": _words(rule), "words": words},
    )
    data = {"unit": unit_id, "report": rule.slug, "promised_at": promised_at, "due_at": owed.due_at}
    entry = Entry("chase_report", sentence, act.operator, f"report:{rule.slug}", data)
    append(session, act.room_key, act.at, [entry])
    return owed.id
