"""Each leg gets the verdict that its two instants allow, and none that they do not."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from plans.grades import Grade
from plans.incident_rules import load_incident_rules
from plans.report_legs import Leg, Verdict, judge_legs, level_starts
from plans.reporting_levels import Learned, LevelReport, ReportForm, ReportingLevel, ReportKind
from tests.plans.legs_against_naive import disagreements

CLOCKS = load_incident_rules().clocks
T0 = datetime(2026, 3, 16, 13, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
UNIT, COUNTY, CITY, PROVINCE, STATE = ReportingLevel
LONG_AFTER = 100_000


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def knew(level: ReportingLevel, minutes: float) -> Learned:
    return Learned(level, at(minutes))


def told(lower: ReportingLevel, upper: ReportingLevel, minutes: float) -> LevelReport:
    return LevelReport(lower, upper, at(minutes))


def legs(
    *said: Learned | LevelReport,
    reach: ReportingLevel | None = CITY,
    now: datetime | float = LONG_AFTER,
) -> tuple[Leg, ...]:
    return judge_legs(
        [each for each in said if isinstance(each, Learned)],
        [each for each in said if isinstance(each, LevelReport)],
        reach,
        CLOCKS.leg,
        now=now if isinstance(now, datetime) else at(now),
    )


def verdicts(found: Sequence[Leg]) -> dict[str, str]:
    return {f"{leg.from_level}>{leg.to_level}": leg.verdict.value for leg in found}


@pytest.mark.rule("R-LEG-01")
def test_how_far_up_each_grade_must_go() -> None:
    reached = {grade: CLOCKS.reach.required(grade) for grade in Grade}
    assert list(reached.values()) == [STATE, STATE, PROVINCE, CITY]
    assert CLOCKS.reach.required(None) is None


@pytest.mark.rule("R-LEG-02")
def test_a_chain_of_which_all_is_known() -> None:
    found = legs(
        knew(UNIT, 3),
        told(UNIT, COUNTY, 40.5),
        told(COUNTY, CITY, 100),
        told(CITY, PROVINCE, 221),
        reach=PROVINCE,
    )
    shown = [(leg.learned_at, leg.reported_at, leg.elapsed_minutes) for leg in found]
    assert shown == [
        (at(3), at(40.5), 37.5),
        (at(40.5), at(100), 59.5),
        (at(100), at(221), 121),
    ]
    assert [leg.limit_minutes for leg in found] == [60, 120, 120]
    assert list(verdicts(found).values()) == ["on_time", "on_time", "late"]
    assert all("493" in leg.source for leg in found)


@pytest.mark.rule("R-CLOCK-02")
@pytest.mark.rule("R-CLOCK-03")
@pytest.mark.parametrize(
    ("lower", "upper", "limit"),
    [(UNIT, COUNTY, 60), (COUNTY, CITY, 120), (CITY, PROVINCE, 120), (PROVINCE, STATE, 120)],
)
def test_the_limit_itself_is_on_time_and_open_and_a_moment_later_is_not(
    lower, upper, limit
) -> None:
    def verdict(*said: Learned | LevelReport, now: datetime | float = LONG_AFTER) -> str:
        return verdicts(legs(knew(lower, 0), *said, reach=STATE, now=now))[f"{lower}>{upper}"]

    assert verdict(LevelReport(lower, upper, at(limit))) == "on_time"
    assert verdict(LevelReport(lower, upper, at(limit) + TICK)) == "late"
    assert verdict(now=at(limit)) == "open"
    assert verdict(now=at(limit) + TICK) == "missed"


@pytest.mark.rule("R-LEG-02")
def test_without_a_start_nothing_is_decided_whether_reported_or_not() -> None:
    reported, silent = legs(told(UNIT, COUNTY, 30), reach=CITY)[0], legs(reach=CITY)[0]
    assert (reported.learned_at, reported.reported_at) == (None, at(30))
    assert (reported.elapsed_minutes, reported.verdict) == (None, Verdict.UNDECIDABLE)
    assert (silent.learned_at, silent.reported_at) == (None, None)
    assert (silent.elapsed_minutes, silent.verdict) == (None, Verdict.UNDECIDABLE)


def test_a_levels_own_report_proves_that_it_knew_but_not_since_when() -> None:
    found = legs(told(COUNTY, CITY, 30), reach=CITY)
    assert verdicts(found) == {"unit>county": "undecidable", "county>city": "undecidable"}


@pytest.mark.rule("R-LEG-02")
def test_a_start_is_the_earliest_of_learning_and_of_any_receipt_from_below() -> None:
    said = [knew(CITY, 50), knew(CITY, 45), knew(CITY, 70)]
    assert level_starts(said, []) == {CITY: at(45)}
    reports = [told(COUNTY, CITY, 44), told(UNIT, CITY, 40), told(COUNTY, CITY, 60)]
    assert level_starts(said, reports) == {CITY: at(40)}


def test_a_report_from_above_or_to_oneself_starts_nothing() -> None:
    reports = [told(PROVINCE, CITY, 5), told(CITY, CITY, 6), told(STATE, PROVINCE, 1)]
    assert level_starts([], reports) == {}


@pytest.mark.rule("R-LEG-02")
def test_a_skipping_report_starts_its_receiver_and_is_none_on_the_steps_it_skips() -> None:
    found = legs(knew(COUNTY, 0), told(COUNTY, PROVINCE, 30), reach=STATE, now=500)
    assert verdicts(found) == {
        "unit>county": "undecidable",
        "county>city": "missed",
        "city>province": "undecidable",
        "province>state": "missed",
    }
    assert found[1].reported_at is None
    assert found[3].learned_at == at(30)
    found = legs(knew(UNIT, 0), told(UNIT, CITY, 20), told(CITY, PROVINCE, 50), reach=PROVINCE)
    assert verdicts(found) == {
        "unit>county": "missed",
        "county>city": "undecidable",
        "city>province": "on_time",
    }


def test_of_several_reports_the_earliest_counts_however_they_were_entered() -> None:
    later, earlier = told(UNIT, COUNTY, 90), told(UNIT, COUNTY, 59)
    for reports in ((later, earlier), (earlier, later)):
        (leg, *_) = legs(knew(UNIT, 0), *reports)
        assert (leg.reported_at, leg.verdict) == (at(59), Verdict.ON_TIME)


def test_every_kind_and_form_of_report_counts() -> None:
    for kind in ReportKind:
        report = LevelReport(UNIT, COUNTY, at(10), kind, ReportForm.WRITTEN)
        assert legs(knew(UNIT, 0), report)[0].verdict is Verdict.ON_TIME


def test_a_report_before_the_known_start_has_negative_minutes_and_is_on_time() -> None:
    (leg, *_) = legs(knew(UNIT, 30), told(UNIT, COUNTY, 10))
    assert (leg.elapsed_minutes, leg.verdict) == (-20, Verdict.ON_TIME)


@pytest.mark.rule("R-LEG-02")
def test_legs_beyond_the_reach_appear_only_where_a_report_was_made_on_them() -> None:
    assert list(verdicts(legs(knew(CITY, 0), reach=CITY))) == ["unit>county", "county>city"]
    found = legs(knew(CITY, 0), told(CITY, PROVINCE, 20), reach=CITY)
    assert list(verdicts(found)) == ["unit>county", "county>city", "city>province"]
    assert legs(knew(UNIT, 0), knew(CITY, 3), reach=None) == ()
    assert list(verdicts(legs(told(CITY, PROVINCE, 20), reach=None))) == ["city>province"]
    assert list(verdicts(legs(told(COUNTY, PROVINCE, 20), reach=CITY))) == [
        "unit>county",
        "county>city",
    ]


def test_verdicts_agree_with_a_second_naive_implementation() -> None:
    assert disagreements(3_000, seed="gate") == []
