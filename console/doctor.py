"""What is wrong with an installation, each finding with its remedy; it changes nothing."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from console.doctor_catalogues import catalogue_findings
from console.doctor_findings import Examined, Found, Health
from console.doctor_mail import mail_findings
from console.wiring import open_database
from records.clock import Clock, SystemClock
from records.database import Database, wal_is_safe
from records.duty_log import verify_chain
from records.errors import ChainBreak, SettingsError, Unreachable
from records.installation import Installation
from records.language import Sentence, mark
from records.log_reading import page
from records.settings import LoadedSettings, read_settings
from records.tables import DutyRoom
from schedules.calendar import local_day
from schedules.holidays import read_calendar
from schedules.lease import read_lease
from schedules.tables import Obligation

GIGABYTE = 1_000_000_000
FREE_ENOUGH = GIGABYTE
FREE_AT_LEAST = GIGABYTE // 10
SILENT_AFTER = timedelta(seconds=15)
CLOCK_MAY_DIFFER = timedelta(seconds=2)
NEXT_YEAR_FROM_MONTH = 12  # the State Council's notice for the next year is out by then


def examine(installation: Installation, clock: Clock | None = None) -> Examined:
    """Return everything that was looked at, in order, with what is wrong and how to mend it.

    Raises Unreachable if there is no installation at all.
    """
    if not installation.exists:
        raise Unreachable(
            mark("{folder}中没有值守台数据,请先运行 duty init(试用请加 --demo)。"),
            folder=installation.folder,
        )
    now = (clock or SystemClock()).now()
    return Examined(tuple(_all(installation, now)))


def _all(installation: Installation, now: datetime) -> Iterator[Found]:
    try:
        loaded = read_settings(installation)
    except SettingsError as error:
        yield Found(
            "settings", Health.FAULT, error.sentence, Sentence(mark("请按提示修改 settings.toml"))
        )
        loaded = None
    else:
        yield Found("settings", Health.FINE, Sentence(mark("设置可用")))
    yield from catalogue_findings(installation)
    yield _disk(installation)
    if loaded is not None:
        yield _zone(loaded)
        yield from _with_database(installation, loaded, now)


def _disk(installation: Installation) -> Found:
    free = shutil.disk_usage(installation.folder).free
    sentence = Sentence(mark("磁盘可用 {free} GB"), {"free": round(free / GIGABYTE, 1)})
    remedy = Sentence(mark("请清理磁盘,或把数据目录移到更大的磁盘"))
    if free < FREE_AT_LEAST:
        return Found("disk", Health.FAULT, sentence, remedy)
    if free < FREE_ENOUGH:
        return Found("disk", Health.WARNING, sentence, remedy)
    return Found("disk", Health.FINE, sentence)


def _zone(loaded: LoadedSettings) -> Found:
    name = loaded.settings.room.timezone
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        return Found(
            "zone",
            Health.FAULT,
            Sentence(mark("没有时区 {zone} 的数据"), {"zone": name}),
            Sentence(mark("请安装 tzdata")),
        )
    return Found("zone", Health.FINE, Sentence(mark("时区 {zone} 的数据可用"), {"zone": name}))


def _with_database(
    installation: Installation, loaded: LoadedSettings, now: datetime
) -> Iterator[Found]:
    try:
        database = open_database(installation, loaded)
    except Unreachable as error:
        yield _unreachable(error)
        return
    except DatabaseError as error:
        yield _unreachable(no_database(error))
        return
    try:
        with database.read() as session:
            yield from _of_engine(session, database)
            yield from _of_room(session, loaded, now)
    except Unreachable as error:
        yield _unreachable(error)
    finally:
        database.close()


def no_database(error: DatabaseError) -> Unreachable:
    """Return the error that says that a file is no database, or is damaged."""
    return Unreachable(
        mark("数据库无法使用:{reason}。请运行 duty doctor 检查。"), reason=str(error.orig)
    )


def _unreachable(error: Unreachable) -> Found:
    remedy = Sentence(mark("请检查 [database] 设置、磁盘和权限;必要时用 duty restore 还原备份"))
    return Found("database", Health.FAULT, error.sentence, remedy, exit_status=error.exit_status)


def _of_engine(session: Session, database: Database) -> Iterator[Found]:
    if not database.is_sqlite:
        version = session.scalar(text("SHOW server_version"))
        yield Found(
            "database", Health.FINE, Sentence(mark("PostgreSQL {version}"), {"version": version})
        )
        return
    version = str(session.scalar(text("SELECT sqlite_version()")))
    journal = str(session.scalar(text("PRAGMA journal_mode")))
    numbers = tuple(int(part) for part in version.split("."))
    params = {"version": version, "journal": journal}
    sentence = Sentence(mark("SQLite {version},日志方式 {journal}"), params)
    if wal_is_safe(numbers):
        yield Found("database", Health.FINE, sentence)
    else:
        yield Found(
            "database",
            Health.WARNING if journal != "wal" else Health.FAULT,
            sentence,
            Sentence(mark("此版本 SQLite 的 WAL 会丢提交;请安装 pysqlite3 0.6.1 以上")),
        )
    answer = session.scalar(text("PRAGMA quick_check"))
    if answer == "ok":
        yield Found("integrity", Health.FINE, Sentence(mark("数据库完整性检查通过")))
    else:
        yield Found(
            "integrity",
            Health.FAULT,
            Sentence(mark("数据库已损坏:{answer}"), {"answer": answer}),
            Sentence(mark("停止写入,复制数据目录,再用 duty restore 还原最近的备份")),
        )


def _of_room(session: Session, loaded: LoadedSettings, now: datetime) -> Iterator[Found]:
    key = loaded.settings.room.key
    room = session.get(DutyRoom, key)
    if room is None:
        yield Found(
            "room",
            Health.FAULT,
            Sentence(mark("数据库中没有值班室 {room}"), {"room": key}),
            Sentence(mark("请核对 [room] key,或运行 duty init")),
        )
        return
    yield _clock(session, key, now)
    yield from mail_findings(session, loaded, now)
    yield from _holidays(session, room, now)
    yield _watch(session, now)
    yield from _set_aside(session, key)
    yield _chain(session, key)


def _clock(session: Session, room_key: str, now: datetime) -> Found:
    newest = page(session, room_key, limit=1)
    if newest and newest[0].at > now + CLOCK_MAY_DIFFER:
        seconds = round((newest[0].at - now).total_seconds())
        return Found(
            "clock",
            Health.FAULT,
            Sentence(mark("系统时钟比最后一条值班日志还早 {seconds} 秒"), {"seconds": seconds}),
            Sentence(mark("请校正系统时钟(NTP)")),
        )
    return Found("clock", Health.FINE, Sentence(mark("系统时钟与值班日志一致")))


def _holidays(session: Session, room: DutyRoom, now: datetime) -> Iterator[Found]:
    today = local_day(now, ZoneInfo(room.timezone))
    years = [today.year]
    if today.month >= NEXT_YEAR_FROM_MONTH:
        years.append(today.year + 1)
    known = read_calendar(session, room.key).years
    for year in years:
        if year in known:
            yield Found(
                "holidays", Health.FINE, Sentence(mark("{year}年节假日已载入"), {"year": year})
            )
        else:
            yield Found(
                "holidays",
                Health.WARNING,
                Sentence(mark("{year}年的节假日没有载入,只按周末计算"), {"year": year}),
                Sentence(mark("请用 duty import holidays 导入国务院办公厅的通知")),
            )


def _watch(session: Session, now: datetime) -> Found:
    lease = read_lease(session)
    remedy = Sentence(mark("请运行 duty watch,或打开 duty console"))
    if lease is None or lease.pulse_at is None:
        return Found("watch", Health.WARNING, Sentence(mark("值守程序从未运行")), remedy)
    seconds = round((now - lease.pulse_at).total_seconds())
    if now - lease.pulse_at > SILENT_AFTER:
        return Found(
            "watch",
            Health.WARNING,
            Sentence(mark("值守程序已 {seconds} 秒没有心跳"), {"seconds": seconds}),
            remedy,
        )
    return Found(
        "watch", Health.FINE, Sentence(mark("值守程序正常({holder})"), {"holder": lease.holder})
    )


def _set_aside(session: Session, room_key: str) -> Iterator[Found]:
    rows = session.execute(
        select(Obligation.id, Obligation.set_aside)
        .where(
            Obligation.room_key == room_key,
            Obligation.set_aside.is_not(None),
            Obligation.next_look_at.is_not(None),
        )
        .order_by(Obligation.id)
        .limit(20)
    ).all()
    for row in rows:
        yield Found(
            "set_aside",
            Health.WARNING,
            Sentence(
                mark("第{id}号时限事项无法处理,已搁置:{why}"), {"id": row.id, "why": row.set_aside}
            ),
            Sentence(mark("请人工核查此事;程序一小时后会再试")),
        )


def _chain(session: Session, room_key: str) -> Found:
    try:
        entries = verify_chain(session, room_key)
    except ChainBreak as error:
        remedy = Sentence(mark("停止写入,复制数据目录,与备份和邮件页脚中的日志哈希对照"))
        return Found("log", Health.FAULT, error.sentence, remedy, exit_status=error.exit_status)
    return Found(
        "log", Health.FINE, Sentence(mark("值班日志{entries}条,校验无误"), {"entries": entries})
    )
