"""Workdays of 2026, local hours across clock changes, and the day that a shift belongs to."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.calendar import (
    WorkCalendar,
    days,
    duty_day,
    local_day,
    local_instant,
    local_minute,
)
from schedules.rules import load_schedule_rules
from tests.schedules.days_of_2026 import BERLIN, CALENDAR, NEW_YORK, SHANGHAI, at, hour, on

ZONES = st.sampled_from([SHANGHAI, BERLIN, NEW_YORK, ZoneInfo("Australia/Lord_Howe")])
DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
MINUTES = st.integers(0, 24 * 60 - 1).map(lambda n: time(n // 60, n % 60))


@pytest.mark.rule("R-CAL-01")
@pytest.mark.parametrize(
    ("day", "is_workday"),
    [
        ("2026-01-01", False),  # a Thursday, New Year
        ("2026-01-04", True),  # a Sunday that makes up
        ("2026-02-14", True),  # a Saturday that makes up
        ("2026-02-16", False),  # a Monday in the Spring Festival
        ("2026-02-23", False),  # the festival's last day, a Monday
        ("2026-02-24", True),
        ("2026-02-28", True),  # a Saturday that makes up
        ("2026-03-01", False),  # an ordinary Sunday
        ("2026-03-16", True),
        ("2026-05-09", True),
        ("2026-09-20", True),
        ("2026-10-08", True),
        ("2026-10-10", True),
        ("2026-10-11", False),
    ],
)
def test_holidays_and_makeup_days_go_before_the_weekday(day: str, is_workday: bool) -> None:
    assert CALENDAR.is_workday(on(day)) is is_workday


def test_the_year_2026_has_248_workdays() -> None:
    """365 days, 104 days of weekends, 13 statutory holidays; swapped days cancel out."""
    worked = [d for d in days(on("2026-01-01"), on("2026-12-31")) if CALENDAR.is_workday(d)]
    assert len(worked) == 248


def test_the_shipped_catalogue_names_the_same_days() -> None:
    (notice,) = [n for n in load_schedule_rules().holidays if n.year == 2026]
    off = {d for span in notice.holiday for d in days(span.first, span.last)}
    made_up = {d for span in notice.holiday for d in span.workdays}
    assert (off, made_up) == (CALENDAR.holidays, CALENDAR.makeup_workdays)


def test_a_year_that_is_not_loaded_has_weekends_only_and_says_so() -> None:
    assert CALENDAR.knows(on("2026-10-01"))
    assert not CALENDAR.knows(on("2027-10-01"))
    assert CALENDAR.is_workday(on("2027-10-01"))  # a Friday, for all we know
    assert not CALENDAR.is_workday(on("2027-10-02"))


@given(day=DAYS)
def test_the_next_workday_is_the_first_one_not_before_the_day(day: date) -> None:
    found = CALENDAR.next_workday(day)
    assert CALENDAR.is_workday(found)
    assert found >= day
    assert not any(CALENDAR.is_workday(d) for d in days(day, found - timedelta(days=1)))


def test_the_next_workday_after_the_spring_festival() -> None:
    assert CALENDAR.next_workday(on("2026-02-15")) == on("2026-02-24")
    assert WorkCalendar().next_workday(on("2026-02-15")) == on("2026-02-16")


@pytest.mark.parametrize(
    ("wall", "zone", "utc"),
    [
        ("2026-03-16 17:30", SHANGHAI, "2026-03-16 09:30"),
        ("2026-03-29 01:59", BERLIN, "2026-03-29 00:59"),
        ("2026-03-29 02:00", BERLIN, "2026-03-29 01:00"),  # the gap: its end
        ("2026-03-29 02:30", BERLIN, "2026-03-29 01:00"),
        ("2026-03-29 02:59", BERLIN, "2026-03-29 01:00"),
        ("2026-03-29 03:00", BERLIN, "2026-03-29 01:00"),
        ("2026-10-25 02:30", BERLIN, "2026-10-25 00:30"),  # twice: the first
        ("2026-10-25 03:00", BERLIN, "2026-10-25 02:00"),
        ("2026-03-08 02:30", NEW_YORK, "2026-03-08 07:00"),
        ("2026-11-01 01:30", NEW_YORK, "2026-11-01 05:30"),
    ],
)
def test_a_local_time_is_one_instant_whatever_the_clocks_do(
    wall: str, zone: ZoneInfo, utc: str
) -> None:
    local = datetime.fromisoformat(wall)
    found = local_instant(local.date(), local.time(), zone)
    assert found == datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


def test_a_whole_day_that_the_clocks_leave_out_begins_after_it() -> None:
    apia = ZoneInfo("Pacific/Apia")  # there was no 30 December 2011
    found = local_instant(date(2011, 12, 30), time(12), apia)
    assert found == datetime(2011, 12, 30, 10, tzinfo=UTC)
    assert local_day(found, apia) == date(2011, 12, 31)


@given(day=DAYS, wanted=MINUTES, zone=ZONES)
def test_an_instant_shows_its_local_time_unless_the_clocks_leave_it_out(
    day: date, wanted: time, zone: ZoneInfo
) -> None:
    found = local_instant(day, wanted, zone)
    shown = found.astimezone(zone)
    if shown.replace(tzinfo=None) == datetime.combine(day, wanted):
        assert shown.fold == 0
    else:
        before = (found - timedelta(microseconds=1)).astimezone(zone).replace(tzinfo=None)
        assert before < datetime.combine(day, wanted) < shown.replace(tzinfo=None)


@given(day=DAYS, one=MINUTES, other=MINUTES, zone=ZONES)
def test_a_later_hour_is_never_an_earlier_instant_but_where_hours_repeat(
    day: date, one: time, other: time, zone: ZoneInfo
) -> None:
    low, high = sorted([one, other])
    assert local_instant(day, low, zone) <= local_instant(day, high, zone)


@pytest.mark.parametrize(
    ("zone", "evening", "hours"),
    [
        (BERLIN, "2026-03-28", 11),
        (BERLIN, "2026-10-24", 13),
        (BERLIN, "2026-06-01", 12),
        (NEW_YORK, "2026-03-07", 11),
        (NEW_YORK, "2026-10-31", 13),
        (SHANGHAI, "2026-03-28", 12),
    ],
)
def test_a_night_shift_of_twelve_hours_lasts_eleven_or_thirteen_twice_a_year(
    zone: ZoneInfo, evening: str, hours: int
) -> None:
    day = on(evening)
    starts = local_instant(day, hour("20:00"), zone)
    ends = local_instant(day + timedelta(days=1), hour("08:00"), zone)
    assert ends - starts == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-03-16 08:29:59.999999", "2026-03-15"),
        ("2026-03-16 08:30", "2026-03-16"),
        ("2026-03-16 23:59", "2026-03-16"),
        ("2026-03-17 00:00", "2026-03-16"),
        ("2026-03-17 08:29", "2026-03-16"),
    ],
)
def test_the_duty_day_changes_at_the_changeover_hour(instant: str, day: str) -> None:
    assert duty_day(at(instant), hour("08:30"), SHANGHAI) == on(day)


@given(day=DAYS, changeover=MINUTES, zone=ZONES, seconds=st.integers(0, 24 * 3600))
def test_each_instant_belongs_to_the_duty_day_whose_changeover_was_the_last(
    day: date, changeover: time, zone: ZoneInfo, seconds: int
) -> None:
    instant = local_instant(day, time(0), zone) + timedelta(seconds=seconds)
    found = duty_day(instant, changeover, zone)
    assert local_instant(found, changeover, zone) <= instant
    assert instant < local_instant(found + timedelta(days=1), changeover, zone)


def test_days_include_both_ends_and_may_be_none() -> None:
    assert list(days(on("2026-02-28"), on("2026-03-01"))) == [on("2026-02-28"), on("2026-03-01")]
    assert list(days(on("2026-03-02"), on("2026-03-01"))) == []


def test_a_local_minute_is_what_the_rooms_clock_shows() -> None:
    assert local_minute(datetime(2026, 3, 16, 9, 30, tzinfo=UTC), SHANGHAI) == "03-16 17:30"
