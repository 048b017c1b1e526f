"""Contingency plans: the shipped ones, the choice by circumstances, and what is refused."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from plans.command_rules import load_command_rules
from plans.contingency_plans import (
    ContingencyPlan,
    PlanStep,
    choose,
    fitting,
    plan_of,
    steps_for,
)
from plans.grades import ResponseLevel, RiskLevel
from plans.incident_rules import load_incident_rules
from plans.plan_orders import Placing, draft_orders
from plans.plan_selectors import Circumstances, StepTo
from records.errors import CatalogueError, NotFound
from schedules.rules import Confidence

RULES = load_command_rules()
ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 2, 17)
NOW = datetime(2026, 2, 16, 18, 44, tzinfo=UTC)
KINDS = load_incident_rules().kinds.slugs


def plan(key: str, **selectors: object) -> ContingencyPlan:
    step = PlanStep(role="office", within="10 min", text="办", text_en="do")  # type: ignore[arg-type]
    return ContingencyPlan(  # type: ignore[call-arg]
        key=key,
        name=key,
        name_en=key,
        centre="flood",
        source="本局",
        confidence=Confidence.HIGH,
        rule="R-PLAN-01",
        valid_from=date(2026, 1, 1),
        step=(step,),
        **selectors,
    )


def test_each_centre_has_a_plan_of_ten_to_twenty_steps_in_both_languages() -> None:
    assert {plan.centre for plan in RULES.plans} == {body.key for body in RULES.centres.bodies()}
    for each in RULES.plans:
        assert 10 <= len(each.step) <= 20, each.key
        assert all(step.text and step.text_en for step in each.step)
        assert each.source == "本程序默认预案,待本局确认"
        assert each.step[0].role == "duty_room"


@pytest.mark.rule("R-PLAN-01")
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_incident_has_a_plan_of_the_centre_that_leads_in_it(kind: str) -> None:
    found = choose(RULES.plans, Circumstances(kind), DAY)
    lead = RULES.centres.leading_in(kind)
    assert found is not None
    assert found.centre == (lead.key if lead else "general_hq")


@pytest.mark.rule("R-PLAN-01")
def test_the_plan_that_names_most_of_the_kind_is_chosen_then_the_narrowest() -> None:
    wide = plan("wide", kinds=("acc",))
    near = plan("near", kinds=("acc.fire",))
    night = plan("night", kinds=("acc.fire",), periods=("night",), levels=(ResponseLevel.II,))
    plans = (wide, near, night)
    day = Circumstances("acc.fire", ResponseLevel.II, periods={"day"})
    dark = Circumstances("acc.fire", ResponseLevel.II, periods={"night"})
    assert [each.key for each in fitting(plans, dark, DAY)] == ["night", "near", "wide"]
    assert [each.key for each in fitting(plans, day, DAY)] == ["near", "wide"]
    assert choose(plans, Circumstances("nat.flood"), DAY) is None
    assert choose(plans, dark, date(2025, 12, 31)) is None


@pytest.mark.rule("R-PLAN-01")
def test_an_unknown_level_or_risk_chooses_no_plan_for_a_certain_one() -> None:
    only = plan("only", levels=(ResponseLevel.I,))
    risky = plan("risky", risk_levels=(RiskLevel.RED,))
    assert choose((only, risky), Circumstances("acc.fire"), DAY) is None
    red = Circumstances("acc.fire", risk_level=RiskLevel.RED)
    assert choose((only, risky), red, DAY) is risky


@pytest.mark.rule("R-PLAN-01")
def test_a_leak_at_night_in_winter_asks_for_its_own_steps_and_keeps_their_numbers() -> None:
    found = plan_of(RULES.plans, "hazmat_industry")
    winter_night = Circumstances(
        "acc.hazmat",
        None,
        RULES.selectors.seasons_of(DAY),
        RULES.selectors.periods_of(NOW, ZONE),
    )
    summer_day = Circumstances("acc.hazmat", None, {"summer"}, {"day"})
    night = {each.number for each in steps_for(found, winter_night)}
    day = {each.number for each in steps_for(found, summer_day)}
    assert {found.step[number - 1].text[:2] for number in night - day} == {"夜间", "冬季"}
    assert day < night


@pytest.mark.rule("R-PLAN-01")
def test_an_unknown_level_asks_for_the_steps_of_every_level() -> None:
    found = plan_of(RULES.plans, "fire")
    unknown = {each.number for each in steps_for(found, Circumstances("acc.fire"))}
    fourth = Circumstances("acc.fire", ResponseLevel.IV)
    assert {each.number for each in steps_for(found, fourth)} < unknown


@pytest.mark.parametrize(
    ("day", "season", "holds"),
    [
        (date(2026, 5, 14), "flood_season", False),
        (date(2026, 5, 15), "flood_season", True),
        (date(2026, 9, 30), "flood_season", True),
        (date(2026, 10, 1), "flood_season", False),
        (date(2024, 2, 29), "winter", True),
        (date(2026, 3, 1), "winter", False),
        (date(2026, 12, 1), "winter", True),
        (date(2026, 1, 1), "forest_fire_period", True),
        (date(2026, 6, 1), "forest_fire_period", False),
    ],
)
def test_seasons_hold_on_their_first_and_last_day(day: date, season: str, holds: bool) -> None:
    assert (season in RULES.selectors.seasons_of(day)) is holds


@pytest.mark.parametrize(
    ("hour", "period"), [(0, "night"), (5, "night"), (6, "day"), (17, "day"), (18, "night")]
)
def test_each_hour_is_day_or_night(hour: int, period: str) -> None:
    at = datetime(2026, 3, 16, hour, tzinfo=ZONE)
    assert RULES.selectors.periods_of(at, ZONE) == {period}


@pytest.mark.rule("R-PLAN-02")
def test_steps_become_orders_to_whom_their_roles_mean() -> None:
    found = plan_of(RULES.plans, "hazmat_industry")
    steps = steps_for(found, Circumstances("acc.hazmat", None, {"winter"}, {"night"}))
    placing = Placing(
        lead="hazmat_industry",
        place="2号罐区",
        counties=("unit:410421", "unit:410422"),
        office="person:p052",
        parties={"police": "unit:410402"},
    )
    orders = draft_orders(found, steps, RULES.selectors, placing, now=NOW)
    to = {}
    for order in orders:
        assert order.plan_step is not None
        to.setdefault(found.step[order.plan_step - 1].role, []).append(order.addressee)
    assert "duty_room" not in to
    assert to["county"] == ["unit:410421", "unit:410422"]
    assert to["police"] == ["unit:410402"]
    assert to["office"] == ["person:p052"]
    assert set(to["site"]) == {"centre:hazmat_industry"}
    assert {order.place for order in orders} == {"2号罐区"}
    police = next(order for order in orders if order.addressee == "unit:410402")
    assert (police.due_at, police.quantity) == (
        NOW + timedelta(minutes=15),
        "初始警戒半径不小于500米",
    )


def test_every_role_says_whom_its_steps_are_orders_to() -> None:
    roles = {role.key: role.to for role in RULES.selectors.role}
    assert roles["duty_room"] is StepTo.NOBODY
    assert {step.role for each in RULES.plans for step in each.step} <= set(roles)


OWN = """
key = "{key}"
name = "本局预案"
name_en = "our own"
centre = "{centre}"
kinds = ["{kind}"]
source = "本局"
confidence = "high"
rule = "R-PLAN-01"
valid_from = 2026-01-01

