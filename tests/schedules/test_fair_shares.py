"""A roster is fair: level in nights, weekends and holidays, or it says why it cannot be."""

from datetime import date
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from records.language import Language
from schedules.fair_shares import RosterDraft
from schedules.roster import Measure, Rosterable, Span, conflicts_of
from tests.schedules.fair_rosters import REST, local, officers, places, shared, spreads


def said(draft: RosterDraft) -> list[str]:
    return [unfair.reason.said_in(Language.ZH) for unfair in draft.unfair]


@pytest.mark.rule("R-ROS-02")
def test_twelve_officers_share_a_year_of_days_and_nights_within_two_seconds() -> None:
    people = officers(12)
    wanted = places()
    before = perf_counter()
    draft = shared(people, wanted)
    assert perf_counter() - before < 2
    assert len(draft.given) == 4 * 365
    assert draft.gaps == ()
    assert draft.unfair == ()
    assert conflicts_of(draft.given, people, REST) == ()
    assert max(spreads(draft).values()) <= 1


@pytest.mark.rule("R-ROS-02")
@pytest.mark.parametrize("pattern", ["day_night", "24h", "12x2", "8x3", "weekly"])
@pytest.mark.parametrize("count", [9, 12, 15])
def test_every_pattern_is_level_for_the_spring_festival_month(pattern: str, count: int) -> None:
    people = officers(count)
    draft = shared(people, places(pattern, date(2026, 2, 1), date(2026, 2, 28)))
    assert max(spreads(draft).values()) <= 1
    assert (draft.gaps, draft.unfair) == ((), ())
    assert conflicts_of(draft.given, people, REST) == ()


def test_each_stands_each_post_in_turn() -> None:
    draft = shared(officers(12), places())
    primary = [
        sum(1 for one in draft.given if one.person == person and one.place.post == "primary")
        for person in draft.counts
    ]
    assert max(primary) - min(primary) <= 2


def test_the_same_people_and_places_give_the_same_roster() -> None:
    wanted = places(first=date(2026, 2, 1), last=date(2026, 3, 31))
    assert shared(officers(9), wanted) == shared(officers(9), wanted)


@pytest.mark.rule("R-ROS-03")
def test_who_is_away_for_a_week_is_not_rostered_then_and_the_year_is_still_level() -> None:
    week = (local("2026-02-15 00:00"), local("2026-02-24 00:00"))
    people = officers(12, p03=[week])
    draft = shared(people, places())
    assert conflicts_of(draft.given, people, REST) == ()
    assert max(spreads(draft).values()) <= 1


@pytest.mark.rule("R-ROS-02")
def test_who_is_away_for_most_of_the_month_has_less_and_the_reason_is_given() -> None:
    weeks = (local("2026-02-03 00:00"), local("2026-03-01 00:00"))
    people = officers(9, p03=[weeks])
    draft = shared(people, places(first=date(2026, 2, 1), last=date(2026, 2, 28)))
    assert spreads(draft)[Measure.HOLIDAYS] > 1
    assert draft.counts["p03"][Measure.HOLIDAYS] == 0
    holiday = next(each for each in draft.unfair if each.measure is Measure.HOLIDAYS)
    assert holiday.reason.said_in(Language.ZH) == (
        "节假日班最多p015个、最少p030个:全部36个中,p03因外出或不具备岗位资格只有0个可排。"
    )
    others = [c[Measure.HOLIDAYS] for name, c in draft.counts.items() if name != "p03"]
    assert max(others) - min(others) <= 1


@pytest.mark.rule("R-ROS-02")
def test_six_officers_on_three_shifts_are_held_by_their_rest_and_that_is_said() -> None:
    draft = shared(officers(6), places("8x3", date(2026, 2, 1), date(2026, 2, 28)))
    assert draft.gaps == ()
    assert "班间休息12小时" in said(draft)[0]


def test_what_nobody_can_stand_is_a_gap_and_the_rest_is_filled() -> None:
    day = (local("2026-02-10 00:00"), local("2026-02-11 00:00"))
    people = officers(4, p01=[day], p02=[day], p03=[day], p04=[day])
    draft = shared(people, places("24h", date(2026, 2, 8), date(2026, 2, 14)))
    assert {place.key for place in draft.gaps} == {"full:2026-02-09", "full:2026-02-10"}


def test_a_gap_is_filled_by_handing_on_what_stands_in_the_way() -> None:
    """Only p01 is there on the second day, and was first in turn for the day before."""
    second = (local("2026-02-10 08:30"), local("2026-02-11 08:30"))
    one_post = frozenset({"primary"})
    people = [
        Rosterable("p01", "p01", one_post),
        Rosterable("p02", "p02", one_post, (second,)),
    ]
    wanted = [
        place
        for place in places("24h", date(2026, 2, 9), date(2026, 2, 10))
        if place.post == "primary"
    ]
    draft = shared(people, wanted)
    assert [one.person for one in draft.given] == ["p02", "p01"]


@pytest.mark.rule("R-ROS-02")
def test_a_month_goes_on_from_what_was_stood_before_and_a_newcomer_owes_nothing() -> None:
    stood = {Measure.SHIFTS: 10, Measure.NIGHTS: 6, Measure.WEEKENDS: 3, Measure.HOLIDAYS: 2}
    tired = {Measure.SHIFTS: 12, Measure.NIGHTS: 8, Measure.WEEKENDS: 4, Measure.HOLIDAYS: 3}
    posts = frozenset({"primary", "secondary"})
    people = [
        Rosterable(f"p{n:02d}", f"p{n:02d}", posts, stood=tired if n == 1 else stood)
        for n in range(1, 12)
    ]
    people.append(Rosterable("p12", "p12", posts))
    draft = shared(people, places(first=date(2026, 3, 1), last=date(2026, 3, 31)))
    assert max(spreads(draft).values()) <= 1
    nights = [one.person for one in draft.given if Measure.NIGHTS in one.place.measures]
    assert nights.count("p01") < nights.count("p02")
    assert abs(nights.count("p12") - nights.count("p02")) <= 1


@settings(max_examples=40, deadline=None)
@given(
    count=st.integers(3, 14),
    pattern=st.sampled_from(["day_night", "24h", "12x2", "8x3", "weekly"]),
    first=st.dates(date(2026, 1, 1), date(2026, 11, 1)),
    away=st.lists(st.tuples(st.integers(0, 13), st.integers(0, 40), st.integers(1, 20))),
)
def test_no_roster_ever_breaks_a_rule_and_every_inequality_has_its_reason(
    count: int, pattern: str, first: date, away: list[tuple[int, int, int]]
) -> None:
    last = date.fromordinal(first.toordinal() + 35)
    absences: dict[str, list[Span]] = {}
    for number, start, length in away:
        begin = local(f"{date.fromordinal(first.toordinal() + start)} 00:00")
        end = local(f"{date.fromordinal(first.toordinal() + start + length)} 00:00")
        absences.setdefault(f"p{number % count + 1:02d}", []).append((begin, end))
    people = officers(count, **absences)
    wanted = places(pattern, first, last)
    draft = shared(people, wanted)
    assert sorted(one.place.key + one.place.post for one in draft.given) == sorted(
        place.key + place.post for place in wanted
    )
    assert conflicts_of(draft.given, people, REST) == ()
    apart = {measure for measure, spread in spreads(draft).items() if spread > 1}
    assert {unfair.measure for unfair in draft.unfair} == apart
    for unfair in draft.unfair:
        assert unfair.reason.said_in(Language.ZH)
