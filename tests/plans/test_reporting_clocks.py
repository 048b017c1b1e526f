"""Each clock counts from its own start; the golden vectors and the rows of the clock table."""

from datetime import UTC, date, datetime, timedelta

import pytest

from plans.clock_rules import ClockForm, ClockParty, ClockRules
from plans.reporting_clocks import CountedFrom, clocks_for, elapsed, tightest
from plans.reporting_levels import ReportingLevel
from tests.plans.clock_facts import (
    CITY,
    COUNTY,
    ES,
    PROVINCE,
    RULES,
    SERIOUS,
    UNIT,
    ZONE,
    L,
    O,
    S,
    beijing,
    clocks,
    facts,
    only,
    running,
)


@pytest.mark.rule("R-CLOCK-07")
@pytest.mark.rule("R-CLOCK-08")
@pytest.mark.rule("R-CLOCK-03")
@pytest.mark.rule("R-CLOCK-30")
def test_golden_vector_8_a_serious_accident_of_1449_received_at_1502() -> None:
    now = beijing("15:02")
    telephone, written = only(SERIOUS, now, "C07"), only(SERIOUS, now, "C08")
    chain = only(SERIOUS, now, "C03.city")
    assert (telephone.due_at, telephone.form) == (beijing("15:04"), ClockForm.TELEPHONE)
    assert (written.due_at, written.form) == (beijing("15:24"), ClockForm.WRITTEN)
    assert chain.due_at == chain.due_from_receipt_at == beijing("17:02")
    assert telephone.due_from_receipt_at == beijing("15:17")
    assert written.due_from_receipt_at == beijing("15:37")
    assert (telephone.arose_at, telephone.counted_from) == (beijing("14:49"), CountedFrom.OCCURRED)
    assert (chain.arose_at, chain.counted_from) == (beijing("15:02"), CountedFrom.RECEIVED)
    assert all(due.source and due.rule for due in (telephone, written, chain))


@pytest.mark.rule("R-CLOCK-34")
def test_the_tightest_drives_the_alarm_and_all_are_listed() -> None:
    found = clocks_for(SERIOUS, RULES.clocks, ZONE, now=beijing("15:02"))
    assert [due.due_at for due in found] == sorted(due.due_at for due in found)
    first = tightest([due for due in found if due.from_party is ClockParty.CITY])
    assert first is not None
    assert first.clock == "C07"
    assert tightest([]) is None
    optional = [due for due in found if due.is_optional]
    assert [due.clock for due in optional] == ["C06.city_ministry"]
    assert tightest(optional) is None


@pytest.mark.rule("R-CLOCK-30")
def test_two_elapsed_times_since_the_occurrence_and_since_our_receipt() -> None:
    found = elapsed(SERIOUS, CITY, now=beijing("15:10"))
    assert found.since_occurrence == timedelta(minutes=21)
    assert found.since_receipt == timedelta(minutes=8)
    unknown = elapsed(facts(), CITY, now=beijing("15:10"))
    assert (unknown.since_occurrence, unknown.since_receipt) == (None, None)


@pytest.mark.rule("R-CLOCK-33")
def test_warnings_come_at_half_and_at_four_fifths_of_the_limit() -> None:
    chain = only(SERIOUS, beijing("15:02"), "C03.city")
    assert chain.warn_at == (beijing("16:02"), beijing("16:38"))


@pytest.mark.rule("R-CLOCK-10")
def test_golden_vector_9_an_ordinary_one_of_2330_is_due_in_writing_at_0530() -> None:
    known = facts(
        occurred=beijing("23:30"),
        received={CITY: beijing("23:40")},
        grades=[(beijing("23:40"), O)],
    )
    due = only(known, beijing("23:41"), "C10")
    assert (due.due_at, due.form) == (beijing("5:30", 17), ClockForm.WRITTEN)
    assert due.due_from_receipt_at == beijing("5:40", 17)
    assert not running(known, beijing("23:41")) & {"C07", "C08", "C09", "C03.city"}


