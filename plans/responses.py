"""The response to an incident: activated, changed, ended by signed orders, handed up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from plans.command_centres import CommandCentres
from plans.command_states import Step
from plans.command_tables import ResponseStep
from plans.grades import ResponseLevel
from plans.response_levels import IssuingAuthority, ResponseLevels, signed_at
from records.act import Act
from records.duty_log import Entry, append
from records.errors import NotAuthorised, WrongState
from records.language import Bilingual, Sentence, mark
from records.names import party_names
from schedules.tables import Post, PostHolder


@dataclass(frozen=True, slots=True)
class Response:
    """The response to one incident as it stands after its last step.

    Handed up, the province commands: the city goes on supporting, it does not end the incident.
    """

    subject: str
    level: ResponseLevel | None
    issuing_authority: IssuingAuthority | None
    lead_key: str
    since: datetime
    is_handed_up: bool
    handed_up_at: datetime | None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs a step: the person and the standing posts held at that instant."""

    person_id: str
    held: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ordered:
    """What a step of a response is ordered with: why, under which number, whether in a drill."""

    reason: str = ""
    document: str = ""
    is_drill: bool = False


def signature_of(session: Session, act: Act, person_id: str) -> Signature:
    """Return a person's signature with the standing posts held at the act's instant."""
    keys = session.scalars(
        select(PostHolder.post_key)
        .join(Post, (Post.room_key == PostHolder.room_key) & (Post.key == PostHolder.post_key))
        .where(
            PostHolder.room_key == act.room_key,
            PostHolder.person_id == person_id,
            PostHolder.from_at <= act.at,
            (PostHolder.until_at.is_(None)) | (PostHolder.until_at > act.at),
        )
        .order_by(Post.turn)
    )
    return Signature(person_id, tuple(keys))


@dataclass(frozen=True, slots=True)
class Deciding:
    """The catalogues by which a response is decided."""

    levels: ResponseLevels
    centres: CommandCentres


@dataclass(frozen=True, slots=True)
class Wanted:
    """A step that is to be taken: which, to which level, led by whom."""

    subject: str
    step: Step
    lead_key: str
    level: ResponseLevel | None = None


def take_step(
    session: Session,
    act: Act,
    deciding: Deciding,
    wanted: Wanted,
    signature: Signature,
    ordered: Ordered,
) -> Response:
    """Take one signed step of a response; return how it stands then.

    Raises WrongState where the step does not follow from how the response stands, NotAuthorised
    naming the posts that may sign where this person holds none of them.

    Rule: R-RESP-01, R-RESP-02, R-RESP-03
    """
    before = standing(session, act.room_key, wanted.subject)
    after = _level_after(wanted, before)
    decisive = signed_at(before.level if before else None, wanted.level) or ResponseLevel.I
    if wanted.step is Step.HAND_UP:
        decisive = ResponseLevel.I
    hq = deciding.centres.general_hq.key
    signed_as = deciding.levels.may_sign(decisive, wanted.lead_key, hq, signature.held)
    if signed_as is None:
        raise _not_authorised(session, act, deciding, wanted, decisive)
    authority = None if after is None else deciding.levels.rule_of(after).issuing_authority
    session.execute(
        insert(ResponseStep).values(
            room_key=act.room_key,
            subject=wanted.subject,
            number=len(steps_of(session, act.room_key, wanted.subject)) + 1,
            step=wanted.step.value,
            response_level=None if after is None else after.value,
            issuing_authority=None if authority is None else authority.value,
            lead_key=wanted.lead_key,
            at=act.at,
            signed_by=f"person:{signature.person_id}",
            signed_as=signed_as,
            entered_by=act.operator,
            is_drill=ordered.is_drill,
            paper_number=ordered.document,
            reason=ordered.reason,
        )
    )
    _record(session, act, wanted, before, (authority, signature, signed_as, ordered))
    found = standing(session, act.room_key, wanted.subject)
    assert found is not None
    return found


def _level_after(wanted: Wanted, before: Response | None) -> ResponseLevel | None:
    """Return the level in force after a step; WrongState where the step does not follow."""
    now = before.level if before else None
    wrong = _out_of_turn(wanted, now, is_handed_up=before is not None and before.is_handed_up)
    if wrong is not None:
        raise wrong
    if wanted.step is Step.HAND_UP:
        return now
    return None if wanted.step is Step.STAND_DOWN else wanted.level


