"""The levels that reports climb, what a report between two of them is, and who must be reached.

Only values; which clock runs is in `reporting_clocks`, which step was kept in `report_legs`. Pure.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from plans.grades import Grade
from records.catalogue import Frozen


class ReportingLevel(StrEnum):
    """Who reports to whom, from below: a unit, then the levels of government."""

    UNIT = "unit"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    STATE = "state"

    def is_below(self, other: "ReportingLevel") -> bool:
        """Return whether reports climb from this level to the other; never by its letters."""
        members = list(ReportingLevel)
        return members.index(self) < members.index(other)


class ReportKind(StrEnum):
    """Which report on an incident it is (首报, 续报, 补报, 终报)."""

    FIRST = "first"
    FOLLOW_UP = "follow-up"
    SUPPLEMENT = "supplement"
    FINAL = "final"


class ReportForm(StrEnum):
    """How it was made."""

    TELEPHONE = "telephone"
    WRITTEN = "written"


@dataclass(frozen=True, slots=True)
class Learned:
    """An instant at which a level is said to have come to know."""

    level: ReportingLevel
    learned_at: datetime


@dataclass(frozen=True, slots=True)
class LevelReport:
    """A report from one level to another; `reported_at` is also the receipt at `to_level`."""

    from_level: ReportingLevel
    to_level: ReportingLevel
    reported_at: datetime
    kind: ReportKind = ReportKind.FIRST
    form: ReportForm = ReportForm.TELEPHONE


class Reach(Frozen):
    """How far up an incident of each grade must go."""

    especially_serious: ReportingLevel
    serious: ReportingLevel
    large: ReportingLevel
    ordinary: ReportingLevel
    rule: str
    source: str

    def required(self, grade: Grade | None) -> ReportingLevel | None:
        """Return the highest level that must be told; None while ungraded.

        Rule: R-LEG-01
        """
        by_grade = {
            Grade.ESPECIALLY_SERIOUS: self.especially_serious,
            Grade.SERIOUS: self.serious,
            Grade.LARGE: self.large,
            Grade.ORDINARY: self.ordinary,
        }
        return None if grade is None else by_grade[grade]