@pytest.mark.rule("R-CLOCK-09")
def test_a_large_one_is_due_in_writing_within_the_hour_and_has_no_telephone_clock() -> None:
    known = facts(
        occurred=beijing("9:00"), received={CITY: beijing("9:20")}, grades=[(beijing("9:20"), L)]
    )
    assert only(known, beijing("9:20"), "C09").due_at == beijing("10:00")
    assert not running(known, beijing("9:20")) & {"C07", "C08", "C10"}


@pytest.mark.rule("R-CLOCK-11")
def test_golden_vector_10_a_large_one_owes_follow_ups_at_eight_and_at_seventeen() -> None:
    known = facts(
        occurred=beijing("9:00"), received={CITY: beijing("9:20")}, grades=[(beijing("9:20"), L)]
    )
    found = clocks(known, beijing("6:00", 17))["C11"]
    assert [due.due_at for due in found] == [beijing("8:00", 17), beijing("17:00", 17)]
    assert [due.arose_at for due in found] == [beijing("17:00", 16), beijing("8:00", 17)]
    assert all(due.is_follow_up for due in found)
    first_day = clocks(known, beijing("9:20"))["C11"]
    assert [due.due_at for due in first_day] == [beijing("17:00"), beijing("8:00", 17)]


@pytest.mark.rule("R-CLOCK-11")
def test_no_follow_up_falls_due_with_the_first_report_itself() -> None:
    known = facts(received={CITY: beijing("16:30")}, grades=[(beijing("16:30"), S)])
    found = clocks(known, beijing("16:30"))["C11"]
    assert [due.due_at for due in found] == [beijing("8:00", 17)]
    assert found[0].arose_at == beijing("17:00")


@pytest.mark.rule("R-CLOCK-12")
@pytest.mark.rule("R-CLOCK-13")
def test_golden_vector_11_an_ordinary_one_owes_a_follow_up_on_day_2() -> None:
    received = {CITY: beijing("9:20")}
    known = facts(received=received, grades=[(beijing("9:20"), O)])
    (due,) = clocks(known, beijing("0:00", 17))["C12"]
    assert (due.arose_at, due.due_at) == (beijing("0:00", 17), beijing("24:00", 17))
    assert "C12" not in running(known, beijing("23:00", 15))  # only what falls due within 24 h
    serious = facts(received=received, grades=[(beijing("9:20"), S)])
    twice = clocks(serious, beijing("6:00", 17))["C13"]
    assert [(due.number, due.due_at) for due in twice] == [
        (1, beijing("24:00", 17)),
        (2, beijing("24:00", 17)),
    ]
    assert "C12" not in running(serious, beijing("6:00", 17))
    near_miss = facts(received=received, is_near_miss=True)
    assert "C12" in running(near_miss, beijing("6:00", 17))


def test_nothing_further_is_owed_daily_once_the_final_report_is_made() -> None:
    known = facts(
        received={CITY: beijing("9:20")},
        grades=[(beijing("9:20"), S)],
        ended_at=beijing("12:00", 17),
    )
    found = clocks(known, beijing("6:00", 17))
    assert [due.due_at for due in found["C11"]] == [beijing("8:00", 17)]
    assert "C13" not in found
    assert not running(known, beijing("13:00", 17)) & {"C11", "C13"}


@pytest.mark.rule("R-CLOCK-14")
@pytest.mark.rule("R-CLOCK-15")
@pytest.mark.parametrize(
    ("kind", "clock", "days"),
    [("acc.mine.coal", "C14", 30), ("acc.traffic.road", "C15", 7), ("acc.fire", "C15", 7)],
)
def test_a_change_of_casualties_is_owed_the_same_day_within_the_window(kind, clock, days) -> None:
    occurred = beijing("9:00", 1)
    inside = occurred + timedelta(days=days)
    outside = inside + timedelta(days=1)
    known = facts(
        kind,
        occurred,
        {CITY: occurred},
        casualties_changed_at=(inside, outside),
        ended_at=occurred + timedelta(days=2),
    )
    (due,) = clocks(known, outside)[clock]
    assert (due.arose_at, due.due_at) == (inside, beijing("24:00", 1) + timedelta(days=days))
    assert clock not in running(known, inside - timedelta(seconds=1))
    assert not running(known, outside) & ({"C14", "C15"} - {clock})


