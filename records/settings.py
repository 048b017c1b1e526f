"""Settings of this installation: `settings.toml` into frozen models, read once at start.

What the field's rules say belongs in the catalogues. Passwords are in files of their own, named
here and never shown.
"""

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from records.catalogue import (
    Frozen,
    PositiveDuration,
    duration_text,
    parsed,
    validated,
    wrong_value,
)
from records.errors import SettingsError
from records.installation import Installation
from records.language import Language, mark, translate

ROOM_KEY = r"^[a-z0-9][a-z0-9_-]{0,39}$"
HIDDEN = "***"
_FILE_KEYS = ("password_file", "ca_file")


class Security(StrEnum):
    """How the way to a mail server is protected; required, never "if it happens to offer it"."""

    STARTTLS = "starttls"
    TLS = "tls"
    PLAIN_TEXT = "plain-text"


class Origin(StrEnum):
    """Where a value comes from."""

    DEFAULT = "default"
    FILE = "settings.toml"


class RoomSettings(Frozen):
    """[room]: the room that this installation opens first."""

    key: str = Field(default="room", pattern=ROOM_KEY)
    timezone: str = "Asia/Shanghai"
    language: Language = Language.ZH

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise wrong_value(mark("应为时区名,如 Asia/Shanghai")) from error
        return name


class DatabaseSettings(Frozen):
    """[database]: an empty URL is SQLite in the data folder."""

    url: str = ""

    @field_validator("url")
    @classmethod
    def _postgresql(cls, url: str) -> str:
        if url and not url.startswith("postgresql://"):
            raise wrong_value(mark("应为空(数据目录中的 SQLite)或 postgresql://…"))
        try:
            make_url(url or "postgresql://")
        except (ArgumentError, ValueError):
            # The library's own words would show the password that stands in the URL.
            raise wrong_value(mark("应为空(数据目录中的 SQLite)或 postgresql://…")) from None
        return url


