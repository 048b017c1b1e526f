"""Databases for the tests: each test has its own, with all tables, on both engines."""

import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from records import migrate
from records.database import Database
from tests.postgresql import PostgresServer, running_postgresql

_numbers = count(1)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresServer]:
    """A real server; if it cannot start, the tests that need it fail."""
    with running_postgresql() as server:
        template = Database.at_url(server.create("duty_template"))
        try:
            migrate.upgrade(template)
        finally:
            template.close()
        yield server


@pytest.fixture
def postgresql_url(postgresql_server: PostgresServer) -> Iterator[str]:
    """A PostgreSQL database of its own with all tables, for tests that change tables."""
    name = f"duty_{next(_numbers)}"
    yield postgresql_server.create(name, template="duty_template")
    postgresql_server.drop(name)


@pytest.fixture
def empty_postgresql_url(postgresql_server: PostgresServer) -> Iterator[str]:
    """A fresh PostgreSQL database without any table."""
    name = f"duty_{next(_numbers)}"
    yield postgresql_server.create(name)
    postgresql_server.drop(name)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("template") / "duty.sqlite"
    database = Database.at_path(path, durable=False)
    migrate.upgrade(database)
    database.close()
    return path


@pytest.fixture
def sqlite_path(sqlite_template: Path, tmp_path: Path) -> Path:
    """A fresh SQLite file with all tables."""
    return Path(shutil.copy(sqlite_template, tmp_path / "duty.sqlite"))


@pytest.fixture
def sqlite_database(sqlite_path: Path) -> Iterator[Database]:
    """A fresh SQLite database with all tables."""
    database = Database.at_path(sqlite_path, durable=False)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgresql_shared_url(postgresql_server: PostgresServer) -> str:
    """The PostgreSQL database that the tests use in turn."""
    return postgresql_server.create("duty_shared", template="duty_template")


@pytest.fixture
def postgresql_database(
    postgresql_server: PostgresServer, postgresql_shared_url: str
) -> Iterator[Database]:
    """A PostgreSQL database with all tables and no rows; a test may not change its tables."""
    database = Database.at_url(postgresql_shared_url)
    yield database
    database.close()
    postgresql_server.empty("duty_shared")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A fresh database with all tables, once on each engine."""
    found = request.getfixturevalue(f"{request.param}_database")
    assert isinstance(found, Database)
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A fresh database without any table, once on each engine."""
    if request.param == "sqlite":
        found = Database.at_path(tmp_path / "empty.sqlite", durable=False)
    else:
        found = Database.at_url(request.getfixturevalue("empty_postgresql_url"))
    yield found
    found.close()
