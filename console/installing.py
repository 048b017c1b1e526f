"""Making an installation: data folder, database, room; nothing is left behind if it fails."""

import os
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select

from console.rooms import make_room
from console.sample.room import SAMPLE_KEY
from console.wiring import load_rules, open_database
from records.act import Act
from records.catalogue import shipped_files
from records.chance import SystemChance
from records.clean_text import clean
from records.clock import Clock, SystemClock
from records.database import Database
from records.errors import BadData, Refused
from records.installation import Installation
from records.language import Language, Sentence, mark
from records.settings import LoadedSettings, default_settings_text, read_settings
from records.tables import DutyRoom

_CATALOGUE_PACKAGES = ("records", "schedules", "plans")
_SIDE_FILES = ("", "-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """What people call the room, and its telephone; empty where not yet known."""

    name: str = ""
    telephone: str = ""


def install(
    installation: Installation,
    language: Language,
    room: RoomFacts | None,
    clock: Clock | None = None,
) -> Sentence:
    """Make an installation and return what was made; without a room it is the sample room.

    Settings that lie in the folder already are kept and gone by, such as a database URL.

    Raises:
        Refused: The installation, or the room in its database, is there already; or the settings
            that are kept name another room than the sample room.
        BadData: The settings that are kept are wrong.
        Unreachable: The database cannot be opened.
    """
    has_settings = installation.exists
    had_database = installation.database_file.exists()
    if had_database and not has_settings:
        raise Refused(
            mark("{folder}中已有数据库,不会覆盖;请换一个目录。"), folder=installation.folder
        )
    _make_folders(installation)
    loaded = _settings(installation, language, is_sample=room is None)
    try:
        _fill(installation, loaded, room, clock or SystemClock())
    except BaseException:
        if not had_database:
            _remove_database(installation)
        raise
    _write_notes(installation.catalogues, language)
    if not has_settings:
        _write_whole(
            installation.settings_file,
            default_settings_text(loaded.settings.room.key, language),
        )
    return Sentence(
        mark("值班室{room}已建立,数据在{folder}。"),
        {"room": loaded.settings.room.key, "folder": installation.folder},
    )


def _make_folders(installation: Installation) -> None:
    try:
        installation.make_folders()
    except OSError as error:
        raise BadData(
            mark("无法建立数据目录 {folder}:{reason}。"),
            folder=installation.folder,
            reason=error.strerror,
        ) from error


def _settings(installation: Installation, language: Language, *, is_sample: bool) -> LoadedSettings:
    loaded = read_settings(installation)
    if not installation.exists:
        key = SAMPLE_KEY if is_sample else loaded.settings.room.key
        room = loaded.settings.room.model_copy(update={"key": key, "language": language})
        return LoadedSettings(loaded.settings.model_copy(update={"room": room}), frozenset())
    if is_sample and loaded.settings.room.key != SAMPLE_KEY:
        raise Refused(
            mark('{file}中的值班室是{room},样例值班室是{sample};请在 [room] 写 key = "{sample}"。'),
            file=installation.settings_file,
            room=loaded.settings.room.key,
            sample=SAMPLE_KEY,
        )
    return loaded


def _fill(
    installation: Installation, loaded: LoadedSettings, room: RoomFacts | None, clock: Clock
) -> None:
    database = open_database(installation, loaded)
    try:
        _refuse_second(database, installation, loaded.settings.room.key)
        if room is None:
            _make_sample(database, installation, loaded, clock)
        else:
            _make_own(database, installation, loaded, room, clock)
    finally:
        database.close()


def _refuse_second(database: Database, installation: Installation, room_key: str) -> None:
    with database.read() as session:
        there = session.scalar(select(DutyRoom.key).where(DutyRoom.key == room_key))
    if there is not None:
        raise Refused(
            mark("{folder}中已有值班室{room},不会覆盖;请换一个目录。"),
            folder=installation.folder,
            room=room_key,
        )


def _make_own(
    database: Database,
    installation: Installation,
    loaded: LoadedSettings,
    room: RoomFacts,
    clock: Clock,
) -> None:
    settings = loaded.settings
    rules = load_rules(installation.catalogues).schedules
    act = Act(settings.room.key, clock.now(), f"room:{settings.room.key}")
    ZoneInfo(settings.room.timezone)  # the settings know only zones that are there
    with database.write() as session:
        make_room(
            session,
            act,
            key=settings.room.key,
            name=clean(room.name) or settings.room.key,
            timezone=settings.room.timezone,
            telephone=clean(room.telephone),
            site=settings.mail.sender.partition("@")[2],
            code_seed=SystemChance().token(),
            is_sample=False,
            rules=rules,
            posts=True,
        )


def _make_sample(
    database: Database, installation: Installation, loaded: LoadedSettings, clock: Clock
) -> None:
    from console.mail_texts import words_of  # noqa: PLC0415  only the sample room sends mails here
    from console.sample.story import make_sample  # noqa: PLC0415
    from plans.channels.spool import SpoolChannel  # noqa: PLC0415
    from plans.mail_rules import load_mail_rules  # noqa: PLC0415
    from plans.postman import Rounds  # noqa: PLC0415

    rules = load_rules(installation.catalogues)
    settings = loaded.settings
    rounds = Rounds(
        words_of(settings.room.language, rules.schedules, rules.plans),
        load_mail_rules(installation.catalogues).retry_table,
    )
    spool = SpoolChannel(installation.spool, settings.mail.sender)
    make_sample(database, clock.now(), rules, rounds, spool=spool)


def _remove_database(installation: Installation) -> None:
    for ending in _SIDE_FILES:
        file = installation.database_file
        file.with_name(file.name + ending).unlink(missing_ok=True)


def _write_notes(catalogues: Path, language: Language) -> None:
    """Say in the empty folder which files of the field's rules can be replaced here."""
    names = [name for package in _CATALOGUE_PACKAGES for name, _ in shipped_files(package)]
    words = Sentence(
        mark("把下列任一同名文件放进本目录,即整体替换程序自带的那一份(不合并):\n{names}"),
        {"names": "\n".join(names)},
    )
    _write_whole(catalogues / "README.txt", words.said_in(language) + "\n")


def _write_whole(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    with unfinished.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
