"""What persons decide about an incident: another grade than the computed one, and its end."""

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from plans.grades import Grade
from plans.incident_clocks import Kept
from plans.incident_facts import OURS, read_told
from plans.incident_owing import KIND, Ruling
from plans.incident_states import ENDED, IncidentState
from plans.incident_tables import IncidentAssessment
from plans.incident_words import grade_words
from plans.incidents import Entered, append_entry, require_incident, settle
from plans.reporting_levels import ReportKind
from records.act import Act
from records.errors import Refused, WrongState
from records.language import Sentence, mark
from schedules import corrections
from schedules.outstanding import ObligationState
from schedules.tables import Obligation

_UNSETTLED = (ObligationState.OPEN.value, ObligationState.LATE.value, ObligationState.MISSED.value)


def assess_grade(
    session: Session,
    act: Act,
    ruling: Ruling,
    handle: str,
    decided: Grade | None,
    reason: str,
) -> Entered:
    """Record a person's decision beside the computed grade; None gives that its force back.

    Who may decide lower is for the caller to check; a reason is wanted here.

    Rule: R-INC-04
    """
    row = require_incident(session, act.room_key, handle)
    before = read_told(session, row)
    computed = before.computed(ruling.rules, ruling.zone)
    if is_downgrade(computed.grade, decided) and not reason:
        raise Refused(
            mark("研判为{decided},低于按规则得出的{suggested},须写明理由。"),
            decided=grade_words(decided),
            suggested=grade_words(computed.grade),
        )
    session.execute(
        insert(IncidentAssessment).values(
            incident_id=row.id,
            entered_at=act.at,
            entered_by=act.operator,
            after_seq=len(before.versions),
            suggested=None if computed.grade is None else computed.grade.value,
            rule=computed.rule,
            criterion=computed.criterion,
            counted=computed.counted,
            decided=None if decided is None else decided.value,
            reason=reason,
        )
    )
    words = mark("事件{incident}研判定级:{decided}(按规则为{suggested})。{reason}")
    if decided is None:
        words = mark("事件{incident}恢复按规则定级:{suggested}。{reason}")
    sentence = Sentence(
        words,
        {
            "incident": row.handle,
            "decided": grade_words(decided),
            "suggested": grade_words(computed.grade),
            "reason": reason,
        },
    )
    data = {
        "suggested": computed.grade and computed.grade.value,
        "rule": computed.rule,
        "decided": decided and decided.value,
    }
    append_entry(session, act, row.handle, "assess_incident", sentence, data)
    return settle(session, act, row, ruling, before=before)


def is_downgrade(computed: Grade | None, decided: Grade | None) -> bool:
    """Return whether a decision is lower than what the rule computes."""
    return computed is not None and decided is not None and decided < computed


def close(
    session: Session,
    act: Act,
    ruling: Ruling,
    handle: str,
    *,
    reason: str,
    is_false_alarm: bool,
) -> Entered:
    """End an incident: its final report is made, nothing of ours is left, or a reason is given.

    Raises Refused where that is not so. What was still running is taken back; what is missed stays
    missed, and nobody is told of it again.

    Rule: R-INC-08
    """
    row = require_incident(session, act.room_key, handle)
    if IncidentState(row.state) in ENDED:
        raise WrongState(mark("事件{incident}已经结束。"), incident=row.handle)
    told = read_told(session, row)
    rows = session.execute(
        select(Obligation.id, Obligation.state, Obligation.owed_by).where(
            Obligation.room_key == act.room_key,
            Obligation.subject == f"incident:{row.handle}",
            Obligation.kind == KIND,
            Obligation.fulfilled_at.is_(None),
            Obligation.state.in_(_UNSETTLED),
        )
    ).all()
    overdue = [
        each.id
        for each in rows
        if each.state != ObligationState.OPEN.value and each.owed_by.startswith("room:")
    ]
    is_final = any(
        each.kind is ReportKind.FINAL and each.from_level is OURS for each in told.reports
    )
    if not reason and (is_false_alarm or not is_final or overdue):
        raise _not_yet(row.handle, len(overdue), is_final=is_final, is_false_alarm=is_false_alarm)
    withdrawn = corrections.end(session, [each.id for each in rows])
    row.state = (IncidentState.FALSE_ALARM if is_false_alarm else IncidentState.CLOSED).value
    row.closed_at = act.at
    session.flush()
    words = mark("事件{incident}误报,已终止。{reason}")
    if not is_false_alarm:
        words = mark("事件{incident}办结归档。{reason}")
    sentence = Sentence(words, {"incident": row.handle, "reason": reason})
    data = {"withdrawn": withdrawn, "unfulfilled": overdue}
    append_entry(session, act, row.handle, "close_incident", sentence, data)
    kept = Kept(withdrawn=tuple(withdrawn))
    return Entered(row.id, row.handle, told.computed(ruling.rules, ruling.zone), kept)


def _not_yet(handle: str, overdue: int, *, is_final: bool, is_false_alarm: bool) -> Refused:
    if is_false_alarm:
        return Refused(mark("事件{incident}定为误报须写明理由。"), incident=handle)
    if not is_final:
        return Refused(
            mark("事件{incident}还没有终报,不能办结;确须办结请写明理由。"), incident=handle
        )
    return Refused(
        mark("事件{incident}还有{count}项报告逾期未报,不能办结;请登记报告,或写明理由。"),
        incident=handle,
        count=overdue,
    )
