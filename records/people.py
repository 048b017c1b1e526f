"""People: enter, find, retire, who stands in for whom; their contact points are read here too."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, insert, or_, select
from sqlalchemy.orm import Session

from records.absences import come_back, present, send_away, stand_in_for
from records.act import Act
from records.clean_text import clean, has_hostile, key_of
from records.contact_points import (
    Channel,
    Point,
    add_contact_point,
    all_points_of,
    contact_points,
    contact_points_of,
    enter_points,
)
from records.duty_log import Entry, append
from records.errors import BadData, NotFound, Refused, WrongState
from records.language import Sentence, mark
from records.pinyin import name_match, person_keys
from records.tables import ContactPoint, Person

__all__ = [
    "Channel",
    "EnteredPerson",
    "PersonCard",
    "PersonFacts",
    "add_contact_point",
    "add_person",
    "come_back",
    "contact_points",
    "contact_points_of",
    "enter_people",
    "find_people",
    "list_people",
    "name_fault",
    "one_name",
    "person_card",
    "present",
    "retire_person",
    "send_away",
    "stand_in_for",
]

LONGEST_NAME = 100
SHORTEST_TAIL = 3  # digits of a telephone number that a search may use

_MARKUP = re.compile(r"\[\s*[/A-Za-z@#!$^].*?\]|\[\s*/?\s*\]")
_FORMULA = re.compile(r"[=+@-]")
_HAN = r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
_BLANK_IN_CHINESE = re.compile(rf"(?<={_HAN})\s+(?={_HAN})")
# Blanks that a person may have typed; what else Python strips is hostile.
_ENDS = " \t\r\n\u00a0\u3000"
_NUMBERED = re.compile(r"p(\d{1,9})")


@dataclass(frozen=True, slots=True)
class PersonCard:
    """A person as screens and commands show them; contact points in the order they are tried."""

    id: str
    name: str
    body: str
    title: str
    note: str
    emails: tuple[str, ...]
    telephones: tuple[str, ...]
    has_pin: bool
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is known of a person before they are entered; `person_id` is the id wished for."""

    name: str
    body: str
    title: str = ""
    note: str = ""
    person_id: str | None = None
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class EnteredPerson:
    """What became of one person's facts: the id, whether they are new, what was added."""

    id: str
    is_new: bool
    added: tuple[Point, ...]


def one_name(text: str) -> str:
    """Return a name as it is stored: cleaned, 梁 凤 without the blank that only fills a form."""
    return _BLANK_IN_CHINESE.sub("", " ".join(clean(text, limit=LONGEST_NAME).split()))


def name_fault(text: str, *, limit: int = LONGEST_NAME) -> Sentence | None:
    """Return why a text from outside is no name, or None: it is one line of plain words."""
    bare = text.strip(_ENDS)
    folded = unicodedata.normalize("NFKC", bare)
    faults = (
        (not bare, mark("不能为空")),
        (
            has_hostile(bare) or "\ufffd" in bare,
            mark("含换行、控制字符或隐藏字符,应为一行普通文字"),
        ),
        (_FORMULA.match(folded), mark("以 = + - @ 开头,像表格公式,应为普通文字")),
        (_MARKUP.search(folded), mark("含方括号标记,应为普通文字")),
        (len(bare) > limit, mark("有{count}个字,最多{limit}个字")),
        (not any(map(str.isalpha, bare)), mark("没有文字")),
    )
    for is_so, template in faults:
        if is_so:
            return Sentence(template, {"count": len(bare), "limit": limit})
    return None


def add_person(  # noqa: PLR0913  a person has as many facts
    session: Session,
    act: Act,
    *,
    name: str,
    body: str,
    title: str,
    note: str = "",
    person_id: str | None = None,
) -> tuple[str, bool]:
    """Enter a person; return the id and whether they are new.

    The same name in the same body is the same person, whatever the title.

    Raises:
        BadData: The name or the body is no name.
        Refused: Somebody else has the id.
    """
    for text in (name, body):
        if fault := name_fault(text):
            raise BadData(mark("{text}:{fault}。"), text=clean(text, limit=40), fault=fault)
    facts = PersonFacts(one_name(name), one_name(body), clean(title), clean(note), person_id)
    entered = enter_people(session, act, [facts])[0]
    if person_id is not None and entered.is_new and entered.id != person_id:
        raise Refused(mark("编号{id}已属于别人,请换一个编号。"), id=person_id)
    if entered.is_new:
        sentence = Sentence(
            mark("登记人员{name}({body}{title}),编号{id}。"),
            {"name": facts.name, "body": facts.body, "title": facts.title, "id": entered.id},
        )
        _record(session, act, "add_person", sentence, entered.id)
    return entered.id, entered.is_new


def enter_people(
    session: Session, act: Act, people: Sequence[PersonFacts]
) -> tuple[EnteredPerson, ...]:
    """Store people and contact points that are not there yet; the caller records the entry.

    A wished id that is taken gives the next free number. Facts of a person who is there already
    are left as they are; only further contact points are added.

    Args:
        session: A write session.
        act: In which room, when.
        people: Names and bodies as `one_name` gives them; the same person may come twice.
    """
    rows = session.execute(
        select(Person.id, Person.name, Person.body).where(Person.room_key == act.room_key)
    ).all()
    known = {(key_of(row.name), key_of(row.body)): row.id for row in rows}
    taken = {row.id for row in rows}
    fresh: list[dict[str, object]] = []
    ids: list[tuple[str, bool]] = []
    for facts in people:
        key = (key_of(facts.name), key_of(facts.body))
        id_ = known.get(key)
        ids.append((id_ or _free_id(facts.person_id, taken), id_ is None))
        if id_ is None:
            known[key] = ids[-1][0]
            taken.add(ids[-1][0])
            fresh.append(_row(act, ids[-1][0], facts))
    if fresh:
        session.execute(insert(Person), fresh)
    wanted: dict[str, list[Point]] = {}
    for (id_, _), facts in zip(ids, people, strict=True):
        wanted.setdefault(f"person:{id_}", []).extend(facts.points)
    added = enter_points(session, act.room_key, wanted)
    return tuple(
        EnteredPerson(id_, is_new, tuple(_own(added, f"person:{id_}", facts.points)))
        for (id_, is_new), facts in zip(ids, people, strict=True)
    )


