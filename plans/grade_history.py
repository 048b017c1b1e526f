"""What is known of an incident after each entry, and when its computed grade changed; pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from plans.casualty_window import AddedDeaths, deaths_after, deaths_counted
from plans.grading import UNGRADED, Counts, Graded, GradeRules, assess, is_near_miss
from plans.incident_kinds import IncidentKinds
from schedules.calendar import local_day

NOTHING_SAID = Counts()


@dataclass(frozen=True, slots=True)
class FactsVersion:
    """What one entry said; None, also in the counts, is not said: what stood before stands on."""

    entered_at: datetime
    kind: str | None = None
    occurred_at: datetime | None = None
    counts: Counts = NOTHING_SAID
    as_of: datetime | None = None  # when the counts were true; None: `entered_at`
    died_on: date | datetime | None = None  # of the deaths that this entry adds; None: `as_of`


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known once some entries have been made; `counts.dead` are all deaths."""

    kind: str | None = None
    occurred_at: datetime | None = None
    counts: Counts = NOTHING_SAID
    deaths: tuple[AddedDeaths, ...] = ()


@dataclass(frozen=True, slots=True)
class GradeChange:
    """From `at`, when it was entered, the computed grade is this one."""

    at: datetime
    graded: Graded


def standings(versions: Sequence[FactsVersion]) -> Iterator[Standing]:
    """Yield what is known after each entry, in the order of entering.

    A number replaces the one before it. Only the deaths carry dates, by which late ones are left
    out; see `deaths_after`.
    """
    known = Standing()
    for version in versions:
        deaths = known.deaths
        if version.counts.dead is not None:
            died_on = version.died_on or version.as_of or version.entered_at
            deaths = deaths_after(deaths, version.counts.dead, died_on)
        known = Standing(
            version.kind or known.kind,
            version.occurred_at or known.occurred_at,
            known.counts.updated_by(version.counts),
            deaths,
        )
        yield known


def standing(versions: Sequence[FactsVersion]) -> Standing:
    """Return what is known after all these entries."""
    known = Standing()
    for known in standings(versions):  # noqa: B007  the last one is wanted
        pass
    return known


def grade_of(known: Standing, kinds: IncidentKinds, rules: GradeRules, zone: ZoneInfo) -> Graded:
    """Return the grade by what is known, without the deaths outside the window.

    Raises BadData for a kind that the catalogue does not have.

    Rule: R-GRADE-09
    """
    if known.kind is None:
        return UNGRADED
    kind = kinds.by_slug(known.kind)
    counts = known.counts
    if counts.dead is not None:
        window = rules.window_of(kind)
        counts = replace(counts, dead=deaths_counted(known.deaths, known.occurred_at, window, zone))
    day = None if known.occurred_at is None else local_day(known.occurred_at, zone)
    return assess(kind, counts, rules, day=day)


def near_miss_of(known: Standing, kinds: IncidentKinds, rules: GradeRules) -> bool:
    """Return whether what is known makes it a significant near miss.

    Rule: R-GRADE-10
    """
    return known.kind is not None and is_near_miss(kinds.by_slug(known.kind), known.counts, rules)


def grade_history(
    versions: Sequence[FactsVersion], kinds: IncidentKinds, rules: GradeRules, zone: ZoneInfo
) -> tuple[GradeChange, ...]:
    """Return each change of the computed grade, oldest first; begins ungraded, which is no change.

    A change of rule or criterion alone is none. A grade that is lost again is a change to None.
    """
    changes: list[GradeChange] = []
    before = UNGRADED
    for version, known in zip(versions, standings(versions), strict=True):
        graded = grade_of(known, kinds, rules, zone)
        if graded.grade is not before.grade:
            changes.append(GradeChange(version.entered_at, graded))
        before = graded
    return tuple(changes)
