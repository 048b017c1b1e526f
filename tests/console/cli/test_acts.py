"""What officers do by command: signing, reports, alerts, findings, people, posts, log."""

import hashlib
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.console.cli.running import Ran, duty, pin_file


def _log_texts(data: Path) -> list[str]:
    shown = duty("log", "show", "--limit", 20, "--json", data=data)
    return [entry["text"] for entry in shown.document["entries"]]


def _rostered(data: Path, post: str) -> str:
    """The person of the running shift at a post."""
    on_duty = duty("status", "--json", data=data).document["on_duty"]
    return str(next(row["person"] for row in on_duty if row["post"] == f"post:{post}"))


def test_signing_needs_the_pin_from_a_file_or_a_terminal(demo: Path, tmp_path: Path) -> None:
    assert duty("sign-out", "--by", "post:primary", data=demo).status == 1
    out = duty("sign-out", "--by", "post:primary", "--pin-file", pin_file(tmp_path), data=demo)
    assert out.status == 0, out.err
    back = duty(
        "sign-in",
        "--by",
        "post:primary",
        "--pin-file",
        pin_file(tmp_path),
        "--json",
        data=demo,
    )
    assert back.status == 0, back.err
    assert back.document["done"]


def test_a_wrong_pin_is_refused_and_counted(demo: Path, tmp_path: Path) -> None:
    wrong = pin_file(tmp_path, "135790")
    refused = duty("sign-out", "--by", "post:primary", "--pin-file", wrong, data=demo)
    assert refused.status == 1
    assert "PIN" in _log_texts(demo)[-1]


def test_a_pin_file_that_others_can_read_is_taken_with_a_warning(
    demo: Path, tmp_path: Path
) -> None:
    path = pin_file(tmp_path)
    path.chmod(0o644)
    ran = duty("sign-out", "--by", "post:primary", "--pin-file", path, data=demo)
    assert ran.status == 0
    assert "chmod 600" in ran.err


def test_a_pin_file_that_is_missing_or_empty_is_wrong_data(demo: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "none", pin_file(tmp_path, " ")):
        ran = duty("sign-out", "--by", "post:primary", "--pin-file", path, data=demo)
        assert ran.status == 2


def _open_report(data: Path) -> tuple[str, str]:
    """A unit and a report that it owes now, whose period has begun."""
    now = datetime.fromisoformat(duty("status", "--json", data=data).document["now"])
    first, last = (now - timedelta(days=2)).isoformat(), (now + timedelta(days=2)).isoformat()
    listed = duty("report", "list", "--open", "--from", first, "--to", last, "--json", data=data)
    for row in listed.document["reports"]:
        if datetime.fromisoformat(row["arose_at"]) <= now:
            return row["owed_by"], row["report"]
    pytest.fail("the sample room owes nothing")


def test_a_report_is_chased_then_received_and_listed(demo: Path) -> None:
    unit, report = _open_report(demo)
    words = ["--unit", unit, "--report", report]
    promised = "2030-01-01T08:00:00+08:00"
    chased = duty(
        "report",
        "chase",
        *words,
        "--words",
        "发送中,5分钟内到",
        "--promised-at",
        promised,
        "--by",
        "post:primary",
        data=demo,
    )
    assert chased.status == 0, chased.err
    received = duty("report", "receive", *words, "--nil", "--by", "post:primary", data=demo)
    assert received.status == 0, received.err
    texts = _log_texts(demo)
    assert any("发送中" in text for text in texts)


def test_an_open_alert_is_listed_and_taken_on(demo: Path, tmp_path: Path) -> None:
    alerts = duty("alert", "list", "--json", data=demo).document["alerts"]
    assert alerts, "the sample room leaves alerts open on purpose"
    owed_by = alerts[0]["about"][0]["owed_by"]
    words = ["alert", "acknowledge", "--owed-by", owed_by, "--acknowledged-by", "person:p001"]
    taken = duty(*words, "--how", "来电", data=demo)
    assert taken.status == 0, taken.err
    left = duty("alert", "list", "--json", data=demo).document["alerts"]
    assert [row for row in left if row["about"][0]["owed_by"] == owed_by] == []
    assert duty(*words, data=demo).status == 1
    signed = duty(*words, "--by", "post:primary", "--pin-file", pin_file(tmp_path), data=demo)
    assert signed.status == 1


def test_a_finding_is_explained_and_judged_by_the_shift_lead_alone(
    demo: Path, tmp_path: Path
) -> None:
    found = duty("finding", "list", "--json", data=demo).document["findings"]
    assert found, "the sample room has a suspected finding"
    number = found[0]["id"]
    assert duty("finding", "explain", "--finding", number, "--words", "堵车", data=demo).status == 0
    pin = ["--pin-file", pin_file(tmp_path)]
    judge = ["--finding", number, "--reason", "属实", *pin]
    assert duty("finding", "confirm", *judge, "--by", "post:primary", data=demo).status == 1
    assert duty("finding", "confirm", *judge, "--by", "post:shift_lead", data=demo).status == 0
    assert duty("finding", "dismiss", *judge, "--by", "post:shift_lead", data=demo).status == 1
    listed = duty("finding", "list", "--all", "--json", data=demo).document["findings"]
    mine = next(row for row in listed if row["id"] == number)
    assert (mine["judged"], mine["explanation"], mine["reason"]) == ("confirmed", "堵车", "属实")


