"""What may be done in a handover, and what comes of it; pure.

A handover is offered by the officer who answers for the post, read back matter by matter by the
one who comes, and accepted: responsibility moves at the later of acceptance and the start of the
incoming shift. Until then, and after a refusal, the outgoing officer stays responsible.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from records.errors import NotAuthorised, NotFound, NotOnDuty, Refused, WrongState
from records.language import mark


class HandoverState(StrEnum):
    """Where a handover stands."""

    OFFERED = "offered"
    REFUSED = "refused"  # pending still: it is resumed by offering again
    ASSUMED = "assumed"
    REVIEWED = "reviewed"


class Answer(StrEnum):
    """What the incoming officer says of one open matter, or that nobody could brief on it."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"
    FROM_LOG = "from_log"


PENDING = frozenset({HandoverState.OFFERED, HandoverState.REFUSED})
REVIEW_LASTS = timedelta(minutes=3)  # R-HAND-04


@dataclass(frozen=True, slots=True)
class Relief:
    """Who comes to a post, when the incoming shift begins, and from when it may be handed over."""

    shift_key: str
    opens_at: datetime
    starts_at: datetime
    ends_at: datetime
    incoming: str


@dataclass(frozen=True, slots=True)
class Handing:
    """One handover; `answers` are the latest read-backs by the key of the open matter."""

    relief: Relief
    outgoing: str | None
    state: HandoverState
    offered_at: datetime
    answers: Mapping[str, Answer] = field(default_factory=dict)
    accepted_at: datetime | None = None
    assumed_at: datetime | None = None
    reviewed_at: datetime | None = None
    is_takeover: bool = False

    @property
    def is_pending(self) -> bool:
        """Return whether responsibility has not moved by it."""
        return self.state in PENDING


def offer(
    latest: Handing | None, responsible: str | None, relief: Relief, by: str, *, now: datetime
) -> Handing:
    """Return the handover that the outgoing officer offers, or resumes after a refusal.

    `latest` is the post's last handover. What was read back before stays read back if it is the
    same relief; what was refused must be answered again.

    Raises:
        NotOnDuty: Somebody else answers for the post.
        WrongState: It is too early, it is offered already, or the shift is over.
        Refused: The same person would hand over to themselves.

    Rule: R-HAND-01
    """
    if responsible != by:
        raise NotOnDuty(mark("此人此刻不对该岗位负责,不能交班;请由当前责任人交班。"))
    if relief.incoming == by:
        if relief.starts_at <= now:
            raise WrongState(
                mark("此刻没有接班人:交接班自接班前{minutes}分钟起办理。"),
                minutes=_lead_minutes(relief),
            )
        raise Refused(mark("交班人和接班人不能是同一人;同一人连班不须交接。"))
    _must_be_time(latest, relief, now)
    is_same = (
        latest is not None
        and latest.is_pending
        and latest.relief.shift_key == relief.shift_key
        and latest.relief.incoming == relief.incoming
    )
    if latest is None or not is_same:
        return Handing(relief, by, HandoverState.OFFERED, now)
    if latest.state is HandoverState.OFFERED and latest.outgoing == by:
        raise WrongState(mark("已经交班,等待接班人接班。"))
    kept = {key: said for key, said in latest.answers.items() if said is not Answer.REFUSED}
    return Handing(relief, by, HandoverState.OFFERED, now, kept)


def _must_be_time(latest: Handing | None, relief: Relief, now: datetime) -> None:
    if now < relief.opens_at:
        raise WrongState(mark("交接班自接班前{minutes}分钟起办理。"), minutes=_lead_minutes(relief))
    _must_not_be_over(relief, now)
    if latest is not None and latest.assumed_at is not None and now < latest.assumed_at:
        raise WrongState(mark("该岗位已交接,接班人自班次开始时起负责。"))


