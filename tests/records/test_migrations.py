"""The revisions make the mapped tables, once, on both engines, and keep the log append-only."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Inspector, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from records import migrate
from records.database import Database
from records.duty_log import Entry, append, open_log
from records.errors import Unreachable
from records.language import Sentence
from records.tables import Base
from tests.records.instants import AT

for _package in ("records", "schedules", "plans"):
    importlib.import_module(f"{_package}.tables")
importlib.import_module("schedules.roster_tables")
importlib.import_module("schedules.handover_tables")
importlib.import_module("schedules.presence_tables")
importlib.import_module("plans.incident_tables")
importlib.import_module("plans.command_tables")


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """The search index is no mapped table: only records.log_search reads it."""
    return kind != "table" or name is None or not name.startswith("log_search")


def test_the_upgraded_database_equals_the_mapped_tables(database: Database) -> None:
    with database.read() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"include_name": is_ours, "compare_type": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def constraints_of(database: Database) -> dict[str, list[object]]:
    """What the comparison of Alembic leaves out, by table."""
    with database.read() as session:
        inspector = inspect(session.connection())
        return {table: described(inspector, table) for table in sorted(Base.metadata.tables)}


def described(inspector: Inspector, table: str) -> list[object]:
    keys = [
        (foreign["constrained_columns"], foreign["referred_table"], foreign["referred_columns"])
        for foreign in inspector.get_foreign_keys(table)
    ]
    checks = [
        (str(check["name"]), check["sqltext"]) for check in inspector.get_check_constraints(table)
    ]
    indexes = [
        (
            str(index["name"]),
            index["column_names"],
            sorted((name, str(value)) for name, value in index.get("dialect_options", {}).items()),
        )
        for index in inspector.get_indexes(table)
    ]
    uniques = [
        (str(unique["name"]), unique["column_names"])
        for unique in inspector.get_unique_constraints(table)
    ]
    key = inspector.get_pk_constraint(table)
    return [sorted(keys), sorted(checks), sorted(indexes), sorted(uniques), key]


def test_the_upgraded_database_has_the_mapped_checks_keys_and_indexes(
    request: pytest.FixtureRequest, database: Database, tmp_path: Path
) -> None:
    if database.is_sqlite:
        mapped = Database.at_path(tmp_path / "mapped.sqlite", durable=False)
    else:
        mapped = Database.at_url(request.getfixturevalue("empty_postgresql_url"))
    try:
        with mapped.write() as session:
            Base.metadata.create_all(session.connection())
        assert constraints_of(database) == constraints_of(mapped)
    finally:
        mapped.close()


def test_an_empty_database_is_brought_to_the_head(empty_database: Database) -> None:
    assert migrate.revision(empty_database) is None
    migrate.upgrade(empty_database)
    assert migrate.revision(empty_database) == migrate.head_revision()


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    with database.write() as session:
        open_log(session, "demo")
    migrate.upgrade(database)
    with database.read() as session:
        assert session.execute(text("SELECT room_key FROM log_head")).all() == [("demo",)]


def test_a_database_of_a_newer_program_is_left_alone(empty_database: Database) -> None:
    database = empty_database
    migrate.upgrade(database)
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unreachable, match="9999"):
        migrate.upgrade(database)
    assert migrate.revision(database) == "9999"


def test_an_upgrade_that_fails_leaves_nothing_behind(empty_database: Database) -> None:
    with empty_database.write() as session:
        session.execute(text("CREATE TABLE person (id INTEGER)"))
    with pytest.raises((DBAPIError, Unreachable)):
        migrate.upgrade(empty_database)
    with empty_database.read() as session:
        assert inspect(session.connection()).get_table_names() == ["person"]


def recorded_night(session: Session) -> None:
    open_log(session, "demo")
    lines = [Entry(act="note", sentence=Sentence(f"第{n}条"), operator="room:demo") for n in (1, 2)]
    append(session, "demo", AT, lines)


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE log_entry SET text = '平安' WHERE seq = 1",
        "DELETE FROM log_entry WHERE seq = 2",
        "DELETE FROM log_entry",
    ],
)
def test_an_entry_of_the_log_can_be_neither_changed_nor_deleted(
    database: Database, tampering: str
) -> None:
    with database.write() as session:
        recorded_night(session)
    with pytest.raises((DBAPIError, Unreachable), match="append-only"), database.write() as session:
        session.execute(text(tampering))
    with database.read() as session:
        rows = session.execute(text("SELECT text FROM log_entry ORDER BY seq")).all()
    assert rows == [("第1条",), ("第2条",)]


def test_an_entry_cannot_be_replaced_on_sqlite(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        recorded_night(session)
    replacing = (
        "INSERT OR REPLACE INTO log_entry"
        " SELECT room_key, seq, at, act, operator, subject, '平安', data, prev_hash, hash"
        " FROM log_entry"
    )
    with pytest.raises(DBAPIError, match="append-only"), sqlite_database.write() as session:
        session.execute(text(replacing))


def test_the_log_cannot_be_truncated_on_postgresql(postgresql_database: Database) -> None:
    with pytest.raises(DBAPIError, match="append-only"), postgresql_database.write() as session:
        session.execute(text("TRUNCATE log_entry"))


def test_two_consoles_upgrade_at_once(empty_database: Database, tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from records import migrate\n"
        "from records.database import Database\n"
        "at = sys.argv[1]\n"
        "is_url = at.startswith('postgresql')\n"
        "database = Database.at_url(at) if is_url else Database.at_path(Path(at))\n"
        "migrate.upgrade(database)\n"
        "database.close()\n"
    )
    if empty_database.is_sqlite:
        at = str(tmp_path / "empty.sqlite")
    else:
        at = empty_database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-W", "error", "-c", script, at]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    complaints = [process.communicate(timeout=60)[1] for process in both]
    assert complaints == ["", ""]
    assert migrate.revision(empty_database) == migrate.head_revision()


def test_a_memory_database_is_brought_to_the_head() -> None:
    database = Database.in_memory()
    migrate.upgrade(database)
    assert migrate.revision(database) == migrate.head_revision()
    database.close()


def test_the_newest_revision_is_the_one_the_program_names() -> None:
    """Reading commands compare a name instead of asking Alembic, which is slow to load."""
    scripts = ScriptDirectory.from_config(migrate._config())
    assert scripts.get_current_head() == migrate.HEAD
