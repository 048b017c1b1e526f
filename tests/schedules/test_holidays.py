"""A year of holidays is loaded once, changed where it changed, and moves what is not open yet."""

from datetime import date

import pytest
from sqlalchemy import select

from records.duty_log import head
from schedules import openings
from schedules.holidays import load_year, read_calendar
from schedules.tables import HolidayYear
from tests.schedules.days_of_2026 import CALENDAR, on
from tests.schedules.owing import act_of
from tests.stories.duty_room import ROOM, StoryRoom

OFF = {on("2027-01-01"): "元旦", on("2027-01-02"): "元旦"}
MADE_UP = {on("2027-01-03"): "元旦"}


def load(room: StoryRoom, off: dict[date, str], made_up: dict[date, str]) -> bool:
    with room.database.write() as session:
        return load_year(session, act_of(room), 2027, off, made_up)


@pytest.mark.rule("R-CAL-01")
def test_a_loaded_year_is_read_back_beside_the_shipped_one(room: StoryRoom) -> None:
    assert load(room, OFF, MADE_UP)
    with room.database.read() as session:
        found = read_calendar(session, ROOM)
    assert found.years == {2026, 2027}
    assert found.holidays == CALENDAR.holidays | set(OFF)
    assert found.makeup_workdays == CALENDAR.makeup_workdays | set(MADE_UP)


def test_the_same_year_twice_changes_nothing_and_is_not_recorded(room: StoryRoom) -> None:
    load(room, OFF, MADE_UP)
    with room.database.read() as session:
        before = head(session, ROOM)
    assert not load(room, OFF, MADE_UP)
    with room.database.read() as session:
        assert head(session, ROOM) == before


def test_a_corrected_year_replaces_its_days_only(room: StoryRoom) -> None:
    load(room, OFF, MADE_UP)
    assert load(room, {on("2027-01-01"): "元旦"}, {})
    with room.database.read() as session:
        found = read_calendar(session, ROOM)
        assert session.scalars(select(HolidayYear.year)).all() == [2026, 2027]
    assert {day for day in found.holidays if day.year == 2027} == {on("2027-01-01")}
    assert found.makeup_workdays == CALENDAR.makeup_workdays


def test_a_year_without_a_single_holiday_is_loaded_all_the_same(room: StoryRoom) -> None:
    assert load(room, {}, {})
    assert not load(room, {}, {})


def test_what_lies_ahead_is_opened_again_by_the_new_calendar(room: StoryRoom) -> None:
    room.tick()
    load(room, OFF, MADE_UP)
    with room.database.read() as session:
        assert openings.opened_until(session, ROOM) == room.clock.now()
