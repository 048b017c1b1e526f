"""`duty init`: a new data folder, never over an old one."""

import sqlite3
import stat
import tomllib
from pathlib import Path

from tests.console.cli.running import duty, own_process


def test_a_room_of_ones_own_has_the_posts_of_the_catalogue_and_nobody_in_it(own: Path) -> None:
    posts = duty("post", "list", "--json", data=own).document["posts"]
    assert {"post:primary", "post:shift_lead", "post:duty_leader"} <= {row["post"] for row in posts}
    assert {row["holder"] for row in posts} == {None}
    assert duty("person", "list", "--json", data=own).document == {"people": []}
    settings = tomllib.loads((own / "settings.toml").read_text(encoding="utf-8"))
    assert settings["room"] == {"key": "room", "timezone": "Asia/Shanghai", "language": "zh"}


def test_the_data_folder_is_for_its_owner_and_its_catalogues_are_named(own: Path) -> None:
    assert stat.S_IMODE(own.stat().st_mode) == 0o700
    assert [path.name for path in (own / "catalogue").iterdir()] == ["README.txt"]
    assert "ladders.toml" in (own / "catalogue" / "README.txt").read_text(encoding="utf-8")


def test_an_installation_is_never_overwritten(own: Path) -> None:
    before = (own / "duty.sqlite3").read_bytes()
    for words in (["init"], ["init", "--demo"]):
        assert duty(*words, data=own).status == 1
    assert (own / "duty.sqlite3").read_bytes() == before


def test_a_database_without_settings_is_not_overwritten_either(own: Path) -> None:
    (own / "settings.toml").unlink()
    assert duty("init", data=own).status == 1
    assert (own / "duty.sqlite3").exists()


def test_two_rooms_have_different_codes(own: Path, tmp_path: Path) -> None:
    assert duty("init", data=tmp_path / "other").status == 0
    seeds = {_seed(folder) for folder in (own, tmp_path / "other")}
    assert len(seeds) == 2
    assert "" not in seeds


def _seed(folder: Path) -> str:
    connection = sqlite3.connect(folder / "duty.sqlite3")
    try:
        found: tuple[str] = connection.execute("SELECT code_seed FROM duty_room").fetchone()
    finally:
        connection.close()
    return found[0]


def test_settings_that_lie_in_the_folder_are_gone_by_and_kept(tmp_path: Path) -> None:
    text = '[room]\nkey = "county"\nlanguage = "en"\n[mail]\nsender = "d@county.example"\n'
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    made = duty("init", data=tmp_path)
    assert made.status == 0
    assert (tmp_path / "settings.toml").read_text(encoding="utf-8") == text
    assert duty("status", "--json", data=tmp_path).document["room"] == "county"
    assert duty("init", data=tmp_path).status == 1


def test_the_sample_room_refuses_settings_of_another_room(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[room]\nkey = "county"\n', encoding="utf-8")
    assert duty("init", "--demo", data=tmp_path).status == 1
    assert not (tmp_path / "duty.sqlite3").exists()


def test_wrong_settings_leave_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('[room]\nkay = "county"\n', encoding="utf-8")
    wrong = duty("init", data=tmp_path)
    assert wrong.status == 2
    assert "key" in wrong.err
    assert not (tmp_path / "duty.sqlite3").exists()


def test_the_sample_room_is_as_the_contract_says(demo: Path) -> None:
    status = duty("status", "--json", data=demo).document
    assert status["room"] == "demo"
    posts = {row["post"] for row in status["on_duty"]}
    assert {"post:primary", "post:secondary", "post:shift_lead", "post:duty_leader"} <= posts
    assert duty("log", "verify", data=demo).status == 0


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    wrong = own_process("init", data=tmp_path / "file" / "room")
    assert wrong.status in {2, 4}
    assert "Traceback" not in wrong.err


def test_the_language_of_the_call_becomes_that_of_the_installation(tmp_path: Path) -> None:
    assert duty("--lang", "en", "init", "--demo", data=tmp_path / "room").status == 0
    settings = tomllib.loads((tmp_path / "room" / "settings.toml").read_text(encoding="utf-8"))
    assert settings["room"]["language"] == "en"
    mails = duty("mail", "list", "--json", data=tmp_path / "room").document["mails"]
    assert mails[0]["subject"].startswith("[")
