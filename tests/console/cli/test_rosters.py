"""Rosters by command and in a timeline: published, swapped, covered, looked at, handed on."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from console.sample.roster import officers_of
from records.clock import SystemClock
from tests.console.cli.running import Ran, duty, own_process, pin_file

ZONE = ZoneInfo("Asia/Shanghai")
DAY, OTHER = date(2026, 2, 16), date(2026, 2, 18)
_, _, AN, BO = officers_of(DAY)  # night primary and secondary
_, _, CY, _ = officers_of(OTHER)
TOUCHING = officers_of(DAY)[0]  # primary by day: would have no rest before the night

TIMELINE = f"""
title = "swaps over the Spring Festival"
starts_at = 2026-02-15T09:00:00+08:00
ends_at = 2026-02-19T09:00:00+08:00

[[event]]
at = 2026-02-15T10:00:00+08:00
by = "person:{AN}"
do = "roster swap"
shift = "shift:night:{DAY}"
other_shift = "shift:night:{OTHER}"
post = "post:primary"
reason = "回乡"

[[event]]
at = 2026-02-15T10:05:00+08:00
by = "person:{CY}"
do = "roster accept"

[[event]]
at = 2026-02-15T10:10:00+08:00
by = "post:shift_lead"
do = "roster approve"

[[event]]
at = 2026-02-15T10:15:00+08:00
by = "person:{BO}"
do = "roster cover"
shift = "night:{DAY}"
replacement = "person:{TOUCHING}"

[[event]]
at = 2026-02-15T10:20:00+08:00
by = "person:{BO}"
do = "roster refuse"
reason = "没有这个请求"

[[event]]
at = 2026-02-16T17:29:00+08:00
by = "post:primary"
do = "sign-in"

