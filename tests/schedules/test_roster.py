"""Patterns become places, and a place that somebody may not stand is named."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schedules.calendar import WorkCalendar
from schedules.roster import (
    Conflict,
    Given,
    Measure,
    Obstacle,
    Place,
    Rosterable,
    ShiftHours,
    ShiftPattern,
    conflicts_of,
    measures_of,
    obstacle_of,
    places_of,
    uncovered,
)
from tests.schedules.fair_rosters import CALENDAR, NIGHT, REST, ZONE, local, officers, places

HOUR = timedelta(hours=1)


def begins(pattern: str, day: date) -> list[tuple[str, str, float]]:
    """Return (key, local start, hours) of a pattern's shifts that begin on a day."""
    return [
        (
            place.key,
            place.starts_at.astimezone(ZONE).strftime("%H:%M"),
            (place.ends_at - place.starts_at) / HOUR,
        )
        for place in places(pattern, day, day)
        if place.post in ("primary", "shift_lead")
    ]


@pytest.mark.rule("R-ROS-01")
def test_each_pattern_covers_the_day_across_midnight() -> None:
    monday = date(2026, 3, 16)
    assert begins("day_night", monday) == [
        ("day:2026-03-16", "08:30", 9.0),
        ("night:2026-03-16", "17:30", 15.0),
    ]
    assert begins("24h", monday) == [("full:2026-03-16", "08:30", 24.0)]
    assert begins("lead", monday) == [("lead:2026-03-16", "08:30", 24.0)]
    assert begins("12x2", monday) == [
        ("day:2026-03-16", "08:00", 12.0),
        ("night:2026-03-16", "20:00", 12.0),
    ]
    assert begins("8x3", monday) == [
        ("night:2026-03-16", "00:00", 8.0),
        ("early:2026-03-16", "08:00", 8.0),
        ("middle:2026-03-16", "16:00", 8.0),
    ]
    assert begins("weekly", monday) == [("week:2026-03-16", "08:30", 168.0)]
    assert begins("weekly", monday + timedelta(days=1)) == []


@pytest.mark.rule("R-ROS-01")
@pytest.mark.parametrize("pattern", ["day_night", "24h", "12x2", "8x3", "weekly", "lead"])
def test_no_pattern_leaves_an_hour_uncovered_or_covered_twice(pattern: str) -> None:
    post = "shift_lead" if pattern == "lead" else "primary"
    spans = [
        (place.starts_at, place.ends_at)
        for place in places(pattern, date(2026, 1, 5), date(2026, 12, 27))
        if place.post == post
    ]
    assert uncovered(spans, (spans[0][0], spans[-1][1])) == ()
    assert sum((end - start for start, end in spans), timedelta()) == spans[-1][1] - spans[0][0]


def test_a_night_lasts_longer_or_shorter_when_the_clock_changes() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    pattern = ShiftPattern("n", (ShiftHours("night", time(20), time(8), ("primary",)),))
    calendar = WorkCalendar()
    hours = {
        place.key: (place.ends_at - place.starts_at) / HOUR
        for day in (date(2026, 3, 28), date(2026, 6, 1), date(2026, 10, 24))
        for place in places_of(pattern, day, day, calendar, berlin, NIGHT)
    }
    assert hours == {"night:2026-03-28": 11, "night:2026-06-01": 12, "night:2026-10-24": 13}


