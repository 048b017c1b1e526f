"""A room with the posts of the catalogue, into which files are taken."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.rooms import make_room
from records.act import Act
from records.database import Database
from schedules.rules import load_schedule_rules

AT = datetime(2026, 1, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def act() -> Act:
    """The room itself, some days before the roster begins."""
    return Act("r", AT, "room:r")


@pytest.fixture
def data() -> Path:
    """The sample files as a bureau hands them over."""
    return Path(__file__).parents[2] / "data"


def furnish(database: Database, act: Act) -> Database:
    """Make the room in a database that has all tables."""
    with database.write() as session:
        make_room(
            session,
            act,
            key="r",
            name="值班室",
            timezone="Asia/Shanghai",
            telephone="",
            site="duty.example",
            code_seed="0",
            is_sample=True,
            rules=load_schedule_rules(),
            posts=True,
        )
    return database


@pytest.fixture
def room(sqlite_database: Database, act: Act) -> Database:
    """The room on SQLite."""
    return furnish(sqlite_database, act)


@pytest.fixture
def either_room(database: Database, act: Act) -> Database:
    """The room on each engine."""
    return furnish(database, act)
