"""Exit status, streams, language and help of every call."""

import json
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest

from console.cli.edge import redacted
from tests.console.cli.running import command, duty, own_process
from tests.repository.reference import commands

READING = [
    "status",
    "doctor",
    "settings show",
    "person list",
    "post list",
    "post holder --post duty_leader",
    "roster show",
    "report list",
    "finding list --all",
    "alert list --all",
    "mail list",
    "log show",
    "log verify",
]


@pytest.mark.parametrize("words", READING)
def test_a_reading_command_prints_one_json_document_and_nothing_else(
    words: str, demo_template: Path
) -> None:
    for language in ("zh", "en"):
        ran = duty("--lang", language, *words.split(), "--json", data=demo_template)
        assert ran.status == 0, ran.err
        assert isinstance(json.loads(ran.out), dict)


@pytest.mark.parametrize("words", READING)
def test_a_reading_command_has_an_answer_for_people(words: str, demo_template: Path) -> None:
    ran = duty(*words.split(), data=demo_template)
    assert ran.status == 0, ran.err
    assert ran.out.strip()
    assert "\x1b" not in ran.out


@pytest.mark.parametrize(
    "words",
    [
        "statsu",
        "status --jsn",
        "log add",
        "--lang fr status",
        "finding explain --finding x --words y",
        "report receive --unit unit:410402 --report county_duty_situatio",
        "report chase --unit unit:410402 --report county_duty_situation --promised-at later",
        "sign-in --by nobody",
        "mail test nonsense",
        "roster show --from never",
        "import people nothing.csv",
        "person add --name =1+1 --body x",
        "alert acknowledge --acknowledged-by person:p001",
        "replay nothing.toml",
    ],
)
def test_wrong_words_or_data_end_with_2(words: str, demo: Path) -> None:
    ran = duty(*words.split(), data=demo)
    assert (ran.status, ran.out) == (2, ""), ran.err
    assert ran.err.strip()


@pytest.mark.parametrize(
    "words",
    [
        "sign-out --by person:p001",
        "sign-in --by post:nowhere",
        "sign-in --by post:primary",
        "report receive --unit unit:nobody --report county_duty_situation",
        "finding explain --finding 999999 --words x",
        "alert acknowledge --owed-by post:driver --acknowledged-by person:p001",
        "person retire --person p999",
        "person back --person p001",
        "person pin --person p001",
        "post holder --post primary --person p001",
        "post holder --post nowhere",
        "console",
    ],
)
def test_what_a_rule_forbids_or_is_not_there_ends_with_1(words: str, demo: Path) -> None:
    ran = duty(*words.split(), data=demo)
    assert (ran.status, ran.out) == (1, ""), ran.err
    assert ran.err.strip()


def test_no_installation_ends_with_4_and_names_what_to_run(tmp_path: Path) -> None:
    for words in ("status", "doctor", "log verify", "watch"):
        ran = duty(words.split()[0], *words.split()[1:], data=tmp_path / "nothing")
        assert (ran.status, ran.out) == (4, "")
        assert "duty init" in ran.err
    assert not (tmp_path / "nothing").exists()


def test_a_broken_log_ends_with_3_and_names_the_entry(demo: Path) -> None:
    connection = sqlite3.connect(demo / "duty.sqlite3")
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE log_entry SET text = 'x' WHERE seq = 5")
    connection.commit()
    connection.close()
    ran = duty("log", "verify", "--json", data=demo)
    assert ran.status == 3
    assert ran.document["verifies"] is False
    assert ran.document["first_break"] == 5
    assert "5" in ran.err
    assert duty("doctor", "--json", data=demo).status == 3


def test_unknown_settings_end_with_2_and_name_the_nearest(own: Path) -> None:
    settings = own / "settings.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("port", "prt"), "utf-8")
    ran = duty("status", data=own)
    assert ran.status == 2
    assert "port" in ran.err


def test_the_language_of_the_settings_is_spoken_unless_another_is_asked_for(own: Path) -> None:
    settings = own / "settings.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('language = "zh"', 'language = "en"'), encoding="utf-8")
    assert "duty room" in duty("log", "show", data=own).out.lower()
    assert "值班室" in duty("--lang", "zh", "log", "show", data=own).out


def test_the_folder_may_also_come_from_the_environment(own: Path) -> None:
    done = subprocess.run(
        [*command(own)[:3], "status", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "DUTY_DATA": str(own)},
    )
    assert json.loads(done.stdout)["room"] == "room"


