"""The catalogues of incidents refuse what is wrong with file, table, key and what was expected."""

from importlib import resources
from pathlib import Path

import pytest

from plans.incident_rules import load_incident_rules
from records.errors import CatalogueError

FILES = resources.files("plans").joinpath("catalogue")
CLOCK = """
[[clock]]
key = "C02"
name = "单位报县级"
name_en = "unit to county"
from = "unit"
to = "county"
kinds = ["acc"]
starts_at = "received"
limit = "1 h"
form = "any"
rule = "R-CLOCK-02"
source = "本局"
confidence = "high"
valid_from = 2024-01-01
"""


def shipped(name: str) -> str:
    return FILES.joinpath(f"{name}.toml").read_text(encoding="utf-8")


def fault(folder: Path, name: str, text: str) -> str:
    """What is said when this text replaces the shipped catalogue; the file is always named."""
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as raised:
        load_incident_rules(folder)
    said = str(raised.value)
    assert said.startswith(str(path)), said
    return said.removeprefix(str(path)).strip()


def clocks(old: str, new: str) -> str:
    text = shipped("reporting_clocks")
    assert old in text
    return text.replace(old, new, 1)


def grades(old: str, new: str) -> str:
    text = shipped("grades")
    assert old in text
    return text.replace(old, new, 1)


def test_an_installations_own_catalogue_replaces_the_default(tmp_path: Path) -> None:
    text = grades("missing_count_as_dead = true", "missing_count_as_dead = false")
    (tmp_path / "grades.toml").write_text(text, encoding="utf-8")
    rules = load_incident_rules(tmp_path)
    assert not rules.grades.missing_count_as_dead
    assert rules.kinds == load_incident_rules().kinds


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "window_first_day = 0",
            "window_first_day = 0\nwindow_day = 1",
            "window_day:没有这一项;最接近的是",
        ),
        ("window_first_day = 0", "window_first_day = 2", "window_first_day:应不大于 1"),
        ("serious = 10\n", "serious = 40\n", "[table#1(production_safety).criterion#1]:各级下限"),
        ('measure = "dead"', 'measure = "hurt"', "criterion#1] measure:应为以下之一"),
        ("ordinary = 1\n", "ordinary = 1\nordinary_above = 0\n", "ordinary_above 只能有一项"),
        (
            "valid_from = 2007-06-01",
            'valid_from = "2007/6"',
            "[table#1(production_safety)] valid_from:应为日期",
        ),
        ('key = "special_equipment"', 'key = "production_safety"', "有效期不应重叠:2007-06-01"),
        ("evacuated = 500", "", "near_miss evacuated:缺少这一项"),
    ],
)
def test_wrong_grades_are_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert said in fault(tmp_path, "grades", grades(old, new)).replace("[near_miss]", "near_miss")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('kinds = ["acc"]', 'kinds = ["acc.mines"]', "[clock#1(C01)] kinds:没有“acc.mines”;最接近"),
        ('except_kinds = ["acc.traffic.road"', 'except_kinds = ["road"', "except_kinds:没有“road”"),
        ('limit = "0 min"', 'limit = "0"', "[clock#1(C01)] limit:应为带单位的时长"),
        (
            'limit = "0 min"',
            "",
            "[clock#1(C01)]:limit、daily_at、times_a_day、within_days 应恰有一项",
        ),
        ('limit = "0 min"', "within_days = 3", "[clock#1(C01)]:within_days 与 starts_at"),
        ('from = "site"', 'from = "public"', "[clock#1(C01)] from:应为以下之一:site, unit"),
        ('to = "unit"', 'to = "boss"', "[clock#1(C01)] to:应为以下之一"),
        ('["large", "ordinary"]', '["large", "red"]', "grades#2"),
        ("warn_at_percent = [50, 80]", "warn_at_percent = [50, 100]", "每项应大于 0 且小于 100"),
        ('to = "county"\nlimit', 'to = "city"\nlimit', "leg:应依次为 unit→county、county→city"),
        ('key = "C02"', 'key = "C01"', "clock:C01 的各版本有效期不应重叠"),
        ('key = "C02"', 'key = "II"', "[clock#2(II)] key:应符合格式"),
    ],
)
def test_wrong_clocks_are_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    assert said in fault(tmp_path, "reporting_clocks", clocks(old, new))


def test_a_clock_without_a_source_is_refused(tmp_path: Path) -> None:
    head = shipped("reporting_clocks").split("[[clock]]")[0]
    without = head + CLOCK.replace('source = "本局"\n', "")
    assert "[clock#1(C02)] source:缺少这一项" in fault(tmp_path, "reporting_clocks", without)
    empty = head + CLOCK.replace("本局", "  ")
    assert "[clock#1(C02)] source:应至少有 1 个字" in fault(tmp_path, "reporting_clocks", empty)


def test_a_clock_may_stand_in_several_versions_that_do_not_overlap(tmp_path: Path) -> None:
    head = shipped("reporting_clocks").split("[[clock]]")[0]
    ended = CLOCK.replace("2024-01-01", "2020-01-01\nvalid_until = 2023-12-31")
    (tmp_path / "reporting_clocks.toml").write_text(head + CLOCK + ended, encoding="utf-8")
    assert len(load_incident_rules(tmp_path).clocks.clock) == 2
    overlapping = head + CLOCK + ended.replace("2023-12-31", "2024-01-01")
    assert "不应重叠" in fault(tmp_path, "reporting_clocks", overlapping)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('slug = "nat.drought"', 'slug = "nat.flood"', "kind:事件种类 nat.flood 应只出现一次"),
        ('"earthquake"]', '"earthquakes"]', "grade_tables:没有“earthquakes”;最接近的是 earthquake"),
        (
            'family = "natural_disaster"',
            'family = "nature"',
            "[kind#1(nat.flood)] family:应为以下之一",
        ),
        (
            "death_window_days = 30",
            "death_window_days = 30\nwindow = 7",
            "(nat.flood)] window:没有这一项",
        ),
    ],
)
def test_wrong_kinds_are_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    text = shipped("incident_kinds")
    assert old in text
    assert said in fault(tmp_path, "incident_kinds", text.replace(old, new, 1))


def test_every_clock_of_the_table_stands_in_the_catalogue_with_its_source() -> None:
    clocks = load_incident_rules().clocks.clock
    numbers = {clock.key[:3] for clock in clocks}
    assert numbers == {f"C{number:02}" for number in range(1, 24)}
    assert all(clock.rule == f"R-CLOCK-{clock.key[1:3]}" for clock in clocks)