[[event]]
at = 2026-02-17T12:00:00+08:00
by = "post:duty_leader"
do = "roster publish"
first = 2026-02-18
last = 2026-02-18
pattern = "24h"
lead_pattern = ""
officers = ["person:{AN}", "person:{BO}"]
"""


def said(ran: Ran) -> str:
    return ran.err.strip().splitlines()[-1]


def test_a_timeline_tells_swaps_and_publishing_the_same_way_twice(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text(TIMELINE, encoding="utf-8")
    first = own_process("replay", file, "--json", data=tmp_path / "none", hash_seed="1")
    again = own_process("replay", file, "--json", data=tmp_path / "none", hash_seed="2")
    assert first.status == 0, first.err
    assert first.out == again.out
    answer = first.document
    assert [refused["do"] for refused in answer["refused"]] == ["roster cover", "roster refuse"]
    assert "休息不足12小时" in answer["refused"][0]["why"]
    assert "没有待办" in answer["refused"][1]["why"]
    responsible = [row for row in answer["responsible"] if row["post"] == "post:primary"]
    assert f"person:{CY}" in [row["person"] for row in responsible]
    assert answer["log"]["verifies"] is True


def test_an_event_that_lacks_its_shift_is_wrong_data(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text(TIMELINE.replace(f'shift = "night:{DAY}"\n', "", 1), encoding="utf-8")
    ran = duty("replay", file, data=tmp_path)
    assert ran.status == 2
    assert "shift" in ran.err


def coming() -> tuple[date, date]:
    """Return the first and last day of the month after next month, which nobody has begun."""
    today = SystemClock().now().astimezone(ZONE).date()  # the commands use the real clock
    first = (today.replace(day=1) + timedelta(days=62)).replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def published(demo: Path, tmp_path: Path, *words: object) -> Ran:
    first, last = coming()
    span = ("--first", first, "--last", last)
    signed = ("--by", "post:duty_leader", "--pin-file", pin_file(tmp_path))
    return duty("roster", "publish", *span, *signed, *words, data=demo)


def test_a_month_is_drafted_published_listed_and_handed_on(demo: Path, tmp_path: Path) -> None:
    first, last = coming()
    draft = published(demo, tmp_path, "--dry-run", "--json")
    assert draft.status == 0, draft.err
    assert draft.document["gaps"] == draft.document["unfair"] == []
    assert duty("roster", "versions", "--json", data=demo).document == {"versions": []}
    done = published(demo, tmp_path)
    assert done.status == 0, done.err
    assert said(done).startswith(f"值班表第1版已发布:{first}至{last}")
    (version,) = duty("roster", "versions", "--json", data=demo).document["versions"]
    assert (version["number"], version["first"]) == (1, first.isoformat())
    shown = duty("roster", "show", "--from", first, "--to", last, "--json", data=demo)
    begun = [row for row in shown.document["roster"] if row["shift"].endswith(f"{first}")]
    wanted = [row for row in draft.document["roster"] if row["shift"].endswith(f"{first}")]
    assert {(row["shift"], row["post"]): row["person"] for row in begun} == {
        (row["shift"], row["post"]): row["person"] for row in wanted
    }
    gaps = duty("roster", "gaps", "--from", first, "--to", last, "--json", data=demo)
    assert gaps.document == {"gaps": [], "conflicts": []}
    for form in ("xlsx", "ics"):
        file = tmp_path / f"roster.{form}"
        span = ("--from", first, "--to", last)
        out = duty("roster", "export", "--format", form, "--file", file, *span, data=demo)
        assert out.status == 0, out.err
        back = duty("import", "roster", file, "--json", data=demo)
        assert (back.status, back.document["taken"], back.document["changed"]) == (0, 0, 0)
        assert duty("roster", "export", "--file", file, *span, data=demo).status == 1


def test_a_swap_is_asked_accepted_and_approved_by_three_commands(
    demo: Path, tmp_path: Path
) -> None:
    first, _ = coming()
    assert published(demo, tmp_path).status == 0
    shown = duty("roster", "show", "--from", first, "--to", first, "--json", data=demo)
    asker = next(
        row["person"]
        for row in shown.document["roster"]
        if row["shift"] == f"shift:night:{first}" and row["post"] == "post:primary"
    )
    signed = ("--pin-file", pin_file(tmp_path))
    asked, other = None, ""
    for number in range(9, 29):
        other = f"person:p{number:03d}"
        wish = ("--shift", f"night:{first}", "--replacement", other, "--reason", "家中有事")
        asked = duty("roster", "cover", "--by", asker, *wish, *signed, data=demo)
        if asked.status == 0:
            break
        assert asked.status == 1
    assert asked is not None
    assert asked.status == 0
    (waiting,) = duty("roster", "requests", "--json", data=demo).document["requests"]
    assert (waiting["state"], waiting["person"], waiting["replacement"]) == ("asked", asker, other)
    assert duty("roster", "requests", data=demo).out.count("person:") == 2
    early = duty("roster", "approve", "--by", "post:duty_leader", *signed, data=demo)
    assert (early.status, said(early)) == (1, "没有待办的调班或替班请求。")
    assert duty("roster", "accept", "--by", other, *signed, data=demo).status == 0
    done = duty("roster", "approve", "--by", "post:duty_leader", *signed, data=demo)
    assert (done.status, said(done)) == (0, "第1号请求已批准,值班表已更改。")
    shown = duty("roster", "show", "--from", first, "--to", first, "--json", data=demo)
    assert other in [row["person"] for row in shown.document["roster"]]
    assert duty("roster", "requests", "--json", data=demo).document == {"requests": []}


def test_a_wrong_pin_swaps_nothing(demo: Path, tmp_path: Path) -> None:
    wish = ("--shift", "night:2026-02-16", "--other-shift", "night:2026-02-18")
    wrong = ("--pin-file", pin_file(tmp_path, "135790"))
    ran = duty("roster", "swap", "--by", "post:primary", *wish, *wrong, data=demo)
    assert ran.status == 1
    assert "PIN" in ran.err


@pytest.mark.parametrize(
    ("words", "status", "expected"),
    [
        (("publish", "--first", "x", "--last", "2026-02-01"), 2, "--first 应为日期"),
        (
            ("publish", "--first", "2030-02-01", "--last", "2030-02-02", "--pattern", "8x"),
            2,
            "没有班制“8x”",
        ),
        (("publish", "--first", "2020-02-01", "--last", "2020-02-02"), 1, "已经开始"),
        (("gaps", "--from", "soon"), 2, "--from"),
        (("export", "--file", "x.xlsx", "--person", "p009"), 2, "--format ics"),
        (("export", "--file", "x.xlsx", "--from", "2050-01-01"), 1, "没有可导出"),
        (("refuse", "--by", "post:duty_leader"), 1, "PIN"),
    ],
)
def test_a_wrong_call_says_what_was_expected(
    demo: Path, words: tuple[str, ...], status: int, expected: str
) -> None:
    ran = duty("roster", *words, data=demo)
    assert ran.status == status, ran.err
    assert expected in ran.err
