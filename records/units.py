"""Reporting units: their kinds and regions from the catalogue; enter, find, the tree, retire."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from sqlalchemy import ColumnElement, Select, insert, or_, select, update
from sqlalchemy.orm import Session

from records.act import Act
from records.catalogue import Frozen, load
from records.clean_text import clean, key_of
from records.contact_points import Channel, Point, all_points_of, enter_points
from records.duty_log import Entry, append
from records.errors import BadData, NotFound, Refused, WrongState
from records.language import Sentence, mark
from records.people import name_fault, one_name
from records.pinyin import name_match, unit_keys
from records.tables import Unit

_NUMBERED = re.compile(r"(.*?)(\d{1,9})")


class UnitKind(Frozen):
    """A kind of unit; `id` says how its units are numbered: region, chem or u."""

    slug: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    id: Literal["region", "chem", "u"]


class Region(Frozen):
    """A region of the city by its code."""

    code: str
    name: str
    kind: Literal["city", "county", "functional_zone"]
    also: tuple[str, ...] = ()


class RiskLevel(Frozen):
    """A colour of the yearly risk assessment."""

    slug: Literal["red", "orange", "yellow", "blue"]
    zh: str
    en: str
    also: tuple[str, ...] = ()


class UnitCatalogue(Frozen):
    """Kinds, regions and risk levels of units.toml."""

    source: str
    city: str
    kinds: tuple[UnitKind, ...]
    regions: tuple[Region, ...]
    risk_levels: tuple[RiskLevel, ...]

    def kind_named(self, word: str) -> UnitKind | None:
        """Return the kind of that slug or word, or None."""
        key = key_of(word)
        return next(
            (each for each in self.kinds if key in _keys(each.slug, each.zh, *each.also)), None
        )

    def region_of(self, code: str) -> Region | None:
        """Return the region with that code, or None."""
        return next((each for each in self.regions if each.code == key_of(code)), None)

    def region_named(self, word: str) -> Region | None:
        """Return the region of that name, or None."""
        key = key_of(word)
        return next((each for each in self.regions if key in _keys(each.name, *each.also)), None)

    def risk_level_named(self, word: str) -> RiskLevel | None:
        """Return the risk level of that slug or colour word, or None."""
        key = key_of(word)
        return next(
            (each for each in self.risk_levels if key in _keys(each.slug, each.zh, *each.also)),
            None,
        )


def _keys(*words: str) -> set[str]:
    return {key_of(word) for word in words}


def load_unit_catalogue(override: Path | None = None) -> UnitCatalogue:
    """Return units.toml, the installation's own where its folder of catalogues has one."""
    return load("records", "units", UnitCatalogue, override)


@dataclass(frozen=True, slots=True)
class UnitCard:
    """A unit as screens and commands show it; contact points in the order they are tried."""

    id: str
    name: str
    kind: str
    region_code: str
    parent_id: str | None
    head: str
    risk_level: str | None
    emails: tuple[str, ...]
    telephones: tuple[str, ...]
    retired_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """What is known of a unit before it is entered.

    `unit_id` is the id wished for; `is_code` says that it is the unit's own code (or, of a county
    body, its region's), by which the unit is known whatever its name.
    """

    name: str
    kind: str
    region_code: str
    head: str = ""
    risk_level: str | None = None
    parent_id: str | None = None
    unit_id: str = "u-0001"
    is_code: bool = False
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class EnteredUnit:
    """What became of one unit's facts: the id, whether it is new or was changed, what was added."""

    id: str
    is_new: bool
    is_changed: bool
    added: tuple[Point, ...]


def add_unit(session: Session, act: Act, facts: UnitFacts) -> tuple[str, bool]:
    """Enter a unit; return its id and whether it is new. The same name in a region is the same.

    Raises:
        BadData: The name is no name.
        NotFound: The parent is unknown.
    """
    if fault := name_fault(facts.name):
        raise BadData(mark("{text}:{fault}。"), text=clean(facts.name, limit=40), fault=fault)
    if facts.parent_id is not None:
        _require(session, act.room_key, facts.parent_id)
    entered = enter_units(session, act, [facts])[0]
    if entered.is_new:
        sentence = Sentence(
            mark("登记单位{name},编号{id}。"), {"name": one_name(facts.name), "id": entered.id}
        )
        _record(session, act, "add_unit", sentence, entered.id)
    elif entered.is_changed or entered.added:
        sentence = Sentence(
            mark("更新单位{name}({id})。"), {"name": one_name(facts.name), "id": entered.id}
        )
        _record(session, act, "change_unit", sentence, entered.id)
    return entered.id, entered.is_new


