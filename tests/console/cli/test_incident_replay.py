"""Incidents told again: grades, reach, legs and clocks, worked out by hand from the contract."""

import json
import time
from pathlib import Path

import pytest

from tests.console.cli.incident_timelines import (
    Told,
    learned,
    local,
    received,
    reported,
    told,
    updated,
    written,
)
from tests.console.cli.running import duty

DAY = ("2026-03-16 00:00", "2026-03-17 00:00")


@pytest.mark.rule("R-GRADE-08")
@pytest.mark.rule("R-LEG-01")
def test_the_no_12_mine_with_every_revision(tmp_path: Path) -> None:
    """12 January 2024: trapped first, then dead and missing; the place of each level by reports."""
    mine = told(
        tmp_path,
        "2024-01-12 14:00",
        "2024-01-20 00:00",
        received("2024-01-12 15:50", "acc.mine.coal", occurred_at="2024-01-12 14:00", trapped=11),
        learned("2024-01-12 15:50", "unit", "2024-01-12 14:49"),
        reported("2024-01-12 15:50", "unit>county", reported_at="2024-01-12 15:40"),
        reported("2024-01-12 15:50", "county>city", reported_at="2024-01-12 15:45"),
        reported("2024-01-12 17:46", "city>province"),
        updated("2024-01-13 01:00", occurred_at="2024-01-12 14:55", dead=8, missing=8, trapped=0),
        updated("2024-01-13 14:59", dead=10, missing=6),
        updated("2024-01-14 10:00", occurred_at="2024-01-12 14:51", dead=13, missing=3),
        updated(
            "2024-01-19 10:00",
            occurred_at="2024-01-12 14:49",
            dead=16,
            missing=0,
            seriously_injured=5,
            direct_loss_cny=21_972_900,
        ),
    )
    assert mine.grades == [("01-13 01:00", "serious", "dead")]
    assert mine.incident["grade"] == "serious"
    assert mine.incident["required_reach"] == "state"
    assert mine.legs == [
        ("unit", "county", 51, "on_time"),
        ("county", "city", 5, "on_time"),
        ("city", "province", 121, "late"),
        ("province", "state", None, "missed"),
    ]
    assert mine.answer["refused"] == []


def test_trapped_people_are_a_near_miss_without_a_grade(tmp_path: Path) -> None:
    """Vector 7."""
    mine = told(tmp_path, *DAY, received("2026-03-16 15:00", "acc.mine.coal", trapped=3))
    assert mine.incident["is_near_miss"] is True
    assert (mine.incident["grade"], mine.incident["required_reach"]) == (None, None)
    assert (mine.grades, mine.legs) == ([], [])


def test_the_evening_of_the_contract(tmp_path: Path) -> None:
    """Two dead and one missing are large; only the county's time is known."""
    evening = told(
        tmp_path,
        "2026-03-16 17:00",
        "2026-03-17 08:30",
        received(
            "2026-03-16 21:10",
            "acc.mine.coal",
            occurred_at="2026-03-16 20:55",
            place="某矿",
            reported_by="unit:410421",
            dead=2,
            missing=1,
            as_of="2026-03-16 21:00",
        ),
        learned("2026-03-16 21:20", "county", "2026-03-16 20:58"),
        reported("2026-03-16 21:22", "city>province", reported_at="2026-03-16 21:22"),
        updated("2026-03-16 22:40", dead=4, missing=0, as_of="2026-03-16 22:30"),
        room="demo",
    )
    assert evening.grades == [("03-16 21:10", "large", "dead")]
    assert evening.incident["required_reach"] == "province"
    assert evening.legs == [
        ("unit", "county", None, "undecidable"),
        ("county", "city", None, "missed"),
        ("city", "province", None, "undecidable"),
    ]
    assert evening.owed("R-CLOCK-09") == [("03-16 21:55", "missed")]
    assert evening.owed("R-CLOCK-05") == [("03-16 22:10", "fulfilled")]
    assert evening.owed("R-CLOCK-03") == [("03-16 23:10", "fulfilled")]
    assert evening.owed("R-CLOCK-14") == [("03-17 00:00", "missed")]
    # The county body that called owed the city its report by 22:58, and the call was that report.
    assert evening.owed("R-CLOCK-03", "unit:410421") == [("03-16 22:58", "fulfilled")]


