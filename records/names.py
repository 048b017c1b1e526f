"""What a party is called: people, units, posts and rooms by name, many at once."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.tables import DutyRoom, Person, Unit

_ROWS_AT_ONCE = 400


def party_names(session: Session, room_key: str, parties: Iterable[str]) -> Mapping[str, str]:
    """Return the names of people, units and rooms; a party that is unknown names itself."""
    wanted = set(parties)
    names = {party: party.partition(":")[2] for party in wanted}
    people = _ids(wanted, "person:")
    units = _ids(wanted, "unit:")
    for start in range(0, len(people), _ROWS_AT_ONCE):
        rows = session.execute(
            select(Person.id, Person.name).where(
                Person.room_key == room_key, Person.id.in_(people[start : start + _ROWS_AT_ONCE])
            )
        )
        names |= {f"person:{row.id}": row.name for row in rows}
    for start in range(0, len(units), _ROWS_AT_ONCE):
        rows = session.execute(
            select(Unit.id, Unit.name).where(
                Unit.room_key == room_key, Unit.id.in_(units[start : start + _ROWS_AT_ONCE])
            )
        )
        names |= {f"unit:{row.id}": row.name for row in rows}
    rooms = _ids(wanted, "room:")
    if rooms:
        rows = session.execute(select(DutyRoom.key, DutyRoom.name).where(DutyRoom.key.in_(rooms)))
        names |= {f"room:{row.key}": row.name for row in rows}
    return names


def _ids(parties: Iterable[str], prefix: str) -> list[str]:
    return sorted(party.removeprefix(prefix) for party in parties if party.startswith(prefix))
