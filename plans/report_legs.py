"""The legs of a report's way up, each with its verdict by the national chain rule alone; pure.

How the contract is read (docs/rules.md, R-LEG-02):
- A leg is one step between neighbours: unit > county > city > province > state. A report that
  skips a level (越级) starts the level that got it, but is no report on the steps that it skips:
  the level left out was not told by it, and `reported_at` never claims so.
- A level's start is the earliest of the instants at which it is said to have learned and of its
  receipts from any lower level. A report from above or from the same level starts nothing; nor
  does the occurrence, nor the level's own report: that proves that it knew, not since when.
- Of several reports on one leg, in whatever order they were entered, the earliest counts.
- With a start and a report the leg is judged, whichever came first: a report before the known
  start has negative minutes and is on time. Without a known start it is undecidable, whether
  reported or not.
- Legs beyond the required reach appear only where a report was made on that very leg: knowing
  alone owes nothing there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from pydantic import Field

from plans.reporting_levels import Learned, LevelReport, ReportingLevel
from records.catalogue import Frozen, PositiveDuration
from schedules.rules import Confidence

_MINUTE = timedelta(minutes=1)


class LegRule(Frozen):
    """The limit of one step of the national chain."""

    from_level: ReportingLevel = Field(alias="from")
    to_level: ReportingLevel = Field(alias="to")
    limit: PositiveDuration
    rule: str
    source: str = Field(min_length=1)
    confidence: Confidence


class Verdict(StrEnum):
    """How a leg was kept; whether a report was false or concealed is never computed."""

    ON_TIME = "on_time"
    LATE = "late"
    OPEN = "open"
    MISSED = "missed"
    UNDECIDABLE = "undecidable"


@dataclass(frozen=True, slots=True)
class Leg:
    """One step; `learned_at` is the start of the lower level, None where it is not known."""

    from_level: ReportingLevel
    to_level: ReportingLevel
    learned_at: datetime | None
    reported_at: datetime | None
    limit: timedelta
    rule: str
    source: str
    verdict: Verdict

    @property
    def limit_minutes(self) -> float:
        """Return the limit in minutes."""
        return self.limit / _MINUTE

    @property
    def elapsed_minutes(self) -> float | None:
        """Return the minutes from start to report, not rounded; None where either is unknown."""
        if self.learned_at is None or self.reported_at is None:
            return None
        return (self.reported_at - self.learned_at) / _MINUTE


def level_starts(
    learned: Sequence[Learned], reports: Sequence[LevelReport]
) -> Mapping[ReportingLevel, datetime]:
    """Return since when each level is known to have known; a level without an entry is unknown.

    Rule: R-LEG-02
    """
    starts: dict[ReportingLevel, datetime] = {}
    told = [(each.level, each.learned_at) for each in learned]
    received = [
        (report.to_level, report.reported_at)
        for report in reports
        if report.from_level.is_below(report.to_level)
    ]
    for level, at in [*told, *received]:
        starts[level] = min(at, starts.get(level, at))
    return starts


def judge_legs(
    learned: Sequence[Learned],
    reports: Sequence[LevelReport],
    required_reach: ReportingLevel | None,
    rules: Sequence[LegRule],
    *,
    now: datetime,
) -> tuple[Leg, ...]:
    """Return the legs up to the required reach and those reported on beyond it, lowest first.

    Args:
        learned: In any order; several for one level are allowed.
        reports: In any order, of every kind and form.
        required_reach: None where nothing is required.
        rules: One for each step (`load_incident_rules` makes sure).

    Rule: R-LEG-02, R-CLOCK-02, R-CLOCK-03
    """
    starts = level_starts(learned, reports)
    by_step = {(rule.from_level, rule.to_level): rule for rule in rules}
    legs = []
    for step in pairwise(ReportingLevel):
        rule = by_step[step]
        made = [each.reported_at for each in reports if (each.from_level, each.to_level) == step]
        reported_at = min(made, default=None)
        is_required = required_reach is not None and not required_reach.is_below(rule.to_level)
        if is_required or reported_at is not None:
            legs.append(_leg(rule, starts.get(rule.from_level), reported_at, now))
    return tuple(legs)


def _leg(
    rule: LegRule, learned_at: datetime | None, reported_at: datetime | None, now: datetime
) -> Leg:
    return Leg(
        rule.from_level,
        rule.to_level,
        learned_at,
        reported_at,
        rule.limit,
        rule.rule,
        rule.source,
        _verdict(learned_at, reported_at, rule.limit, now),
    )


def _verdict(
    learned_at: datetime | None, reported_at: datetime | None, limit: timedelta, now: datetime
) -> Verdict:
    if learned_at is None:
        return Verdict.UNDECIDABLE
    if reported_at is None:
        return Verdict.OPEN if now <= learned_at + limit else Verdict.MISSED
    return Verdict.ON_TIME if reported_at <= learned_at + limit else Verdict.LATE
