"""The answer of a replay, as the contract of the command line has it: plain values, in order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.json_values import instant_json, obligation_json
from console.timeline import Timeline
from plans.tables import Alert, Mail
from records.duty_log import head, verify_chain
from records.errors import ChainBreak
from schedules.answering import read_answering
from schedules.outstanding import ObligationState
from schedules.tables import Finding, Obligation

Answer = dict[str, object]


@dataclass(frozen=True, slots=True)
class Told:
    """An act that was refused: when, which, and the sentence that says why."""

    at: datetime
    do: str
    why: str


def read_answer(
    session: Session,
    room_key: str,
    timeline: Timeline,
    refused: Sequence[Told],
    warnings: Sequence[str],
    incidents: Sequence[Answer],
) -> Answer:
    """Return the whole answer of a told timeline, ready for JSON."""
    return {
        "title": timeline.title,
        "starts_at": instant_json(timeline.starts_at),
        "ends_at": instant_json(timeline.ends_at),
        "obligations": _obligations(session, room_key, timeline),
        "incidents": incidents,
        "alerts": _alerts(session, room_key),
        "findings": _findings(session, room_key),
        "responsible": _responsible(session, room_key, timeline),
        "refused": [{"at": instant_json(one.at), "do": one.do, "why": one.why} for one in refused],
        "warnings": list(warnings),
        "log": log_json(session, room_key),
    }


def log_json(session: Session, room_key: str) -> dict[str, object]:
    """Return how many entries the duty log has, its head, and whether the chain verifies."""
    entries, hash_ = head(session, room_key)
    try:
        verify_chain(session, room_key)
    except ChainBreak:
        return {"entries": entries, "head": hash_, "verifies": False}
    return {"entries": entries, "head": hash_, "verifies": True}


def _obligations(session: Session, room_key: str, timeline: Timeline) -> list[dict[str, object]]:
    """Return what fell due by the end, and what arose before it and was settled already.

    What the calendar has opened for later and nobody has touched is not part of the story; the
    clocks of an incident that run at the end are.
    """
    rows = session.scalars(
        select(Obligation)
        .where(Obligation.room_key == room_key)
        .order_by(Obligation.due_at, Obligation.kind, Obligation.owed_by, Obligation.subject)
    )
    return [
        obligation_json(row)
        for row in rows
        if row.due_at <= timeline.ends_at
        or row.state != ObligationState.OPEN.value
        or (row.kind == "incident_report" and row.arose_at <= timeline.ends_at)
    ]


def _alerts(session: Session, room_key: str) -> list[dict[str, object]]:
    """Return all alerts in their order; one that closes or comes back names the step told before.

    The contract counts steps from 1: a mail that a matter is taken, over or back again bears the
    highest step at which its recipient (else anybody) had been told of the matter.
    """
    rows = session.execute(
        select(Alert, Obligation.kind, Obligation.owed_by, Obligation.subject, Mail.accepted_at)
        .join(Obligation, Obligation.id == Alert.obligation_id)
        .join(Mail, Mail.id == Alert.mail_id)
        .where(Alert.room_key == room_key)
        .order_by(Alert.id)
    )
    steps: dict[tuple[int, str], int] = {}
    found: list[dict[str, object]] = []
    for alert, kind, owed_by, subject, accepted_at in rows:
        place = (alert.obligation_id, alert.recipient)
        anybody = (alert.obligation_id, "")
        told_at = alert.ladder_step or steps.get(place, steps.get(anybody, 1))
        steps[place] = max(told_at, steps.get(place, 1))
        steps[anybody] = max(told_at, steps.get(anybody, 1))
        found.append(
            {
                "at": instant_json(alert.at),
                "to": alert.recipient,
                "as": alert.capacity,
                "about": [{"owed_by": owed_by, "subject": subject, "kind": kind}],
                "stage": alert.stage,
                "ladder_step": told_at,
                "accepted_at": instant_json(accepted_at),
                "acknowledged_at": instant_json(alert.acknowledged_at),
            }
        )
    return found


def _findings(session: Session, room_key: str) -> list[dict[str, object]]:
    rows = session.scalars(
        select(Finding).where(Finding.room_key == room_key).order_by(Finding.at, Finding.id)
    )
    return [
        {
            "at": instant_json(row.at),
            "kind": row.kind,
            "post": f"post:{row.post_key}",
            "person": None if row.person_id is None else f"person:{row.person_id}",
            "judged": row.judged,
            "late_seconds": row.late_seconds,
        }
        for row in rows
    ]


def _responsible(session: Session, room_key: str, timeline: Timeline) -> list[dict[str, object]]:
    """Return who answered for each manned post, without gaps: until relieved, the one before."""
    spans: list[dict[str, object]] = []
    for post_key, answering in read_answering(session, room_key).items():
        for one in answering:
            from_at = max(one.from_at, timeline.starts_at)
            to_at = min(one.until_at or timeline.ends_at, timeline.ends_at)
            if to_at > from_at or from_at == timeline.ends_at:
                spans.append(
                    {
                        "post": f"post:{post_key}",
                        "person": f"person:{one.person}",
                        "from": instant_json(from_at),
                        "to": instant_json(to_at),
                    }
                )
    return spans