def _own(added: dict[str, list[Point]], owner: str, points: Sequence[Point]) -> list[Point]:
    """Return which of a row's points were added, and give each to the first row that named it."""
    left = added.get(owner, [])
    mine = [each for each in dict.fromkeys(points) if each in left]
    added[owner] = [each for each in left if each not in mine]
    return mine


def _free_id(wished: str | None, taken: set[str]) -> str:
    if wished is not None and wished not in taken:
        return wished
    numbers = [int(found[1]) for id_ in taken if (found := _NUMBERED.fullmatch(id_))]
    return f"p{max(numbers, default=0) + 1:03d}"


def _row(act: Act, id_: str, facts: PersonFacts) -> dict[str, object]:
    return {
        "room_key": act.room_key,
        "id": id_,
        "name": facts.name,
        "body": facts.body,
        "title": facts.title,
        "note": facts.note,
        "pinyin": person_keys(facts.name),
        "pin_failures": 0,
        "added_at": act.at,
    }


def retire_person(session: Session, act: Act, person_id: str) -> None:
    """Take a person out of service: kept on record, found and told no more.

    Raises:
        NotFound: There is no such person.
        WrongState: They are retired already.
    """
    person = session.get(Person, (act.room_key, person_id))
    if person is None:
        raise NotFound(mark("没有编号为{id}的人员。"), id=clean(person_id, limit=60))
    if person.retired_at is not None:
        raise WrongState(mark("{name}已经停用,无需再次停用。"), name=person.name)
    person.retired_at = act.at
    session.flush()
    sentence = Sentence(mark("停用人员{name}({id})。"), {"name": person.name, "id": person_id})
    _record(session, act, "retire_person", sentence, person_id)


def person_card(session: Session, room_key: str, person_id: str) -> PersonCard:
    """Return one person, retired or not; NotFound if there is none."""
    query = select(Person).where(Person.room_key == room_key, Person.id == person_id)
    cards = _cards(session, room_key, query)
    if not cards:
        raise NotFound(mark("没有编号为{id}的人员。"), id=clean(person_id, limit=60))
    return cards[0]


def list_people(session: Session, room_key: str, *, with_retired: bool = False) -> list[PersonCard]:
    """Return the room's people by id."""
    query = select(Person).where(Person.room_key == room_key).order_by(Person.id)
    if not with_retired:
        query = query.where(Person.retired_at.is_(None))
    return _cards(session, room_key, query)


def find_people(session: Session, room_key: str, text: str, limit: int = 20) -> list[PersonCard]:
    """Return whom a search means, best first; retired people are not found.

    Args:
        session: Any session.
        room_key: Whose people.
        text: Chinese characters, pinyin or its initials, an id, or the last digits of a telephone.
        limit: The most people that come back.
    """
    typed = clean(text, limit=60)
    if not typed:
        return []
    meant, rank = name_match(Person.name.expression, Person.pinyin.expression, typed)
    conditions: list[ColumnElement[bool]] = [meant, Person.id == typed.lower()]
    digits = unicodedata.normalize("NFKC", typed)
    if digits.isdecimal() and len(digits) >= SHORTEST_TAIL:
        conditions.append(Person.id.in_(_by_telephone(room_key, digits)))
    query = (
        select(Person)
        .where(Person.room_key == room_key, Person.retired_at.is_(None), or_(*conditions))
        .order_by(Person.id != typed.lower(), rank, Person.id)
        .limit(limit)
    )
    return _cards(session, room_key, query)


def _by_telephone(room_key: str, digits: str) -> Select[str]:
    return select(func.substr(ContactPoint.owner, len("person:") + 1)).where(
        ContactPoint.room_key == room_key,
        ContactPoint.channel == Channel.TELEPHONE.value,
        ContactPoint.owner.startswith("person:"),
        func.replace(ContactPoint.address, "-", "").endswith(digits),
    )


def _cards(session: Session, room_key: str, query: Select[Person]) -> list[PersonCard]:
    rows = session.scalars(query).all()
    points = all_points_of(session, room_key, [f"person:{row.id}" for row in rows])
    return [_card(row, points[f"person:{row.id}"]) for row in rows]


def _card(row: Person, points: Sequence[Point]) -> PersonCard:
    return PersonCard(
        id=row.id,
        name=row.name,
        body=row.body,
        title=row.title,
        note=row.note,
        emails=tuple(each.address for each in points if each.channel is Channel.EMAIL),
        telephones=tuple(each.address for each in points if each.channel is Channel.TELEPHONE),
        has_pin=row.pin_hash is not None,
        retired_at=row.retired_at,
    )


def _record(session: Session, act: Act, name: str, sentence: Sentence, person_id: str) -> None:
    append(
        session,
        act.room_key,
        act.at,
        [Entry(name, sentence, act.operator, f"person:{person_id}")],
    )
