"""The clocks of incidents told again, as obligations: worked out by hand from the contract."""

from pathlib import Path

import pytest

from tests.console.cli.incident_timelines import local, received, reported, told, updated

DAY = ("2026-03-16 00:00", "2026-03-17 00:00")


@pytest.mark.rule("R-CLOCK-07")
@pytest.mark.rule("R-CLOCK-08")
@pytest.mark.rule("R-INC-05")
def test_a_serious_accident_owes_the_province_from_its_occurrence(tmp_path: Path) -> None:
    """Vector 8: occurred 14:49, received 15:02. Our own 15 minutes run from the receipt."""
    serious = told(
        tmp_path,
        "2026-03-16 14:00",
        "2026-03-16 18:00",
        received("2026-03-16 15:02", "acc.hazmat", occurred_at="2026-03-16 14:49", dead=16),
        reported("2026-03-16 15:10", "city>province"),
        reported("2026-03-16 16:10", "city>province", form="written"),
    )
    assert serious.owed("R-CLOCK-07") == [("03-16 15:04", "late")]
    assert serious.owed("R-CLOCK-08") == [("03-16 15:24", "missed")]  # 15:37 and 30 min grace
    assert serious.owed("R-CLOCK-03") == [("03-16 17:02", "fulfilled")]
    assert {owed["owed_by"] for owed in serious.answer["obligations"]} == {"room:empty"}


@pytest.mark.rule("R-CLOCK-10")
def test_an_ordinary_accident_of_the_night_is_owed_in_the_morning(tmp_path: Path) -> None:
    """Vector 9; a clock that runs at the end is part of the story."""
    ordinary = told(
        tmp_path,
        "2026-03-16 20:00",
        "2026-03-17 00:30",
        received("2026-03-16 23:40", "acc.industry", occurred_at="2026-03-16 23:30", dead=1),
    )
    assert ordinary.owed("R-CLOCK-10") == [("03-17 05:30", "open")]


@pytest.mark.rule("R-CLOCK-11")
@pytest.mark.rule("R-CLOCK-12")
@pytest.mark.rule("R-INC-06")
def test_follow_ups_are_owed_day_by_day_until_the_final_report(tmp_path: Path) -> None:
    """Vectors 10 and 11: large owes before 08:00 and 17:00, and once a day besides."""
    days = told(
        tmp_path,
        "2026-03-16 00:00",
        "2026-03-19 12:00",
        received("2026-03-16 20:00", "acc.industry", occurred_at="2026-03-16 19:55", dead=3),
        reported("2026-03-16 20:30", "city>province", form="written"),
        reported("2026-03-17 07:30", "city>province", "follow-up", "written"),
        reported("2026-03-17 17:10", "city>province", "follow-up", "written"),
        reported("2026-03-18 18:00", "city>province", "final", "written"),
    )
    assert days.owed("R-CLOCK-11")[:6] == [
        ("03-17 08:00", "fulfilled"),
        ("03-17 17:00", "late"),
        ("03-18 08:00", "missed"),
        ("03-18 17:00", "missed"),
        ("03-19 08:00", "fulfilled"),  # the final report of 18:00 lies before it
        ("03-19 17:00", "superseded"),
    ]
    assert days.owed("R-CLOCK-12")[:3] == [
        ("03-18 00:00", "fulfilled"),
        ("03-19 00:00", "fulfilled"),
        ("03-20 00:00", "superseded"),
    ]


@pytest.mark.rule("R-CLOCK-11")
@pytest.mark.rule("R-CLOCK-13")
@pytest.mark.rule("R-INC-06")
def test_a_missed_follow_up_excuses_none_of_the_days_after_it(tmp_path: Path) -> None:
    """Five days without a word: twice by the hour and twice a day besides, each of them missed."""
    days = told(
        tmp_path,
        "2026-03-16 00:00",
        "2026-03-21 00:00",
        received("2026-03-16 20:00", "acc.industry", occurred_at="2026-03-16 19:55", dead=10),
    )
    hours = [f"03-{day} {hour}" for day in range(17, 21) for hour in ("08:00", "17:00")]
    assert days.owed("R-CLOCK-11")[:8] == [(hour, "missed") for hour in hours]
    midnights = [f"03-{day} 00:00" for day in range(18, 21) for _ in range(2)]
    assert days.owed("R-CLOCK-13")[:6] == [(midnight, "missed") for midnight in midnights]


@pytest.mark.rule("R-CLOCK-32")
def test_an_upgrade_starts_the_fifteen_minutes_anew(tmp_path: Path) -> None:
    """Vector 17."""
    upgraded = told(
        tmp_path,
        "2026-03-16 09:00",
        "2026-03-16 10:50",
        received("2026-03-16 10:00", "acc.industry", occurred_at="2026-03-16 09:50", dead=3),
        updated("2026-03-16 10:40", dead=10),
    )
    assert upgraded.owed("R-CLOCK-07") == [("03-16 10:55", "open")]


