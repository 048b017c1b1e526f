"""The grade by each table, exact to the person and the yuan, and its history on real revisions."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.grade_history import (
    FactsVersion,
    grade_history,
    grade_of,
    near_miss_of,
    standing,
)
from plans.grades import Grade
from plans.grading import (
    UNGRADED,
    Counts,
    Graded,
    WaterCut,
    assess,
    felt_quake,
    is_near_miss,
)
from plans.incident_rules import load_incident_rules

RULES = load_incident_rules()
GRADES, KINDS = RULES.grades, RULES.kinds
MISSING_APART = GRADES.model_copy(update={"missing_count_as_dead": False})
ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 3, 16)
ES, S, L, O = Grade  # noqa: E741  the four grades, gravest first

ACCIDENTS = [
    kind.slug
    for kind in KINDS.kind
    if set(kind.grade_tables) & {"production_safety", "special_equipment"}
]


def graded(slug: str = "acc.industry", rules=GRADES, day=DAY, **counts) -> Graded:
    return assess(KINDS.by_slug(slug), Counts(**counts), rules, day=day)


def grade(slug: str = "acc.industry", **counts) -> Grade | None:
    return graded(slug, **counts).grade


def bounds(measure: str, slug: str, step: float, *cases: tuple[float, Grade]) -> None:
    """Each bound belongs to its grade; one step below lies the grade before."""
    below = None
    for bound, reached in cases:
        assert grade(slug, **{measure: bound}) is reached
        assert grade(slug, **{measure: bound - step}) is below
        below = reached


@pytest.mark.rule("R-GRADE-01")
@pytest.mark.parametrize("slug", ACCIDENTS)
def test_order_493_is_exact_to_the_person_and_the_yuan(slug: str) -> None:
    bounds("dead", slug, 1, (1, O), (3, L), (10, S), (30, ES))
    bounds("seriously_injured", slug, 1, (1, O), (10, L), (50, S), (100, ES))
    bounds("direct_loss_cny", slug, 1, (1, O), (10**7, L), (5 * 10**7, S), (10**8, ES))
    assert grade(slug, direct_loss_cny=9_999_999.99) is O


@pytest.mark.rule("R-GRADE-01")
def test_golden_vectors_one_to_six() -> None:
    assert grade(dead=3) is L
    assert grade(dead=2, seriously_injured=10) is L
    assert grade(dead=9, missing=1) is S
    assert graded(rules=MISSING_APART, dead=9, missing=1).grade is L
    assert grade(dead=16, direct_loss_cny=21_970_000) is S
    assert grade(dead=0, direct_loss_cny=10_000_000) is L
    assert grade(direct_loss_cny=9_999_999) is O


@pytest.mark.rule("R-GRADE-01")
def test_the_highest_criterion_wins_and_is_named() -> None:
    assert graded(dead=2, seriously_injured=50, direct_loss_cny=10**7) == Graded(
        S, "R-GRADE-01", "seriously_injured", 50
    )
    assert graded(dead=3, seriously_injured=10).criterion == "dead"


@pytest.mark.rule("R-GRADE-11")
def test_without_one_criterion_there_is_no_grade() -> None:
    assert graded() == UNGRADED
    for counts in ({"dead": 0, "missing": 0, "direct_loss_cny": 0}, {"slightly_injured": 40}):
        assert graded(**counts) == UNGRADED
    for slug in ("nat.flood", "nat.weather.rain", "health.food", "social.incident"):
        assert graded(slug, dead=40) == UNGRADED


@pytest.mark.rule("R-GRADE-08")
def test_the_missing_count_as_dead_and_the_trapped_do_not() -> None:
    assert graded(missing=3) == Graded(L, "R-GRADE-01", "dead", 3)
    assert graded(rules=MISSING_APART, missing=3) == UNGRADED
    assert graded("nat.earthquake", MISSING_APART, dead=9, missing=1).grade is L
    assert grade(trapped=40) is None
    assert grade(dead=1, trapped=40) is O


@pytest.mark.rule("R-GRADE-02")
def test_a_forest_fire_by_area_deaths_and_serious_injuries() -> None:
    slug = "nat.forest_fire"
    for area, reached in ((1000, ES), (999.9, S), (100, S), (99.9, L), (1, L), (0.9, O), (0, None)):
        assert grade(slug, burnt_area_ha=area) is reached
    bounds("dead", slug, 1, (1, O), (3, L), (10, S), (30, ES))
    bounds("seriously_injured", slug, 1, (1, O), (10, L), (50, S), (100, ES))
    assert grade(slug, direct_loss_cny=10**9) is None


@pytest.mark.rule("R-GRADE-03")
def test_an_earthquake_by_deaths_and_by_magnitude() -> None:
    bounds("dead", "nat.earthquake", 1, (1, O), (10, L), (50, S), (300, ES))
    bounds("magnitude", "nat.earthquake", 0.1, (4.0, O), (5.0, L), (6.0, S), (7.0, ES))
    assert grade("nat.earthquake", dead=12, magnitude=4.1) is L


@pytest.mark.rule("R-GRADE-12")
def test_a_felt_quake_is_the_countys_matter_and_the_city_is_told() -> None:
    kind = KINDS.by_slug("nat.earthquake")
    felt = felt_quake(kind, Counts(magnitude=3.5), GRADES)
    assert felt is not None
    assert (felt.handled_by, felt.informed) == ("county", "city")
    assert grade("nat.earthquake", magnitude=3.5) is None
    for magnitude in (None, 2.9, 4.0):
        assert felt_quake(kind, Counts(magnitude=magnitude), GRADES) is None
    assert felt_quake(KINDS.by_slug("acc.fire"), Counts(magnitude=3.5), GRADES) is None


@pytest.mark.rule("R-GRADE-04")
def test_geological_harm_by_deaths_and_loss() -> None:
    for slug in ("nat.geo.landslide", "nat.geo.subsidence"):
        bounds("dead", slug, 1, (1, O), (3, L), (10, S), (30, ES))
        bounds("direct_loss_cny", slug, 1, (1, O), (10**6, L), (5 * 10**6, S), (10**7, ES))


@pytest.mark.rule("R-GRADE-05")
def test_geological_danger_by_people_threatened_and_possible_loss() -> None:
    slug = "nat.geo.collapse"
    bounds("threatened", slug, 1, (1, O), (100, L), (500, S), (1000, ES))
    bounds("possible_loss_cny", slug, 1, (1, O), (5 * 10**6, L), (5 * 10**7, S), (10**8, ES))
    assert graded(slug, dead=1, threatened=500) == Graded(S, "R-GRADE-05", "threatened", 500)


@pytest.mark.rule("R-GRADE-06")
def test_an_environmental_incident_has_its_own_table() -> None:
    slug = "acc.environment"
    bounds("dead", slug, 1, (1, O), (3, L), (10, S), (30, ES))
    bounds("seriously_injured", slug, 1, (1, O), (10, L), (50, S), (100, ES))
    bounds("evacuated", slug, 1, (1, O), (5_000, L), (10_000, S), (50_000, ES))
    bounds("direct_loss_cny", slug, 1, (1, O), (5 * 10**6, L), (2 * 10**7, S), (10**8, ES))
    cuts = {None: WaterCut.NONE, L: WaterCut.TOWNSHIP, S: WaterCut.COUNTY_TOWN}
    for reached, cut in {**cuts, ES: WaterCut.PREFECTURE_CITY}.items():
        assert grade(slug, water_cut=cut) is reached


@pytest.mark.rule("R-GRADE-07")
def test_special_equipment_has_the_numbers_of_order_493_by_its_own_rule() -> None:
    assert graded("acc.special_equipment", dead=3) == Graded(L, "R-GRADE-07", "dead", 3)


def test_an_old_accident_is_graded_by_the_first_version_and_a_lapsed_table_by_none() -> None:
    assert graded(day=date(1999, 1, 1), dead=3).grade is L
    assert graded(day=None, dead=3).grade is L
    table = GRADES.table[0]
    lapsed = table.model_copy(update={"valid_until": date(2020, 12, 31)})
    rules = GRADES.model_copy(update={"table": (lapsed,)})
    assert graded(rules=rules, day=date(2020, 12, 31), dead=3).grade is L
    assert graded(rules=rules, day=date(2021, 1, 1), dead=3) == UNGRADED


def test_the_version_of_the_day_of_occurrence_grades() -> None:
    old = GRADES.table[0].model_copy(update={"valid_until": date(2025, 12, 31)})
    stricter = tuple(each.model_copy(update={"large": 2}) for each in old.criterion)
    new = old.model_copy(
        update={
            "valid_from": date(2026, 1, 1),
            "valid_until": None,
            "rule": "new",
            "criterion": stricter,
        }
    )
    rules = GRADES.model_copy(update={"table": (new, old)})
    assert graded(rules=rules, day=date(2025, 12, 31), dead=2) == Graded(O, "R-GRADE-01", "dead", 2)
    assert graded(rules=rules, day=date(2026, 1, 1), dead=2) == Graded(L, "new", "dead", 2)


@pytest.mark.rule("R-GRADE-10")
def test_a_significant_near_miss_needs_nobody_hurt() -> None:
    coal = KINDS.by_slug("acc.mine.coal")

    def near(kind=coal, **counts) -> bool:
        return is_near_miss(kind, Counts(**counts), GRADES)

    assert near(trapped=3, dead=0, seriously_injured=0)
    assert grade("acc.mine.coal", trapped=3, dead=0, seriously_injured=0) is None
    assert near(missing=3)
    assert near(trapped=2, missing=1)
    assert near(threatened=10)
    assert near(evacuated=500)
    assert near(has_serious_pollution=True)
    assert near(threatens_important_place=True)
    assert near(dead=1, trapped=3)
    assert not near(trapped=2, threatened=9, evacuated=499, dead=2)
    assert not near()
    assert not near(KINDS.by_slug("nat.flood"), evacuated=5000)


NUMBER = st.none() | st.integers(0, 400)
COUNTS = st.builds(
    Counts,
    dead=NUMBER,
    missing=NUMBER,
    trapped=NUMBER,
    seriously_injured=NUMBER,
    slightly_injured=NUMBER,
    direct_loss_cny=st.none() | st.integers(0, 2 * 10**8),
    evacuated=st.none() | st.integers(0, 60_000),
    burnt_area_ha=st.none() | st.floats(0, 2000),
    magnitude=st.none() | st.floats(0, 9),
    threatened=st.none() | st.integers(0, 2000),
)
CASUALTIES = ("dead", "missing", "trapped", "seriously_injured", "slightly_injured")


@pytest.mark.rule("R-GRADE-01")
@given(st.sampled_from(KINDS.kind), COUNTS, st.sampled_from(CASUALTIES), st.booleans())
def test_a_further_casualty_never_lowers_the_grade(kind, counts, field, missing_count) -> None:
    rules = GRADES if missing_count else MISSING_APART
    more = replace(counts, **{field: (getattr(counts, field) or 0) + 1})
    before = assess(kind, counts, rules, day=DAY).grade
    after = assess(kind, more, rules, day=DAY).grade
    assert before is None or (after is not None and after >= before)
    assert not is_near_miss(kind, counts, rules) or is_near_miss(kind, more, rules)


# The history: every entry is a version, nothing is overwritten.

T0 = datetime(2026, 3, 16, 13, 10, tzinfo=UTC)


def entry(minutes: float, died_on=None, as_of=None, kind=None, occurred_at=None, **counts):
    at = T0 + timedelta(minutes=minutes)
    return FactsVersion(at, kind, occurred_at, Counts(**counts), as_of, died_on)


def changes(*versions: FactsVersion, rules=GRADES) -> list[tuple[float, Grade | None]]:
    found = grade_history(versions, KINDS, rules, ZONE)
    return [((each.at - T0).total_seconds() / 60, each.graded.grade) for each in found]


def test_each_change_of_grade_is_one_entry_and_untold_fields_stay() -> None:
    received = entry(0, kind="acc.mine.coal", occurred_at=T0, dead=2, missing=1)
    assert changes(received, entry(5, seriously_injured=4), entry(90, dead=4, missing=0)) == [
        (0, L)
    ]
    found = changes(entry(0, kind="acc.industry"), entry(1, dead=2), entry(2, missing=8))
    assert found == [(1, O), (2, S)]
    assert changes(entry(0, dead=3)) == []  # no kind is known yet
    assert changes(entry(0, dead=3), entry(4, kind="acc.fire")) == [(4, L)]


def test_a_correction_downwards_and_back_to_nothing_is_in_the_history() -> None:
    first = entry(0, kind="acc.fire", occurred_at=T0, dead=3)
    assert changes(first, entry(1, dead=2), entry(2, dead=0)) == [(0, L), (1, O), (2, None)]


def test_a_corrected_kind_is_graded_by_its_own_table() -> None:
    first = entry(0, kind="acc.industry", occurred_at=T0, direct_loss_cny=6 * 10**6)
    assert changes(first, entry(9, kind="acc.environment")) == [(0, O), (9, L)]


@pytest.mark.rule("R-GRADE-09")
@pytest.mark.parametrize(
    ("kind", "last_day"),
    [("acc.mine.coal", 30), ("acc.construction", 30), ("acc.traffic.road", 7), ("acc.fire", 7)],
)
def test_a_victim_who_dies_on_the_last_day_counts_and_a_day_later_not(kind, last_day) -> None:
    first = entry(0, kind=kind, occurred_at=T0, dead=2)
    inside = T0 + timedelta(days=last_day)
    outside = inside + timedelta(days=1)
    for died in (inside, inside.date()):
        assert changes(first, entry(10, dead=3, died_on=died))[-1:] == [(10, L)]
    for died in (outside, outside.date()):
        assert changes(first, entry(10, dead=3, died_on=died)) == [(0, O)]
    assert changes(first, entry(10, dead=3, as_of=inside))[-1:] == [(10, L)]
    assert changes(first, entry(10, dead=3, as_of=outside)) == [(0, O)]
    assert changes(first, entry(10, dead=3, as_of=outside, died_on=inside))[-1:] == [(10, L)]


@pytest.mark.rule("R-GRADE-09")
def test_a_corrected_occurrence_moves_the_window() -> None:
    first = entry(0, kind="acc.fire", occurred_at=T0, dead=2)
    late = entry(10, dead=3, died_on=T0 + timedelta(days=8))
    moved = entry(20, occurred_at=T0 + timedelta(days=1))
    assert changes(first, late, moved) == [(0, O), (20, L)]


NO_12_MINE = {
    "12 Jan, agency": FactsVersion(
        datetime(2024, 1, 12, 10, 0, tzinfo=UTC),
        "acc.mine.coal",
        datetime(2024, 1, 12, 6, 0, tzinfo=UTC),
        Counts(trapped=11),
    ),
    "13 Jan 01:00": FactsVersion(
        datetime(2024, 1, 12, 17, 0, tzinfo=UTC),
        None,
        datetime(2024, 1, 12, 6, 55, tzinfo=UTC),
        Counts(dead=8, missing=8, trapped=0),
    ),
    "13 Jan 14:59": FactsVersion(
        datetime(2024, 1, 13, 6, 59, tzinfo=UTC), None, None, Counts(dead=10, missing=6)
    ),
    "14 Jan, company": FactsVersion(
        datetime(2024, 1, 14, 4, 0, tzinfo=UTC),
        None,
        datetime(2024, 1, 12, 6, 51, tzinfo=UTC),
        Counts(dead=13, missing=3),
    ),
    "investigation": FactsVersion(
        datetime(2024, 6, 1, 0, 0, tzinfo=UTC),
        None,
        datetime(2024, 1, 12, 6, 49, tzinfo=UTC),
        Counts(dead=16, missing=0, seriously_injured=5, direct_loss_cny=21_972_900),
        as_of=datetime(2024, 1, 16, 0, 0, tzinfo=UTC),
    ),
}


@pytest.mark.rule("R-GRADE-08")
@pytest.mark.rule("R-GRADE-10")
def test_the_no_12_mine_accident_with_every_revision() -> None:
    versions = list(NO_12_MINE.values())

    def after(number: int, rules=GRADES) -> tuple[Grade | None, bool]:
        known = standing(versions[:number])
        return (
            grade_of(known, KINDS, rules, ZONE).grade,
            near_miss_of(known, KINDS, rules),
        )

    assert after(1) == (None, True)  # already a significant near miss
    assert after(2) == (S, True)  # by 8 dead and 8 missing ...
    assert after(2, MISSING_APART) == (L, True)  # ... where the missing do not count: by 8 dead
    assert after(3, MISSING_APART) == (S, True)  # by deaths alone
    assert after(4) == (S, True)
    assert after(5) == (S, False)
    assert grade_of(standing(versions), KINDS, GRADES, ZONE) == Graded(S, "R-GRADE-01", "dead", 16)
    assert grade("acc.mine.coal", direct_loss_cny=21_972_900) is L  # by the loss alone
    found = grade_history(versions, KINDS, GRADES, ZONE)
    assert [(each.at, each.graded.grade) for each in found] == [(versions[1].entered_at, S)]
    apart = grade_history(versions, KINDS, MISSING_APART, ZONE)
    assert [(each.at, each.graded.grade) for each in apart] == [
        (versions[1].entered_at, L),
        (versions[2].entered_at, S),
    ]
    assert [each.occurred_at.minute for each in map(standing, _growing(versions))] == [
        0,
        55,
        55,
        51,
        49,
    ]


def _growing(versions):
    return [versions[:number] for number in range(1, len(versions) + 1)]