class Relay(Frozen):
    """One mail server that takes our mails."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Security = Security.STARTTLS
    username: str = ""
    password_file: str = ""
    sender: str = Field(default="duty@duty.example", pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$")
    connections: int = Field(default=4, ge=1, le=50)
    ca_file: str = ""
    timeout: PositiveDuration = timedelta(seconds=10)

    @model_validator(mode="after")
    def _password_goes_with_username(self) -> Self:
        if self.username and not self.password_file:
            raise wrong_value(mark("写了 username 就要写 password_file"))
        return self


class MailSettings(Relay):
    """[mail]: the first relay; an empty host means the spool folder of the data folder."""

    second: Relay | None = None

    @field_validator("second")
    @classmethod
    def _has_host(cls, second: Relay | None) -> Relay | None:
        if second is not None and not second.host:
            raise wrong_value(mark("第二邮件服务器应写明 host"))
        return second

    @property
    def relays(self) -> tuple[Relay, ...]:
        """Return the relays in the order they are tried; none means the spool folder."""
        if not self.host:
            return ()
        return (self,) if self.second is None else (self, self.second)


class WatchSettings(Frozen):
    """[watch]: how long a watch may be silent before another takes over, and how often it looks."""

    lease: PositiveDuration = timedelta(seconds=3)
    sweep: PositiveDuration = timedelta(seconds=1)

    @model_validator(mode="after")
    def _sweep_renews_lease(self) -> Self:
        if self.sweep >= self.lease:
            raise wrong_value(mark("sweep 应短于 lease,否则租约来不及续"))
        return self


class Settings(Frozen):
    """All settings of one installation."""

    room: RoomSettings = RoomSettings()
    database: DatabaseSettings = DatabaseSettings()
    mail: MailSettings = MailSettings()
    watch: WatchSettings = WatchSettings()


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """The settings, and which of them the file names (dotted keys); the others are defaults."""

    settings: Settings
    from_file: frozenset[str]

    def origin_of(self, key: str) -> Origin:
        """Return where the value of a dotted key such as "mail.port" comes from."""
        return Origin.FILE if key in self.from_file else Origin.DEFAULT


def read_settings(installation: Installation) -> LoadedSettings:
    """Return the settings of the data folder; without a file all are defaults.

    File names in the settings that are not absolute are taken from the data folder.

    Raises:
        SettingsError: The file cannot be read, a key is unknown, a value is not as expected, or
            a password file is missing or open to others.
    """
    path = installation.settings_file
    if not path.exists():
        return LoadedSettings(Settings(), frozenset())
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SettingsError(
            mark("无法读取 {file}:{reason}。"), file=str(path), reason=error.strerror
        ) from error
    data = parsed(content, str(path), SettingsError)
    settings = validated(
        _with_whole_paths(data, installation.folder), Settings, str(path), SettingsError
    )
    for relay in (settings.mail, settings.mail.second):
        if relay is not None and relay.password_file:
            _check_private(Path(relay.password_file))
    return LoadedSettings(settings, frozenset(_dotted(data)))


def _with_whole_paths(data: Mapping[str, object], folder: Path) -> dict[str, object]:
    whole: dict[str, object] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            whole[key] = _with_whole_paths(value, folder)
        elif key in _FILE_KEYS and isinstance(value, str) and value:
            whole[key] = str(folder / Path(value).expanduser())
        else:
            whole[key] = value
    return whole


def _dotted(table: Mapping[str, object], prefix: str = "") -> Iterator[str]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _check_private(path: Path) -> None:
    """Raise SettingsError unless only the owner, who is this user, can read the password."""
    try:
        status = path.stat()
    except OSError as error:
        raise SettingsError(
            mark("密码文件 {file} 无法读取:{reason}。请检查设置 password_file。"),
            file=str(path),
            reason=error.strerror,
        ) from error
    if not stat.S_ISREG(status.st_mode):
        raise SettingsError(mark("密码文件 {file} 不是普通文件。"), file=str(path))
    if os.name == "posix" and status.st_mode & 0o077:
        raise SettingsError(
            mark("密码文件 {file} 其他人也能读,已拒绝使用。请执行:chmod 600 {file}"),
            file=str(path),
        )


def read_password(relay: Relay) -> str:
    """Return the relay's password, the first line of its file; empty if it names none.

    Raises:
        SettingsError: The file is missing, empty, not text, or open to others.
    """
    if not relay.password_file:
        return ""
    path = Path(relay.password_file)
    _check_private(path)
    try:
        found = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            mark("密码文件 {file} 无法读取:{reason}。请检查设置 password_file。"),
            file=str(path),
            reason=type(error).__name__,
        ) from error
    if not found or not found[0].strip():
        raise SettingsError(mark("密码文件 {file} 是空的。"), file=str(path))
    return found[0].strip()


def settings_lines(loaded: LoadedSettings) -> list[tuple[str, str, Origin]]:
    """Return each setting as (dotted key, shown value, origin), as grouped in the file.

    A password never appears: its file is named, and one inside the database URL is hidden.
    """
    return [(key, shown, loaded.origin_of(key)) for key, shown in _shown(loaded.settings, "")]


def _shown(part: Frozen, prefix: str) -> Iterator[tuple[str, str]]:
    for name in type(part).model_fields:
        value = getattr(part, name)
        match value:
            case Frozen():
                yield from _shown(value, f"{prefix}{name}.")
            case None:
                continue
            case timedelta():
                yield f"{prefix}{name}", duration_text(value)
            case _:
                text = str(value)
                yield f"{prefix}{name}", _without_password(text) if name == "url" else text


def _without_password(text: str) -> str:
    if not text:
        return text
    url: URL = make_url(text)
    hidden = {key: HIDDEN for key in url.query if "password" in key.lower()}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def default_settings_text(room_key: str, language: Language) -> str:
    """Return the commented settings.toml that `duty init` writes; all values are the defaults."""
    said = {
        "room": mark("本机首先打开的值班室"),
        "language": mark("zh 或 en"),
        "url": mark("空:数据目录中的 SQLite;也可写 postgresql://…"),
        "host": mark("空:邮件只写入数据目录的 spool 文件夹;填写服务器后才真正发出"),
        "security": mark('"starttls"、"tls" 或 "plain-text";不会自动降级'),
        "password": mark("只有所有者能读的文件(chmod 600),第一行是密码"),
        "sender": mark("发件人地址"),
        "connections": mark("同时使用的连接数"),
        "ca": mark("空:使用系统的根证书"),
        "second": mark("第二邮件服务器,第一台拒收或不通时使用;各项同上"),
        "watch": mark("值守程序:租约到期由备机接管;每隔 sweep 巡看一次"),
    }
    notes = {name: translate(chinese, language) for name, chinese in said.items()}
    return _TEMPLATE.format(room_key=room_key, chosen=language.value, **notes)


_TEMPLATE = """\
[room]
key = "{room_key}"  # {room}
timezone = "Asia/Shanghai"
language = "{chosen}"  # {language}

[database]
url = ""  # {url}

[mail]
host = ""  # {host}
port = 587
security = "starttls"  # {security}
username = ""
password_file = ""  # {password}
sender = "duty@duty.example"  # {sender}
connections = 4  # {connections}
ca_file = ""  # {ca}
timeout = "10 s"

# {second}
# [mail.second]
# host = ""

# {watch}
[watch]
lease = "3 s"
sweep = "1 s"
"""