@pytest.mark.rule("R-LEG-02")
@pytest.mark.parametrize(
    ("reported_at", "verdict"),
    [("2026-03-16 14:00", "on_time"), ("2026-03-16 14:00:01", "late")],
)
def test_a_leg_is_on_time_up_to_and_including_its_limit(
    tmp_path: Path, reported_at: str, verdict: str
) -> None:
    city = told(
        tmp_path,
        *DAY,
        received("2026-03-16 20:00", "acc.industry", dead=1),
        learned("2026-03-16 20:00", "county", "2026-03-16 12:00"),
        reported("2026-03-16 20:00", "county>city", reported_at=reported_at),
    )
    assert city.incident["required_reach"] == "city"
    assert [leg[3] for leg in city.legs] == ["undecidable", verdict]


@pytest.mark.rule("R-LEG-02")
@pytest.mark.parametrize(
    ("ends_at", "verdict"), [("2026-03-16 14:00", "open"), ("2026-03-16 14:00:01", "missed")]
)
def test_a_leg_without_report_is_open_up_to_its_limit(
    tmp_path: Path, ends_at: str, verdict: str
) -> None:
    county = told(
        tmp_path,
        "2026-03-16 12:00",
        ends_at,
        received("2026-03-16 13:00", "acc.industry", dead=1),
        learned("2026-03-16 13:00", "county", "2026-03-16 12:00"),
    )
    assert [leg[3] for leg in county.legs] == ["undecidable", verdict]


def test_what_was_told_beyond_the_reach_is_listed(tmp_path: Path) -> None:
    """An ordinary accident goes to the city; the province was told as well, of the start known."""
    beyond = told(
        tmp_path,
        *DAY,
        received("2026-03-16 20:00", "acc.industry", dead=1),
        reported("2026-03-16 20:00", "county>city", reported_at="2026-03-16 09:30"),
        reported("2026-03-16 20:00", "city>province", reported_at="2026-03-16 10:00:30"),
    )
    assert beyond.legs == [
        ("unit", "county", None, "undecidable"),
        ("county", "city", None, "undecidable"),
        ("city", "province", 30.5, "on_time"),
    ]


@pytest.mark.rule("R-GRADE-09")
@pytest.mark.parametrize(
    ("kind", "died_on", "grade"),
    [
        ("acc.construction", "2026-03-31", "large"),  # day 30
        ("acc.construction", "2026-04-01", "ordinary"),  # day 31
        ("acc.traffic.road", "2026-03-08", "large"),  # day 7
        ("acc.traffic.road", "2026-03-09", "ordinary"),  # day 8
        ("acc.fire", "2026-03-09", "ordinary"),
    ],
)
def test_a_death_counts_within_its_window(
    tmp_path: Path, kind: str, died_on: str, grade: str
) -> None:
    """Vector 12, by the day of the death, whenever it is entered."""
    late = told(
        tmp_path,
        "2026-03-01 00:00",
        "2026-04-10 00:00",
        received("2026-03-01 10:00", kind, occurred_at="2026-03-01 09:00", dead=2),
        updated("2026-04-05 10:00", dead=3, died_on=died_on),
    )
    assert late.incident["grade"] == grade
    changes = [("03-01 10:00", "ordinary", "dead"), ("04-05 10:00", "large", "dead")]
    assert late.grades == changes[: 1 + (grade == "large")]


def test_without_a_day_of_death_the_instant_of_the_count_decides(tmp_path: Path) -> None:
    late = told(
        tmp_path,
        "2026-03-01 00:00",
        "2026-04-10 00:00",
        received("2026-03-01 10:00", "acc.industry", occurred_at="2026-03-01 09:00", dead=2),
        updated("2026-04-05 10:00", dead=3, as_of="2026-03-31 23:59"),
        updated("2026-04-05 11:00", dead=10),
    )
    assert late.incident["grade"] == "large"


