"""`duty backup` and `duty restore`: verified copies, nothing overwritten, nothing half done."""

import sqlite3
from pathlib import Path

import pytest

from tests.console.cli.running import duty, own_process
from tests.console.cli.watches import running_watch


def test_a_backup_is_one_file_that_holds_the_whole_log(demo: Path, tmp_path: Path) -> None:
    file = tmp_path / "night.backup"
    made = duty("backup", file, "--json", data=demo)
    verified = duty("log", "verify", "--json", data=demo).document
    assert made.status == 0, made.err
    assert made.document["rooms"] == [
        {"room": "demo", "entries": verified["entries"], "head": verified["head"]}
    ]
    assert [path.name for path in tmp_path.glob("*night*")] == ["night.backup"]
    assert duty("backup", file, data=demo).status == 1


@pytest.mark.slow
def test_a_backup_is_made_while_the_watch_works(demo: Path, tmp_path: Path) -> None:
    with running_watch(demo):
        made = own_process("backup", tmp_path / "live", data=demo)
    assert made.status == 0, made.err
    assert duty("restore", tmp_path / "live", tmp_path / "new").status == 0


def test_a_restored_room_is_opened_like_the_old_one(demo: Path, tmp_path: Path) -> None:
    assert duty("backup", tmp_path / "copy", data=demo).status == 0
    restored = duty("restore", tmp_path / "copy", tmp_path / "new", "--json")
    assert restored.status == 0, restored.err
    old, new = (duty("log", "verify", "--json", data=each) for each in (demo, tmp_path / "new"))
    assert old.document == new.document
    assert duty("status", "--json", data=tmp_path / "new").document["room"] == "demo"
    before = (tmp_path / "new" / "duty.sqlite3").read_bytes()
    assert duty("restore", tmp_path / "copy", tmp_path / "new").status == 1
    assert (tmp_path / "new" / "duty.sqlite3").read_bytes() == before


def test_a_backup_that_cannot_be_written_leaves_nothing(demo: Path, tmp_path: Path) -> None:
    assert duty("backup", tmp_path / "no" / "folder" / "copy", data=demo).status == 2
    assert not (tmp_path / "no").exists()


def test_a_tampered_backup_is_not_restored(own: Path, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    assert duty("backup", file, data=own).status == 0
    connection = sqlite3.connect(file)
    for (name,) in connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE log_entry SET operator = 'person:nobody' WHERE seq = 1")
    connection.commit()
    connection.close()
    assert duty("restore", file, tmp_path / "new").status == 3
    assert not (tmp_path / "new" / "settings.toml").exists()
    assert not (tmp_path / "new" / "duty.sqlite3").exists()


@pytest.mark.parametrize("content", [None, b"", b"this is no database" * 200])
def test_what_is_no_backup_is_wrong_data(content: bytes | None, tmp_path: Path) -> None:
    file = tmp_path / "copy"
    if content is not None:
        file.write_bytes(content)
    ran = duty("restore", file, tmp_path / "new")
    assert ran.status == 2, ran.err
    assert not (tmp_path / "new" / "duty.sqlite3").exists()


def test_postgresql_is_backed_up_by_its_own_tools(
    empty_postgresql_url: str, tmp_path: Path
) -> None:
    text = f'[database]\nurl = "{empty_postgresql_url}"\n'
    (tmp_path / "settings.toml").write_text(text, encoding="utf-8")
    assert duty("init", data=tmp_path).status == 0
    ran = duty("backup", tmp_path / "copy", data=tmp_path)
    assert ran.status == 1
    assert "pg_dump" in ran.err
    assert duty("status", "--json", data=tmp_path).document["room"] == "room"
    assert duty("doctor", "--json", data=tmp_path).status == 0
