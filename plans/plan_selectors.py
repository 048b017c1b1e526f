"""What contingency plans are chosen by: kind, level, season, period, risk level; pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from plans.grades import ResponseLevel, RiskLevel
from records.catalogue import Frozen, load, wrong_value
from records.language import Bilingual, mark
from schedules.rules import LocalTime

_LEAP_YEAR = 2024  # any day of any year exists in it
_Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_Day = Annotated[str, Field(pattern=r"^\d\d-\d\d$")]


class StepTo(StrEnum):
    """Whom the step of a role becomes an order to."""

    NOBODY = "nobody"
    CENTRE = "centre"
    OFFICE = "office"
    COUNTY = "county"
    SITE = "site"


class _Named(Frozen):
    key: _Key
    name: str = Field(min_length=1)
    name_en: str = Field(min_length=1)

    @property
    def words(self) -> Bilingual:
        """Return its name in both languages."""
        return Bilingual(self.name, self.name_en)


class SeasonRule(_Named):
    """Local days of every year, both included; it may run into the next year."""

    first: _Day = Field(alias="from")
    last: _Day = Field(alias="to")

    @model_validator(mode="after")
    def _has_days(self) -> Self:
        for day in (self.first, self.last):
            try:
                date.fromisoformat(f"{_LEAP_YEAR}-{day}")
            except ValueError:
                raise wrong_value(mark("{day} 不是日期,应为 MM-DD"), day=day) from None
        return self

    def holds(self, day: date) -> bool:
        """Return whether a local day lies in the season."""
        shown = day.strftime("%m-%d")
        if self.first <= self.last:
            return self.first <= shown <= self.last
        return shown >= self.first or shown <= self.last


class PeriodRule(_Named):
    """Local hours `[from, to)` of every day; it may run past midnight."""

    starts: LocalTime = Field(alias="from")
    ends: LocalTime = Field(alias="to")

    def holds(self, instant: datetime, zone: ZoneInfo) -> bool:
        """Return whether an instant lies in the period."""
        shown = instant.astimezone(zone).time()
        if self.starts <= self.ends:
            return self.starts <= shown < self.ends
        return shown >= self.starts or shown < self.ends


class StepRole(_Named):
    """Who a step of a plan is for, and whom it becomes an order to."""

    to: StepTo


class PlanSelectors(Frozen):
    """The whole of plan_selectors.toml."""

    source: str = Field(min_length=1)
    season: tuple[SeasonRule, ...] = Field(min_length=1)
    period: tuple[PeriodRule, ...] = Field(min_length=1)
    role: tuple[StepRole, ...] = Field(min_length=1)

    def seasons_of(self, day: date) -> frozenset[str]:
        """Return the keys of all seasons that a local day lies in."""
        return frozenset(season.key for season in self.season if season.holds(day))

    def periods_of(self, instant: datetime, zone: ZoneInfo) -> frozenset[str]:
        """Return the keys of all periods that an instant lies in."""
        return frozenset(period.key for period in self.period if period.holds(instant, zone))

    def role_of(self, key: str) -> StepRole:
        """Return a role that a loaded plan names."""
        return next(role for role in self.role if role.key == key)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a plan is chosen by; None and an empty set are not known."""

    kind: str
    level: ResponseLevel | None = None
    seasons: Collection[str] = frozenset()
    periods: Collection[str] = frozenset()
    risk_level: RiskLevel | None = None


class Selector(Frozen):
    """For which circumstances a plan, or a step of one, is meant; an empty list is for all."""

    kinds: tuple[str, ...] = ()  # slugs, or beginnings of slugs
    levels: tuple[ResponseLevel, ...] = ()
    seasons: tuple[str, ...] = ()
    periods: tuple[str, ...] = ()
    risk_levels: tuple[RiskLevel, ...] = ()

    @property
    def narrowness(self) -> int:
        """Return how many selectors narrow it: the narrower of two plans is the better one."""
        lists = (self.kinds, self.levels, self.seasons, self.periods, self.risk_levels)
        return sum(1 for each in lists if each)

    def kind_length(self, kind: str) -> int:
        """Return how much of a slug its nearest kind names: 0 for none of its parts."""
        fitting = [each for each in self.kinds if kind == each or kind.startswith(f"{each}.")]
        return max((len(each) for each in fitting), default=0)

    def fits(self, facts: Circumstances, *, level_unknown_fits: bool) -> bool:
        """Return whether it is meant for these circumstances.

        What is not known fits no list; an unknown level fits each one where the strictest is
        wanted (`level_unknown_fits`).
        """
        if self.kinds and not self.kind_length(facts.kind):
            return False
        if facts.level is None:
            level = level_unknown_fits or not self.levels
        else:
            level = not self.levels or facts.level in self.levels
        return (
            level
            and (not self.seasons or bool(set(self.seasons) & set(facts.seasons)))
            and (not self.periods or bool(set(self.periods) & set(facts.periods)))
            and (not self.risk_levels or facts.risk_level in self.risk_levels)
        )


def load_plan_selectors(override: Path | None = None) -> PlanSelectors:
    """Return plan_selectors.toml, the installation's own if it is there; CatalogueError else."""
    return load("plans", "plan_selectors", PlanSelectors, override)