def test_every_command_has_help_in_both_languages() -> None:
    for name, _ in commands():
        words = name.split()[1:]
        chinese, english = (duty("--lang", lang, *words, "--help") for lang in ("zh", "en"))
        assert chinese.status == english.status == 0
        assert chinese.out != english.out
        assert not any("\u3400" <= each <= "\u9fff" for each in english.out), english.out


def test_without_a_command_the_help_is_shown() -> None:
    ran = duty()
    assert ran.status == 0
    assert "sign-in" in ran.out


def test_a_fault_of_the_program_is_one_sentence_and_a_redacted_trace_in_the_log(own: Path) -> None:
    connection = sqlite3.connect(own / "duty.sqlite3")
    connection.execute("UPDATE duty_room SET timezone = 'Nowhere/At/All'")
    connection.commit()
    connection.close()
    ran = duty("roster", "show", data=own)
    assert (ran.status, ran.out) == (70, "")
    assert "Traceback" not in ran.err
    assert "Traceback" in (own / "program.log").read_text(encoding="utf-8")


def test_secrets_do_not_reach_the_log_file() -> None:
    text = "postgresql://duty:s3cret@db/duty password='abc' pin=246810 'PIN': 135790"
    shown = redacted(text)
    assert not any(secret in shown for secret in ("s3cret", "abc", "246810", "135790"))
    assert "postgresql://duty:***@db/duty" in shown


def test_hostile_characters_of_data_never_reach_the_terminal(demo: Path) -> None:
    text = "\x1b[2Jgone\u202e"
    assert duty("log", "add", "--text", text, data=demo).status == 0
    shown = duty("log", "show", "--limit", 1, data=demo)
    as_json = duty("log", "show", "--limit", 1, "--json", data=demo)
    for ran in (shown, as_json):
        assert "\x1b" not in ran.out
        assert "\u202e" not in ran.out
    assert "gone" in as_json.document["entries"][0]["text"]


def test_a_reader_who_has_had_enough_is_no_fault(demo_template: Path) -> None:
    writing = subprocess.Popen(
        [*command(demo_template), "log", "show", "--limit", "10000", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert writing.stdout is not None
    writing.stdout.close()
    assert writing.stderr is not None
    said = writing.stderr.read()
    writing.stderr.close()
    assert writing.wait(60) == 0
    assert said == b""


def test_the_answer_is_utf8_whatever_the_locale_says(demo_template: Path) -> None:
    done = subprocess.run(
        [*command(demo_template), "status", "--json"],
        capture_output=True,
        check=True,
        timeout=60,
        env={**os.environ, "PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"},
    )
    assert json.loads(done.stdout.decode("utf-8"))["on_duty"]


def test_a_call_of_its_own_process_ends_with_the_same_status(demo_template: Path) -> None:
    assert own_process("statsu", data=demo_template).status == 2
    assert own_process("console", data=demo_template).status == 1


@pytest.mark.parametrize(
    ("words", "chinese", "english"),
    [
        ("log add", "缺少 --text", "--text is missing"),
        ("replay", "缺少 file", "file is missing"),
        ("statsu", "最接近的是 status", "nearest is status"),
        ("nonsense", "没有命令 nonsense", "no command nonsense"),
        ("status --jsn", "最接近的是 --json", "nearest is --json"),
        ("status --xyz", "没有选项 --xyz", "no option --xyz"),
        ("status more", "多余的词:more", "too many words: more"),
        ("log add --text", "后应有值", "wants a value"),
        ("status --json=5", "不带值", "takes no value"),
        ("log show --limit x", "应为整数", "whole number"),
        ("log show --limit 0", "应不小于 1", "at least 1"),
        ("log show --limit 10001", "应不大于 10000", "at most 10000"),
        ("--lang fr status", "应为以下之一", "one of"),
    ],
)
def test_wrong_words_are_named_in_both_languages(
    words: str, chinese: str, english: str, demo_template: Path
) -> None:
    in_chinese = duty(*words.split(), data=demo_template)
    in_english = duty("--lang", "en", *words.split(), data=demo_template)
    assert in_chinese.status == in_english.status == 2
    assert chinese in in_chinese.err
    assert english.lower() in in_english.err.lower()


def test_a_group_without_a_command_shows_what_it_can_do(demo_template: Path) -> None:
    ran = duty("report", data=demo_template)
    assert (ran.status, ran.out) == (2, "")
    assert "chase" in ran.err
