"""Who answers for the posts of a room, read from sign-ins and handovers; switching them on and off.

The rule itself is `schedules.responsibility`, which is pure.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from records.act import Act
from records.duty_log import Entry, append
from records.errors import NotAuthorised, WrongState
from records.language import Sentence, mark
from schedules import openings, responsibility
from schedules.handover_tables import Handover, HandoverSwitch
from schedules.party_words import party_words
from schedules.responsibility import Answering, Move, Switch
from schedules.tables import Post, Shift, SignIn


def read_switches(session: Session, room_key: str) -> list[Switch]:
    """Return when a room's handovers were switched on and off, oldest first."""
    rows = session.execute(
        select(HandoverSwitch.at, HandoverSwitch.is_on)
        .where(HandoverSwitch.room_key == room_key)
        .order_by(HandoverSwitch.at, HandoverSwitch.id)
    )
    return [Switch(row.at, row.is_on) for row in rows]


def hands_over(session: Session, room_key: str, at: datetime) -> bool:
    """Return whether a room's posts move by handover at an instant."""
    return responsibility.is_on(read_switches(session, room_key), at)


def switch_handovers(session: Session, act: Act, *, is_on: bool, confirmed_by: str) -> None:
    """Record that from now on a room's posts move by handover, or by sign-in again.

    Raises NotAuthorised if the same person confirms, WrongState if it is so already.

    Rule: R-HAND-06
    """
    require_two(act.operator, confirmed_by)
    if hands_over(session, act.room_key, act.at) == is_on:
        raise WrongState(mark("交接班已是这样设置的,未作改动。"))
    record_switch(session, act, is_on=is_on, confirmed_by=confirmed_by)
    openings.reopen_from(session, act, act.at)


def record_switch(session: Session, act: Act, *, is_on: bool, confirmed_by: str) -> None:
    """Store a switch with its log entry; who may is settled, what is open is not opened again."""
    session.execute(
        insert(HandoverSwitch).values(
            room_key=act.room_key,
            at=act.at,
            is_on=is_on,
            switched_by=act.operator,
            confirmed_by=confirmed_by,
        )
    )
    words = party_words(session, act.room_key, [act.operator, confirmed_by])
    template = (
        mark("启用交接班:自此岗位责任随交接转移({one}、{other})。")
        if is_on
        else mark("停用交接班:自此岗位责任随签到转移({one}、{other})。")
    )
    sentence = Sentence(template, {"one": words[act.operator], "other": words[confirmed_by]})
    entry = Entry("switch_handovers", sentence, act.operator, f"room:{act.room_key}")
    append(session, act.room_key, act.at, [entry])


def require_two(one: str, other: str) -> None:
    """Raise NotAuthorised unless two different persons sign."""
    if one == other:
        raise NotAuthorised(mark("须由两名不同的人员签名,请换一人确认。"))


def responsible(session: Session, room_key: str, post_key: str, at: datetime) -> str | None:
    """Return the person who answers for a post at an instant; None before anybody ever did."""
    since = session.scalar(
        select(Handover.assumed_at)
        .where(
            Handover.room_key == room_key,
            Handover.post_key == post_key,
            Handover.assumed_at <= at,
        )
        .order_by(Handover.assumed_at.desc())
        .limit(1)
    )
    moves = _moves(session, room_key, post_key, since).get(post_key, [])
    return responsibility.responsible_at(
        responsibility.takes(moves, read_switches(session, room_key)), at
    )


def read_answering(session: Session, room_key: str) -> Mapping[str, list[Answering]]:
    """Return who answered for each manned post from when until when, in the order of the posts."""
    switches = read_switches(session, room_key)
    moves = _moves(session, room_key, None, None)
    posts = session.scalars(
        select(Post.key).where(Post.room_key == room_key, Post.is_manned).order_by(Post.turn)
    )
    return {
        key: responsibility.answering(responsibility.takes(moves[key], switches))
        for key in posts
        if key in moves
    }


def _moves(
    session: Session, room_key: str, post_key: str | None, since: datetime | None
) -> dict[str, list[Move]]:
    """Return the moves of one post or all, by post; with `since`, only those from then on."""
    found: dict[str, list[Move]] = {}
    sign_ins = (
        select(SignIn.id, SignIn.post_key, SignIn.person_id, SignIn.at, Shift.starts_at)
        .join(Shift, Shift.id == SignIn.shift_id)
        .where(SignIn.room_key == room_key)
    )
    handovers = select(
        Handover.id, Handover.post_key, Handover.incoming_id, Handover.assumed_at
    ).where(Handover.room_key == room_key, Handover.assumed_at.is_not(None))
    if post_key is not None:
        sign_ins = sign_ins.where(SignIn.post_key == post_key)
        handovers = handovers.where(Handover.post_key == post_key)
    if since is not None:
        sign_ins = sign_ins.where((SignIn.at >= since) | (Shift.starts_at >= since))
        handovers = handovers.where(Handover.assumed_at >= since)
    for row in session.execute(sign_ins):
        move = Move(max(row.at, row.starts_at), row.id, row.person_id, "sign_in")
        found.setdefault(row.post_key, []).append(move)
    for number, key, person, assumed_at in session.execute(handovers):
        assert assumed_at is not None
        found.setdefault(key, []).append(Move(assumed_at, number, person, "handover"))
    return found
