"""Handover, presence and spot checks by command and by timeline, with their refusals."""

from pathlib import Path

import pytest

from tests.console.cli.running import duty, pin_file

NIGHT = """
title = "night"
starts_at = 2026-03-16T17:10:00+08:00
ends_at = 2026-03-17T08:45:00+08:00
room = "demo"
presence_checks = true
handovers = true
"""


def event(at: str, do: str, by: str | None = "post:primary", **fields: object) -> str:
    lines = [f"at = 2026-03-{at}:00+08:00", f'do = "{do}"']
    if by is not None:
        lines.append(f'by = "{by}"')
    for key, value in fields.items():
        shown = value if str(value)[:5] == "2026-" else repr(value).replace("'", '"')
        lines.append(f"{key} = {shown}".replace("True", "true"))
    return "\n[[event]]\n" + "\n".join(lines) + "\n"


TOLD = NIGHT + "".join(
    [
        event("16T17:20", "sign-in"),
        event("16T17:20", "handover offer"),
        event("16T17:25", "handover refuse", reason="传真机故障未登记"),
        event("16T17:26", "handover accept"),
        event("16T17:33", "handover offer"),
        event("16T17:34", "handover accept"),
        event("16T17:34", "handover take-over", by="post:secondary", reason="交班人送医"),
        event("16T22:00", "presence"),
        event("16T22:29", "presence", wrong_digit=True),
        event("16T22:30", "presence"),
        event("16T22:58", "presence put-off"),
        event("16T23:05", "presence"),
        event(
            "17T00:40",
            "spot-check plan",
            by="post:shift_lead",
            window_from="2026-03-17T00:45:00+08:00",
            window_until="2026-03-17T00:55:00+08:00",
        ),
        event("17T00:56", "spot-check answer"),
        event("17T06:00", "spot-check patrol", words="后门未锁"),
    ]
)


@pytest.fixture
def told(tmp_path: Path) -> Path:
    file = tmp_path / "night.toml"
    file.write_text(TOLD, encoding="utf-8")
    return file


def test_a_night_of_handovers_and_checks_is_told_the_same_twice(told: Path) -> None:
    ran = duty("replay", told, "--json")
    assert ran.status == 0, ran.err
    assert duty("replay", told, "--json").out == ran.out
    answer = ran.document
    assert [each["do"] for each in answer["refused"]] == ["handover accept", "presence"]
    primary = [each for each in answer["responsible"] if each["post"] == "post:primary"]
    assert [(each["from"][11:16], each["to"][11:16]) for each in primary] == [
        ("09:10", "09:34"),
        ("09:34", "00:45"),
    ]
    states = {
        (each["due_at"][11:16]): each["state"]
        for each in answer["obligations"]
        if each["kind"] == "presence_check"
    }
    assert states["14:00"] == "fulfilled"
    assert states["15:00"] == "superseded"
    assert states["15:08"] == "fulfilled"
    assert states["15:30"] == states["16:00"] == "missed"
    absent = [each for each in answer["findings"] if each["kind"] == "absent_from_post"]
    assert absent[0]["at"][11:19] == "16:02:00"
    checks = [each for each in answer["obligations"] if each["kind"] == "spot_check"]
    assert len(checks) == 3
    assert answer["log"]["verifies"]


def test_the_settings_need_two_persons_and_two_pins(demo: Path, tmp_path: Path) -> None:
    pin = pin_file(tmp_path)
    on_duty = duty("status", "--json", data=demo).document["on_duty"]
    persons = [each["person"] for each in on_duty][:2]
    by = ("--by", persons[0], "--pin-file", pin, "--second-pin-file", pin)
    for command in (("presence", "settings"), ("handover", "switch")):
        same = duty(*command, *by, "--confirmed-by", persons[0], data=demo)
        assert same.status == 1
        assert "两名不同" in same.err
        unsigned = duty(*command, "--by", persons[0], "--confirmed-by", persons[1], data=demo)
        assert unsigned.status == 1
        done = duty(*command, *by, "--confirmed-by", persons[1], data=demo)
        assert done.status == 0, done.err
    shown = duty("handover", "show", "--post", "primary", "--json", data=demo)
    assert shown.document["is_on"] is True
    (primary,) = [each["person"] for each in on_duty if each["post"] == "post:primary"]
    assert shown.document["responsible"] == primary
    assert duty("handover", "show", data=demo).status == 0
    english = duty("--lang", "en", "handover", "offer", "--by", "post:primary", data=demo)
    assert english.status == 1


def test_presence_shows_its_digit_first_and_takes_it_then(demo: Path) -> None:
    shown = duty("presence", "--by", "post:primary", "--json", data=demo)
    assert shown.status == 0
    assert 0 <= shown.document["digit"] <= 9
    wrong = (shown.document["digit"] + 1) % 10
    refused = duty("presence", "--by", "post:primary", "--digit", wrong, data=demo)
    assert refused.status == 1
    assert duty("presence", data=demo).status == 2


def test_units_are_called_and_listed_and_a_planned_check_is_not(demo: Path) -> None:
    called = duty("spot-check", "call", "--unit", "410422", "--answered", "--seconds", 8, data=demo)
    assert called.status == 0, called.err
    planned = duty(
        "spot-check",
        "plan",
        "--window-from",
        "2035-01-01T10:00",
        "--window-until",
        "2035-01-01T11:00",
        data=demo,
    )
    assert planned.status == 0, planned.err
    listed = duty("spot-check", "list", "--json", data=demo).document["spot_checks"]
    assert [(each["party"], each["answer_seconds"]) for each in listed] == [("unit:410422", 8)]
    assert duty("spot-check", "list", data=demo).status == 0
