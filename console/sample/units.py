"""The 2,680 reporting units of the sample room; all names are invented."""

import csv
import functools
from collections.abc import Mapping
from importlib import resources

from sqlalchemy import insert
from sqlalchemy.orm import Session

from console.sample.people import add_points
from records.act import Act
from records.tables import Unit

COUNTY_BODY = "county_body"


@functools.cache
def sample_units() -> tuple[Mapping[str, str], ...]:
    """Return the packaged units, county bodies first, by the ids that an import gives them."""
    with resources.files("console.sample").joinpath("units.csv").open(encoding="utf-8") as file:
        return tuple(csv.DictReader(file))


def add_units(session: Session, act: Act) -> int:
    """Store all units, each firm below the county body of its region; return how many."""
    units = sample_units()
    session.connection().execute(
        insert(Unit.__table__),  # type: ignore[arg-type]  # Core for speed; it is a Table
        [
            {
                "room_key": act.room_key,
                "id": unit["id"],
                "name": unit["name"],
                "kind": unit["kind"],
                "region_code": unit["region_code"],
                "parent_id": None if unit["kind"] == COUNTY_BODY else unit["region_code"],
                "head": unit["head"],
                "risk_level": unit["risk_level"] or None,
                "pinyin": unit["pinyin"],
                "added_at": act.at,
            }
            for unit in units
        ],
    )
    add_points(
        session,
        act.room_key,
        [(f"unit:{unit['id']}", (unit["email"],), (unit["telephone"],)) for unit in units],
    )
    return len(units)