@pytest.mark.rule("R-GRADE-02")
def test_a_forest_fire_is_graded_by_its_area(tmp_path: Path) -> None:
    """Vector 13."""
    fire = told(
        tmp_path,
        *DAY,
        received("2026-03-16 10:00", "nat.forest_fire", burnt_area_ha=0.9),
        updated("2026-03-16 11:00", burnt_area_ha=1),
        updated("2026-03-16 12:00", burnt_area_ha=99.9),
        updated("2026-03-16 13:00", burnt_area_ha=100),
    )
    assert fire.grades == [
        ("03-16 10:00", "ordinary", "burnt_area_ha"),
        ("03-16 11:00", "large", "burnt_area_ha"),
        ("03-16 13:00", "serious", "burnt_area_ha"),
    ]


@pytest.mark.rule("R-GRADE-01")
def test_the_loss_alone_grades_to_the_yuan(tmp_path: Path) -> None:
    """Vectors 5 and 6; a number taken back takes the grade with it."""
    loss = told(
        tmp_path,
        *DAY,
        received("2026-03-16 10:00", "acc.fire", direct_loss_cny=9_999_999),
        updated("2026-03-16 11:00", direct_loss_cny=10_000_000),
        updated("2026-03-16 12:00", direct_loss_cny=0),
    )
    assert loss.grades == [
        ("03-16 10:00", "ordinary", "direct_loss_cny"),
        ("03-16 11:00", "large", "direct_loss_cny"),
        ("03-16 12:00", None, None),
    ]
    assert loss.incident["required_reach"] is None


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


@pytest.mark.rule("R-INC-01")
def test_a_handle_is_received_once_and_known_afterwards(tmp_path: Path) -> None:
    odd = Told(
        written(
            tmp_path,
            {"starts_at": DAY[0], "ends_at": DAY[1], "room": "empty"},
            {**received("2026-03-16 10:00", "acc.fire"), "incident": "a"},
            {**received("2026-03-16 10:01", "acc.fire"), "incident": "a"},
            {**updated("2026-03-16 10:02", dead=1), "incident": "b"},
            {**learned("2026-03-16 10:03", "city", "2026-03-16 10:04"), "incident": "a"},
        )
    )
    refused = odd.answer["refused"]
    assert [each["do"] for each in refused] == [
        "incident receive",
        "incident update",
        "incident learned",
    ]
    assert "b" in refused[1]["why"]
    assert odd.incident["legs"] == []


@pytest.mark.parametrize(
    ("event", "named"),
    [
        (received("2026-03-16 10:00", "acc.mine.cola"), "acc.mine.coal"),
        (received("2026-03-16 10:00", "acc.fire", dead=-1), "dead"),
        (received("2026-03-16 10:00", "acc.fire", deaths=1), "dead"),
        (received("2026-03-16 10:00", "acc.fire", died_on="next week"), "died_on"),
        (learned("2026-03-16 10:00", "town", "2026-03-16 10:00"), "level"),
    ],
)
def test_wrong_words_are_named_and_end_with_two(
    tmp_path: Path, event: dict[str, object], named: str
) -> None:
    head: dict[str, object] = {"starts_at": DAY[0], "ends_at": DAY[1], "room": "empty"}
    path = written(tmp_path, head, {**event, "incident": "a"})
    ran = duty("replay", path, "--json", data=tmp_path / "none")
    assert (ran.status, ran.out) == (2, "")
    assert named in ran.err


def test_the_same_timeline_gives_the_same_answer(tmp_path: Path) -> None:
    head: dict[str, object] = {"starts_at": DAY[0], "ends_at": DAY[1], "room": "demo"}
    event = {**received("2026-03-16 10:00", "acc.fire", dead=4), "incident": "a"}
    path = written(tmp_path, head, event)
    answers = [json.dumps(Told(path).answer) for _ in range(2)]
    assert answers[0] == answers[1]


def test_forty_quiet_days_cost_little(tmp_path: Path) -> None:
    """An incident that nobody reports on, and nobody to be told: one look a day and clock."""
    begun = time.process_time()
    quiet = told(
        tmp_path,
        "2026-03-01 00:00",
        "2026-04-10 00:00",
        received("2026-03-01 10:00", "acc.industry", occurred_at="2026-03-01 09:00", dead=1),
        reported("2026-03-01 11:00", "city>province", "final", "written"),
    )
    assert time.process_time() - begun < 2
    assert quiet.answer["alerts"] == []
