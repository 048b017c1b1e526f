"""Incidents told again: grades, reach, legs and clocks, worked out by hand from the contract."""

import json
import time
from pathlib import Path

import pytest

from tests.console.cli.incident_timelines import (
    Told,
    learned,
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
