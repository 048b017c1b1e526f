"""Who holds a standing post, such as a commander's or the duty leader's, until further notice."""

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from console.json_values import instant_json
from console.parties import require_person, require_post
from records.act import Act
from records.duty_log import Entry, append
from records.errors import Refused, WrongState
from records.language import Sentence, mark
from records.names import party_names
from schedules.shifts import standing_holder
from schedules.tables import PostHolder


def hold_post(session: Session, act: Act, post_key: str, person_id: str) -> None:
    """Give a standing post to a person from the act's instant on; the one before holds it no more.

    Raises NotFound for an unknown post or person, Refused where the roster fills the post or the
    person is retired, WrongState where that person holds it already.
    """
    post = require_post(session, act.room_key, post_key)
    person = require_person(session, act.room_key, person_id)
    if not post.is_standing:
        raise Refused(mark("岗位{post}由值班表安排,请导入或调整值班表。"), post=post_key)
    if person.retired_at is not None:
        raise Refused(mark("{person} 已停用,不能任职。"), person=person.name)
    if standing_holder(session, act.room_key, post_key, act.at) == person_id:
        raise WrongState(mark("{person} 已是{post}的任职人。"), person=person.name, post=post_key)
    session.execute(
        update(PostHolder)
        .where(
            PostHolder.room_key == act.room_key,
            PostHolder.post_key == post_key,
            PostHolder.until_at.is_(None),
        )
        .values(until_at=act.at)
    )
    session.execute(
        insert(PostHolder).values(
            room_key=act.room_key, post_key=post_key, person_id=person_id, from_at=act.at
        )
    )
    sentence = Sentence(
        mark("{person}自即刻起任{post}。"), {"person": person.name, "post": post.name}
    )
    data = {"person": person_id, "post": post_key}
    append(
        session,
        act.room_key,
        act.at,
        [Entry("hold_post", sentence, act.operator, f"post:{post_key}", data)],
    )


def read_holder(session: Session, act: Act, post_key: str) -> dict[str, object]:
    """Return who holds a standing post at the act's instant, since when; Refused for another post.

    `person` is null where nobody holds it.
    """
    if not require_post(session, act.room_key, post_key).is_standing:
        raise Refused(mark("岗位{post}由值班表安排,请导入或调整值班表。"), post=post_key)
    person_id = standing_holder(session, act.room_key, post_key, act.at)
    party = None if person_id is None else f"person:{person_id}"
    from_at = session.scalar(
        select(PostHolder.from_at)
        .where(
            PostHolder.room_key == act.room_key,
            PostHolder.post_key == post_key,
            PostHolder.person_id == person_id,
            PostHolder.from_at <= act.at,
        )
        .order_by(PostHolder.from_at.desc())
        .limit(1)
    )
    return {
        "post": f"post:{post_key}",
        "person": party,
        "name": None if party is None else party_names(session, act.room_key, [party])[party],
        "from": instant_json(from_at),
    }
