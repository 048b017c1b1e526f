"""The people of the sample room and their contact points; all names are invented."""

import csv
import functools
from collections.abc import Mapping, Sequence
from importlib import resources

from sqlalchemy import insert
from sqlalchemy.orm import Session

from records.act import Act
from records.tables import ContactPoint, Person

# They have these numbers in the sample address book too, so that its import finds them known.
LEADERS = tuple(f"p{number:03d}" for number in range(2, 9))
OFFICERS = tuple(f"p{number:03d}" for number in range(9, 29))
DRIVERS = ("p065", "p066")
DUTY_LEADER = "p001"
FIRST_COMMANDER = 29  # commander, deputy and office director of General HQ, then of each centre


@functools.cache
def sample_people() -> tuple[Mapping[str, str], ...]:
    """Return the packaged people by id: name, body, title, note, contact points, pinyin."""
    with resources.files("console.sample").joinpath("people.csv").open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def add_people(session: Session, act: Act, pin_hash: str | None) -> int:
    """Store all people with one PIN hash for everybody (None: no PINs); return how many."""
    people = sample_people()
    connection = session.connection()
    connection.execute(
        insert(Person.__table__),  # type: ignore[arg-type]  # Core for speed; it is a Table
        [
            {
                "room_key": act.room_key,
                "id": person["id"],
                "name": person["name"],
                "body": person["body"],
                "title": person["title"],
                "note": person["note"],
                "pinyin": person["pinyin"],
                "pin_hash": pin_hash,
                "pin_failures": 0,
                "added_at": act.at,
            }
            for person in people
        ],
    )
    add_points(
        session,
        act.room_key,
        [
            (f"person:{person['id']}", (person["email"],), (person["mobile"], person["telephone"]))
            for person in people
        ],
    )
    return len(people)


def add_points(
    session: Session,
    room_key: str,
    owners: Sequence[tuple[str, Sequence[str], Sequence[str]]],
) -> None:
    """Store the e-mail addresses and telephone numbers of owners, in the order they are tried."""
    rows = [
        {
            "room_key": room_key,
            "owner": owner,
            "channel": channel,
            "address": address,
            "turn": turn,
        }
        for owner, emails, telephones in owners
        for channel, addresses in (("email", emails), ("telephone", telephones))
        for turn, address in enumerate(addresses, start=1)
    ]
    session.connection().execute(insert(ContactPoint.__table__), rows)  # type: ignore[arg-type]  # it is a Table