def enter_units(session: Session, act: Act, units: Sequence[UnitFacts]) -> tuple[EnteredUnit, ...]:
    """Store units that are not there yet; the caller records the entry.

    Of a unit that is there, a head or a risk level that differs is taken over and contact points
    are added. A wished id that is taken gives the next free number of its kind. Units get the
    county body of their region as their parent unless they name another.
    """
    rows = session.scalars(select(Unit).where(Unit.room_key == act.room_key)).all()
    there = {row.id: row for row in rows}
    by_name = {(key_of(row.name), row.region_code): row.id for row in rows}
    kinds = {row.id: row.kind for row in rows}
    fresh: list[dict[str, object]] = []
    outcome: list[tuple[str, bool, bool]] = []
    for facts in units:
        id_ = _same(facts, by_name, kinds)
        if id_ is not None:
            is_changed = id_ in there and _take_over(there[id_], facts)
            outcome.append((id_, False, is_changed))
            continue
        id_ = _free_id(facts.unit_id, kinds)
        by_name[key_of(facts.name), facts.region_code] = id_
        kinds[id_] = facts.kind
        fresh.append(_row(act, id_, facts))
        outcome.append((id_, True, False))
    if fresh:
        session.flush()
        session.execute(insert(Unit), fresh)
        _adopt(session, act.room_key)
    wanted: dict[str, list[Point]] = {}
    for (id_, *_), facts in zip(outcome, units, strict=True):
        wanted.setdefault(f"unit:{id_}", []).extend(facts.points)
    added = enter_points(session, act.room_key, wanted)
    return tuple(
        EnteredUnit(id_, is_new, is_changed, tuple(added.pop(f"unit:{id_}", ())))
        for id_, is_new, is_changed in outcome
    )


def _same(
    facts: UnitFacts, by_name: Mapping[tuple[str, str], str], kinds: Mapping[str, str]
) -> str | None:
    if facts.is_code and kinds.get(facts.unit_id) == facts.kind:
        return facts.unit_id
    return by_name.get((key_of(facts.name), facts.region_code))


def _take_over(unit: Unit, facts: UnitFacts) -> bool:
    is_changed = False
    if facts.head and facts.head != unit.head:
        unit.head, is_changed = facts.head, True
    if facts.risk_level and facts.risk_level != unit.risk_level:
        unit.risk_level, is_changed = facts.risk_level, True
    return is_changed


def _free_id(wished: str, taken: Mapping[str, str]) -> str:
    if wished not in taken:
        return wished
    form = _NUMBERED.fullmatch(wished)
    prefix, width = (form[1], len(form[2])) if form and form[1] else ("u-", 4)
    numbers = [
        int(found[2]) for id_ in taken if (found := _NUMBERED.fullmatch(id_)) and found[1] == prefix
    ]
    return f"{prefix}{max(numbers, default=0) + 1:0{width}d}"


def _row(act: Act, id_: str, facts: UnitFacts) -> dict[str, object]:
    name = one_name(facts.name)
    return {
        "room_key": act.room_key,
        "id": id_,
        "name": name,
        "kind": facts.kind,
        "region_code": facts.region_code,
        "parent_id": facts.parent_id,
        "head": facts.head,
        "risk_level": facts.risk_level,
        "pinyin": unit_keys(name),
        "added_at": act.at,
    }


def _adopt(session: Session, room_key: str) -> None:
    """Put units without a parent under the county body of their region, as far as there is one."""
    bodies = session.execute(
        select(Unit.id, Unit.region_code).where(
            Unit.room_key == room_key, Unit.kind == "county_body", Unit.retired_at.is_(None)
        )
    ).all()
    for body in bodies:
        session.execute(
            update(Unit)
            .where(
                Unit.room_key == room_key,
                Unit.region_code == body.region_code,
                Unit.parent_id.is_(None),
                Unit.kind != "county_body",
            )
            .values(parent_id=body.id)
            .execution_options(synchronize_session=False)
        )


def find_units(session: Session, room_key: str, text: str, limit: int = 20) -> list[UnitCard]:
    """Return which units a search means, best first: Chinese, pinyin, initials or the id."""
    typed = clean(text, limit=60)
    if not typed:
        return []
    meant, rank = name_match(Unit.name.expression, Unit.pinyin.expression, typed)
    is_id: ColumnElement[bool] = Unit.id == typed.lower()
    query = (
        select(Unit)
        .where(Unit.room_key == room_key, Unit.retired_at.is_(None), or_(meant, is_id))
        .order_by(~is_id, rank, Unit.id)
        .limit(limit)
    )
    return _cards(session, room_key, query)


