"""Handovers as they are stored: offer, read back, accept or refuse, take over, review.

What may be done and what comes of it is `schedules.handover_state`'s. The instant of assumption is
one transaction: the handover, what it carries, the obligation that it fulfils, and the log.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from records.act import Act
from records.errors import NotOnDuty, WrongState
from records.language import mark
from schedules import handover_state, obligations, presence
from schedules.answering import hands_over, responsible
from schedules.calendar import local_minute
from schedules.findings import FindingKind, Suspicion, suspect
from schedules.handover_records import (
    StoredHandover,
    latest,
    offered,
    person_of,
    record,
    store_answer,
    store_pending,
)
from schedules.handover_state import Answer, HandoverState, Relief
from schedules.handover_tables import Handover, HandoverMatter
from schedules.open_matters import OpenMatter, matter_words, read_open_matters, room_zone
from schedules.rules import ScheduleRules
from schedules.shifts import OnDuty, on_duty
from schedules.tables import Obligation

_UNSETTLED = ("open", "late", "missed")


@dataclass(frozen=True, slots=True)
class Assumed:
    """What an assumption settled: from when the person answers, and what was carried."""

    person_id: str
    shift_key: str
    assumed_at: datetime
    matters: int
    obligation_ids: tuple[int, ...]


def relief_for(session: Session, act: Act, rules: ScheduleRules, post_key: str) -> OnDuty:
    """Return the place that is to be handed over now: the coming shift's, else the running one's.

    Raises WrongState where handovers are not switched on, NotOnDuty if nobody is to come.
    """
    if not hands_over(session, act.room_key, act.at):
        raise WrongState(mark("本室没有启用交接班,岗位责任随签到转移。"))
    ahead = rules.obligations["handover"].opens_before
    places = [
        place
        for place in on_duty(session, act.room_key, act.at + ahead, act.at)
        if place.post_key == post_key and place.present_person is not None
    ]
    coming = [place for place in places if place.starts_at > act.at]
    running = [place for place in places if place.starts_at <= act.at]
    found = [*coming, *reversed(running)]
    if not found:
        raise NotOnDuty(mark("该岗位此刻及交班时间内没有安排接班人,请先补排。"))
    return found[0]


def relief_of(place: OnDuty, rules: ScheduleRules, incoming: str | None = None) -> Relief:
    """Return who comes to a place, and from when it may be handed over."""
    person = incoming or place.present_person
    assert person is not None
    opens_at = place.starts_at - rules.obligations["handover"].opens_before
    return Relief(place.shift_key, opens_at, place.starts_at, place.ends_at, person)


def offer(
    session: Session, act: Act, rules: ScheduleRules, place: OnDuty, words: str
) -> StoredHandover:
    """Store what the outgoing officer offers; the refusals are those of `handover_state.offer`.

    Rule: R-HAND-01
    """
    by = person_of(act)
    there = latest(session, act.room_key, place.post_key)
    now_responsible = responsible(session, act.room_key, place.post_key, act.at)
    handing = handover_state.offer(
        None if there is None else there.handing,
        now_responsible,
        relief_of(place, rules),
        by,
        now=act.at,
    )
    stored = store_pending(session, act, there, place, handing, words)
    presence.put_off(session, act, rules, place.post_key)
    matters = read_open_matters(session, act.room_key, place.post_key, act.at)
    record(
        session,
        act,
        stored,
        "offer_handover",
        mark("{person}交班:{post}({shift}),未办结事项{count}项。{words}"),
        {"count": len(matters), "words": words},
        {"matters": [one.key for one in matters], "incoming": handing.relief.incoming},
    )
    return stored


def answer_matter(
    session: Session,
    act: Act,
    rules: ScheduleRules,
    post_key: str,
    answers: Mapping[str, Answer],
    words: str,
) -> StoredHandover:
    """Store what the incoming officer says of open matters: confirmed or refused.

    Rule: R-HAND-02
    """
    there = offered(session, act.room_key, post_key)
    matters = read_open_matters(session, act.room_key, post_key, act.at)
    named = matter_words(session, act.room_key, matters, rules)
    handing = there.handing
    for key, said in answers.items():
        handing = handover_state.answer(handing, named, key, said, person_of(act))
    stored = replace(there, handing=handing)
    for key, said in answers.items():
        store_answer(session, act, stored, key, said, words)
        template = (
            mark("{person}复述确认未办结事项:{item}。{words}")
            if said is Answer.CONFIRMED
            else mark("{person}不接受未办结事项:{item}。{words}")
        )
        record(
            session,
            act,
            stored,
            f"{said.value}_matter",
            template,
            {"item": named[key], "words": words},
            {"matter": key},
        )
    presence.put_off(session, act, rules, post_key)
    return stored


def accept(session: Session, act: Act, rules: ScheduleRules, post_key: str, words: str) -> Assumed:
    """Store the assumption: from the later of now and the shift's start the incoming one answers.

    The refusals are those of `handover_state.accept`.

    Rule: R-HAND-03
    """
    there = offered(session, act.room_key, post_key)
    matters = read_open_matters(session, act.room_key, post_key, act.at)
    handing = handover_state.accept(
        there.handing,
        responsible(session, act.room_key, post_key, act.at),
        matter_words(session, act.room_key, matters, rules),
        person_of(act),
        now=act.at,
    )
    template = mark(
        "{person}接班:{post}({shift}),自{from_at}起负责,承接未办结事项{count}项。{words}"
    )
    said = ("accept_handover", template, words)
    return _assume(session, act, replace(there, handing=handing), matters, said)


def unanswered(session: Session, act: Act, post_key: str) -> tuple[str, ...]:
    """Return the keys of the open matters that the incoming officer has not answered yet."""
    answers = offered(session, act.room_key, post_key).handing.answers
    matters = read_open_matters(session, act.room_key, post_key, act.at)
    return tuple(one.key for one in matters if one.key not in answers)


def refuse(session: Session, act: Act, post_key: str, reason: str) -> StoredHandover:
    """Store the refusal of a whole handover; the outgoing officer stays responsible.

    Rule: R-HAND-01
    """
    there = offered(session, act.room_key, post_key)
    handing = handover_state.refuse(there.handing, person_of(act), now=act.at)
    session.execute(
        update(Handover)
        .where(Handover.id == there.id)
        .values(state=handing.state.value, refused_at=act.at)
    )
    record(
        session,
        act,
        there,
        "refuse_handover",
        mark("{person}拒绝接班:{post}({shift})。原因:{words}。交班人继续负责。"),
        {"words": reason},
        {},
    )
    return replace(there, handing=handing)


def take_over(
    session: Session, act: Act, rules: ScheduleRules, place: OnDuty, reason: str
) -> Assumed:
    """Store an emergency takeover from the log alone; it is marked, and holds at once.

    Rule: R-HAND-05
    """
    there = latest(session, act.room_key, place.post_key)
    matters = read_open_matters(session, act.room_key, place.post_key, act.at)
    handing = handover_state.take_over(
        None if there is None else there.handing,
        responsible(session, act.room_key, place.post_key, act.at),
        relief_of(place, rules, person_of(act)),
        [one.key for one in matters],
        now=act.at,
    )
    pending = replace(handing, state=HandoverState.OFFERED)
    stored = store_pending(session, act, there, place, pending, "")
    template = mark(
        "紧急接管:{person}仅凭日志接管{post}({shift}),未经当面交接,自{from_at}起负责,"
        "承接未办结事项{count}项。原因:{words}"
    )
    said = ("take_over_post", template, reason)
    return _assume(session, act, replace(stored, handing=handing), matters, said)


def _assume(
    session: Session,
    act: Act,
    stored: StoredHandover,
    matters: Sequence[OpenMatter],
    said: tuple[str, str, str],
) -> Assumed:
    """Store the instant of assumption; `said` is the act's name, its sentence and the words."""
    handing = stored.handing
    assert handing.assumed_at is not None
    name, template, words = said
    settled = _settle(session, act, stored)
    for one in matters if handing.is_takeover else ():
        store_answer(session, act, stored, one.key, handing.answers[one.key], "")
    session.execute(
        update(HandoverMatter)
        .where(
            HandoverMatter.handover_id == stored.id,
            HandoverMatter.key.in_([one.key for one in matters]),
        )
        .values(is_carried=True)
    )
    session.execute(
        update(Handover)
        .where(Handover.id == stored.id)
        .values(
            state=handing.state.value,
            is_takeover=handing.is_takeover,
            accepted_at=handing.accepted_at,
            assumed_at=handing.assumed_at,
            accepted_words=words,
        )
    )
    data = {
        "matters": {one.key: list(one.obligation_ids) for one in matters},
        "outgoing": handing.outgoing,
        "assumed_at": handing.assumed_at,
        "is_takeover": handing.is_takeover,
    }
    zone = room_zone(session, act.room_key)
    params = {
        "count": len(matters),
        "words": words,
        "from_at": local_minute(handing.assumed_at, zone),
    }
    record(session, act, stored, name, template, params, data)
    return Assumed(
        handing.relief.incoming,
        handing.relief.shift_key,
        handing.assumed_at,
        len(matters),
        settled,
    )


