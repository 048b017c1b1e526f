"""Absences: who is away when, who stands in, and who is therefore told."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from records.act import Act
from records.clean_text import clean
from records.duty_log import Entry, append
from records.errors import NotFound, Refused, WrongState
from records.language import Sentence, mark
from records.tables import Absence, Person


@dataclass(frozen=True, slots=True)
class _Away:
    starts_at: datetime
    ends_at: datetime
    stand_in_id: str | None


def send_away(  # noqa: PLR0913, PLR0917  an absence has as many facts
    session: Session,
    act: Act,
    person_id: str,
    starts_at: datetime,
    ends_at: datetime,
    stand_in_id: str | None,
    reason: str,
) -> None:
    """Record that a person is away during `[starts_at, ends_at)` and who is told instead.

    Raises:
        Refused: The span is empty or backwards, the stand-in is the same person, is retired, or
            would at some instant of the span be covered by the absent person.
        NotFound: The person or the stand-in is unknown.
        WrongState: The person is away during part of the span already.
    """
    if ends_at <= starts_at:
        raise Refused(mark("外出的结束时间应晚于开始时间。"))
    names = _names(session, act.room_key, [person_id, *([stand_in_id] if stand_in_id else [])])
    if stand_in_id == person_id:
        raise Refused(mark("{name}不能替自己,请指定另一人。"), name=names[person_id])
    away = _absences(session, act.room_key, starts_at, ends_at)
    if away.get(person_id):
        raise WrongState(
            mark("{name}在这段时间内已登记外出,请先销假或改用其他时间。"), name=names[person_id]
        )
    if stand_in_id and _leads_to(away, stand_in_id, person_id, (starts_at, ends_at)):
        raise Refused(
            mark("{stand_in}在这段时间内由{name}替班,不能互相替班,请指定另一人。"),
            stand_in=names[stand_in_id],
            name=names[person_id],
        )
    session.execute(
        insert(Absence).values(
            room_key=act.room_key,
            person_id=person_id,
            starts_at=starts_at,
            ends_at=ends_at,
            stand_in_id=stand_in_id,
            reason=clean(reason),
        )
    )
    _record_away(session, act, (person_id, stand_in_id), names, (starts_at, ends_at))


def _record_away(
    session: Session,
    act: Act,
    ids: tuple[str, str | None],
    names: Mapping[str, str],
    span: tuple[datetime, datetime],
) -> None:
    person_id, stand_in_id = ids
    template = mark("{name}外出,{stand_in}代替。") if stand_in_id else mark("{name}外出,无人代替。")
    sentence = Sentence(
        template,
        {"name": names[person_id], "stand_in": names[stand_in_id] if stand_in_id else ""},
    )
    data = {"starts_at": span[0], "ends_at": span[1], "stand_in": stand_in_id}
    entry = Entry("send_away", sentence, act.operator, f"person:{person_id}", data)
    append(session, act.room_key, act.at, [entry])


def come_back(session: Session, act: Act, person_id: str) -> None:
    """End the absence that runs at the act's instant.

    Raises:
        NotFound: The person is unknown.
        WrongState: They are not away.
    """
    names = _names(session, act.room_key, [person_id])
    row = session.execute(
        select(Absence.id, Absence.starts_at).where(
            Absence.room_key == act.room_key,
            Absence.person_id == person_id,
            Absence.starts_at < act.at,
            Absence.ends_at > act.at,
        )
    ).first()
    if row is None:
        raise WrongState(mark("{name}现在没有外出。"), name=names[person_id])
    session.execute(update(Absence).where(Absence.id == row.id).values(ends_at=act.at))
    sentence = Sentence(mark("{name}提前返回。"), {"name": names[person_id]})
    entry = Entry("come_back", sentence, act.operator, f"person:{person_id}")
    append(session, act.room_key, act.at, [entry])


def stand_in_for(session: Session, room_key: str, person_id: str, now: datetime) -> str | None:
    """Return who is told instead of a person: themselves if present, None if nobody is left.

    Stand-ins of stand-ins are followed. A retired or unknown person is never present.
    """
    return present(session, room_key, [person_id], now)[person_id]


# The watch asks this at every look: the statement is made once.
_IN_SERVICE = select(Person.id).where(
    Person.room_key == bindparam("of_room"),
    Person.id.in_(bindparam("ids", expanding=True)),
    Person.retired_at.is_(None),
)


def present(
    session: Session, room_key: str, person_ids: Collection[str], now: datetime
) -> dict[str, str | None]:
    """Return for each person who is told instead of them at that instant, as `stand_in_for`."""
    away = {
        id_: spans[-1].stand_in_id for id_, spans in _absences(session, room_key, now, now).items()
    }
    reached = {id_: _follow(id_, away) for id_ in person_ids}
    ends = {id_ for id_ in reached.values() if id_ is not None}
    found = session.connection().execute(_IN_SERVICE, {"of_room": room_key, "ids": sorted(ends)})
    in_service = set(found.scalars())
    return {id_: end if end in in_service else None for id_, end in reached.items()}


def _follow(person_id: str, away: Mapping[str, str | None]) -> str | None:
    seen: set[str] = set()
    reached: str | None = person_id
    while reached is not None and reached in away:
        if reached in seen:
            return None
        seen.add(reached)
        reached = away[reached]
    return reached


def _absences(
    session: Session, room_key: str, starts_at: datetime, ends_at: datetime
) -> dict[str, list[_Away]]:
    """Return who is away during part of the span, or at the instant where both are the same."""
    is_over = Absence.starts_at > ends_at if starts_at == ends_at else Absence.starts_at >= ends_at
    rows = session.execute(
        select(Absence.person_id, Absence.starts_at, Absence.ends_at, Absence.stand_in_id)
        .where(Absence.room_key == room_key, Absence.ends_at > starts_at, ~is_over)
        .order_by(Absence.id)
    )
    found: dict[str, list[_Away]] = {}
    for row in rows:
        spans = found.setdefault(row.person_id, [])
        spans.append(_Away(row.starts_at, row.ends_at, row.stand_in_id))
    return found


def _leads_to(
    away: Mapping[str, list[_Away]],
    person_id: str,
    target: str,
    span: tuple[datetime, datetime],
) -> bool:
    """Return whether standing in for `person_id` comes round to `target` within the span."""
    if person_id == target:
        return True
    for each in away.get(person_id, ()):
        start, end = max(span[0], each.starts_at), min(span[1], each.ends_at)
        is_covered = start < end and each.stand_in_id is not None
        if is_covered and _leads_to(away, each.stand_in_id or "", target, (start, end)):
            return True
    return False


def _names(session: Session, room_key: str, person_ids: Collection[str]) -> dict[str, str]:
    """Return the names of people who are in service."""
    rows = session.execute(
        select(Person.id, Person.name, Person.retired_at).where(
            Person.room_key == room_key, Person.id.in_(person_ids)
        )
    ).all()
    found = {row.id: row.name for row in rows}
    for id_ in person_ids:
        if id_ not in found:
            raise NotFound(mark("没有编号为{id}的人员。"), id=clean(id_, limit=60))
    for row in rows:
        if row.retired_at is not None:
            raise Refused(mark("{name}已经停用,不能外出或替班。"), name=row.name)
    return found
