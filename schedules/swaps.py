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
from schedules.roster import Obstacle, Place, Rosterable, obstacle_of
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
    freed = [each.shift_id for each in (mine, theirs) if each is not None]
    _require_fit(session, act, (asking.replacement_id, mine.place), freed, rest)
    if theirs is not None and mine.person_id is not None:
        _require_fit(session, act, (mine.person_id, theirs.place), freed, rest)


def _require_fit(
    session: Session,
    act: Act,
    who_where: tuple[str, Place],
    freed: list[int],
    rest: timedelta,
) -> None:
    person_id, place = who_where
    posts = qualified(session, act.room_key).get(person_id, frozenset())
    (person,) = rosterables(
        session, act.room_key, {person_id: posts}, around(place, rest), but=()
    ) or [Rosterable(person_id, person_id, frozenset())]
    person = replace(person, booked=_booked_beside(session, act.room_key, person_id, freed, person))
    obstacle = obstacle_of(person, place, rest)
    if obstacle is not None:
        post = party_words(session, act.room_key, [f"post:{place.post}"])[f"post:{place.post}"]
        raise Refused(
            OBSTACLE_WORDS[obstacle],
            name=person.name,
            post=post,
            shift=place.key,
            rest=f"{rest.total_seconds() / 3600:g}",
        )


def _booked_beside(
    session: Session, room_key: str, person_id: str, freed: list[int], person: Rosterable
) -> tuple[tuple, ...]:
    raise NotImplementedError
