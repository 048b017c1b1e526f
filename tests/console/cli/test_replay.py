"""The night of data/night.toml, worked out by hand from the contract, and told by the program."""

from pathlib import Path

import pytest

from tests.console.cli.running import Ran, duty, own_process

NIGHT = Path(__file__).parent / "data" / "night.toml"

# The sample roster of that day: day officers, night officers, shift lead, the duty leader.
DAY_PRIMARY, DAY_SECONDARY = "person:p015", "person:p016"
PRIMARY, SECONDARY = "person:p013", "person:p014"
LEAD, LEADER = "person:p008", "person:p001"


def at(clock: str) -> str:
    """A local time of 2026-03-16 as the answer has it."""
    hour, rest = int(clock[:2]), clock[2:]
    return f"2026-03-16T{hour - 8:02d}{rest}+00:00"


SITUATION = "report:county_duty_situation"
NIGHT_SHIFT = "shift:night:2026-03-16"

OBLIGATIONS = {
    # owed by: (due, fulfilled, state, late seconds)
    "unit:410402": ("17:00:00", "16:30:00", "fulfilled", 0),
    "unit:410403": ("17:00:00", "17:00:00", "fulfilled", 0),
    "unit:410404": ("17:00:00", None, "missed", None),
    "unit:410411": ("17:00:00", "18:00:00", "late", 3600),
    "unit:410421": ("17:00:00", "16:40:00", "fulfilled", 0),
    "unit:410422": ("17:00:00", "17:03:00", "late", 180),
    "unit:410423": ("17:00:00", "16:40:00", "fulfilled", 0),
    "unit:410425": ("17:00:00", "16:40:00", "fulfilled", 0),
    "unit:410471": ("17:00:00", "16:40:00", "fulfilled", 0),
    "unit:410472": ("17:00:00", "16:40:00", "fulfilled", 0),
    "unit:410481": ("17:00:00", "16:40:00", "fulfilled", 0),
    "unit:410482": ("17:00:00", "16:40:00", "fulfilled", 0),
    "post:primary": ("17:30:00", "17:46:00", "missed", 960),
    "post:secondary": ("17:30:00", None, "missed", None),
}

TAKEN = "17:50:00"
ALERTS = [
    # (at, to, owed by, step, acknowledged at); a closing mail bears the step its reader was told at
    ("17:00:00", "unit:410404", "unit:410404", 1, None),
    ("17:00:00", DAY_PRIMARY, "unit:410404", 1, None),
    ("17:00:00", "unit:410411", "unit:410411", 1, None),
    ("17:00:00", DAY_PRIMARY, "unit:410411", 1, None),
    ("17:00:00", "unit:410422", "unit:410422", 1, None),
    ("17:00:00", DAY_PRIMARY, "unit:410422", 1, None),
    ("17:03:00", "unit:410422", "unit:410422", 1, None),
    ("17:03:00", DAY_PRIMARY, "unit:410422", 1, None),
    ("17:30:00", PRIMARY, "post:primary", 1, None),
    ("17:30:00", SECONDARY, "post:primary", 1, None),
    ("17:30:00", SECONDARY, "post:secondary", 1, TAKEN),
    ("17:30:00", PRIMARY, "post:secondary", 1, TAKEN),
    ("17:35:00", LEAD, "post:primary", 2, None),
    ("17:35:00", LEAD, "post:secondary", 2, TAKEN),
    ("17:40:00", LEADER, "post:primary", 3, None),
    ("17:40:00", LEADER, "post:secondary", 3, TAKEN),
    ("17:45:00", LEADER, "post:primary", 3, None),
    ("17:45:00", LEADER, "post:secondary", 3, TAKEN),
    ("17:46:00", PRIMARY, "post:primary", 1, None),
    ("17:46:00", SECONDARY, "post:primary", 1, None),
    ("17:46:00", LEAD, "post:primary", 2, None),
    ("17:46:00", LEADER, "post:primary", 3, None),
    ("17:50:00", SECONDARY, "post:secondary", 1, None),
    ("17:50:00", PRIMARY, "post:secondary", 1, None),
    ("17:50:00", LEADER, "post:secondary", 3, None),
    ("18:00:00", "unit:410411", "unit:410411", 1, None),
    ("18:00:00", DAY_PRIMARY, "unit:410411", 1, None),
    ("18:00:00", LEAD, "unit:410404", 2, None),
]


@pytest.fixture(name="told", scope="module")
def _told() -> Ran:
    return duty("replay", NIGHT, "--json")


def test_nothing_but_the_document_is_on_standard_output(told: Ran) -> None:
    assert told.status == 0
    assert told.err == ""
    assert told.document["title"] == "a night"
    assert told.document["starts_at"] == at("16:00:00")
    assert told.document["ends_at"] == at("18:15:00")


def test_each_obligation_has_its_state_and_its_lateness(told: Ran) -> None:
    found = {
        row["owed_by"]: (row["due_at"], row["fulfilled_at"], row["state"], row["late_seconds"])
        for row in told.document["obligations"]
    }
    assert found == {
        owed_by: (at(due), fulfilled and at(fulfilled), state, late)
        for owed_by, (due, fulfilled, state, late) in OBLIGATIONS.items()
    }
    assert len(told.document["obligations"]) == len(OBLIGATIONS)


