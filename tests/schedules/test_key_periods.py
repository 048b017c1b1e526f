"""Key periods run when holiday, season or decree says, and ask for strength and leaders."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from records.errors import CatalogueError
from schedules.calendar import days
from schedules.key_periods import (
    DatedSpan,
    Running,
    YearlySpan,
    leaders_stay,
    running_between,
    runs_of,
    shortfalls,
    strength_needed,
)
from schedules.roster_rules import load_roster_rules
from schedules.rules import load_schedule_rules
from tests.schedules.fair_rosters import RULES

HOLIDAYS = {
    day: span.name
    for year in load_schedule_rules().holidays
    for span in year.holiday
    for day in days(span.first, span.last)
}


def running(first: date, last: date) -> list[tuple[str, date, date]]:
    found = running_between(RULES.periods, HOLIDAYS, first, last)
    return [(each.period.key, each.span.first, each.span.last) for each in found]


@pytest.mark.rule("R-KEY-01")
def test_periods_run_by_holiday_by_season_and_by_date() -> None:
    assert running(date(2026, 2, 1), date(2026, 3, 31)) == [
        ("fire_season", date(2025, 11, 1), date(2026, 4, 30)),
        ("spring_festival", date(2026, 2, 15), date(2026, 2, 23)),
        ("two_sessions", date(2026, 3, 4), date(2026, 3, 12)),
    ]
    assert running(date(2026, 5, 14), date(2026, 5, 15)) == [
        ("flood_season", date(2026, 5, 15), date(2026, 9, 30))
    ]
    assert running(date(2026, 5, 6), date(2026, 5, 14)) == []


@pytest.mark.rule("R-KEY-01")
def test_a_holiday_of_a_year_that_is_not_loaded_is_not_guessed() -> None:
    assert [key for key, _, _ in running(date(2027, 2, 1), date(2027, 2, 28))] == ["fire_season"]


def test_a_season_may_end_in_the_next_year() -> None:
    assert YearlySpan((11, 1), (4, 30)).of(2026) == DatedSpan(date(2026, 11, 1), date(2027, 4, 30))
    assert YearlySpan((5, 15), (9, 30)).of(2026) == DatedSpan(date(2026, 5, 15), date(2026, 9, 30))


def test_days_that_follow_each_other_are_one_run() -> None:
    found = runs_of([date(2026, 5, 2), date(2026, 5, 1), date(2026, 5, 4)])
    assert found == [
        DatedSpan(date(2026, 5, 1), date(2026, 5, 2)),
        DatedSpan(date(2026, 5, 4), date(2026, 5, 4)),
    ]
    assert runs_of([]) == []


@pytest.mark.rule("R-KEY-01")
def test_a_third_of_the_staff_is_rounded_up_and_the_stricter_period_counts() -> None:
    festival = running_between(RULES.periods, HOLIDAYS, date(2026, 2, 17), date(2026, 2, 17))
    assert strength_needed(19, festival) == 7
    assert strength_needed(18, festival) == 6
    assert strength_needed(19, ()) == 0
    half = Running(replace(festival[0].period, strength=Fraction(1, 2)), festival[0].span)
    assert strength_needed(19, [*festival, half]) == 10
    assert leaders_stay(festival)
    assert not leaders_stay(
        running_between(RULES.periods, HOLIDAYS, date(2026, 7, 1), date(2026, 7, 1))
    )


@pytest.mark.rule("R-KEY-01")
def test_days_with_too_few_on_duty_are_named() -> None:
    festival = running_between(RULES.periods, HOLIDAYS, date(2026, 2, 15), date(2026, 2, 16))
    on_duty = {date(2026, 2, 14): 1, date(2026, 2, 15): 6, date(2026, 2, 16): 7}
    found = shortfalls(festival, on_duty, 19)
    assert [(each.period.key, each.day, each.on_duty, each.needed) for each in found] == [
        ("fire_season", date(2026, 2, 14), 1, 7),
        ("fire_season", date(2026, 2, 15), 6, 7),
        ("spring_festival", date(2026, 2, 15), 6, 7),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('strength = "1/3"', 'strength = "1/4"', "strength"),
        ('strength = "1/3"', 'strength = "x"', "分数"),
        ('from = "05-15"', 'from = "02-30"', "月日"),
        ('to = "09-30"\n', "", "from 与 to"),
        ('holiday = "春节"\n', "", "之一"),
        ("last = 2026-03-12", "last = 2026-03-01", "last"),
    ],
)
def test_a_wrong_period_is_named_with_its_key(
    tmp_path: Path, before: str, after: str, expected: str
) -> None:
    shipped = Path("schedules/catalogue/key_periods.toml").read_text(encoding="utf-8")
    wrong = shipped.replace(before, after, 1)
    assert wrong != shipped
    (tmp_path / "key_periods.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        load_roster_rules(tmp_path)
    assert expected in str(caught.value)


def test_a_pattern_without_hours_must_be_a_shift_of_the_room(tmp_path: Path) -> None:
    shipped = Path("schedules/catalogue/roster.toml").read_text(encoding="utf-8")
    wrong = shipped.replace('{ kind = "night" }', '{ kind = "nite" }', 1)
    (tmp_path / "roster.toml").write_text(wrong, encoding="utf-8")
    with pytest.raises(CatalogueError, match="nite"):
        load_roster_rules(tmp_path)