@pytest.mark.rule("R-ROS-02")
@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        ("2026-03-16 08:30", "2026-03-16 17:30", ()),
        ("2026-03-16 17:30", "2026-03-17 08:30", (Measure.NIGHTS,)),
        ("2026-03-16 02:00", "2026-03-16 08:00", (Measure.NIGHTS,)),
        ("2026-03-16 16:00", "2026-03-17 02:00", ()),
        ("2026-03-21 08:30", "2026-03-21 17:30", (Measure.WEEKENDS,)),
        ("2026-03-20 17:30", "2026-03-21 08:30", (Measure.NIGHTS,)),
        ("2026-02-14 08:30", "2026-02-14 17:30", ()),  # a Saturday that is worked
        ("2026-02-15 08:30", "2026-02-15 17:30", (Measure.HOLIDAYS,)),  # a Sunday in the festival
        ("2026-02-17 08:30", "2026-02-18 08:30", (Measure.HOLIDAYS, Measure.NIGHTS)),
        ("2026-03-16 08:30", "2026-03-23 08:30", (Measure.NIGHTS, Measure.WEEKENDS)),
        ("2026-03-30 08:30", "2026-04-06 08:30", (Measure.NIGHTS, Measure.HOLIDAYS)),
    ],
)
def test_a_shift_counts_as_night_weekend_or_holiday(
    starts: str, ends: str, expected: tuple[Measure, ...]
) -> None:
    found = measures_of((local(starts), local(ends)), CALENDAR, ZONE, NIGHT)
    assert found == {Measure.SHIFTS, *expected}


def place(starts: str, hours: float, post: str = "primary") -> Place:
    begin = local(starts)
    return Place("day", f"day:{starts[:10]}", begin, begin + timedelta(hours=hours), post)


def span(starts: str, hours: float) -> tuple[datetime, datetime]:
    return local(starts), local(starts) + timedelta(hours=hours)


@pytest.mark.rule("R-ROS-03")
@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (Rosterable("p", "p", frozenset({"primary"})), None),
        (Rosterable("p", "p", frozenset({"driver"})), Obstacle.NOT_QUALIFIED),
        (
            Rosterable("p", "p", frozenset({"primary"}), away=(span("2026-03-16 17:00", 2),)),
            Obstacle.AWAY,
        ),
        (
            Rosterable("p", "p", frozenset({"primary"}), away=(span("2026-03-16 17:30", 2),)),
            None,
        ),
        (
            Rosterable("p", "p", frozenset({"primary"}), booked=(span("2026-03-16 17:00", 2),)),
            Obstacle.DOUBLE_BOOKED,
        ),
        (
            Rosterable("p", "p", frozenset({"primary"}), booked=(span("2026-03-16 17:30", 2),)),
            Obstacle.SHORT_REST,
        ),
        (Rosterable("p", "p", frozenset({"primary"}), booked=(span("2026-03-17 05:30", 2),)), None),
        (
            Rosterable("p", "p", frozenset({"primary"}), booked=(span("2026-03-15 18:31", 2),)),
            Obstacle.SHORT_REST,
        ),
    ],
)
def test_what_keeps_a_person_from_a_shift_is_named(
    person: Rosterable, expected: Obstacle | None
) -> None:
    assert obstacle_of(person, place("2026-03-16 08:30", 9), REST) is expected


def test_conflicts_of_a_roster_are_named_in_order_and_gaps_are_none() -> None:
    people = officers(2)
    given_ = [
        Given(place("2026-03-16 08:30", 9), "p01"),
        Given(place("2026-03-16 08:30", 9, "secondary"), "p01"),
        Given(place("2026-03-16 17:30", 15), "p01"),
        Given(place("2026-03-17 17:30", 15), None),
        Given(place("2026-03-18 08:30", 9), "stranger"),
        Given(place("2026-03-18 08:30", 9, "secondary"), "p02"),
    ]
    assert conflicts_of(given_, people, REST) == (
        Conflict(given_[1].place, "p01", Obstacle.DOUBLE_BOOKED),
        Conflict(given_[2].place, "p01", Obstacle.SHORT_REST),
        Conflict(given_[4].place, "stranger", Obstacle.NOT_QUALIFIED),
    )


_HOURS = st.integers(0, 40)


@settings(max_examples=60)
@given(spans=st.lists(st.tuples(_HOURS, _HOURS).filter(lambda s: s[0] < s[1])))
def test_what_is_uncovered_is_exactly_what_no_span_holds(spans: list[tuple[int, int]]) -> None:
    start = local("2026-03-16 00:00")
    told = [(start + a * HOUR, start + b * HOUR) for a, b in spans]
    found = uncovered(told, (start, start + 30 * HOUR))
    for hour in range(30):
        instant = start + hour * HOUR
        is_covered = any(a <= instant < b for a, b in told)
        assert any(a <= instant < b for a, b in found) is not is_covered
