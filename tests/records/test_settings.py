"""Settings are strict, name the nearest key, and never show a secret."""

import os
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from records.errors import SettingsError
from records.installation import Installation, default_folder
from records.language import Language
from records.settings import (
    LoadedSettings,
    Origin,
    Relay,
    Security,
    Settings,
    default_settings_text,
    read_password,
    read_settings,
    settings_lines,
)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    made = Installation(tmp_path / "data")
    made.make_folders()
    return made


def read(installation: Installation, text: str) -> LoadedSettings:
    installation.settings_file.write_text(text, encoding="utf-8")
    return read_settings(installation)


def with_password(installation: Installation, content: str = "geheim\n", mode: int = 0o600) -> None:
    file = installation.folder / "relay.password"
    file.write_text(content, encoding="utf-8")
    file.chmod(mode)


def test_without_a_file_everything_is_a_default(installation: Installation) -> None:
    loaded = read_settings(installation)
    assert not installation.exists
    assert loaded.settings == Settings()
    assert loaded.settings.mail.relays == ()
    assert {origin for _, _, origin in settings_lines(loaded)} == {Origin.DEFAULT}


def test_the_defaults_are_those_of_the_contract() -> None:
    settings = Settings()
    assert (settings.room.key, settings.room.timezone) == ("room", "Asia/Shanghai")
    assert settings.room.language is Language.ZH
    assert settings.database.url == ""
    mail = settings.mail
    assert (mail.host, mail.port, mail.security) == ("", 587, Security.STARTTLS)
    assert (mail.username, mail.password_file, mail.ca_file) == ("", "", "")
    assert (mail.sender, mail.connections) == ("duty@duty.example", 4)
    assert mail.timeout == timedelta(seconds=10)
    assert (settings.watch.lease, settings.watch.sweep) == (
        timedelta(seconds=3),
        timedelta(seconds=1),
    )


@pytest.mark.parametrize("language", Language)
def test_the_written_settings_are_the_defaults(
    installation: Installation, language: Language
) -> None:
    loaded = read(installation, default_settings_text("demo", language))
    room = Settings().room.model_copy(update={"key": "demo", "language": language})
    assert loaded.settings == Settings(room=room)
    assert {origin for _, _, origin in settings_lines(loaded)} == {Origin.FILE}


def test_the_written_settings_name_every_key_but_the_second_relay(
    installation: Installation,
) -> None:
    written = tomllib.loads(default_settings_text("room", Language.ZH))
    known = {key for key, _, _ in settings_lines(read_settings(installation))}
    assert {f"{table}.{key}" for table, keys in written.items() for key in keys} == known


def test_values_of_the_file_say_so_and_the_others_are_defaults(installation: Installation) -> None:
    loaded = read(installation, '[mail]\nport = 25\n[watch]\nlease = "1 min"\n')
    lines = {key: (shown, origin) for key, shown, origin in settings_lines(loaded)}
    assert lines["mail.port"] == ("25", Origin.FILE)
    assert lines["watch.lease"] == ("1 min", Origin.FILE)
    assert lines["mail.security"] == ("starttls", Origin.DEFAULT)
    assert lines["mail.timeout"] == ("10 s", Origin.DEFAULT)
    assert str(lines["mail.port"][1]) == "settings.toml"


def test_two_relays_are_tried_in_order(installation: Installation) -> None:
    loaded = read(installation, '[mail]\nhost = "a"\n[mail.second]\nhost = "b"\nsecurity = "tls"\n')
    assert [relay.host for relay in loaded.settings.mail.relays] == ["a", "b"]
    assert loaded.origin_of("mail.second.host") is Origin.FILE
    assert ("mail.second.security", "tls", Origin.FILE) in settings_lines(loaded)


def test_settings_cannot_be_changed_once_read(installation: Installation) -> None:
    loaded = read(installation, "")
    with pytest.raises(ValidationError, match="frozen"):
        loaded.settings.mail.port = 25


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[mail]\nhots = 'a'", ["[mail] hots", "最接近的是 host"]),
        ("[mail.second]\nhost = 'b'\npasword_file = ''", ["[mail.second]", "password_file"]),
        ("[mial]\nhost = 'a'", ["(顶层) mial", "最接近的是 mail"]),
        ("[mail]\nsecurity = 'ssl'", ["[mail] security", "starttls", "tls", "plain-text"]),
        ("[mail]\nsecurity = ''", ["[mail] security"]),
        ("[mail]\nport = '587'", ["[mail] port", "应为整数"]),
        ("[mail]\nport = 0", ["[mail] port", "应不小于 1"]),
        ("[mail]\nconnections = 99", ["[mail] connections", "应不大于 50"]),
        ("[mail]\nsender = 'duty'", ["[mail] sender"]),
        ('[mail]\nsender = "a@b\\r\\nBcc: c@d"', ["[mail] sender"]),
        ("[mail]\ntimeout = 10", ["[mail] timeout", "时长"]),
        ("[mail]\ntimeout = '0 s'", ["[mail] timeout", "大于零"]),
        ("[mail]\nusername = 'u'", ["[mail]", "password_file"]),
        ("[mail.second]\nport = 25", ["[mail.second]", "host"]),
        ("[room]\nlanguage = 'de'", ["[room] language", "zh", "en"]),
        ("[room]\ntimezone = 'Asia/Pingdingshan'", ["[room] timezone", "Asia/Shanghai"]),
        ("[room]\ntimezone = '../etc'", ["[room] timezone", "Asia/Shanghai"]),
        ("[room]\nkey = 'a b'", ["[room] key"]),
        ("[database]\nurl = 'mysql://x'", ["[database] url", "postgresql://"]),
        ("[watch]\nlease = '1 s'", ["[watch]", "sweep"]),
        ("room = 3", ["(顶层) room", "应为一张表"]),
        ("[mail]\n[mail]\n", ["TOML", "line 2"]),
    ],
)
def test_a_wrong_setting_is_named_with_file_table_and_key(
    installation: Installation, text: str, expected: list[str]
) -> None:
    with pytest.raises(SettingsError) as caught:
        read(installation, text)
    said = str(caught.value)
    assert caught.value.exit_status == 2
    assert [part for part in ["settings.toml", *expected] if part not in said] == [], said


