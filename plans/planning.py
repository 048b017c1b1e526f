"""A contingency plan for one incident: chosen by what is known of it, placed, and how far it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from plans import responses
from plans.activations import lead_of
from plans.command_reading import incident_facts
from plans.command_rules import CommandRules
from plans.contingency_plans import ContingencyPlan, Numbered, choose, plan_of, steps_for
from plans.grades import ResponseLevel, RiskLevel
from plans.issued_orders import read_orders
from plans.plan_orders import Placing, StepProgress, progress
from plans.plan_selectors import Circumstances, PlanSelectors
from records.act import Act
from records.errors import NotFound
from records.language import mark
from schedules.calendar import local_day
from schedules.shifts import standing_holder


@dataclass(frozen=True, slots=True)
class Choosing:
    """By what a plan is chosen for an incident; a plan that is named is taken as it is."""

    handle: str
    plan: str = ""
    level: ResponseLevel | None = None
    risk_level: RiskLevel | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A plan, the steps of it that the circumstances ask for, and the place of the incident."""

    plan: ContingencyPlan
    steps: tuple[Numbered, ...]
    circumstances: Circumstances
    place: str


def circumstances(
    selectors: PlanSelectors,
    kind: str,
    zone: ZoneInfo,
    *,
    level: ResponseLevel | None = None,
    risk_level: RiskLevel | None = None,
    at: datetime,
) -> Circumstances:
    """Return what a plan is chosen by at an instant: seasons and periods are those of the hour."""
    return Circumstances(
        kind,
        level,
        selectors.seasons_of(local_day(at, zone)),
        selectors.periods_of(at, zone),
        risk_level,
    )


def plan_for(
    session: Session, act: Act, rules: CommandRules, choosing: Choosing, zone: ZoneInfo
) -> Chosen:
    """Return the plan for an incident; its level is the response's where none is named.

    Raises NotFound where no plan is meant for it.

    Rule: R-PLAN-01
    """
    facts = incident_facts(session, act.room_key, choosing.handle)
    standing = responses.standing(session, act.room_key, f"incident:{choosing.handle}")
    level = choosing.level or (standing.level if standing else None)
    known = circumstances(
        rules.selectors,
        facts.kind or "",
        zone,
        level=level,
        risk_level=choosing.risk_level,
        at=act.at,
    )
    if choosing.plan:
        plan: ContingencyPlan | None = plan_of(rules.plans, choosing.plan)
    else:
        plan = choose(rules.plans, known, local_day(act.at, zone))
    if plan is None:
        raise NotFound(mark("没有适用于此事件的预案,请用 duty plan list 查看并指定。"))
    return Chosen(plan, steps_for(plan, known), known, facts.place)


def placing_of(  # noqa: PLR0913  who stands behind the roles
    session: Session,
    act: Act,
    subject: str,
    chosen: Chosen,
    *,
    place: str,
    counties: tuple[str, ...],
    sites: tuple[str, ...],
    parties: Mapping[str, str],
) -> Placing:
    """Return who stands behind a plan's roles: the leading centre, else the plan's own."""
    lead = lead_of(session, act.room_key, subject) or chosen.plan.centre
    director = standing_holder(session, act.room_key, f"{lead}.office", act.at)
    office = None if director is None else f"person:{director}"
    return Placing(lead, place, counties, sites, office, parties)


def still_to_issue(
    session: Session, room_key: str, subject: str, chosen: Chosen
) -> tuple[Numbered, ...]:
    """Return the steps that have not become orders of this incident yet."""
    done = progress_of(session, room_key, subject, chosen)
    issued = {each.number for each in done if each.orders}
    return tuple(step for step in chosen.steps if step.number not in issued)


def progress_of(
    session: Session, room_key: str, subject: str, chosen: Chosen
) -> list[StepProgress]:
    """Return each step of a plan with the orders that it became in an incident."""
    orders = read_orders(session, room_key, subject=subject)
    return list(progress(chosen.plan, chosen.steps, orders))