def list_units(
    session: Session, room_key: str, *, kind: str | None = None, with_retired: bool = False
) -> list[UnitCard]:
    """Return the room's units by id, of one kind or of all."""
    query = select(Unit).where(Unit.room_key == room_key).order_by(Unit.id)
    if kind is not None:
        query = query.where(Unit.kind == kind)
    if not with_retired:
        query = query.where(Unit.retired_at.is_(None))
    return _cards(session, room_key, query)


def unit_card(session: Session, room_key: str, unit_id: str) -> UnitCard:
    """Return one unit, retired or not; NotFound if there is none."""
    _require(session, room_key, unit_id)
    query = select(Unit).where(Unit.room_key == room_key, Unit.id == unit_id)
    return _cards(session, room_key, query)[0]


def units_below(session: Session, room_key: str, unit_id: str) -> list[UnitCard]:
    """Return the units in service that stand directly under a unit, by id."""
    query = (
        select(Unit)
        .where(Unit.room_key == room_key, Unit.parent_id == unit_id, Unit.retired_at.is_(None))
        .order_by(Unit.id)
    )
    return _cards(session, room_key, query)


def reporting_line(session: Session, room_key: str, unit_id: str) -> list[str]:
    """Return the ids of the units above a unit, the nearest first; NotFound if it is unknown."""
    above: list[str] = []
    parent = _require(session, room_key, unit_id).parent_id
    while parent is not None and parent != unit_id and parent not in above:
        above.append(parent)
        row = session.get(Unit, (room_key, parent))
        parent = row.parent_id if row else None
    return above


def place_under(session: Session, act: Act, unit_id: str, parent_id: str) -> None:
    """Put a unit under another one; Refused if that would make a circle, NotFound if unknown."""
    unit = _require(session, act.room_key, unit_id)
    parent = _require(session, act.room_key, parent_id)
    if unit_id in (parent_id, *reporting_line(session, act.room_key, parent_id)):
        raise Refused(
            mark("{parent}在{name}之下,不能再做它的上级。"), parent=parent.name, name=unit.name
        )
    unit.parent_id = parent_id
    session.flush()
    sentence = Sentence(
        mark("{name}改由{parent}管理。"), {"name": unit.name, "parent": parent.name}
    )
    _record(session, act, "place_unit", sentence, unit_id)


def retire_unit(session: Session, act: Act, unit_id: str) -> None:
    """Take a unit out of service: it owes nothing more; NotFound, WrongState if it is already."""
    unit = _require(session, act.room_key, unit_id)
    if unit.retired_at is not None:
        raise WrongState(mark("{name}已经停用,无需再次停用。"), name=unit.name)
    unit.retired_at = act.at
    session.flush()
    sentence = Sentence(mark("停用单位{name}({id})。"), {"name": unit.name, "id": unit_id})
    _record(session, act, "retire_unit", sentence, unit_id)


def _require(session: Session, room_key: str, unit_id: str) -> Unit:
    unit = session.get(Unit, (room_key, unit_id))
    if unit is None:
        raise NotFound(mark("没有编号为{id}的单位。"), id=clean(unit_id, limit=60))
    return unit


def _cards(session: Session, room_key: str, query: Select[Unit]) -> list[UnitCard]:
    rows = session.scalars(query).all()
    points = all_points_of(session, room_key, [f"unit:{row.id}" for row in rows])
    return [_card(row, points[f"unit:{row.id}"]) for row in rows]


def _card(row: Unit, points: Sequence[Point]) -> UnitCard:
    return UnitCard(
        id=row.id,
        name=row.name,
        kind=row.kind,
        region_code=row.region_code,
        parent_id=row.parent_id,
        head=row.head,
        risk_level=row.risk_level,
        emails=tuple(each.address for each in points if each.channel is Channel.EMAIL),
        telephones=tuple(each.address for each in points if each.channel is Channel.TELEPHONE),
        retired_at=row.retired_at,
    )


def _record(session: Session, act: Act, name: str, sentence: Sentence, unit_id: str) -> None:
    append(session, act.room_key, act.at, [Entry(name, sentence, act.operator, f"unit:{unit_id}")])