[[step]]
role = "{role}"
within = "{within}"
seasons = ["{season}"]
periods = ["{period}"]
text = "办"
text_en = "do"
"""
RIGHT = {
    "key": "own",
    "centre": "flood",
    "kind": "nat.flood",
    "role": "office",
    "within": "5 min",
    "season": "winter",
    "period": "night",
}


def _own(folder: Path, name: str = "own", **changed: str) -> Path:
    plans = folder / "contingency_plans"
    plans.mkdir(exist_ok=True)
    text = OWN.format(**{**RIGHT, **changed})
    (plans / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_plan_of_the_installation_is_added_or_replaces_the_shipped_one(tmp_path: Path) -> None:
    added = load_command_rules(_own(tmp_path)).plans
    assert len(added) == len(RULES.plans) + 1
    replaced = load_command_rules(_own(tmp_path, "flood", key="flood")).plans
    assert plan_of(replaced, "flood").name == "本局预案"


def test_a_step_may_be_for_a_key_period(tmp_path: Path) -> None:
    found = plan_of(load_command_rules(_own(tmp_path, period="spring_festival")).plans, "own")
    assert found.step[0].periods == ("spring_festival",)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("centre", "flod", "flood"),
        ("kind", "nat.floood", "nat.flood"),
        ("role", "offic", "office"),
        ("season", "wintr", "winter"),
        ("period", "nigt", "night"),
        ("within", "0 min", "within"),
        ("within", "5", "within"),
        ("key", "flood", "flood.toml"),
    ],
)
def test_a_wrong_plan_is_refused_with_file_table_and_key(
    tmp_path: Path, key: str, value: str, said: str
) -> None:
    with pytest.raises(CatalogueError, match=r"own\.toml") as refused:
        load_command_rules(_own(tmp_path, **{key: value}))
    assert said in str(refused.value)


def test_an_unknown_plan_names_the_nearest() -> None:
    with pytest.raises(NotFound, match="forest_fire"):
        plan_of(RULES.plans, "forest_fir")