def test_a_wrong_database_url_does_not_show_its_password(installation: Installation) -> None:
    for url in ("mysql://duty:geheim@db/duty", "postgresql://duty:geheim@db:port/duty"):
        with pytest.raises(SettingsError) as caught:
            read(installation, f'[database]\nurl = "{url}"')
        assert "geheim" not in str(caught.value)


def test_no_secret_is_ever_shown(installation: Installation) -> None:
    with_password(installation)
    loaded = read(
        installation,
        '[database]\nurl = "postgresql://duty:geheim@db/duty?sslpassword=geheim"\n'
        '[mail]\nhost = "mx"\nusername = "duty"\npassword_file = "relay.password"\n',
    )
    shown = "\n".join(value for _, value, _ in settings_lines(loaded))
    assert "geheim" not in shown
    assert "postgresql://duty:***@db/duty" in shown
    assert "relay.password" in shown
    assert "geheim" in loaded.settings.database.url


def test_a_password_is_the_first_line_of_its_file_in_the_data_folder(
    installation: Installation,
) -> None:
    with_password(installation, "geheim \r\nsecond line\n")
    loaded = read(installation, '[mail]\nusername = "u"\npassword_file = "relay.password"')
    assert loaded.settings.mail.password_file == str(installation.folder / "relay.password")
    assert read_password(loaded.settings.mail) == "geheim"


def test_a_relay_without_a_password_file_has_an_empty_password() -> None:
    assert read_password(Relay(host="mx")) == ""


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
@pytest.mark.parametrize("table", ["mail", "mail.second"])
def test_a_password_that_others_can_read_is_refused_with_the_remedy(
    installation: Installation, mode: int, table: str
) -> None:
    with_password(installation, mode=mode)
    file = installation.folder / "relay.password"
    with pytest.raises(SettingsError, match=f"chmod 600 {file}"):
        read(installation, f'[{table}]\nhost = "a"\npassword_file = "relay.password"')
    with pytest.raises(SettingsError, match="chmod 600"):
        read_password(Relay(password_file=str(file)))


def test_a_missing_password_file_is_named(installation: Installation) -> None:
    with pytest.raises(SettingsError, match=r"relay\.password .*password_file"):
        read(installation, '[mail]\npassword_file = "relay.password"')


def test_a_folder_is_no_password_file(installation: Installation) -> None:
    with pytest.raises(SettingsError, match="不是普通文件"):
        read(installation, '[mail]\npassword_file = "spool"')


@pytest.mark.parametrize("content", ["", "\n", "   \nx"])
def test_an_empty_password_file_is_refused(installation: Installation, content: str) -> None:
    with_password(installation, content)
    with pytest.raises(SettingsError, match="是空的"):
        read_password(Relay(password_file=str(installation.folder / "relay.password")))


def test_a_password_file_that_is_not_text_is_refused(installation: Installation) -> None:
    with_password(installation)
    file = installation.folder / "relay.password"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="无法读取"):
        read_password(Relay(password_file=str(file)))


def test_settings_that_cannot_be_read_say_why(installation: Installation) -> None:
    installation.settings_file.mkdir()
    with pytest.raises(SettingsError, match="无法读取"):
        read_settings(installation)


def test_the_data_folder_is_private_and_holds_every_file(installation: Installation) -> None:
    installation.make_folders()
    assert installation.folder.stat().st_mode & 0o077 == 0
    for folder in (installation.catalogues, installation.spool, installation.exports):
        assert folder.is_dir()
    places = (installation.settings_file, installation.database_file, installation.log_file)
    assert {place.parent for place in places} == {installation.folder}
    assert len(set(places)) == 3


def test_the_folder_is_the_named_one_else_the_users(tmp_path: Path) -> None:
    assert default_folder({"DUTY_DATA": str(tmp_path)}) == tmp_path
    assert default_folder({"DUTY_DATA": "~/duty"}) == Path.home() / "duty"
    assert default_folder({"DUTY_DATA": "here"}) == Path.cwd() / "here"
    assert default_folder({}).name == "duty-console"
    assert default_folder(os.environ).is_absolute()
