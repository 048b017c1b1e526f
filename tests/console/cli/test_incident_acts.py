"""`duty incident` on a real installation: received by a word, reported, listed, shown, refused."""

from pathlib import Path

import pytest

from tests.console.cli.running import Ran, duty, pin_file


def incident(demo: Path, command: str, *words: object) -> Ran:
    return duty("incident", command, *words, data=demo)


@pytest.fixture(name="received")
def _received(demo: Path) -> Path:
    made = incident(demo, "receive", "--kind", "mksg", "--place", "某矿", "--dead", 3)
    assert made.status == 0, made.err
    return demo


def test_a_kind_is_found_by_its_initials_and_the_number_is_the_years(received: Path) -> None:
    (row,) = incident(received, "list", "--json").document["incidents"]
    assert (row["kind"], row["grade"], row["place"]) == ("acc.mine.coal", "large", "某矿")
    assert row["incident"].endswith("-001")
    assert row["seconds_since_occurrence"] is None
    status = duty("status", "--json", data=received).document
    assert [each["incident"] for each in status["open_incidents"]] == [row["incident"]]


def test_show_lists_every_clock_with_both_limits(received: Path) -> None:
    (row,) = incident(received, "list", "--json").document["incidents"]
    handle = row["incident"]
    way = ["--form", "telephone", "--from", "city", "--to", "province"]
    reported = incident(received, "report", "--incident", handle, "--kind", "first", *way)
    assert reported.status == 0, reported.err
    shown = incident(received, "show", handle, "--json").document
    clocks = {each["clock"]: each for each in shown["clocks"]}
    assert clocks["C05.city"]["state"] == "fulfilled"
    assert clocks["C03.city"]["due_from_receipt_at"] == clocks["C03.city"]["due_at"]
    assert 0 <= clocks["C12"]["used"] < 1
    assert [each["kind"] for each in shown["reports"]] == ["first"]
    assert shown["versions"][0]["dead"] == 3
    people = incident(received, "show", handle)
    assert "C05.city" in people.out
    assert people.status == 0


def test_an_update_says_only_what_changed_and_a_close_wants_the_final_report(
    received: Path, tmp_path: Path
) -> None:
    (row,) = incident(received, "list", "--json").document["incidents"]
    named = ["--incident", row["incident"]]
    said = ["--missing", 7, "--occurred-at", "2020-01-01T00:00:00+08:00", "--died-on", "2020-01-02"]
    updated = incident(received, "update", *named, *said, "--json")
    assert updated.status == 0, updated.err
    raised = incident(received, "assess", *named, "--grade", "especially_serious")
    assert raised.status == 0, raised.err
    (row,) = incident(received, "list", "--json").document["incidents"]
    assert row["decided_grade"] == "especially_serious"
    pin = ["--by", "post:duty_leader", "--pin-file", pin_file(tmp_path)]
    assert incident(received, "close", *named, *pin).status == 1
    assert incident(received, "close", *named, "--reason", "测试", *pin).status == 0
    assert incident(received, "list", "--json").document["incidents"] == []
    (row,) = incident(received, "list", "--all", "--json").document["incidents"]
    assert row["state"] == "closed"


@pytest.mark.parametrize(
    ("command", "words", "status", "named"),
    [
        ("show", ["2020-009"], 1, "2020-009"),
        ("update", ["--incident", "x", "--dead", 1], 1, "x"),
        ("receive", ["--kind", "acc.mine.cola"], 2, "acc.mine.coal"),
        ("receive", ["--kind", "acc.mine"], 2, "acc.mine"),
        ("receive", ["--kind", "mksg", "--dead", -1], 2, "--dead"),
        ("receive", ["--kind", "mksg", "--occurred-at", "yesterday"], 2, "--occurred-at"),
        ("learned", ["--incident", "x", "--level", "town"], 2, "county"),
        ("assess", ["--incident", "x", "--grade", "red"], 2, "serious"),
    ],
)
def test_what_is_wrong_is_named_with_its_status(
    demo: Path, command: str, words: list[object], status: int, named: str
) -> None:
    ran = incident(demo, command, *words)
    assert ran.status == status
    assert named in ran.err
    assert ran.out == ""
