"""What one sees before and during a handover: who answers, what is open, what falls due next."""

from collections import Counter
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.json_values import instant_json
from records.language import Language
from schedules.answering import hands_over, responsible
from schedules.handover_records import StoredHandover, latest
from schedules.handover_state import Answer
from schedules.open_matters import OpenMatter, matter_words, read_open_matters
from schedules.rules import ScheduleRules
from schedules.shifts import on_duty
from schedules.tables import Obligation

Document = dict[str, object]


def read_handover(
    session: Session,
    room_key: str,
    rules: ScheduleRules,
    post_key: str,
    now: datetime,
    language: Language,
) -> Document:
    """Return the state of a post's handover, every open matter with its answer, and what comes."""
    there = latest(session, room_key, post_key)
    person = responsible(session, room_key, post_key, now)
    matters = read_open_matters(session, room_key, post_key, now)
    words = matter_words(session, room_key, matters, rules)
    answers = there.handing.answers if there is not None and there.handing.is_pending else {}
    return {
        "post": f"post:{post_key}",
        "is_on": hands_over(session, room_key, now),
        "responsible": None if person is None else f"person:{person}",
        "handover": None if there is None else _stored(there),
        "matters": [
            _matter(one, words[one.key].said_in(language), answers.get(one.key)) for one in matters
        ],
        "coming": _coming(session, room_key, post_key, now),
    }


def _stored(there: StoredHandover) -> Document:
    handing = there.handing
    return {
        "state": handing.state.value,
        "subject": f"shift:{handing.relief.shift_key}",
        "outgoing": None if handing.outgoing is None else f"person:{handing.outgoing}",
        "incoming": f"person:{handing.relief.incoming}",
        "starts_at": instant_json(handing.relief.starts_at),
        "offered_at": instant_json(handing.offered_at),
        "accepted_at": instant_json(handing.accepted_at),
        "assumed_at": instant_json(handing.assumed_at),
        "reviewed_at": instant_json(handing.reviewed_at),
        "is_takeover": handing.is_takeover,
    }


def _matter(one: OpenMatter, what: str, answer: Answer | None) -> Document:
    return {
        "item": one.key,
        "what": what,
        "kind": one.kind,
        "subject": one.subject,
        "due_at": instant_json(one.due_at),
        "owed_by": list(one.parties),
        "acknowledged_by": list(one.acknowledged_by),
        "answer": None if answer is None else answer.value,
    }


def _coming(session: Session, room_key: str, post_key: str, now: datetime) -> list[Document]:
    """Return what falls due until the end of the shift that runs or comes next at the post."""
    places = [one for one in on_duty(session, room_key, now, now) if one.post_key == post_key]
    if not places:
        return []
    following = on_duty(session, room_key, places[-1].ends_at, places[-1].ends_at)
    until = max(
        [one.ends_at for one in following if one.post_key == post_key], default=places[-1].ends_at
    )
    rows = session.execute(
        select(Obligation.kind, Obligation.subject, Obligation.due_at).where(
            Obligation.room_key == room_key,
            Obligation.kind.in_(("routine_report", "incident_report")),
            Obligation.state == "open",
            Obligation.due_at > now,
            Obligation.due_at < until,
        )
    )
    counted = Counter((row.due_at, row.kind, row.subject) for row in rows)
    return [
        {"due_at": instant_json(due_at), "kind": kind, "subject": subject, "count": count}
        for (due_at, kind, subject), count in sorted(counted.items())
    ]
