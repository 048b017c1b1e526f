"""Counts in, grade out, by a named and dated rule; and the significant near miss; pure."""

from dataclasses import dataclass, fields, replace
from datetime import date
from enum import IntEnum, StrEnum
from typing import Self

from pydantic import Field, field_validator, model_validator

from plans.casualty_window import CasualtyWindow
from plans.grades import Grade
from plans.incident_kinds import IncidentKind
from plans.reporting_levels import ReportingLevel
from records.catalogue import Frozen, wrong_value
from records.language import mark
from schedules.rules import Confidence


class WaterCut(IntEnum):
    """Whose drinking-water source an environmental incident cut off."""

    NONE = 0
    TOWNSHIP = 1
    COUNTY_TOWN = 2
    PREFECTURE_CITY = 3


@dataclass(frozen=True, slots=True)
class Counts:
    """What is known of the consequences; None is unknown, which is not the same as 0."""

    dead: int | None = None
    missing: int | None = None
    trapped: int | None = None
    seriously_injured: int | None = None
    slightly_injured: int | None = None
    direct_loss_cny: float | None = None
    evacuated: int | None = None
    burnt_area_ha: float | None = None
    magnitude: float | None = None
    threatened: int | None = None  # people in danger
    possible_loss_cny: float | None = None
    water_cut: WaterCut | None = None
    has_serious_pollution: bool | None = None
    threatens_important_place: bool | None = None

    def updated_by(self, told: "Counts") -> "Counts":
        """Return these counts with what was told in their place; untold ones stay."""
        said = {
            each.name: getattr(told, each.name)
            for each in fields(told)
            if getattr(told, each.name) is not None
        }
        return replace(self, **said)


class Measure(StrEnum):
    """What a criterion looks at; each is a field of `Counts`."""

    DEAD = "dead"
    SERIOUSLY_INJURED = "seriously_injured"
    DIRECT_LOSS_CNY = "direct_loss_cny"
    EVACUATED = "evacuated"
    BURNT_AREA_HA = "burnt_area_ha"
    MAGNITUDE = "magnitude"
    THREATENED = "threatened"
    POSSIBLE_LOSS_CNY = "possible_loss_cny"
    WATER_CUT = "water_cut"


class Criterion(Frozen):
    """Where each grade begins; a bound is included, but for `ordinary_above`, which is not."""

    measure: Measure
    especially_serious: float | None = None
    serious: float | None = None
    large: float | None = None
    ordinary: float | None = None
    ordinary_above: float | None = None

    @model_validator(mode="after")
    def _bounds_fall(self) -> Self:
        bounds = [self.especially_serious, self.serious, self.large]
        bounds.append(self.ordinary if self.ordinary_above is None else self.ordinary_above)
        given = [bound for bound in bounds if bound is not None]
        if not given or given != sorted(set(given), reverse=True):
            raise wrong_value(mark("各级下限应自特别重大起逐级递减,至少有一级"))
        if self.ordinary is not None and self.ordinary_above is not None:
            raise wrong_value(mark("ordinary 与 ordinary_above 只能有一项"))
        return self

    def grade(self, value: float) -> Grade | None:
        """Return the highest grade that the value reaches, or None."""
        bounds = (
            (Grade.ESPECIALLY_SERIOUS, self.especially_serious),
            (Grade.SERIOUS, self.serious),
            (Grade.LARGE, self.large),
            (Grade.ORDINARY, self.ordinary),
        )
        for grade, bound in bounds:
            if bound is not None and value >= bound:
                return grade
        if self.ordinary_above is not None and value > self.ordinary_above:
            return Grade.ORDINARY
        return None


class FeltQuake(Frozen):
    """An earthquake that is felt but not graded: who handles it, who is told."""

    from_magnitude: float
    below_magnitude: float
    handled_by: ReportingLevel
    informed: ReportingLevel
    rule: str
    source: str = Field(min_length=1)
    confidence: Confidence

    def covers(self, magnitude: float | None) -> bool:
        """Return whether a quake of that magnitude is a felt one."""
        if magnitude is None:
            return False
        return self.from_magnitude <= magnitude < self.below_magnitude


class GradeTable(Frozen):
    """One dated version of the criteria for some kinds."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    name_en: str
    rule: str
    source: str = Field(min_length=1)
    confidence: Confidence
    valid_from: date
    valid_until: date | None = None
    missing_count_as_dead: bool | None = None  # absent: as the whole catalogue says
    criterion: tuple[Criterion, ...] = Field(min_length=1)

    def is_valid_on(self, day: date) -> bool:
        """Return whether this version holds on that day; both its days are included."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class NearMiss(Frozen):
    """From how many people an accident is a significant near miss though nobody is hurt."""

    threatened: int = Field(ge=1)
    trapped_or_missing: int = Field(ge=1)
    evacuated: int = Field(ge=1)
    rule: str
    source: str = Field(min_length=1)
    confidence: Confidence


