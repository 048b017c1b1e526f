"""Contact points of people and units: what an address looks like, in which turn they are tried."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from records.act import Act
from records.clean_text import clean, has_hostile
from records.duty_log import Entry, append
from records.errors import BadData, NotFound
from records.language import Sentence, mark
from records.tables import ContactPoint, Person, Unit

LONGEST_EMAIL = 254
FEWEST_DIGITS = 3
MOST_DIGITS = 20
# Asking for more owners at once than this reads the whole room instead: a statement is limited.
OWNERS_AT_ONCE = 500

_EMAIL = re.compile(
    r"[A-Za-z0-9_][A-Za-z0-9._+%'-]{0,63}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})\.)+[A-Za-z]{2,63}"
)
_TELEPHONE = re.compile(r"\+?[0-9]+(?:-[0-9]+)*(?:转[0-9]{1,6})?")
_MOBILE = re.compile(r"(?:\+86)?(1[0-9]{10})")


class Channel(StrEnum):
    """A way to reach people."""

    EMAIL = "email"
    TELEPHONE = "telephone"


class Point(NamedTuple):
    """One address on one channel, in the form it is stored."""

    channel: Channel
    address: str


def point(channel: str, text: str) -> Point:
    """Return the contact point as it is stored; full-width forms and blanks are put right.

    Raises:
        BadData: The text is no address of that channel, or holds a line break or hidden characters.
    """
    if has_hostile(text.strip(" \t\r\n\u00a0\u3000")):
        raise _bad(mark("含换行、控制字符或隐藏字符,应为一行普通文字"))
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    match Channel(channel):
        case Channel.EMAIL:
            return Point(Channel.EMAIL, _email(folded))
        case Channel.TELEPHONE:
            return Point(Channel.TELEPHONE, _telephone(folded))


def _bad(template: str, text: str = "") -> BadData:
    """Return the error; its parameter `fault` is the reason alone, for the middle of a line."""
    fault = Sentence(template, {"text": clean(text, limit=40)})
    return BadData(mark("地址有误:{fault}。"), fault=fault)


def _email(folded: str) -> str:
    address = folded.removeprefix("mailto:")
    if len(address) > LONGEST_EMAIL or not _EMAIL.fullmatch(address):
        raise _bad(mark("“{text}”不是电子邮箱地址,应如 name@duty.example"), folded)
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}"


def _telephone(folded: str) -> str:
    number = folded.removeprefix("tel:").replace("(", "").replace(")", "-")
    number = number.translate({ord(dash): "-" for dash in "–—‐‑−"})
    digits = sum(character.isdigit() for character in number)
    if not _TELEPHONE.fullmatch(number) or not FEWEST_DIGITS <= digits <= MOST_DIGITS:
        raise _bad(mark("“{text}”不是电话号码,应如 0375-0800000 或 11 位手机号"), folded)
    mobile = _MOBILE.fullmatch(number.replace("-", ""))
    return mobile[1] if mobile else number


def contact_points(session: Session, room_key: str, owner: str, channel: str) -> list[str]:
    """Return the addresses of a person or unit on one channel, in the order they are tried."""
    return contact_points_of(session, room_key, [owner], channel)[owner]


def contact_points_of(
    session: Session, room_key: str, owners: Collection[str], channel: str
) -> dict[str, list[str]]:
    """Return the addresses of each owner on one channel, in turn; an empty list where none is."""
    found: dict[str, list[str]] = {owner: [] for owner in owners}
    for row in session.execute(_points(room_key, owners)).all():
        if row.channel == channel and row.owner in found:
            found[row.owner].append(row.address)
    return found


def all_points_of(
    session: Session, room_key: str, owners: Collection[str]
) -> dict[str, list[Point]]:
    """Return the contact points of each owner on every channel, each channel in its turn."""
    found: dict[str, list[Point]] = {owner: [] for owner in owners}
    for row in session.execute(_points(room_key, owners)).all():
        if row.owner in found:
            found[row.owner].append(Point(Channel(row.channel), row.address))
    return found


def _points(room_key: str, owners: Collection[str]) -> Select[str, str, str]:
    query = select(ContactPoint.owner, ContactPoint.channel, ContactPoint.address).where(
        ContactPoint.room_key == room_key
    )
    if len(owners) <= OWNERS_AT_ONCE:
        query = query.where(ContactPoint.owner.in_(owners))
    return query.order_by(ContactPoint.owner, ContactPoint.channel, ContactPoint.turn)


def add_contact_point(session: Session, act: Act, owner: str, channel: str, address: str) -> bool:
    """Give a person or unit a further contact point; return False if it is there already.

    The new one gets the next turn; none is replaced.

    Raises:
        BadData: The address is none of that channel.
        NotFound: There is no such person or unit.
    """
    wanted = point(channel, address)
    _require_owner(session, act.room_key, owner)
    added = enter_points(session, act.room_key, {owner: [wanted]})
    if not added:
        return False
    sentence = Sentence(
        mark("为{owner}增加联系方式({channel}):{address}。"),
        {"owner": owner, "channel": wanted.channel.value, "address": wanted.address},
    )
    append(
        session,
        act.room_key,
        act.at,
        [Entry("add_contact_point", sentence, act.operator, owner)],
    )
    return True


def _require_owner(session: Session, room_key: str, owner: str) -> None:
    kind, _, id_ = owner.partition(":")
    table = {"person": Person, "unit": Unit}.get(kind)
    if table is None or session.get(table, (room_key, id_)) is None:
        raise NotFound(mark("没有编号为{id}的人员或单位。"), id=clean(owner, limit=60))


def enter_points(
    session: Session, room_key: str, wanted: Mapping[str, Sequence[Point]]
) -> dict[str, list[Point]]:
    """Store what is not there yet and return it by owner; the caller records the entry."""
    there = all_points_of(session, room_key, wanted.keys())
    added: dict[str, list[Point]] = {}
    rows: list[dict[str, object]] = []
    for owner, points in wanted.items():
        for each in dict.fromkeys(points):
            if each in there[owner]:
                continue
            turn = 1 + sum(known.channel == each.channel for known in there[owner])
            there[owner].append(each)
            added.setdefault(owner, []).append(each)
            rows.append(
                {
                    "room_key": room_key,
                    "owner": owner,
                    "channel": each.channel.value,
                    "address": each.address,
                    "turn": turn,
                }
            )
    if rows:
        session.execute(insert(ContactPoint), rows)
    return added