def _settle(session: Session, act: Act, stored: StoredHandover) -> tuple[int, ...]:
    """Fulfil what this handover owed, and what older ones of the post still owed."""
    relief = stored.handing.relief
    ids = session.execute(
        select(Obligation.id, Obligation.subject)
        .where(
            Obligation.room_key == act.room_key,
            Obligation.kind == "handover",
            Obligation.owed_by == f"post:{stored.post_key}",
            Obligation.fulfilled_at.is_(None),
            Obligation.state.in_(_UNSETTLED),
            Obligation.due_at <= relief.starts_at,
        )
        .order_by(Obligation.due_at)
    ).all()
    for row in ids:
        settled = obligations.fulfil(session, act, row.id, at=act.at)
        is_this = row.subject == f"shift:{relief.shift_key}"
        if is_this and settled.late_seconds > 0 and not stored.handing.is_takeover:
            _suspect_late(session, act, stored, row.id, int(settled.late_seconds))
    return tuple(row.id for row in ids)


def _suspect_late(
    session: Session, act: Act, stored: StoredHandover, obligation_id: int, late: int
) -> None:
    """Suspect 误岗 of a late handover, unless the late arrival behind it is suspected already."""
    relief = stored.handing.relief
    signed_in_late = session.scalar(
        select(Obligation.id).where(
            Obligation.room_key == act.room_key,
            Obligation.kind == "sign_in",
            Obligation.owed_by == f"post:{stored.post_key}",
            Obligation.subject == f"shift:{relief.shift_key}",
            Obligation.state.in_(("late", "missed")),
        )
    )
    if signed_in_late is None:
        suspicion = Suspicion(
            FindingKind.LATE_AT_POST,
            stored.post_key,
            relief.incoming,
            obligation_id,
            act.at,
            late,
        )
        suspect(session, act.room_key, suspicion, operator=act.operator)


def review(session: Session, act: Act, post_key: str, words: str) -> StoredHandover:
    """Store that the outgoing officer looked back on the handover and signed that all was said.

    Rule: R-HAND-04
    """
    there = _last_of(session, act, post_key)
    handing = handover_state.review(there.handing, person_of(act), now=act.at)
    session.execute(
        update(Handover)
        .where(Handover.id == there.id)
        .values(state=handing.state.value, reviewed_at=act.at)
    )
    template = mark("{person}复核交接:{post}({shift}),无遗漏。{words}")
    record(session, act, there, "review_handover", template, {"words": words}, {})
    return replace(there, handing=handing)


def _last_of(session: Session, act: Act, post_key: str) -> StoredHandover:
    there = latest(session, act.room_key, post_key)
    if there is None or there.handing.is_pending:
        raise WrongState(mark("交接尚未完成或已复核过。"))
    return there
