"""Daily, workday, weekly and monthly reports through the holidays of 2026."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.calendar import WorkCalendar, local_instant
from schedules.report_calendar import reports_due
from schedules.rules import (
    Confidence,
    IfNotWorkday,
    ReportRule,
    Rhythm,
    Weekday,
    load_schedule_rules,
)
from tests.schedules.days_of_2026 import BERLIN, CALENDAR, SHANGHAI, at, on

SHIPPED = load_schedule_rules().reports


def rule(
    rhythm: Rhythm,
    if_not_workday: IfNotWorkday = IfNotWorkday.SAME,
    *,
    due: time = time(17),
    weekday: Weekday | None = None,
    day: int | None = None,
    valid_from: date = date(2019, 1, 1),
    valid_until: date | None = None,
) -> ReportRule:
    return ReportRule(
        slug="report",
        name="报送",
        name_en="report",
        owed_by=("county_body",),
        rhythm=rhythm,
        time=due,
        weekday=weekday,
        day=day,
        if_not_workday=if_not_workday,
        counts_early=timedelta(hours=8),
        grace=timedelta(hours=1),
        ladder="reporting",
        rule="R-REP-12",
        source="",
        confidence=Confidence.LOW,
        valid_from=valid_from,
        valid_until=valid_until,
    )


def due_days(
    wanted: ReportRule, first: str, last: str, calendar: WorkCalendar = CALENDAR
) -> list[str]:
    """Return month and day of all occurrences due from one day to another, both included."""
    start = local_instant(on(first), time(0), SHANGHAI)
    end = local_instant(on(last) + timedelta(days=1), time(0), SHANGHAI)
    found = reports_due(wanted, calendar, SHANGHAI, start, end)
    return [item.due_at.astimezone(SHANGHAI).strftime("%m-%d") for item in found]


@pytest.mark.rule("R-REP-12")
@pytest.mark.rule("R-REP-13")
def test_a_daily_report_is_due_every_day_holiday_or_not() -> None:
    for slug, due in (("county_duty_situation", "17:00"), ("risk_commitment", "10:00")):
        found = reports_due(
            SHIPPED[slug], CALENDAR, SHANGHAI, at("2026-02-14 00:00"), at("2026-02-25 00:00")
        )
        shown = [item.due_at.astimezone(SHANGHAI) for item in found]
        assert [moment.day for moment in shown] == list(range(14, 25))
        assert {f"{moment:%H:%M}" for moment in shown} == {due}
        assert [item.arose_at for item in found] == [
            moment.replace(hour=0, minute=0) for moment in shown
        ]


def test_a_workday_report_skips_weekends_and_holidays_and_keeps_makeup_days() -> None:
    assert due_days(rule(Rhythm.WORKDAYS), "2026-02-12", "2026-03-02") == [
        *("02-12", "02-13", "02-14", "02-24", "02-25", "02-26", "02-27", "02-28", "03-02")
    ]


@pytest.mark.rule("R-REP-14")
def test_the_weekly_dispatch_moves_within_its_week_or_is_not_owed() -> None:
    """The week of 16 February has no workday; 23 February is a holiday, so Tuesday."""
    weekly = SHIPPED["weekly_dispatch"]
    assert due_days(weekly, "2026-02-01", "2026-03-08") == ["02-02", "02-09", "02-24", "03-02"]
    assert due_days(weekly, "2026-04-06", "2026-04-12") == ["04-07"]
    assert due_days(weekly, "2026-10-05", "2026-10-11") == ["10-08"]
    (moved,) = reports_due(
        weekly, CALENDAR, SHANGHAI, at("2026-02-24 00:00"), at("2026-02-25 00:00")
    )
    assert moved.arose_at == at("2026-02-23 00:00")
    assert moved.due_at == at("2026-02-24 09:00")


@pytest.mark.rule("R-REP-15")
def test_a_monthly_report_moves_past_the_holiday_and_keeps_its_month() -> None:
    monthly = SHIPPED["monthly_statistics"]
    assert due_days(monthly, "2026-01-01", "2026-12-31") == [
        *("01-05", "02-05", "03-05", "04-07", "05-06", "06-05"),
        *("07-06", "08-05", "09-07", "10-08", "11-05", "12-07"),
    ]
    (moved,) = reports_due(
        monthly, CALENDAR, SHANGHAI, at("2026-10-08 17:00"), at("2026-10-08 17:00:01")
    )
    assert moved.arose_at == at("2026-10-01 00:00")


def test_the_31st_is_the_last_day_of_a_shorter_month() -> None:
    monthly = rule(Rhythm.MONTHLY, day=31)
    assert due_days(monthly, "2026-01-01", "2026-06-30") == [
        *("01-31", "02-28", "03-31", "04-30", "05-31", "06-30")
    ]


def test_a_weekly_report_of_a_sunday_has_no_later_day_in_its_week() -> None:
    sunday = rule(Rhythm.WEEKLY, IfNotWorkday.NEXT_WORKDAY_SAME_WEEK, weekday=Weekday.SUNDAY)
    # 4 January and 20 September make up for holidays.
    assert due_days(sunday, "2026-01-01", "2026-01-31") == ["01-04"]
    assert due_days(sunday, "2026-09-01", "2026-09-30") == ["09-20"]


def test_a_weekly_report_may_move_into_the_next_week() -> None:
    friday = rule(Rhythm.WEEKLY, IfNotWorkday.NEXT_WORKDAY, weekday=Weekday.FRIDAY)
    assert due_days(friday, "2026-09-21", "2026-10-11") == ["09-28", "10-08", "10-09"]


def test_a_year_that_is_not_loaded_knows_weekends_only() -> None:
    monthly = SHIPPED["monthly_statistics"]
    assert due_days(monthly, "2027-10-01", "2027-10-31") == ["10-05"]
    assert due_days(monthly, "2026-10-01", "2026-10-31", WorkCalendar()) == ["10-05"]


def test_a_rule_holds_from_its_first_to_its_last_day() -> None:
    daily = rule(Rhythm.DAILY, valid_from=on("2026-03-10"), valid_until=on("2026-03-12"))
    assert due_days(daily, "2026-03-01", "2026-03-31") == ["03-10", "03-11", "03-12"]


def test_a_window_includes_its_start_and_not_its_end() -> None:
    daily = rule(Rhythm.DAILY)
    five = at("2026-03-16 17:00")
    tick = timedelta(microseconds=1)
    assert len(reports_due(daily, CALENDAR, SHANGHAI, five, five + tick)) == 1
    assert reports_due(daily, CALENDAR, SHANGHAI, five - tick, five) == []
    assert reports_due(daily, CALENDAR, SHANGHAI, five, five) == []


def test_on_the_days_of_a_clock_change_there_is_one_report_each() -> None:
    nightly = rule(Rhythm.DAILY, due=time(2, 30))
    found = reports_due(
        nightly, WorkCalendar(), BERLIN, at("2026-03-28 12:00", BERLIN), at("2026-03-31", BERLIN)
    )
    assert [item.due_at for item in found] == [
        datetime(2026, 3, 29, 1, tzinfo=UTC),  # in the gap: its end
        datetime(2026, 3, 30, 0, 30, tzinfo=UTC),
    ]
    autumn = reports_due(
        nightly, WorkCalendar(), BERLIN, at("2026-10-24 12:00", BERLIN), at("2026-10-26", BERLIN)
    )
    assert [item.due_at for item in autumn] == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]


RULES = st.one_of(
    st.sampled_from(sorted(SHIPPED.values(), key=lambda one: one.slug)),
    st.builds(
        rule,
        st.sampled_from([Rhythm.DAILY, Rhythm.WORKDAYS]),
        st.sampled_from(IfNotWorkday),
        due=st.sampled_from([time(0), time(2, 30), time(23, 59)]),
    ),
    st.builds(
        rule,
        st.just(Rhythm.WEEKLY),
        st.sampled_from(IfNotWorkday),
        weekday=st.sampled_from(Weekday),
        due=st.sampled_from([time(0), time(9), time(23, 59)]),
    ),
    st.builds(
        rule,
        st.just(Rhythm.MONTHLY),
        st.sampled_from(IfNotWorkday),
        day=st.integers(1, 31),
        due=st.sampled_from([time(0), time(17)]),
    ),
)
HOURS = st.integers(0, 24 * 400)


@given(wanted=RULES, cuts=st.lists(HOURS, min_size=3, max_size=3), zone=st.sampled_from([0, 1]))
def test_a_report_at_the_border_of_two_windows_is_neither_lost_nor_doubled(
    wanted: ReportRule, cuts: list[int], zone: int
) -> None:
    begin = datetime(2025, 12, 20, tzinfo=UTC)
    start, middle, end = (begin + timedelta(hours=n) for n in sorted(cuts))
    where = (SHANGHAI, BERLIN)[zone]
    whole = reports_due(wanted, CALENDAR, where, start, end)
    first = reports_due(wanted, CALENDAR, where, start, middle)
    second = reports_due(wanted, CALENDAR, where, middle, end)
    assert first + second == whole
    assert whole == sorted(whole, key=lambda item: item.due_at)


@given(wanted=RULES, start=HOURS)
def test_every_occurrence_is_found_by_a_window_of_its_own_instant(
    wanted: ReportRule, start: int
) -> None:
    begin = datetime(2025, 12, 20, tzinfo=UTC) + timedelta(hours=start)
    tick = timedelta(microseconds=1)
    for item in reports_due(wanted, CALENDAR, SHANGHAI, begin, begin + timedelta(days=12)):
        alone = reports_due(wanted, CALENDAR, SHANGHAI, item.due_at, item.due_at + tick)
        assert item in alone
        assert item.arose_at <= item.due_at


@given(weeks=st.integers(0, 60))
def test_every_week_with_a_workday_owes_exactly_one_dispatch(weeks: int) -> None:
    monday = date(2025, 12, 22) + timedelta(weeks=weeks)
    week = [monday + timedelta(days=n) for n in range(7)]
    found = due_days(SHIPPED["weekly_dispatch"], str(week[0]), str(week[-1]))
    worked = [f"{day:%m-%d}" for day in week if CALENDAR.is_workday(day)]
    assert found == worked[:1]
