"""Who is meant by `post:primary`, `person:p001`, `unit:410402` at an instant."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.act import Act
from records.catalogue import nearest
from records.errors import BadData, NotFound, Refused
from records.language import mark
from records.tables import Person, Unit
from schedules.rules import ScheduleRules
from schedules.shifts import on_duty_at, standing_holder
from schedules.sign_in import place_for
from schedules.tables import Post

KINDS = ("post", "person", "unit", "room")


def split_party(party: str) -> tuple[str, str]:
    """Return kind and key of a party; BadData if it has another form."""
    kind, colon, key = party.partition(":")
    if not colon or not key or kind not in KINDS:
        raise BadData(
            mark("“{party}”不是当事方:应写作 post:岗位、person:编号 或 unit:编号。"), party=party
        )
    return kind, key


def person_behind(session: Session, act: Act, party: str) -> str:
    """Return the person id behind a party; a post means its present holder.

    Raises NotFound for an unknown person or post, Refused where nobody holds the post.
    """
    kind, key = split_party(party)
    if kind == "person":
        require_person(session, act.room_key, key)
        return key
    if kind != "post":
        raise BadData(mark("“{party}”不是人员:应写作 post:岗位 或 person:编号。"), party=party)
    holder = holder_of(session, act, key)
    if holder is None:
        raise Refused(mark("岗位{post}此刻无人任职或排班。"), post=key)
    return holder


def holder_of(session: Session, act: Act, post_key: str) -> str | None:
    """Return the person id of a post's present holder, or None; NotFound for an unknown post."""
    if require_post(session, act.room_key, post_key).is_standing:
        return standing_holder(session, act.room_key, post_key, act.at)
    for place in on_duty_at(session, act.room_key, act.at):
        if place.post_key == post_key:
            return place.present_person
    return None


def signing_in(session: Session, act: Act, rules: ScheduleRules, party: str) -> str:
    """Return who signs in when a timeline or a command says `post:...`: the shift's own holder."""
    kind, key = split_party(party)
    if kind == "person":
        require_person(session, act.room_key, key)
        return key
    require_post(session, act.room_key, key)
    person_id = place_for(session, act, rules, post_key=key).person_id
    assert person_id is not None
    return person_id


def operator_of(session: Session, act: Act, by: str | None) -> str:
    """Return the operator that the log names: a person, a unit, or the room itself."""
    if by is None:
        return f"room:{act.room_key}"
    kind, key = split_party(by)
    if kind == "unit":
        require_unit(session, act.room_key, key)
        return by
    if kind == "room":
        return by
    if kind == "post" and not _has_posts(session, act.room_key):
        return f"room:{act.room_key}"  # in a room without posts only the room itself can act
    return f"person:{person_behind(session, act, by)}"


def _has_posts(session: Session, room_key: str) -> bool:
    return session.scalar(select(Post.key).where(Post.room_key == room_key).limit(1)) is not None


def require_person(session: Session, room_key: str, person_id: str) -> Person:
    """Return the person, or raise NotFound naming the nearest known number."""
    person = session.get(Person, (room_key, person_id))
    if person is None:
        near = nearest(
            person_id, list(session.scalars(select(Person.id).where(Person.room_key == room_key)))
        )
        raise NotFound(
            mark("没有编号为{person}的人员,最接近的是{near}。"), person=person_id, near=near or "—"
        )
    return person


def require_unit(session: Session, room_key: str, unit_id: str) -> Unit:
    """Return the unit, or raise NotFound naming the nearest known number."""
    unit = session.get(Unit, (room_key, unit_id))
    if unit is None:
        near = nearest(
            unit_id, list(session.scalars(select(Unit.id).where(Unit.room_key == room_key)))
        )
        raise NotFound(
            mark("没有编号为{unit}的单位,最接近的是{near}。"), unit=unit_id, near=near or "—"
        )
    return unit


def require_post(session: Session, room_key: str, post_key: str) -> Post:
    """Return the post, or raise NotFound naming the nearest known key."""
    post = session.get(Post, (room_key, post_key))
    if post is None:
        near = nearest(
            post_key, list(session.scalars(select(Post.key).where(Post.room_key == room_key)))
        )
        raise NotFound(mark("没有岗位{post},最接近的是{near}。"), post=post_key, near=near or "—")
    return post
