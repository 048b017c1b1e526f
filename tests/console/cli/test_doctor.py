"""`duty doctor`: each fault with its remedy, and the exit status that goes with it."""

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.doctor import examine
from console.doctor_findings import Found, Health
from records.clock import ManualClock
from records.installation import Installation
from tests.console.cli.running import Ran, duty


def _found(ran: Ran, key: str) -> list[dict[str, str]]:
    return [row for row in ran.document["findings"] if row["key"] == key]


def test_a_fresh_sample_room_has_warnings_but_no_faults(demo: Path) -> None:
    ran = duty("doctor", "--json", data=demo)
    assert ran.status == 0, ran.out
    healths = {row["health"] for row in ran.document["findings"]}
    assert healths == {"fine", "warning"}
    keys = {row["key"] for row in ran.document["findings"]}
    assert {
        "settings",
        "catalogues",
        "catalogue_confidence",
        "disk",
        "zone",
        "database",
        "integrity",
        "clock",
        "mail",
        "holidays",
        "watch",
        "log",
    } <= keys


def test_every_warning_and_fault_has_its_remedy(demo: Path) -> None:
    for row in duty("doctor", "--json", data=demo).document["findings"]:
        assert (row["remedy"] is None) == (row["health"] == "fine")


def test_wrong_settings_are_a_fault_with_file_and_key(own: Path) -> None:
    (own / "settings.toml").write_text("[mail]\nprt = 25\n", encoding="utf-8")
    ran = duty("doctor", "--json", data=own)
    assert ran.status == 1
    assert "port" in _found(ran, "settings")[0]["found"]


def test_a_wrong_catalogue_is_a_fault(own: Path) -> None:
    (own / "catalogue" / "ladders.toml").write_text("returns_after = 5\n", encoding="utf-8")
    ran = duty("doctor", "--json", data=own)
    assert ran.status == 1
    assert "ladders.toml" in _found(ran, "catalogues")[0]["found"]


@pytest.mark.parametrize("content", [b"no database" * 500])
def test_a_file_that_is_no_database_is_unreachable(own: Path, content: bytes) -> None:
    for path in own.glob("duty.sqlite3*"):
        path.unlink()
    (own / "duty.sqlite3").write_bytes(content)
    assert duty("doctor", "--json", data=own).status == 4
    assert duty("status", data=own).status == 4


def test_a_mail_server_in_clear_text_is_a_warning(own: Path) -> None:
    text = '[mail]\nhost = "mail.example"\nsecurity = "plain-text"\n'
    (own / "settings.toml").write_text(text, encoding="utf-8")
    rows = _found(duty("doctor", "--json", data=own), "mail")
    assert [row["health"] for row in rows] == ["warning"]
    assert "mail.example:587" in rows[0]["found"]


def test_a_clock_behind_the_log_is_a_fault(own: Path) -> None:
    clock = ManualClock(datetime(2020, 1, 1, tzinfo=UTC))
    examined = examine(Installation(own), clock)
    assert _health(examined.findings, "clock") is Health.FAULT
    assert examined.exit_status == 1


def _health(findings: tuple[Found, ...], key: str) -> Health:
    return next(each.health for each in findings if each.key == key)


def test_the_next_year_is_asked_for_from_december_on(own: Path) -> None:
    november = ManualClock(datetime(2026, 11, 30, 15, 59, tzinfo=UTC))
    december = ManualClock(datetime(2026, 11, 30, 16, 0, tzinfo=UTC))
    for clock, years in ((november, 1), (december, 2)):
        examined = examine(Installation(own), clock)
        assert sum(each.key == "holidays" for each in examined.findings) == years


def test_a_silent_watch_and_a_row_that_was_set_aside_are_named(demo: Path) -> None:
    connection = sqlite3.connect(demo / "duty.sqlite3")
    connection.execute(
        "UPDATE obligation SET set_aside = 'ValueError' WHERE id ="
        " (SELECT min(id) FROM obligation WHERE next_look_at IS NOT NULL)"
    )
    connection.commit()
    connection.close()
    ran = duty("doctor", "--json", data=demo)
    assert "ValueError" in _found(ran, "set_aside")[0]["found"]
    assert _found(ran, "watch")[0]["health"] == "warning"


def test_the_doctor_changes_nothing(demo: Path) -> None:
    before = duty("log", "verify", "--json", data=demo).document
    later = ManualClock(datetime.now(tz=UTC) + timedelta(days=1))  # noqa: TID251  a test's own
    examine(Installation(demo), later)
    assert duty("log", "verify", "--json", data=demo).document == before
