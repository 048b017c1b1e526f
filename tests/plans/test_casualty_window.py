"""Deaths keep their dates; the window counts the room's calendar days, its last one included."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.casualty_window import (
    AddedDeaths,
    CasualtyWindow,
    deaths_after,
    deaths_counted,
    is_counted,
)

ZONE = ZoneInfo("Asia/Shanghai")
OCCURRED = datetime(2026, 3, 16, 15, 30, tzinfo=UTC)  # 23:30 of the 16th in the room
THIRTY = CasualtyWindow(30, 0)
SEVEN = CasualtyWindow(7, 0)


def day(number: int) -> date:
    """The day so many days after that of the accident."""
    return date(2026, 3, 16) + timedelta(days=number)


@pytest.mark.rule("R-GRADE-09")
def test_the_last_day_counts_and_the_next_does_not() -> None:
    for window in (THIRTY, SEVEN):
        assert is_counted(day(window.days), OCCURRED, window, ZONE)
        assert not is_counted(day(window.days + 1), OCCURRED, window, ZONE)


def test_days_are_those_of_the_room_not_of_utc() -> None:
    midnight_after_day_7 = datetime(2026, 3, 23, 16, 0, tzinfo=UTC)
    assert is_counted(midnight_after_day_7 - timedelta(seconds=1), OCCURRED, SEVEN, ZONE)
    assert not is_counted(midnight_after_day_7, OCCURRED, SEVEN, ZONE)


def test_the_day_of_the_accident_can_be_day_one() -> None:
    window = CasualtyWindow(30, 1)
    assert is_counted(day(29), OCCURRED, window, ZONE)
    assert not is_counted(day(30), OCCURRED, window, ZONE)


def test_a_death_dated_before_the_occurrence_counts() -> None:
    assert is_counted(day(-1), OCCURRED, SEVEN, ZONE)


def test_a_higher_total_adds_the_difference_with_its_date() -> None:
    known = deaths_after((), 2, day(0))
    assert deaths_after(known, 4, day(31)) == (AddedDeaths(2, day(0)), AddedDeaths(2, day(31)))
    assert deaths_after(known, 2, day(31)) == known
    assert deaths_after((), 0, day(0)) == ()


def test_a_lower_total_takes_back_what_was_added_last() -> None:
    known = (AddedDeaths(2, day(0)), AddedDeaths(3, day(2)), AddedDeaths(1, day(31)))
    assert deaths_after(known, 4, day(40)) == (AddedDeaths(2, day(0)), AddedDeaths(2, day(2)))
    assert deaths_after(known, 5, day(40)) == known[:2]
    assert deaths_after(known, 0, day(40)) == ()


def test_late_deaths_are_left_out_unless_the_occurrence_is_unknown() -> None:
    known = (AddedDeaths(2, day(0)), AddedDeaths(2, day(31)))
    assert deaths_counted(known, OCCURRED, THIRTY, ZONE) == 2
    assert deaths_counted(known, None, THIRTY, ZONE) == 4


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 60)), max_size=8))
def test_the_dated_deaths_always_make_the_last_total(told) -> None:
    known: tuple[AddedDeaths, ...] = ()
    for total, offset in told:
        known = deaths_after(known, total, day(offset))
        assert sum(each.number for each in known) == total
        assert all(each.number > 0 for each in known)