@pytest.mark.rule("R-CLOCK-32")
def test_golden_vector_17_an_upgrade_starts_the_new_clocks_for_our_own_duty() -> None:
    occurred, now = beijing("9:30"), beijing("10:41")
    history = [(beijing("10:00"), L), (beijing("10:40"), S)]
    known = facts(occurred=occurred, received={CITY: beijing("9:50")}, grades=history)
    due = only(known, now, "C07")
    assert due.due_at == due.due_from_receipt_at == beijing("10:55")
    assert (due.arose_at, due.counted_from) == (beijing("10:40"), CountedFrom.UPGRADED)
    assert only(known, now, "C08").due_at == beijing("11:15")
    assert elapsed(known, CITY, now=now).since_occurrence == timedelta(minutes=71)
    assert "C09" not in running(known, now)
    chain = only(known, now, "C03.city")  # applied before: it runs on from our receipt
    assert (chain.due_at, chain.counted_from) == (beijing("11:50"), CountedFrom.RECEIVED)
    assert "C07" not in running(known, beijing("10:30"))


def test_a_further_upgrade_starts_only_what_did_not_apply_yet() -> None:
    history = [(beijing("10:00"), L), (beijing("10:40"), S), (beijing("11:00"), ES)]
    known = facts(occurred=beijing("9:30"), received={CITY: beijing("9:50")}, grades=history)
    assert only(known, beijing("11:01"), "C07").due_at == beijing("10:55")


@pytest.mark.rule("R-CLOCK-31")
def test_an_ungraded_incident_takes_the_strictest_clocks_until_it_is_graded() -> None:
    known = facts(
        occurred=beijing("9:00"), received={CITY: beijing("9:05")}, grades=[(beijing("9:30"), O)]
    )
    assert {"C07", "C08", "C03.city", "C11"} <= running(known, beijing("9:10"))
    assert not running(known, beijing("9:10")) & {"C09", "C10", "C12"}
    after = running(known, beijing("9:31"))
    assert {"C10"} <= after
    assert not after & {"C07", "C08", "C11", "C03.city"}
    # The first grade is no upgrade: its clock counts from its own start.
    assert only(known, beijing("9:31"), "C10").due_at == beijing("15:00")


def test_without_a_known_occurrence_the_receipt_starts_the_clock() -> None:
    known = facts(received={CITY: beijing("15:02")}, grades=[(beijing("15:02"), S)])
    due = only(known, beijing("15:03"), "C07")
    assert (due.due_at, due.counted_from) == (beijing("15:17"), CountedFrom.RECEIVED)


def test_a_clock_whose_start_is_not_known_is_left_out() -> None:
    known = facts(occurred=beijing("9:00"), received={CITY: beijing("9:30")})
    assert not running(known, beijing("9:31")) & {"C02", "C03.county", "C05.county"}
    assert running(facts(), beijing("9:31")) == set()


@pytest.mark.rule("R-CLOCK-01")
@pytest.mark.rule("R-CLOCK-02")
@pytest.mark.rule("R-CLOCK-04")
@pytest.mark.rule("R-CLOCK-05")
@pytest.mark.rule("R-CLOCK-06")
@pytest.mark.rule("R-CLOCK-16")
def test_the_statutory_clocks_of_units_and_counties() -> None:
    known = facts(
        "acc.mine.coal",
        beijing("9:00"),
        {UNIT: beijing("9:10"), COUNTY: beijing("9:40"), CITY: beijing("10:00")},
        [(beijing("9:40"), L)],
    )
    now = beijing("10:00")
    dues = {key: found[0].due_at for key, found in clocks(known, now).items()}
    assert dues["C01"] == beijing("9:00")
    assert dues["C02"] == dues["C04"] == dues["C16.county"] == dues["C16.province"]
    assert dues["C02"] == beijing("10:10")
    assert dues["C03.county"] == dues["C03.county_government"] == beijing("11:40")
    assert dues["C03.city"] == dues["C03.city_government"] == beijing("12:00")
    assert (dues["C05.county"], dues["C05.city"]) == (beijing("10:40"), beijing("11:00"))
    assert not set(dues) & {"C06.county", "C06.city", "C03.province"}
    ordinary = facts("acc.industry", received={CITY: now}, grades=[(now, O)])
    assert "C05.city" not in running(ordinary, now)
    noticed = facts(
        "acc.industry", received={CITY: now}, grades=[(now, O)], is_socially_significant=True
    )
    assert "C05.city" in running(noticed, now)
    assert only(SERIOUS, now, "C06.city").due_at == beijing("16:02")