@pytest.mark.rule("R-CLOCK-31")
def test_an_ungraded_incident_takes_the_strictest_clocks_until_it_is_graded(
    tmp_path: Path,
) -> None:
    unsure = told(
        tmp_path,
        "2026-03-16 09:00",
        "2026-03-16 12:00",
        received("2026-03-16 10:00", "acc.industry", occurred_at="2026-03-16 09:58"),
        updated("2026-03-16 10:05", dead=1),
    )
    assert unsure.owed("R-CLOCK-07") == [("03-16 10:13", "superseded")]
    assert unsure.owed("R-CLOCK-10") == [("03-16 15:58", "open")]


@pytest.mark.rule("R-INC-07")
def test_a_report_that_is_entered_late_was_made_when_it_was_made(tmp_path: Path) -> None:
    """The watch had seen it missed; it had been made in time."""
    night = told(
        tmp_path,
        "2026-03-16 14:00",
        "2026-03-16 20:00",
        received("2026-03-16 15:02", "acc.hazmat", occurred_at="2026-03-16 15:00", dead=10),
        reported("2026-03-16 18:00", "city>province", reported_at="2026-03-16 15:10"),
    )
    (phone,) = [o for o in night.answer["obligations"] if o["rule"] == "R-CLOCK-07"]
    assert (phone["state"], phone["late_seconds"]) == ("fulfilled", 0)
    assert local(phone["fulfilled_at"]) == "03-16 15:10"


@pytest.mark.rule("R-INC-05")
def test_what_fell_due_before_the_timeline_is_not_owed(tmp_path: Path) -> None:
    """An accident of January, told in March: only its legs and grades are answered."""
    review = told(
        tmp_path,
        *DAY,
        received(
            "2026-03-16 10:00",
            "acc.hazmat",
            occurred_at="2026-01-05 09:00",
            dead=10,
            as_of="2026-01-06 09:00",
        ),
    )
    assert review.owed("R-CLOCK-07") == []
    assert review.incident["required_reach"] == "state"


@pytest.mark.rule("R-INC-05")
def test_a_corrected_time_of_occurrence_moves_what_is_not_settled(tmp_path: Path) -> None:
    moved = told(
        tmp_path,
        "2026-03-16 14:00",
        "2026-03-16 15:06",
        received("2026-03-16 15:02", "acc.hazmat", occurred_at="2026-03-16 14:55", dead=10),
        updated("2026-03-16 15:03", occurred_at="2026-03-16 14:51"),
    )
    assert moved.owed("R-CLOCK-07") == [("03-16 15:06", "late"), ("03-16 15:10", "superseded")]


@pytest.mark.rule("R-INC-04")
def test_a_decided_grade_stands_beside_the_computed_one(tmp_path: Path) -> None:
    """A higher one is in force for the clocks; the answer's grade stays the computed one."""
    assess = {"at": "2026-03-16 10:10", "do": "incident assess", "grade": "serious"}
    decided = told(
        tmp_path,
        "2026-03-16 09:00",
        "2026-03-16 12:00",
        received("2026-03-16 10:00", "acc.industry", occurred_at="2026-03-16 09:58", dead=3),
        {**assess, "reason": "小学附近"},
    )
    assert (decided.incident["grade"], decided.incident["decided_grade"]) == ("large", "serious")
    assert decided.incident["required_reach"] == "province"
    assert decided.owed("R-CLOCK-07") == [("03-16 10:25", "missed")]


@pytest.mark.rule("R-LAD-31")
def test_a_clock_that_runs_out_tells_the_officers_until_somebody_takes_it_on(
    tmp_path: Path,
) -> None:
    """The 15 minutes end at 20:10; both officers at once, the shift lead at +5 min."""
    alarmed = told(
        tmp_path,
        "2026-03-16 19:00",
        "2026-03-16 20:22",
        received("2026-03-16 20:00", "acc.hazmat", occurred_at="2026-03-16 19:55", dead=10),
        {
            "at": "2026-03-16 20:17",
            "by": "post:primary",
            "do": "alert acknowledge",
            "owed_by": "room:demo",
            "acknowledged_by": "post:shift_lead",
        },
        room="demo",
    )
    alerts = [
        (local(each["at"]), each["to"], each["ladder_step"])
        for each in alarmed.answer["alerts"]
        if each["about"][0]["subject"] == "incident:a" and each["stage"] == "told"
    ]
    assert alerts == [
        ("03-16 20:10", "person:p013", 1),
        ("03-16 20:10", "person:p014", 1),
        ("03-16 20:15", "person:p008", 2),
    ]
    assert alarmed.answer["refused"] == []
