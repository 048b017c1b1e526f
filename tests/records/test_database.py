"""What `Database` promises: writes lock at once, reads are one view, nothing is half done."""

import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import StatementError

from records import database as database_module
from records.database import Database, wal_is_safe
from records.duty_log import open_log
from records.errors import Unreachable
from records.tables import DutyRoom, LogHead
from tests.records.instants import AT


def room(key: str = "demo", opened_at: datetime = AT) -> DutyRoom:
    return DutyRoom(
        key=key,
        name="河东市应急值班室",
        parent_key=None,
        timezone="Asia/Shanghai",
        telephone="",
        site="example.invalid",
        code_seed="0",
        is_sample=True,
        opened_at=opened_at,
    )


def names(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.scalars(select(DutyRoom.key)))


def test_what_is_written_is_read(database: Database) -> None:
    with database.write() as session:
        session.add(room())
    with database.read() as session:
        stored = session.scalars(select(DutyRoom)).one()
        assert stored.opened_at == AT
        assert stored.opened_at.tzinfo is UTC
        assert stored.is_sample is True


def test_an_error_rolls_a_write_back(database: Database) -> None:
    def act_and_fail() -> None:
        with database.write() as session:
            session.add(room())
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act_and_fail()
    assert names(database) == []


def test_a_read_is_always_rolled_back(database: Database) -> None:
    with database.read() as session:
        session.add(room())
        session.flush()
    assert names(database) == []


def test_a_read_is_one_view_whatever_others_write(database: Database) -> None:
    with database.read() as session:
        query = select(DutyRoom.key)
        assert session.scalars(query).all() == []
        with database.write() as other:
            other.add(room())
        assert session.scalars(query).all() == []
    assert names(database) == ["demo"]


def test_a_naive_instant_is_refused(database: Database) -> None:
    naive = datetime(2026, 3, 16, 17, 30)  # noqa: DTZ001  this is what is refused
    with pytest.raises(StatementError, match="naive"), database.write() as session:
        session.add(room(opened_at=naive))
    assert names(database) == []


def test_an_instant_of_another_zone_is_stored_as_utc(sqlite_database: Database) -> None:
    with sqlite_database.write() as session:
        session.add(room(opened_at=datetime.fromisoformat("2026-03-16T17:30:00.000001+08:00")))
    with sqlite_database.read() as session:
        stored = session.scalars(text("SELECT opened_at FROM duty_room")).one()
    assert stored == 1_773_653_400_000_001


def test_a_write_holds_the_lock_before_its_first_statement(sqlite_path: Path) -> None:
    first = Database.at_path(sqlite_path)
    second = Database.at_path(sqlite_path)
    began = threading.Event()
    done: list[str] = []

    def write_too() -> None:
        began.set()
        with second.write():
            done.append("second")

    other = threading.Thread(target=write_too)
    with first.write():
        other.start()
        began.wait()
        other.join(timeout=0.3)
        done.append("first")
    other.join()
    first.close()
    second.close()
    assert done == ["first", "second"]


def test_a_read_does_not_wait_for_a_write(sqlite_path: Path) -> None:
    first = Database.at_path(sqlite_path)
    second = Database.at_path(sqlite_path)
    with first.write() as session:
        session.add(room())
        session.flush()
        assert names(second) == []
    assert names(second) == ["demo"]
    first.close()
    second.close()


def test_a_database_that_cannot_be_opened_is_unreachable(tmp_path: Path) -> None:
    database = Database.at_path(tmp_path / "nowhere" / "duty.sqlite")
    with pytest.raises(Unreachable) as refusal, database.read() as session:
        session.execute(text("SELECT 1"))
    assert refusal.value.exit_status == 4
    with pytest.raises(Unreachable), database.write():
        pass
    database.close()


def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    database = Database.at_url(f"postgresql://postgres@/duty?host={tmp_path}")
    with pytest.raises(Unreachable), database.read() as session:
        session.execute(text("SELECT 1"))
    database.close()


def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    path = tmp_path / "值班 100%?#.sqlite"
    database = Database.at_path(path)
    with database.write() as session:
        session.execute(text("CREATE TABLE t (a INTEGER)"))
    database.close()
    assert path.exists()


def test_a_memory_database_is_one_for_all_sessions() -> None:
    database = Database.in_memory()
    with database.write() as session:
        session.execute(text("CREATE TABLE t (a INTEGER)"))
        session.execute(text("INSERT INTO t VALUES (7)"))
    with database.read() as session:
        assert session.scalars(text("SELECT a FROM t")).one() == 7
    database.close()


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_is_written_with_a_write_ahead_log(tmp_path: Path, *, durable: bool) -> None:
    database = Database.at_path(tmp_path / "duty.sqlite", durable=durable)
    with database.read() as session:
        journal = session.scalars(text("PRAGMA journal_mode")).one()
        synchronous = session.scalars(text("PRAGMA synchronous")).one()
        foreign_keys = session.scalars(text("PRAGMA foreign_keys")).one()
    database.close()
    version = database_module._sqlite_module().sqlite_version_info
    assert journal == ("wal" if wal_is_safe(version) else "truncate")
    assert synchronous == (2 if durable else 0)
    assert foreign_keys == 1


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 7), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
        ((4, 0, 0), True),
    ],
)
def test_only_a_repaired_sqlite_is_trusted_with_a_write_ahead_log(
    version: tuple[int, int, int], *, is_safe: bool
) -> None:
    assert wal_is_safe(version) is is_safe


COUNTING = """
import sys
from pathlib import Path
from sqlalchemy import select, update
from records.database import Database
from records.tables import LogHead
at = sys.argv[1]
is_url = at.startswith("postgresql")
database = Database.at_url(at) if is_url else Database.at_path(Path(at), durable=False)
for _ in range(500):
    with database.write() as session:
        seq = session.scalars(select(LogHead.seq).with_for_update()).one()
        session.execute(update(LogHead).values(seq=seq + 1))
database.close()
"""


def test_two_processes_lose_no_write(database: Database) -> None:
    with database.write() as session:
        open_log(session, "demo")
        session.execute(update(LogHead).values(seq=0))
    url = database.engine.url
    at = str(url.database) if database.is_sqlite else url.render_as_string(hide_password=False)
    command = [sys.executable, "-W", "error", "-c", COUNTING, at]
    both = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    complaints = [process.communicate(timeout=120)[1] for process in both]
    assert complaints == ["", ""]
    with database.read() as session:
        assert session.scalars(select(LogHead.seq)).one() == 1000