def _lead_minutes(relief: Relief) -> int:
    return int((relief.starts_at - relief.opens_at).total_seconds() // 60)


def _must_not_be_over(relief: Relief, now: datetime) -> None:
    if now >= relief.ends_at:
        raise WrongState(mark("该班次已结束,请按当前班次交接。"))


def answer(
    handing: Handing, matters: Mapping[str, object], key: str, said: Answer, by: str
) -> Handing:
    """Return the handover after the incoming officer confirmed or refused one open matter.

    Raises NotFound if no such matter is open, NotOnDuty if somebody else speaks, WrongState if
    the handover is not offered at this moment.

    Rule: R-HAND-02
    """
    _must_be_offered(handing)
    _must_come(handing, by)
    if key not in matters:
        raise NotFound(mark("没有未办结事项{item},请用 duty handover show 查看。"), item=key)
    return replace(handing, answers={**handing.answers, key: said})


def accept(
    handing: Handing,
    responsible: str | None,
    matters: Mapping[str, object],
    by: str,
    *,
    now: datetime,
) -> Handing:
    """Return the handover with its instant of assumption: the later of `now` and the shift's start.

    Args:
        handing: The handover that is offered.
        responsible: Who answers for the post at `now`.
        matters: What is open at `now`, in order: keys, and what people call them. Each must be
            confirmed.
        by: Who accepts.
        now: The instant of the act.

    Raises:
        NotAuthorised: The outgoing officer would accept: two different persons sign.
        NotOnDuty: Somebody accepts whom the incoming shift does not name.
        WrongState: Nothing is offered at this moment, the shift is over, or the officer who
            offered does not answer for the post any more.
        Refused: A matter was not read back, or was refused; the sentence names it.

    Rule: R-HAND-02, R-HAND-03
    """
    if by == handing.outgoing:
        raise NotAuthorised(mark("交班人和接班人须是不同的两人签名。"))
    _must_come(handing, by)
    _must_be_offered(handing)
    _must_not_be_over(handing.relief, now)
    if responsible != handing.outgoing:
        raise WrongState(mark("交班人已不再负责该岗位,请由当前责任人重新交班。"))
    for key, words in matters.items():
        said = handing.answers.get(key)
        if said is None:
            raise Refused(
                mark("未办结事项“{item}”({key})还没有复述,请逐项确认后再接班。"),
                item=words,
                key=key,
            )
        if said is Answer.REFUSED:
            raise Refused(
                mark("未办结事项“{item}”({key})接班人不予接受,请双方核清、重新确认后再接班。"),
                item=words,
                key=key,
            )
    return replace(
        handing,
        state=HandoverState.ASSUMED,
        accepted_at=now,
        assumed_at=max(now, handing.relief.starts_at),
    )


def refuse(handing: Handing, by: str, *, now: datetime) -> Handing:
    """Return the refused handover; the outgoing officer stays responsible and may offer again.

    Raises NotOnDuty or WrongState as `answer` does.
    """
    _must_come(handing, by)
    _must_be_offered(handing)
    _must_not_be_over(handing.relief, now)
    return replace(handing, state=HandoverState.REFUSED)


def take_over(
    latest: Handing | None,
    responsible: str | None,
    relief: Relief,
    matters: Collection[str],
    *,
    now: datetime,
) -> Handing:
    """Return an emergency takeover from the log alone: at once, without a briefing, and marked.

    Who takes over is the relief's `incoming`. Raises Refused if that person answers for the post
    already, WrongState before the relief is due or where it was handed over already.

    Rule: R-HAND-05
    """
    if responsible == relief.incoming:
        raise Refused(mark("此人已对该岗位负责,不必接管。"))
    _must_be_time(latest, relief, now)
    return Handing(
        relief,
        responsible,
        HandoverState.ASSUMED,
        now,
        answers=dict.fromkeys(matters, Answer.FROM_LOG),
        accepted_at=now,
        assumed_at=now,
        is_takeover=True,
    )


def review(handing: Handing, by: str, *, now: datetime) -> Handing:
    """Return the handover that the outgoing officer has looked back on: nothing was overlooked.

    Raises NotOnDuty if somebody else signs, WrongState before the end of the time for review.

    Rule: R-HAND-04
    """
    if handing.outgoing != by:
        raise NotOnDuty(mark("只有交班人可以签署“无遗漏”。"))
    if handing.state is not HandoverState.ASSUMED or handing.assumed_at is None:
        raise WrongState(mark("交接尚未完成或已复核过。"))
    if now < handing.assumed_at + REVIEW_LASTS:
        raise WrongState(
            mark("交班人接班后须再留{minutes}分钟复核,然后签署。"),
            minutes=int(REVIEW_LASTS.total_seconds() // 60),
        )
    return replace(handing, state=HandoverState.REVIEWED, reviewed_at=now)


def _must_be_offered(handing: Handing) -> None:
    if handing.state is HandoverState.REFUSED:
        raise WrongState(mark("此次交班已被拒接,请交班人处理后重新交班。"))
    if handing.state is not HandoverState.OFFERED:
        raise WrongState(mark("交接已完成,不能重复办理。"))


def _must_come(handing: Handing, by: str) -> None:
    if by != handing.relief.incoming:
        raise NotOnDuty(mark("接班班次没有安排此人在该岗位接班,请先调班或签到。"))