class GradeRules(Frozen):
    """The whole of grades.toml."""

    missing_count_as_dead: bool
    window_first_day: int = Field(ge=0, le=1)
    source: str = Field(min_length=1)
    table: tuple[GradeTable, ...] = Field(min_length=1)
    near_miss: NearMiss
    felt_quake: FeltQuake

    @field_validator("table")
    @classmethod
    def _versions_do_not_overlap(cls, tables: tuple[GradeTable, ...]) -> tuple[GradeTable, ...]:
        for number, table in enumerate(tables):
            for other in tables[number + 1 :]:
                if table.key == other.key and _overlap(table, other):
                    raise wrong_value(
                        mark("{key} 的各版本有效期不应重叠:{first} 起与 {second} 起"),
                        key=table.key,
                        first=table.valid_from,
                        second=other.valid_from,
                    )
        return tables

    def table_on(self, key: str, day: date | None) -> GradeTable | None:
        """Return the version of a table that holds on a day (None: the day is not known).

        What happened before the first version is graded by the first, so that an old accident
        can be reviewed; an unknown day takes the latest version.
        """
        versions = sorted(
            (table for table in self.table if table.key == key), key=lambda each: each.valid_from
        )
        if not versions or day is None:
            return versions[-1] if versions else None
        if day < versions[0].valid_from:
            return versions[0]
        return next((table for table in versions if table.is_valid_on(day)), None)

    def window_of(self, kind: IncidentKind) -> CasualtyWindow:
        """Return how long deaths count for that kind of incident."""
        return CasualtyWindow(kind.death_window_days, self.window_first_day)


def _overlap(one: GradeTable, other: GradeTable) -> bool:
    return (one.valid_until is None or other.valid_from <= one.valid_until) and (
        other.valid_until is None or one.valid_from <= other.valid_until
    )


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade, the rule and the criterion that gave it, and the number that was counted.

    All but None together: without one criterion reached there is no grade.
    """

    grade: Grade | None = None
    rule: str | None = None
    criterion: str | None = None
    counted: float | None = None


UNGRADED = Graded()


def assess(kind: IncidentKind, counts: Counts, rules: GradeRules, *, day: date | None) -> Graded:
    """Return the grade by the highest criterion that the counts reach; of equals, the first.

    Args:
        kind: Names the tables that apply; a kind without one is never graded by counts.
        counts: `dead` without the deaths that lie outside the window.
        rules: The catalogue.
        day: Local day of the occurrence, which decides the version; None where not known.

    Rule: R-GRADE-01, R-GRADE-02, R-GRADE-03, R-GRADE-04, R-GRADE-05, R-GRADE-06, R-GRADE-07,
        R-GRADE-08, R-GRADE-11
    """
    best = UNGRADED
    for key in kind.grade_tables:
        table = rules.table_on(key, day)
        for criterion in table.criterion if table is not None else ():
            assert table is not None
            value = _value(criterion.measure, counts, _counts_missing(table, rules))
            grade = None if value is None else criterion.grade(value)
            if grade is not None and (best.grade is None or best.grade < grade):
                best = Graded(grade, table.rule, criterion.measure.value, value)
    return best


def _counts_missing(table: GradeTable, rules: GradeRules) -> bool:
    own = table.missing_count_as_dead
    return rules.missing_count_as_dead if own is None else own


def _value(measure: Measure, counts: Counts, missing_count: bool) -> float | None:
    value: float | None = getattr(counts, measure.value)
    if measure is Measure.DEAD and missing_count and counts.missing is not None:
        return (value or 0) + counts.missing
    return value


def is_near_miss(kind: IncidentKind, counts: Counts, rules: GradeRules) -> bool:
    """Return whether an accident is a significant near miss (较大涉险事故).

    It looks at the danger only: whoever was hurt besides changes nothing, nor does the grade.
    The trapped and the missing are counted together.

    Rule: R-GRADE-10
    """
    if kind.family != "accident":
        return False
    limits = rules.near_miss
    return (
        (counts.threatened or 0) >= limits.threatened
        or (counts.trapped or 0) + (counts.missing or 0) >= limits.trapped_or_missing
        or (counts.evacuated or 0) >= limits.evacuated
        or bool(counts.has_serious_pollution)
        or bool(counts.threatens_important_place)
    )


def felt_quake(kind: IncidentKind, counts: Counts, rules: GradeRules) -> FeltQuake | None:
    """Return who handles a quake too weak for a grade by magnitude, but felt; or None.

    Rule: R-GRADE-12
    """
    is_felt = "earthquake" in kind.grade_tables and rules.felt_quake.covers(counts.magnitude)
    return rules.felt_quake if is_felt else None
