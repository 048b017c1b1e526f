"""What a party is called: people, units, posts and rooms by name, many at once."""

from collections.abc import Iterable, Mapping

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from records.tables import DutyRoom, Person, Unit

_ROWS_AT_ONCE = 400
_PEOPLE = select(Person.id, Person.name).where(
    Person.room_key == bindparam("of_room"), Person.id.in_(bindparam("ids", expanding=True))
)
_UNITS = select(Unit.id, Unit.name).where(
    Unit.room_key == bindparam("of_room"), Unit.id.in_(bindparam("ids", expanding=True))
)


def party_names(session: Session, room_key: str, parties: Iterable[str]) -> Mapping[str, str]:
    """Return the names of people, units and rooms; a party that is unknown names itself."""
    wanted = set(parties)
    names = {party: party.partition(":")[2] for party in wanted}
    people = _ids(wanted, "person:")
    units = _ids(wanted, "unit:")
    for start in range(0, len(people), _ROWS_AT_ONCE):
        some = {"of_room": room_key, "ids": people[start : start + _ROWS_AT_ONCE]}
        rows = session.connection().execute(_PEOPLE, some)
        names |= {f"person:{row.id}": row.name for row in rows}
    for start in range(0, len(units), _ROWS_AT_ONCE):
        some = {"of_room": room_key, "ids": units[start : start + _ROWS_AT_ONCE]}
        rows = session.connection().execute(_UNITS, some)
        names |= {f"unit:{row.id}": row.name for row in rows}
    rooms = _ids(wanted, "room:")
    if rooms:
        named = session.execute(select(DutyRoom.key, DutyRoom.name).where(DutyRoom.key.in_(rooms)))
        names |= {f"room:{row.key}": row.name for row in named}
    return names


def _ids(parties: Iterable[str], prefix: str) -> list[str]:
    return sorted(party.removeprefix(prefix) for party in parties if party.startswith(prefix))