def _add(data: Path, *words: object) -> Ran:
    return duty("person", "add", "--name", "林晓", "--body", "值班室", *words, data=data)


def test_a_person_is_entered_once_found_sent_away_and_retired(own: Path, tmp_path: Path) -> None:
    first = _add(own, "--email", "lin@duty.example", "--telephone", "0375-0800000", "--json")
    assert first.document == {"person": "person:p001", "new": True}
    again = _add(own, "--email", "lin2@duty.example", "--json")
    assert again.document == {"person": "person:p001", "new": False}
    listed = duty("person", "list", "--search", "lx", "--json", data=own).document["people"]
    assert [row["emails"] for row in listed] == [["lin@duty.example", "lin2@duty.example"]]
    duty("person", "add", "--name", "白鸽", "--body", "值班室", data=own)
    away = ["person", "away", "--person", "p001", "--from", "2026-01-01", "--to", "2036-12-31"]
    assert duty(*away, "--stand-in", "p002", "--reason", "培训", data=own).status == 0
    assert duty(*away, data=own).status == 1
    assert duty("person", "back", "--person", "person:p001", data=own).status == 0
    pin = pin_file(tmp_path, "135790")
    assert duty("person", "pin", "--person", "p001", "--pin-file", pin, data=own).status == 0
    weak = pin_file(tmp_path, "111111")
    assert duty("person", "pin", "--person", "p001", "--pin-file", weak, data=own).status == 1
    assert duty("person", "retire", "--person", "p001", data=own).status == 0
    people = duty("person", "list", "--json", data=own).document["people"]
    assert [row["person"] for row in people] == ["person:p002"]
    everybody = duty("person", "list", "--retired", "--json", data=own).document["people"]
    assert [(row["person"], row["has_pin"]) for row in everybody] == [
        ("person:p001", True),
        ("person:p002", False),
    ]


def test_a_bad_contact_point_leaves_no_half_person(own: Path) -> None:
    assert _add(own, "--email", "not an address").status == 2
    assert duty("person", "list", "--json", data=own).document == {"people": []}


def test_a_standing_post_changes_hands_and_a_rostered_one_does_not(demo: Path) -> None:
    held = duty("post", "holder", "--post", "duty_leader", "--json", data=demo)
    assert held.document["person"] == "person:p001"
    words = ["post", "holder", "--post", "post:duty_leader", "--person", "person:p002"]
    changed = duty(*words, "--json", data=demo)
    assert changed.document["person"] == "person:p002"
    assert changed.document["from"] > held.document["from"]
    assert duty(*words, data=demo).status == 1
    assert _rostered(demo, "duty_leader") == "person:p002"
    assert "任" in _log_texts(demo)[-1]


def test_a_post_that_nobody_holds_says_so(own: Path) -> None:
    held = duty("post", "holder", "--post", "duty_leader", "--json", data=own)
    assert held.document["person"] is None
    assert duty("post", "holder", "--post", "duty_leader", data=own).status == 0


def test_the_roster_of_a_day_names_each_post_of_each_shift(demo: Path) -> None:
    words = ["roster", "show", "--from", "2026-12-01", "--to", "2026-12-01", "--json"]
    roster = duty(*words, data=demo).document["roster"]
    begun = [row for row in roster if row["starts_at"] >= "2026-12-01T00:00"]
    assert [(row["shift"], row["post"]) for row in begun] == [
        ("shift:day:2026-12-01", "post:primary"),
        ("shift:day:2026-12-01", "post:secondary"),
        ("shift:lead:2026-12-01", "post:shift_lead"),
        ("shift:lead:2026-12-01", "post:shift_lead_b"),
        ("shift:lead:2026-12-01", "post:driver"),
        ("shift:night:2026-12-01", "post:primary"),
        ("shift:night:2026-12-01", "post:secondary"),
    ]


def test_a_line_of_the_log_is_written_found_and_exported(own: Path, tmp_path: Path) -> None:
    assert duty("log", "add", "--text", "锅炉房电话不通\n已报修", data=own).status == 0
    found = duty("log", "show", "--search", "锅炉", "--json", data=own).document["entries"]
    assert [entry["act"] for entry in found] == ["log_note"]
    assert duty("log", "add", "--text", "  ", data=own).status == 2
    file = tmp_path / "log.jsonl"
    exported = duty("log", "export", file, "--json", data=own)
    verified = duty("log", "verify", "--json", data=own).document
    assert exported.document["head"] == verified["head"]
    assert len(file.read_text(encoding="utf-8").splitlines()) == verified["entries"]
    assert duty("log", "export", file, data=own).status == 1
    assert duty("log", "export", tmp_path / "no" / "folder", data=own).status == 2


def test_the_exported_log_can_be_checked_without_this_program(own: Path, tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    assert duty("log", "export", file, data=own).status == 0
    last = "0" * 64
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        names = ("schema", "room", "seq", "at", "act", "operator", "subject", "text", "data")
        body = json.dumps([row[name] for name in names], ensure_ascii=False, separators=(",", ":"))
        assert row["prev_hash"] == last
        last = hashlib.sha256(f"{last}\n{body}".encode()).hexdigest()
        assert row["hash"] == last
