"""Suspected 漏岗, 误岗, 替岗: found by the program, judged by the shift lead, both kept."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from records.act import Act
from records.duty_log import Entry, append
from records.errors import NotFound, WrongState
from records.language import Sentence, mark
from schedules.party_words import party_words
from schedules.tables import Finding


class FindingKind(StrEnum):
    """What may be found about a post; never what a person intended."""

    UNCOVERED_POST = "uncovered_post"
    LATE_AT_POST = "late_at_post"
    ABSENT_FROM_POST = "absent_from_post"
    STAND_IN = "stand_in"


class Judged(StrEnum):
    """What a person made of a finding."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


FINDING_WORDS = {
    FindingKind.UNCOVERED_POST: mark("漏岗"),
    FindingKind.LATE_AT_POST: mark("误岗"),
    FindingKind.ABSENT_FROM_POST: mark("脱岗"),
    FindingKind.STAND_IN: mark("替岗"),
}


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is to be stored as suspected."""

    kind: FindingKind
    post_key: str
    person_id: str | None
    obligation_id: int
    at: datetime
    late_seconds: int | None = None
    explanation: str = ""


def suspect(session: Session, room_key: str, suspicion: Suspicion, *, operator: str) -> None:
    """Store a suspected finding with its log entry; the same one twice is stored once.

    Rule: R-POST-03
    """
    there = session.scalar(
        select(Finding.id).where(
            Finding.obligation_id == suspicion.obligation_id, Finding.kind == suspicion.kind.value
        )
    )
    if there is not None:
        return
    session.execute(
        insert(Finding).values(
            room_key=room_key,
            kind=suspicion.kind.value,
            post_key=suspicion.post_key,
            person_id=suspicion.person_id,
            obligation_id=suspicion.obligation_id,
            at=suspicion.at,
            late_seconds=suspicion.late_seconds,
            explanation=suspicion.explanation,
            judged=Judged.SUSPECTED.value,
            reason="",
        )
    )
    party = f"post:{suspicion.post_key}"
    words = party_words(session, room_key, [party])
    sentence = Sentence(
        mark("疑似{what}:{post},待带班领导认定。"),
        {"what": Sentence(FINDING_WORDS[suspicion.kind]), "post": words[party]},
    )
    append(
        session,
        room_key,
        suspicion.at,
        [
            Entry(
                "suspect_finding",
                sentence,
                operator,
                f"post:{suspicion.post_key}",
                {
                    "kind": suspicion.kind.value,
                    "person": suspicion.person_id,
                    "obligation": suspicion.obligation_id,
                    "late_seconds": suspicion.late_seconds,
                },
            )
        ],
    )


def explain(session: Session, act: Act, finding_id: int, words: str) -> None:
    """Add what the person concerned says; what was said before stays in the log."""
    finding = _finding(session, act.room_key, finding_id)
    session.execute(update(Finding).where(Finding.id == finding.id).values(explanation=words))
    _record(session, act, finding, "explain_finding", mark("疑似{what}的说明:{words}"), words)


def judge(session: Session, act: Act, finding_id: int, judged: Judged, reason: str) -> None:
    """Confirm or dismiss a suspected finding, with the reason.

    Raises NotFound, or WrongState if it has been judged already.

    Rule: R-POST-03
    """
    finding = _finding(session, act.room_key, finding_id)
    if finding.judged != Judged.SUSPECTED.value:
        raise WrongState(mark("第{id}号疑似事项已认定过,更正请另记一条。"), id=finding_id)
    session.execute(
        update(Finding)
        .where(Finding.id == finding.id)
        .values(judged=judged.value, judged_by=act.operator, judged_at=act.at, reason=reason)
    )
    template = (
        mark("认定{what}:{words}") if judged is Judged.CONFIRMED else mark("不认定{what}:{words}")
    )
    _record(session, act, finding, f"{judged.value}_finding", template, reason)


def _finding(session: Session, room_key: str, finding_id: int) -> Finding:
    finding = session.get(Finding, finding_id)
    if finding is None or finding.room_key != room_key:
        raise NotFound(mark("没有第{id}号疑似事项。"), id=finding_id)
    return finding


def _record(
    session: Session, act: Act, finding: Finding, name: str, template: str, words: str
) -> None:
    kind = FindingKind(finding.kind)
    sentence = Sentence(template, {"what": Sentence(FINDING_WORDS[kind]), "words": words})
    data = {"finding": finding.id, "kind": kind.value}
    entry = Entry(name, sentence, act.operator, f"post:{finding.post_key}", data)
    append(session, act.room_key, act.at, [entry])
