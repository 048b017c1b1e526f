"""Sessions on SQLite or PostgreSQL: `read()` is one consistent view, `write()` locks at once."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, StaticPool, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from records.errors import Unreachable
from records.language import mark

# SQLite before 3.51.3 (but for 3.50.7 and 3.44.6) can lose a commit in WAL mode.
WAL_SAFE_FROM = (3, 51, 3)
WAL_SAFE_BACKPORTS = {(3, 50, 7), (3, 44, 6)}
BUSY_TIMEOUT_MS = 15_000


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Return whether this SQLite can be trusted with two processes on a write-ahead log."""
    return version >= WAL_SAFE_FROM or version in WAL_SAFE_BACKPORTS


def _sqlite_module() -> Any:  # noqa: ANN401  two DBAPI modules of the same shape
    try:
        from pysqlite3 import dbapi2  # noqa: PLC0415  only where SQLite is used
    except ImportError:
        import sqlite3  # noqa: PLC0415  where no wheel fits, with a rollback journal

        return sqlite3
    return dbapi2


def _on_sqlite(engine: Engine, *, in_memory: bool, durable: bool) -> None:
    module = _sqlite_module()
    journal = "WAL" if wal_is_safe(module.sqlite_version_info) else "TRUNCATE"

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:  # noqa: ANN401
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA foreign_keys = ON")
        if not in_memory:
            cursor.execute(f"PRAGMA journal_mode = {journal}")
            cursor.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        mode = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")


class Database:
    """One database, SQLite by default, and the only way to a session."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine made by one of the constructors below."""
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        writes: dict[str, object] = {"writes": True}
        reads: dict[str, object] = {}
        if not self.is_sqlite:
            reads["isolation_level"] = "REPEATABLE READ"
        self._writes = engine.execution_options(**writes)
        self._reads = engine.execution_options(**reads)
        # SQLite lets a second writer wait by sleeping and trying again; threads of one process
        # hand the lock over at once instead.
        self._one_writer: AbstractContextManager[object] = (
            threading.RLock() if self.is_sqlite else nullcontext()
        )

    @classmethod
    def at_path(cls, path: Path, *, durable: bool = True) -> "Database":
        """Return the database in an SQLite file; `durable=False` is for throw-away files."""
        url = URL.create("sqlite", database=str(path))  # a path may hold ? and %
        engine = create_engine(url, module=_sqlite_module())
        _on_sqlite(engine, in_memory=False, durable=durable)
        return cls(engine)

    @classmethod
    def in_memory(cls) -> "Database":
        """Return a fresh SQLite database that ends with the process."""
        engine = create_engine(
            "sqlite://",
            module=_sqlite_module(),
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
        )
        _on_sqlite(engine, in_memory=True, durable=False)
        return cls(engine)

    @classmethod
    def at_url(cls, url: str) -> "Database":
        """Return the PostgreSQL database at `postgresql://...`."""
        driver_url = url.replace("postgresql://", "postgresql+psycopg://", 1)
        return cls(create_engine(driver_url, pool_pre_ping=True))

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give one consistent view, always rolled back; Unreachable if there is no database."""
        with self._session(self._reads) as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Lock at once, commit on leaving, roll back on any error."""
        with self._one_writer, self._session(self._writes) as session:
            session.connection()  # a session begins with its first statement, the lock with this
            try:
                yield session
                session.commit()
            except BaseException:
                session.rollback()
                raise

    @contextmanager
    def _session(self, engine: Engine) -> Iterator[Session]:
        session = Session(engine, expire_on_commit=False)
        try:
            yield session
        except DatabaseError as error:
            # Exactly DatabaseError is what SQLite says of a file that is no database or malformed.
            if isinstance(error, OperationalError) or type(error) is DatabaseError:
                raise Unreachable(
                    mark("数据库无法使用:{reason}。请运行 duty doctor 检查。"),
                    reason=_first_line(error),
                ) from error
            raise
        finally:
            session.close()

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).splitlines()[0] if str(error.orig) else type(error).__name__
