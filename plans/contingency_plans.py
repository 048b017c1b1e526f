"""Contingency plans: loaded from their folder, chosen by circumstances, reduced to their steps."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path
from typing import NoReturn

from pydantic import Field

from plans.command_centres import CommandCentres
from plans.incident_kinds import IncidentKinds
from plans.incident_rules import require_kinds
from plans.plan_selectors import Circumstances, PlanSelectors, Selector
from records.catalogue import PositiveDuration, load, nearest, read_toml
from records.errors import CatalogueError, NotFound
from records.language import Bilingual, Sentence, mark
from schedules.rules import Confidence

FOLDER = "contingency_plans"


class PlanStep(Selector):
    """One step: whose, within how long of the start, what; and only in some circumstances."""

    role: str
    within: PositiveDuration
    text: str = Field(min_length=1)
    text_en: str = Field(min_length=1)
    quantity: str = ""

    @property
    def words(self) -> Bilingual:
        """Return what is to be done, in both languages."""
        return Bilingual(self.text, self.text_en)


class ContingencyPlan(Selector):
    """The plan of one centre for some circumstances; the whole of one file."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    centre: str
    source: str = Field(min_length=1)
    confidence: Confidence
    rule: str
    valid_from: date
    valid_until: date | None = None
    step: tuple[PlanStep, ...] = Field(min_length=1)

    @property
    def words(self) -> Bilingual:
        """Return its name in both languages."""
        return Bilingual(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class Numbered:
    """A step with its number in the whole plan, from 1, whatever is left out of it."""

    number: int
    step: PlanStep


def fitting(
    plans: Iterable[ContingencyPlan], facts: Circumstances, day: date
) -> list[ContingencyPlan]:
    """Return the plans for these circumstances that are valid on a local day, the best first.

    The one that names most of the kind is the best, then the one that is narrowed by most
    selectors, then the one that comes first.

    Rule: R-PLAN-01
    """
    found = [
        plan
        for plan in plans
        if plan.valid_from <= day
        and (plan.valid_until is None or day <= plan.valid_until)
        and plan.fits(facts, level_unknown_fits=False)
    ]
    return sorted(found, key=lambda plan: (-plan.kind_length(facts.kind), -plan.narrowness))


def choose(
    plans: Iterable[ContingencyPlan], facts: Circumstances, day: date
) -> ContingencyPlan | None:
    """Return the best plan for these circumstances, or None where none is meant for them.

    Rule: R-PLAN-01
    """
    return next(iter(fitting(plans, facts, day)), None)


def steps_for(plan: ContingencyPlan, facts: Circumstances) -> tuple[Numbered, ...]:
    """Return the steps that these circumstances ask for; an unknown level asks for all levels'.

    Rule: R-PLAN-01
    """
    return tuple(
        Numbered(number, step)
        for number, step in enumerate(plan.step, start=1)
        if step.fits(facts, level_unknown_fits=True)
    )


def plan_of(plans: Sequence[ContingencyPlan], key: str) -> ContingencyPlan:
    """Return the plan of a key; NotFound naming the nearest one."""
    for plan in plans:
        if plan.key == key:
            return plan
    near = nearest(key, [plan.key for plan in plans])
    raise NotFound(mark("没有预案“{key}”,最接近的是“{near}”。"), key=key, near=near or "—")


@dataclass(frozen=True, slots=True)
class Known:
    """What the other catalogues have, and a plan may therefore name."""

    kinds: IncidentKinds
    centres: CommandCentres
    selectors: PlanSelectors
    key_periods: tuple[str, ...] = ()


def load_contingency_plans(override: Path | None, known: Known) -> tuple[ContingencyPlan, ...]:
    """Return all plans in the order of their files' names; the installation's own replace or add.

    Raises CatalogueError naming file, table, key and what was expected; also where a plan names a
    kind, centre, season, period or role that is not there, or two plans have one key.
    """
    found: dict[str, str] = {}
    plans = []
    for file, plan in _read(override):
        if plan.key in found:
            _refuse(file, "", "key", Sentence(mark("与 {file} 重复"), {"file": found[plan.key]}))
        found[plan.key] = file
        _check(file, plan, known)
        plans.append(plan)
    return tuple(plans)


def _read(override: Path | None) -> Iterator[tuple[str, ContingencyPlan]]:
    shipped = {
        entry.name
        for entry in resources.files("plans").joinpath(f"catalogue/{FOLDER}").iterdir()
        if entry.name.endswith(".toml")
    }
    folder = None if override is None else override / FOLDER
    own = {path.name for path in folder.glob("*.toml")} if folder else set()
    for name in sorted(shipped | own):
        if folder is not None and name in own:
            path = folder / name
            yield str(path), read_toml(path, ContingencyPlan, CatalogueError)
        else:
            plan = load("plans", f"{FOLDER}/{name.removesuffix('.toml')}", ContingencyPlan)
            yield f"plans/catalogue/{FOLDER}/{name}", plan


def _check(file: str, plan: ContingencyPlan, known: Known) -> None:
    _require(file, "", "centre", [plan.centre], [body.key for body in known.centres.bodies()])
    _check_selector(file, "", plan, known)
    roles = [role.key for role in known.selectors.role]
    for number, step in enumerate(plan.step, start=1):
        _require(file, f"step#{number}", "role", [step.role], roles)
        _check_selector(file, f"step#{number}", step, known)


def _check_selector(file: str, table: str, selector: Selector, known: Known) -> None:
    require_kinds(known.kinds, selector.kinds, file, table or FOLDER, "kinds")
    seasons = [season.key for season in known.selectors.season]
    periods = [period.key for period in known.selectors.period]
    periods += known.key_periods
    _require(file, table, "seasons", selector.seasons, seasons)
    _require(file, table, "periods", selector.periods, periods)


def _require(file: str, table: str, key: str, named: Iterable[str], there: Sequence[str]) -> None:
    for word in named:
        if word not in there:
            reason = Sentence(
                mark("没有“{word}”;最接近的是 {nearest}"),
                {"word": word, "nearest": nearest(word, there) or "—"},
            )
            _refuse(file, table, key, reason)


def _refuse(file: str, table: str, key: str, reason: Sentence) -> NoReturn:
    where = Sentence("[{table}]", {"table": table}) if table else Sentence(mark("(顶层)"))
    raise CatalogueError(
        mark("{file} {table} {key}:{reason}。"), file=file, table=where, key=key, reason=reason
    )