@pytest.mark.rule("R-CLOCK-17")
@pytest.mark.rule("R-CLOCK-18")
@pytest.mark.rule("R-CLOCK-19")
def test_the_statistics_of_a_natural_disaster() -> None:
    received = {COUNTY: beijing("9:10"), CITY: beijing("9:40"), PROVINCE: beijing("10:00")}
    known = facts("nat.flood", beijing("9:00"), received, [(beijing("9:40"), O)])
    assert only(known, beijing("9:41"), "C17").due_at == beijing("11:00")
    assert only(known, beijing("9:41"), "C18").due_at == beijing("11:40")
    zero = {key: only(known, beijing("9:41"), f"C19.{key}").due_at for key in ("county",)}
    assert zero == {"county": beijing("9:00", 17)}
    assert "C19.city" not in running(known, beijing("9:41"))  # more than 24 h ahead
    assert only(known, beijing("9:00", 17), "C19.city").due_at == beijing("10:00", 17)
    assert only(known, beijing("9:00", 17), "C19.province").due_at == beijing("12:00", 17)


@pytest.mark.rule("R-CLOCK-20")
@pytest.mark.rule("R-CLOCK-21")
@pytest.mark.rule("R-CLOCK-23")
def test_environment_health_and_the_public() -> None:
    received = {COUNTY: beijing("9:10"), CITY: beijing("9:40")}
    at = beijing("9:40")
    large = facts("acc.environment", beijing("9:00"), received, [(at, L)])
    assert only(large, at, "C20.county").due_at == beijing("13:10")
    assert not running(large, at) & {"C20.county_serious", "C23.statement"}
    serious = facts("acc.environment", beijing("9:00"), received, [(at, S)])
    assert only(serious, at, "C20.city_serious").due_at == beijing("11:40")
    assert only(serious, at, "C23.statement").due_at == beijing("14:00")
    assert only(serious, at, "C23.press").due_at == beijing("9:00", 17)
    food = facts("health.food", beijing("9:00"), received, [(at, L)])
    assert only(food, at, "C21").due_at == beijing("11:10")


@pytest.mark.rule("R-CLOCK-22")
def test_a_clock_outside_its_validity_does_not_run() -> None:
    in_2019 = datetime(2019, 6, 1, 1, 0, tzinfo=UTC)
    old = facts(occurred=in_2019, received={CITY: in_2019}, grades=[(in_2019, S)])
    assert only(old, in_2019, "C22").due_at == in_2019 + timedelta(hours=4)
    assert "C22" not in running(SERIOUS, beijing("15:02"))
    in_2018 = datetime(2018, 6, 1, 1, 0, tzinfo=UTC)
    older = facts(occurred=in_2018, received={CITY: in_2018}, grades=[(in_2018, S)])
    assert "C07" not in running(older, in_2018)
    assert "C03.city" in running(older, in_2018)
    (clock,) = [each for each in RULES.clocks.clock if each.key == "C22"]
    assert clock.is_valid_on(date(2024, 12, 31))
    assert not clock.is_valid_on(date(2025, 1, 1))


def test_every_clock_of_the_catalogue_runs_for_some_incident_of_its_days() -> None:
    """No row is dead: each has a kind, a grade and a start that open it."""
    rules: ClockRules = RULES.clocks
    for clock in rules.clock:
        day = clock.valid_from + timedelta(days=1)
        at = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
        slug = next(kind.slug for kind in RULES.kinds.kind if kind.belongs_to(clock.kinds)
                    and not kind.belongs_to(clock.except_kinds))  # fmt: skip
        known = facts(
            slug,
            at,
            dict.fromkeys(ReportingLevel, at),
            [(at, clock.grades[0] if clock.grades else O)],
            casualties_changed_at=(at,),
        )
        looked = [at, at + timedelta(hours=20)]
        assert any(clock.key in running(known, now) for now in looked), clock.key