def _out_of_turn(
    wanted: Wanted, now: ResponseLevel | None, *, is_handed_up: bool
) -> WrongState | None:
    match wanted.step, now:
        case Step.ACTIVATE, ResponseLevel() as level:
            return WrongState(mark("已是{level},须用调整或终止。"), level=level.words)
        case Step.CHANGE, None:
            return WrongState(mark("还没有启动响应,请先启动。"))
        case Step.CHANGE, ResponseLevel() as level if level is wanted.level:
            return WrongState(mark("已是{level},无需调整。"), level=level.words)
        case Step.STAND_DOWN, None:
            return WrongState(mark("没有正在进行的响应,无需终止。"))
        case Step.HAND_UP, _ if is_handed_up:
            return WrongState(mark("已移交上级指挥,无需再次移交。"))
        case _:
            return None


def _not_authorised(
    session: Session, act: Act, deciding: Deciding, wanted: Wanted, decisive: ResponseLevel
) -> NotAuthorised:
    hq = deciding.centres.general_hq.key
    keys = deciding.levels.signers(decisive, wanted.lead_key, hq)
    rows = session.execute(
        select(Post.key, Post.name, Post.name_en).where(
            Post.room_key == act.room_key, Post.key.in_(keys)
        )
    )
    words = {row.key: Bilingual(row.name, row.name_en) for row in rows}
    posts = Sentence(
        "、".join(f"{{p{n}}}" for n in range(len(keys))),
        {f"p{n}": words.get(key, key) for n, key in enumerate(keys)},
    )
    if wanted.step is Step.HAND_UP:
        return NotAuthorised(mark("移交上级指挥须由以下之一签发:{posts}。"), posts=posts)
    return NotAuthorised(
        mark("{level}须由以下之一签发:{posts}。"), level=decisive.words, posts=posts
    )


_SAID = {
    Step.ACTIVATE: mark("启动{level}({authority}),{person}签发。{reason}"),
    Step.CHANGE: mark("响应由{before}调整为{level}({authority}),{person}签发。{reason}"),
    Step.STAND_DOWN: mark("终止{before},{person}签发。{reason}"),
    Step.HAND_UP: mark("移交上级指挥,本市转为配合,{person}签发。{reason}"),
}


def _record(
    session: Session,
    act: Act,
    wanted: Wanted,
    before: Response | None,
    signed: tuple[IssuingAuthority | None, Signature, str, Ordered],
) -> None:
    authority, signature, signed_as, ordered = signed
    person = f"person:{signature.person_id}"
    params: dict[str, object] = {
        "person": party_names(session, act.room_key, [person])[person],
        "reason": ordered.reason,
    }
    if wanted.level is not None:
        params["level"] = wanted.level.words
    if authority is not None:
        params["authority"] = authority.words
    if before is not None and before.level is not None:
        params["before"] = before.level.words
    data = {
        "level": None if wanted.level is None else wanted.level.value,
        "signed_by": person,
        "signed_as": signed_as,
        "document": ordered.document,
    }
    entry = Entry(
        f"response_{wanted.step.value}",
        Sentence(_SAID[wanted.step], params),
        act.operator,
        wanted.subject,
        data,
    )
    append(session, act.room_key, act.at, [entry])


def standing(session: Session, room_key: str, subject: str) -> Response | None:
    """Return the response to an incident as it stands, or None before its first step."""
    steps = steps_of(session, room_key, subject)
    if not steps:
        return None
    last = steps[-1]
    handed_up = [row.at for row in steps if row.step == Step.HAND_UP.value]
    return Response(
        subject=subject,
        level=None if last.level is None else ResponseLevel(last.level),
        issuing_authority=(
            None if last.issuing_authority is None else IssuingAuthority(last.issuing_authority)
        ),
        lead_key=last.lead_key,
        since=last.at,
        is_handed_up=bool(handed_up),
        handed_up_at=handed_up[0] if handed_up else None,
    )


@dataclass(frozen=True, slots=True)
class TakenStep:
    """One signed step as it was recorded."""

    number: int
    step: str
    level: str | None
    issuing_authority: str | None
    lead_key: str
    at: datetime
    signed_by: str
    signed_as: str
    entered_by: str
    document: str
    reason: str


def steps_of(session: Session, room_key: str, subject: str) -> Sequence[TakenStep]:
    """Return all steps of the response to an incident, oldest first."""
    rows = session.scalars(
        select(ResponseStep)
        .where(ResponseStep.room_key == room_key, ResponseStep.subject == subject)
        .order_by(ResponseStep.number)
    )
    return [
        TakenStep(
            row.number,
            row.step,
            row.response_level,
            row.issuing_authority,
            row.lead_key,
            row.at,
            row.signed_by,
            row.signed_as,
            row.entered_by,
            row.paper_number,
            row.reason,
        )
        for row in rows
    ]
