"""Swaps and covers: asked, accepted by the replacement, approved by the leader, effective."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from records.act import Act
from records.duty_log import Entry, append
from records.errors import Conflict, NotAuthorised, NotFound, NotOnDuty, Refused, WrongState
from records.language import Sentence, mark
from records.names import party_names
from schedules.party_words import party_words
from schedules.roster import Obstacle, Place, obstacle_of
from schedules.roster_people import around, qualified, rosterables
from schedules.roster_tables import SwapRequest
from schedules.tables import Assignment, Shift


class SwapState(StrEnum):
    """How far a swap or cover has come."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    EFFECTIVE = "effective"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OPEN_STATES = (SwapState.ASKED.value, SwapState.ACCEPTED.value)

OBSTACLE_WORDS = {
    Obstacle.NOT_QUALIFIED: mark("{name}不具备{post}的岗位资格,请另找一人。"),
    Obstacle.AWAY: mark("{name}在{shift}期间外出,请另找一人。"),
    Obstacle.DOUBLE_BOOKED: mark("{name}在{shift}期间已排其他班次,不能重复排班。"),
    Obstacle.SHORT_REST: mark("{name}站{shift}前后休息不足{rest}小时,请另找一人或换一个班次。"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A place as it is published now: the shift's number, the place, who stands there."""

    shift_id: int
    place: Place
    person_id: str | None


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked for: whose place is to be taken by whom, and what they take in return."""

    mine: Standing
    replacement_id: str
    theirs: Standing | None = None
    reason: str = ""
    is_emergency: bool = False


def standing_at(session: Session, room_key: str, shift_key: str, post_key: str) -> Standing:
    """Return the place of a shift's key such as "night:2026-03-16"; NotFound if there is none."""
    row = session.execute(
        select(Shift, Assignment.person_id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(
            Shift.room_key == room_key,
            Shift.key == shift_key,
            Assignment.post_key == post_key,
        )
        .order_by(Shift.starts_at.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotFound(
            mark("值班表中没有班次{shift}的岗位{post},请用 duty roster show 查看。"),
            shift=shift_key,
            post=post_key,
        )
    return _standing(row.Shift, post_key, row.person_id)


def standings_of(session: Session, room_key: str, shift_key: str) -> list[Standing]:
    """Return all places of a shift; none where there is no such shift."""
    rows = session.execute(
        select(Shift, Assignment.post_key, Assignment.person_id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(Shift.room_key == room_key, Shift.key == shift_key)
        .order_by(Shift.starts_at, Assignment.id)
    )
    return [_standing(row.Shift, row.post_key, row.person_id) for row in rows]


def _standing(shift: Shift, post_key: str, person_id: str | None) -> Standing:
    place = Place(shift.kind, shift.key, shift.starts_at, shift.ends_at, post_key)
    return Standing(shift.id, place, person_id)


def ask(session: Session, act: Act, asking: Asking, rest: timedelta) -> int:
    """Store a request to swap or to be covered; return its number.

    Raises:
        NotOnDuty: The place that is asked for is nobody's, or the other is not the replacement's.
        Refused: Rest, double booking, qualification or absence forbid it, or no reason is given.
        WrongState: The shift has begun (but for an emergency), or a request is open already.

    Rule: R-ROS-05
    """
    mine, theirs = asking.mine, asking.theirs
    if mine.person_id is None:
        raise NotOnDuty(
            mark("班次{shift}的这个岗位无人,请直接排班,不必替班。"), shift=mine.place.key
        )
    if mine.person_id == asking.replacement_id:
        raise Refused(mark("不能由本人替自己,请指定另一人。"))
    if theirs is not None and theirs.person_id != asking.replacement_id:
        raise NotOnDuty(mark("班次{shift}不是对方的班,不能调换。"), shift=theirs.place.key)
    if asking.is_emergency and not asking.reason:
        raise Refused(mark("紧急替班须写明原因。"))
    _check(session, act, asking, rest)
    if _open_request(session, mine) is not None:
        raise WrongState(
            mark("班次{shift}的这个岗位已有未办完的调班或替班,请先办结或撤回。"),
            shift=mine.place.key,
        )
    number = session.execute(
        insert(SwapRequest)
        .values(
            room_key=act.room_key,
            kind="cover" if theirs is None else "swap",
            state=SwapState.ASKED.value,
            shift_id=mine.shift_id,
            post_key=mine.place.post,
            person_id=mine.person_id,
            replacement_id=asking.replacement_id,
            other_shift_id=None if theirs is None else theirs.shift_id,
            other_post_key=None if theirs is None else theirs.place.post,
            is_emergency=asking.is_emergency,
            reason=asking.reason,
            asked_at=act.at,
            asked_by=act.operator,
            answer="",
        )
        .returning(SwapRequest.id)
    ).scalar_one()
    words = mark("请求调班:{person}的{shift}{post}与{replacement}的{other}互换。原因:{reason}")
    if theirs is None:
        words = mark("请求替班:{person}的{shift}{post}由{replacement}代替。原因:{reason}")
    _record(session, act, "ask_swap", words, request_of(session, act.room_key, number))
    return number


def _open_request(session: Session, mine: Standing) -> int | None:
    return session.scalar(
        select(SwapRequest.id).where(
            SwapRequest.shift_id == mine.shift_id,
            SwapRequest.post_key == mine.place.post,
            SwapRequest.state.in_(OPEN_STATES),
        )
    )


def _check(session: Session, act: Act, asking: Asking, rest: timedelta) -> None:
    """Refuse what a rule forbids; asked again before it takes effect."""
    mine, theirs = asking.mine, asking.theirs
    for each in (mine, theirs):
        if each is not None and act.at >= each.place.ends_at:
            raise WrongState(mark("班次{shift}已经结束,不能再调班。"), shift=each.place.key)
        if each is not None and act.at >= each.place.starts_at and not asking.is_emergency:
            raise WrongState(
                mark("班次{shift}已经开始,不能再调班;确属紧急请注明紧急和原因。"),
                shift=each.place.key,
            )
    gives_up = () if theirs is None else (theirs.shift_id,)
    _require_fit(session, act, (asking.replacement_id, mine.place), gives_up, rest)
    if theirs is not None and mine.person_id is not None:
        _require_fit(session, act, (mine.person_id, theirs.place), (mine.shift_id,), rest)


def _require_fit(
    session: Session,
    act: Act,
    takes: tuple[str, Place],
    gives_up: tuple[int, ...],
    rest: timedelta,
) -> None:
    person_id, place = takes
    posts = qualified(session, act.room_key).get(person_id, frozenset())
    found = rosterables(
        session, act.room_key, {person_id: posts}, around(place, rest), but=gives_up
    )
    if not found:
        raise NotFound(mark("没有编号为{person}的人员。"), person=person_id)
    obstacle = obstacle_of(found[0], place, rest)
    if obstacle is not None:
        party = f"post:{place.post}"
        raise Refused(
            OBSTACLE_WORDS[obstacle],
            name=found[0].name,
            post=party_words(session, act.room_key, [party])[party],
            shift=place.key,
            rest=f"{rest.total_seconds() / 3600:g}",
        )


def request_of(session: Session, room_key: str, number: int) -> SwapRequest:
    """Return a request by its number; NotFound if the room has none."""
    request = session.get(SwapRequest, number)
    if request is None or request.room_key != room_key:
        raise NotFound(mark("没有第{number}号调班或替班请求。"), number=number)
    return request


def open_requests(
    session: Session,
    room_key: str,
    state: SwapState | None = None,
    *,
    replacement_id: str | None = None,
) -> list[SwapRequest]:
    """Return the open requests in order, of one state or waiting for one replacement only."""
    query = select(SwapRequest).where(SwapRequest.room_key == room_key)
    wanted = OPEN_STATES if state is None else (state.value,)
    query = query.where(SwapRequest.state.in_(wanted))
    if replacement_id is not None:
        query = query.where(SwapRequest.replacement_id == replacement_id)
    return list(session.scalars(query.order_by(SwapRequest.id)))


def accept(session: Session, act: Act, number: int) -> None:
    """Record that the replacement agrees; only they can.

    Raises NotAuthorised for anybody else, WrongState if it is not waiting for them.

    Rule: R-ROS-05
    """
    request = request_of(session, act.room_key, number)
    if act.operator != f"person:{request.replacement_id}":
        raise NotAuthorised(mark("只有接替的本人可以同意这次调班或替班。"))
    _move(session, request, SwapState.ASKED, SwapState.ACCEPTED, accepted_at=act.at)
    words = mark("{replacement}同意接替{person}的{shift}{post},待带班领导批准。")
    _record(session, act, "accept_swap", words, request)


def approve(session: Session, act: Act, number: int, rest: timedelta) -> None:
    """Record the leader's approval; the roster is changed in the same transaction.

    All rules are looked at again, for the roster may have changed since it was asked.

    Raises:
        NotAuthorised: The leader is one of the two.
        WrongState: The replacement has not accepted, or a shift has begun (but for an emergency).
        Refused: Rest, double booking, qualification or absence forbid it by now.
        Conflict: The roster names somebody else by now.

    Rule: R-ROS-05
    """
    request = request_of(session, act.room_key, number)
    approver = act.operator.removeprefix("person:")
    if approver in (request.person_id, request.replacement_id):
        raise NotAuthorised(mark("当事人不能批准自己的调班或替班,请另一位领导批准。"))
    asking = _asking_of(session, request)
    if request.state == SwapState.ACCEPTED.value:
        _check(session, act, asking, rest)
    _move(
        session,
        request,
        SwapState.ACCEPTED,
        SwapState.EFFECTIVE,
        approved_at=act.at,
        approved_by=act.operator,
        closed_at=act.at,
    )
    _hand_over(session, asking.mine, request.person_id, request.replacement_id)
    words = mark("{approver}批准:{person}的{shift}{post}由{replacement}代替,即时生效。")
    if asking.theirs is not None:
        _hand_over(session, asking.theirs, request.replacement_id, request.person_id)
        words = mark(
            "{approver}批准:{person}的{shift}{post}与{replacement}的{other}互换,即时生效。"
        )
    _record(session, act, "approve_swap", words, request)


def refuse(session: Session, act: Act, number: int, reason: str) -> None:
    """Close a request that the replacement or the leader refuses, or the asker withdraws.

    Rule: R-ROS-05
    """
    request = request_of(session, act.room_key, number)
    is_own = act.operator == f"person:{request.person_id}"
    state = SwapState.WITHDRAWN if is_own else SwapState.REFUSED
    if request.state not in OPEN_STATES:
        raise WrongState(mark("第{number}号请求已经办结。"), number=number)
    _move(session, request, SwapState(request.state), state, closed_at=act.at, answer=reason)
    words = mark("不同意{person}的{shift}{post}由{replacement}接替:{answer}")
    if is_own:
        words = mark("{person}撤回{shift}{post}的调班或替班请求:{answer}")
    _record(session, act, "refuse_swap", words, request)


def _asking_of(session: Session, request: SwapRequest) -> Asking:
    mine = _standing_of(session, request.shift_id, request.post_key)
    theirs = None
    if request.other_shift_id is not None and request.other_post_key is not None:
        theirs = _standing_of(session, request.other_shift_id, request.other_post_key)
    return Asking(
        replace(mine, person_id=request.person_id),
        request.replacement_id,
        theirs,
        request.reason,
        request.is_emergency,
    )


def _standing_of(session: Session, shift_id: int, post_key: str) -> Standing:
    shift = session.get_one(Shift, shift_id)
    return _standing(shift, post_key, None)


def _move(
    session: Session, request: SwapRequest, before: SwapState, after: SwapState, **values: object
) -> None:
    """Take a request from one state to the next; whoever comes second is refused."""
    moved = session.execute(
        update(SwapRequest)
        .where(SwapRequest.id == request.id, SwapRequest.state == before.value)
        .values(state=after.value, **values)
        .returning(SwapRequest.id)
        .execution_options(synchronize_session=False)
    ).first()
    if moved is None:
        raise WrongState(_NOT_NOW[before], number=request.id)
    session.refresh(request)


_NOT_NOW = {
    SwapState.ASKED: mark("第{number}号请求不在等待接替人同意,请先查看其状态。"),
    SwapState.ACCEPTED: mark("第{number}号请求须先由接替人同意,并且尚未办结。"),
}


def _hand_over(session: Session, standing: Standing, before: str, after: str) -> None:
    changed = session.execute(
        update(Assignment)
        .where(
            Assignment.shift_id == standing.shift_id,
            Assignment.post_key == standing.place.post,
            Assignment.person_id == before,
        )
        .values(person_id=after)
        .returning(Assignment.id)
    ).first()
    if changed is None:
        raise Conflict(mark("班次{shift}的值班表已改动,请重新申请。"), shift=standing.place.key)


def _record(session: Session, act: Act, name: str, words: str, request: SwapRequest) -> None:
    people = [f"person:{request.person_id}", f"person:{request.replacement_id}"]
    names = party_names(session, act.room_key, [*people, act.operator])
    asking = _asking_of(session, request)
    posts = party_words(session, act.room_key, [f"post:{request.post_key}"])
    params = {
        "person": names[people[0]],
        "replacement": names[people[1]],
        "approver": names[act.operator],
        "shift": asking.mine.place.key,
        "post": posts[f"post:{request.post_key}"],
        "other": "" if asking.theirs is None else asking.theirs.place.key,
        "reason": request.reason or "—",
        "answer": request.answer or "—",
    }
    data = {
        "request": request.id,
        "kind": request.kind,
        "person": people[0],
        "replacement": people[1],
        "other_shift": params["other"] or None,
        "emergency": request.is_emergency,
    }
    entry = Entry(
        name, Sentence(words, params), act.operator, f"shift:{asking.mine.place.key}", data
    )
    append(session, act.room_key, act.at, [entry])
