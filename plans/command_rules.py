"""The catalogues of command, loaded and held against each other; every fault names its place."""

import functools
from dataclasses import dataclass
from pathlib import Path

from plans.command_centres import CommandCentres, load_command_centres
from plans.contingency_plans import ContingencyPlan, Known, load_contingency_plans
from plans.incident_kinds import IncidentKinds
from plans.incident_rules import require_kinds
from plans.plan_selectors import PlanSelectors, load_plan_selectors
from plans.response_levels import ResponseLevels, load_response_levels
from records.catalogue import load
from schedules.roster_rules import load_roster_rules


@dataclass(frozen=True, slots=True)
class CommandRules:
    """Centres, response levels, contingency plans and what these are chosen by."""

    centres: CommandCentres
    responses: ResponseLevels
    plans: tuple[ContingencyPlan, ...]
    selectors: PlanSelectors


def load_command_rules(override: Path | None = None) -> CommandRules:
    """Return the catalogues of command, the installation's own where they are there.

    Raises CatalogueError naming file, table, key and what was expected; also where a centre or a
    plan names a kind of incident, a centre, a season, a period or a role that is not there.
    """
    kinds = load("plans", "incident_kinds", IncidentKinds, override)
    centres = load_command_centres(override)
    _check_centres(centres, kinds, override)
    selectors = load_plan_selectors(override)
    periods = tuple(period.key for period in load_roster_rules(override).periods)
    plans = load_contingency_plans(override, Known(kinds, centres, selectors, periods))
    return CommandRules(centres, load_response_levels(override), plans, selectors)


@functools.lru_cache(maxsize=8)
def command_rules(override: Path | None = None) -> CommandRules:
    """Return the catalogues of command, read once a process: most calls never ask for them."""
    return load_command_rules(override)


def _check_centres(centres: CommandCentres, kinds: IncidentKinds, override: Path | None) -> None:
    own = None if override is None else override / "command_centres.toml"
    file = str(own) if own and own.exists() else "plans/catalogue/command_centres.toml"
    for number, centre in enumerate(centres.centre, start=1):
        table = f"centre#{number}({centre.key})"
        require_kinds(kinds, centre.kinds, file, table, "kinds")
        require_kinds(kinds, centre.supports, file, table, "supports")
