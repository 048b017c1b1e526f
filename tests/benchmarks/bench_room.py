"""An installation for benchmarks and fault tests: a room, its units, any number of obligations."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from console.rooms import make_room
from console.wiring import load_rules
from records.act import Act
from records.clock import SystemClock, pause
from records.database import Database
from records.installation import Installation
from records.migrate import upgrade
from records.people import add_contact_point, add_person
from records.tables import ContactPoint, Unit
from schedules import obligations
from schedules.lease import read_lease
from schedules.obligations import Owed
from schedules.shifts import PlannedShift, publish

ROOM = "bench"
CLOCK = SystemClock()
ROOT = Path(__file__).parents[2]


@dataclass
class BenchRoom:
    """The folder, its database, and how many units it has."""

    installation: Installation
    database: Database
    url: str
    units: int

    def owe(self, due: list[tuple[str, datetime]], kind: str = "routine_report") -> None:
        """Let units owe something at instants; each gets the reporting ladder."""
        owed = [
            Owed(
                kind=kind,
                subject="report:county_duty_situation",
                owed_by=f"unit:{unit}",
                rule="R-REP-12",
                source="bench",
                ladder="reporting",
                arose_at=at - timedelta(hours=1),
                due_at=at,
                grace=timedelta(hours=1),
            )
            for unit, at in due
        ]
        with self.database.write() as session:
            obligations.open_all(session, ROOM, owed)

    def fill(self, live: int) -> None:
        """Add live obligations that fall due in a month, a second apart."""
        now = CLOCK.now()
        begin = int((now + timedelta(days=30)).timestamp() * 1_000_000)
        series = (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :live) "
            if self.database.is_sqlite
            else "WITH n(i) AS (SELECT generate_series(1, :live)) "
        )
        statement = series + (  # nothing from outside goes into it
            "INSERT INTO obligation (room_key, occurrence, kind, subject, owed_by, rule, source,"
            " ladder, is_top_priority, is_drill, arose_at, due_at, missed_at, state, next_look_at,"
            " note) SELECT 'bench', 'fill' || (10000000000 + i), 'routine_report', 'report:fill',"
            " 'unit:f' || (i % 2680), 'R', 's', 'reporting', :no, :no, :begin,"
            " :begin + i * 1000000,"
            " :begin + i * 1000000 + 1, 'open', :begin + i * 1000000, '' FROM n"
        )
        with self.database.write() as session:
            indexes = self._set_indexes_aside(session)
            session.execute(text(statement), {"live": live, "begin": begin, "no": False})
            for index in indexes:
                session.execute(text(index))
        if not self.database.is_sqlite:
            with self.database.engine.connect().execution_options(
                isolation_level="AUTOCOMMIT"
            ) as connection:
                connection.execute(text("VACUUM ANALYZE obligation"))

    def _set_indexes_aside(self, session: Session) -> list[str]:
        """Drop the indexes, so that filling is fast; return how they are made again."""
        catalogue = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'index'"
            " AND tbl_name = 'obligation' AND sql IS NOT NULL"
            if self.database.is_sqlite
            else "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'obligation'"
            " AND indexname LIKE 'ix_%'"
        )
        found = session.execute(text(catalogue)).all()
        for name, _ in found:
            session.execute(text(f"DROP INDEX {name}"))
        return [made for _, made in found]

    def count(self, statement: str) -> int:
        """Return the single number that a statement gives."""
        with self.database.read() as session:
            return int(session.execute(text(statement)).scalar_one())


def make_bench_room(folder: Path, *, port: int, url: str = "", units: int = 10_000) -> BenchRoom:
    """Make an installation whose mails go to a port of loopback in plain text."""
    installation = Installation(folder)
    installation.make_folders()
    installation.settings_file.write_text(
        f'[room]\nkey = "{ROOM}"\n[database]\nurl = "{url}"\n[mail]\nhost = "127.0.0.1"\n'
        f'port = {port}\nsecurity = "plain-text"\n',
        encoding="utf-8",
    )
    database = Database.at_url(url) if url else Database.at_path(installation.database_file)
    upgrade(database)
    _people_and_units(database, units)
    return BenchRoom(installation, database, url, units)


def _people_and_units(database: Database, units: int) -> None:
    now = CLOCK.now()
    act = Act(ROOM, now, f"room:{ROOM}")
    rules = load_rules().schedules
    with database.write() as session:
        make_room(
            session,
            act,
            key=ROOM,
            name="基准值班室",
            timezone="Asia/Shanghai",
            telephone="0375-1",
            site="bench.example",
            code_seed="bench",
            is_sample=False,
            rules=rules,
            posts=True,
        )
        for person_id in ("an", "bo", "cy"):
            add_person(session, act, name=person_id, body="局", title="", person_id=person_id)
            address = f"{person_id}@duty.example"
            add_contact_point(session, act, f"person:{person_id}", "email", address)
        ids = [f"b{number:05d}" for number in range(units)]
        session.execute(
            insert(Unit),
            [
                {
                    "room_key": ROOM,
                    "id": unit,
                    "name": f"单位{unit}",
                    "kind": "bench",
                    "region_code": "",
                    "head": "",
                    "pinyin": "",
                    "added_at": now,
                }
                for unit in ids
            ],
        )
        session.execute(
            insert(ContactPoint),
            [
                {
                    "room_key": ROOM,
                    "owner": f"unit:{unit}",
                    "channel": "email",
                    "address": f"{unit}@duty.example",
                    "turn": 1,
                }
                for unit in ids
            ],
        )
        people = {"primary": "an", "secondary": "bo", "shift_lead": "cy"}
        begins = now - timedelta(hours=1)
        shift = PlannedShift("day", "day:bench", begins, begins + timedelta(days=2), people)
        publish(session, act, [shift])


@contextmanager
def running_sink(file: Path, delay: float = 0.0) -> Iterator[int]:
    """Run a sink process; give its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.sink", str(file), str(delay)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(10)


def start_watch(room: BenchRoom) -> subprocess.Popen[bytes]:
    """Start a watch process on the room; its messages go to a file of the folder."""
    folder = room.installation.folder
    with (folder / "watch.out").open("ab") as out:
        return subprocess.Popen(
            [sys.executable, "-m", "console.cli.main", "--data", str(folder), "watch"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=ROOT,
        )


def wait_for_pulse(room: BenchRoom, *, patience: float = 20.0) -> None:
    """Wait until a watch has completed a tick since now."""
    since = CLOCK.now()
    until = CLOCK.monotonic() + patience
    while CLOCK.monotonic() < until:
        with room.database.read() as session:
            lease = read_lease(session)
        if lease is not None and lease.pulse_at is not None and lease.pulse_at > since:
            return
        pause(0.05)
    raise TimeoutError("no watch has begun to beat")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process that we started to end, by its own id, and wait for it."""
    if process.poll() is None:
        process.terminate()
        process.wait(40)


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