def test_each_obligation_names_its_kind_subject_rule_and_source(told: Ran) -> None:
    for row in told.document["obligations"]:
        is_post = row["owed_by"].startswith("post:")
        assert row["kind"] == ("sign_in" if is_post else "routine_report")
        assert row["subject"] == (NIGHT_SHIFT if is_post else SITUATION)
        assert row["rule"]
        assert row["source"]
        assert row["arose_at"] < row["due_at"]


def test_each_alert_has_its_step_its_second_and_who_was_told(told: Ran) -> None:
    found = sorted(
        (
            row["at"],
            row["to"],
            row["about"][0]["owed_by"],
            row["ladder_step"],
            row["acknowledged_at"] or "",
        )
        for row in told.document["alerts"]
    )
    assert found == sorted(
        (at(when), to, owed_by, step, at(taken) if taken else "")
        for when, to, owed_by, step, taken in ALERTS
    )


def test_each_mail_of_a_replay_is_accepted_at_once(told: Ran) -> None:
    assert [row for row in told.document["alerts"] if row["accepted_at"] != row["at"]] == []


def test_findings_are_suspected_after_the_grace_and_at_the_late_sign_in(told: Ran) -> None:
    found = [
        (row["at"], row["kind"], row["post"], row["person"], row["judged"])
        for row in told.document["findings"]
    ]
    assert found == [
        (at("17:45:00"), "uncovered_post", "post:primary", PRIMARY, "suspected"),
        (at("17:45:00"), "uncovered_post", "post:secondary", SECONDARY, "suspected"),
        (at("17:46:00"), "late_at_post", "post:primary", PRIMARY, "suspected"),
    ]


def test_the_one_before_answers_until_relieved(told: Ran) -> None:
    found = [
        (row["post"], row["person"], row["from"], row["to"]) for row in told.document["responsible"]
    ]
    assert found == [
        ("post:primary", DAY_PRIMARY, at("16:00:00"), at("17:46:00")),
        ("post:primary", PRIMARY, at("17:46:00"), at("18:15:00")),
        ("post:secondary", DAY_SECONDARY, at("16:00:00"), at("18:15:00")),
        ("post:shift_lead", LEAD, at("16:00:00"), at("18:15:00")),
    ]


def test_what_was_taken_on_already_cannot_be_taken_on_again(told: Ran) -> None:
    refused = told.document["refused"]
    assert [(row["at"], row["do"]) for row in refused] == [(at("17:55:00"), "alert acknowledge")]
    assert refused[0]["why"]


def test_the_log_of_the_night_verifies(told: Ran) -> None:
    assert told.document["log"]["verifies"] is True
    assert told.document["log"]["entries"] > len(ALERTS) / 2
    assert told.document["warnings"] == []


def test_a_night_told_twice_is_the_same_byte_for_byte(told: Ran, tmp_path: Path) -> None:
    again = own_process("replay", NIGHT, "--json", data=tmp_path / "none", hash_seed="1")
    other = own_process("replay", NIGHT, "--json", data=tmp_path / "none", hash_seed="4711")
    assert again.out == other.out == told.out
    assert not (tmp_path / "none").exists()


def test_a_replay_for_people_shows_what_fell_due_and_what_was_refused() -> None:
    shown = duty("replay", NIGHT)
    assert shown.status == 0
    assert "2026-03-16 17:30:00" in shown.out
    assert "alert acknowledge" in shown.err


def _timeline(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "timeline.toml"
    path.write_text(text, encoding="utf-8")
    return path


FRAME = """
starts_at = 2026-03-16T16:00:00+08:00
ends_at = 2026-03-16T18:00:00+08:00
"""


def test_an_unknown_act_names_the_nearest_one(tmp_path: Path) -> None:
    text = f'{FRAME}[[event]]\nat = 2026-03-16T17:00:00+08:00\ndo = "sign-inn"\n'
    wrong = duty("--lang", "en", "replay", _timeline(tmp_path, text), "--json")
    assert (wrong.status, wrong.out) == (2, "")
    assert "sign-in" in wrong.err


def test_an_unknown_report_names_the_nearest_one(tmp_path: Path) -> None:
    text = (
        f'{FRAME}[[event]]\nat = 2026-03-16T17:00:00+08:00\ndo = "report receive"\n'
        'unit = "unit:410402"\nreport = "county_duty_situatio"\n'
    )
    wrong = duty("replay", _timeline(tmp_path, text), "--json")
    assert (wrong.status, wrong.out) == (2, "")
    assert "county_duty_situation" in wrong.err


def test_a_timeline_that_is_no_toml_or_not_there_is_wrong_data(tmp_path: Path) -> None:
    assert duty("replay", _timeline(tmp_path, "= ="), "--json").status == 2
    assert duty("replay", tmp_path / "nothing.toml").status == 2


def test_an_empty_room_owes_nothing_and_tells_nobody(tmp_path: Path) -> None:
    told = duty("replay", _timeline(tmp_path, f'room = "empty"\n{FRAME}'), "--json")
    assert told.status == 0
    assert told.document["obligations"] == told.document["alerts"] == []


def test_a_year_without_holidays_is_said_in_warnings(tmp_path: Path) -> None:
    text = FRAME.replace("2026", "2031")
    told = duty("--lang", "en", "replay", _timeline(tmp_path, text), "--json")
    assert "2031" in told.document["warnings"][0]
