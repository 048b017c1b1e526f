"""Live copies of the embedded database: made while everything runs, opened, verified."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from console.wiring import House
from records.database import Database
from records.duty_log import head, verify_chain
from records.errors import BadFile, Refused, Unreachable
from records.installation import Installation
from records.language import Language, mark
from records.migrate import upgrade
from records.settings import default_settings_text
from records.tables import DutyRoom

_PAGES_AT_ONCE = 2_000  # so that writers get their turn between two pieces
_SIDE_FILES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class CheckedRoom:
    """A room of a copy whose duty log verifies."""

    key: str
    name: str
    entries: int
    head: str


@dataclass(frozen=True, slots=True)
class Checked:
    """A copy that was opened and verified: its rooms."""

    rooms: tuple[CheckedRoom, ...]

    @property
    def entries(self) -> int:
        """Return how many entries the duty logs of all rooms have."""
        return sum(room.entries for room in self.rooms)

    def as_data(self) -> list[dict[str, object]]:
        """Return the rooms for `--json`."""
        return [
            {"room": room.key, "entries": room.entries, "head": room.head} for room in self.rooms
        ]


def back_up(house: House, file: Path) -> Checked:
    """Copy the database into a new file while everything runs; return what the copy holds.

    Raises:
        Refused: The file is there already, or the database is PostgreSQL.
        BadFile: The file cannot be written, or the copy is damaged.
        ChainBreak: The duty log in the copy does not verify; the copy is removed.
    """
    if not house.database.is_sqlite:
        raise Refused(mark("PostgreSQL 请用 pg_dump 备份,用 pg_restore 还原。"))
    _refuse_existing(file)
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        _copy(house.database, unfinished)
        checked = check_copy(unfinished)
        _as_one_file(house.database, unfinished)
        unfinished.rename(file)
    except OSError as error:
        raise BadFile(
            mark("无法写入 {file}:{reason}。"), file=file, reason=error.strerror
        ) from error
    finally:
        _remove(unfinished)
    return checked


def _refuse_existing(file: Path) -> None:
    if file.exists():
        raise Refused(mark("{file} 已存在,不会覆盖;请换一个文件名。"), file=file)


def _copy(database: Database, file: Path) -> None:
    if not file.parent.is_dir():
        raise FileNotFoundError(2, "no such folder", str(file.parent))
    source = database.engine.raw_connection()
    driver: Any = source.driver_connection  # a DBAPI connection has no common type
    try:
        module: Any = database.engine.dialect.dbapi  # the SQLite that the database was opened by
        target = module.connect(str(file))
        try:
            driver.backup(target, pages=_PAGES_AT_ONCE)
        finally:
            target.close()
    finally:
        source.close()


def _as_one_file(database: Database, file: Path) -> None:
    """Leave the copy without a write-ahead log beside it."""
    module: Any = database.engine.dialect.dbapi  # as above
    connection = module.connect(str(file))
    try:
        connection.execute("PRAGMA journal_mode = DELETE")
    finally:
        connection.close()


def check_copy(file: Path) -> Checked:
    """Open a copy and return its rooms.

    Raises BadFile if it is no database of ours or damaged, ChainBreak if a log does not verify.
    """
    database = Database.at_path(file)
    try:
        with database.read() as session:
            answer = session.scalar(text("PRAGMA quick_check"))
            if answer != "ok":
                raise BadFile(mark("{file} 已损坏:{reason}。"), file=file, reason=answer)
            rooms = session.execute(
                select(DutyRoom.key, DutyRoom.name).order_by(DutyRoom.key)
            ).all()
            for room in rooms:
                verify_chain(session, room.key)
            return Checked(
                tuple(CheckedRoom(room.key, room.name, *head(session, room.key)) for room in rooms)
            )
    except (DatabaseError, Unreachable) as error:
        raise BadFile(mark("{file} 不是值守台的备份。"), file=file) from error
    finally:
        database.close()


def restore(file: Path, folder: Path, language: Language) -> Checked:
    """Make a new data folder from a backup, with default settings; return what it holds.

    Raises:
        Refused: The folder is there and not empty.
        BadFile: The backup cannot be read, is damaged, or holds no room.
        ChainBreak: Its duty log does not verify; nothing is left behind.
    """
    if folder.exists() and any(folder.iterdir()):
        raise Refused(mark("{folder} 已有内容,不会覆盖;请换一个新目录。"), folder=folder)
    if not file.is_file():
        raise BadFile(mark("没有备份文件 {file}。"), file=file)
    installation = Installation(folder)
    installation.make_folders()
    target = installation.database_file
    try:
        _copy_file(file, target)
        checked = check_copy(target)
        _refuse_empty(checked, file)
        database = Database.at_path(target)
        try:
            upgrade(database)
        finally:
            database.close()
    except BaseException:
        _remove(target)
        raise
    installation.settings_file.write_text(
        default_settings_text(checked.rooms[0].key, language), encoding="utf-8"
    )
    return checked


def _refuse_empty(checked: Checked, file: Path) -> None:
    if not checked.rooms:
        raise BadFile(mark("{file} 中没有值班室。"), file=file)


def _copy_file(file: Path, target: Path) -> None:
    import shutil  # noqa: PLC0415  only a restore copies files

    try:
        shutil.copyfile(file, target)
    except OSError as error:
        raise BadFile(
            mark("无法读取 {file}:{reason}。"), file=file, reason=error.strerror
        ) from error


def _remove(file: Path) -> None:
    for ending in _SIDE_FILES:
        file.with_name(file.name + ending).unlink(missing_ok=True)
