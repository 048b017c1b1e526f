"""Read what stands on record about an incident, as the values that grades, clocks and legs want.

Nothing is written here and nothing decided but the grade in force.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from plans.clock_spells import GradeSince
from plans.grade_history import (
    FactsVersion,
    GradeChange,
    Standing,
    grade_history,
    grade_of,
    near_miss_of,
    standing,
    standings,
)
from plans.grades import Grade
from plans.grading import Counts, Graded, WaterCut
from plans.incident_rules import IncidentRules
from plans.incident_tables import (
    Incident,
    IncidentAssessment,
    IncidentLearned,
    IncidentReport,
    IncidentVersion,
)
from plans.report_legs import Leg, judge_legs, level_starts
from plans.reporting_clocks import IncidentFacts
from plans.reporting_levels import Learned, LevelReport, ReportForm, ReportingLevel, ReportKind

OURS = ReportingLevel.CITY  # the level of the rooms that this program serves
_OF_PEOPLE = ("dead", "missing", "trapped", "seriously_injured", "slightly_injured")
COUNTED = tuple(each.name for each in fields(Counts))


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision about the grade; None gives the computed one its force back."""

    at: datetime
    after_seq: int  # the version that stood then
    suggested: Grade | None
    decided: Grade | None


@dataclass(frozen=True, slots=True)
class Told:
    """All that was entered about one incident, in the order of entering."""

    received_at: datetime
    is_socially_significant: bool
    closed_at: datetime | None
    versions: tuple[FactsVersion, ...]
    decisions: tuple[Decision, ...]
    learned: tuple[Learned, ...]
    reports: tuple[LevelReport, ...]

    @property
    def known(self) -> Standing:
        """Return what stands after all entries."""
        return standing(self.versions)

    def computed(self, rules: IncidentRules, zone: ZoneInfo) -> Graded:
        """Return the grade that the counts give."""
        return grade_of(self.known, rules.kinds, rules.grades, zone)

    def computed_changes(self, rules: IncidentRules, zone: ZoneInfo) -> tuple[GradeChange, ...]:
        """Return each change of the computed grade, oldest first."""
        return grade_history(self.versions, rules.kinds, rules.grades, zone)

    def is_near_miss(self, rules: IncidentRules) -> bool:
        """Return whether it is a significant near miss."""
        return near_miss_of(self.known, rules.kinds, rules.grades)

    @property
    def decided(self) -> Grade | None:
        """Return what a person last decided, or None."""
        return self.decisions[-1].decided if self.decisions else None

    def grades_in_force(self, rules: IncidentRules, zone: ZoneInfo) -> tuple[GradeSince, ...]:
        """Return since when which grade has been in force, oldest first.

        A decision holds until it is taken back; where the counts then give more than they gave
        when it was taken, the higher of the two is in force.

        Rule: R-INC-04
        """
        found: list[GradeSince] = []
        decision: Decision | None = None
        decisions = list(self.decisions)
        known = zip(self.versions, standings(self.versions), strict=True)
        for seq, (version, known_then) in enumerate(known, start=1):
            computed = grade_of(known_then, rules.kinds, rules.grades, zone).grade
            _note(found, version.entered_at, _in_force(computed, decision))
            while decisions and decisions[0].after_seq <= seq:
                decision = decisions.pop(0)
                _note(found, decision.at, _in_force(computed, decision))
        return tuple(found)

    def legs(
        self, rules: IncidentRules, zone: ZoneInfo, *, now: datetime
    ) -> tuple[ReportingLevel | None, tuple[Leg, ...]]:
        """Return how far up it must go by the computed grade, and the legs on the way.

        Our own intake starts no leg: only what was said to be learned, and reports from below.
        """
        reach = rules.clocks.reach.required(self.computed(rules, zone).grade)
        return reach, judge_legs(self.learned, self.reports, reach, rules.clocks.leg, now=now)

    def facts(self, rules: IncidentRules, zone: ZoneInfo) -> IncidentFacts | None:
        """Return what the clocks depend on; None while the kind is not known.

        For our own clocks our intake is a receipt.
        """
        known = self.known
        if known.kind is None:
            return None
        received = dict(level_starts(self.learned, self.reports))
        received[OURS] = min(self.received_at, received.get(OURS, self.received_at))
        return IncidentFacts(
            kind=rules.kinds.by_slug(known.kind),
            occurred_at=known.occurred_at,
            received=received,
            grades=self.grades_in_force(rules, zone),
            is_near_miss=self.is_near_miss(rules),
            is_socially_significant=self.is_socially_significant,
            casualties_changed_at=self._changes(),
            ended_at=self._ended_at(),
        )

    def _changes(self) -> tuple[datetime, ...]:
        """Return when the numbers of people changed after our first report (补报)."""
        ours = [each.reported_at for each in self.reports if each.from_level is OURS]
        if not ours:
            return ()
        found: list[datetime] = []
        before: Counts | None = None
        for version, known in zip(self.versions, standings(self.versions), strict=True):
            is_changed = before is not None and _people(before) != _people(known.counts)
            if is_changed and version.entered_at > min(ours):
                found.append(version.entered_at)
            before = known.counts
        return tuple(found)

    def _ended_at(self) -> datetime | None:
        final = [
            each.reported_at
            for each in self.reports
            if each.kind is ReportKind.FINAL and each.from_level is OURS
        ]
        ends = [*final, *([self.closed_at] if self.closed_at else [])]
        return min(ends, default=None)


def _people(counts: Counts) -> tuple[int | None, ...]:
    return tuple(getattr(counts, name) for name in _OF_PEOPLE)


def _in_force(computed: Grade | None, decision: Decision | None) -> Grade | None:
    if decision is None or decision.decided is None:
        return computed
    if computed is None or (decision.suggested is not None and not decision.suggested < computed):
        return decision.decided
    return max(computed, decision.decided)


def _note(found: list[GradeSince], at: datetime, grade: Grade | None) -> None:
    before = found[-1].grade if found else None
    if grade is not before:
        found.append(GradeSince(at, grade))


def read_told(session: Session, incident: Incident) -> Told:
    """Return all that was entered about one incident."""
    return read_all_told(session, [incident])[incident.id]


def read_all_told(session: Session, incidents: Sequence[Incident]) -> Mapping[int, Told]:
    """Return all that was entered about each of these incidents, by their row numbers."""
    ids = [incident.id for incident in incidents]
    versions = session.scalars(
        select(IncidentVersion)
        .where(IncidentVersion.incident_id.in_(ids))
        .order_by(IncidentVersion.incident_id, IncidentVersion.seq)
    ).all()
    decisions = session.scalars(
        select(IncidentAssessment)
        .where(IncidentAssessment.incident_id.in_(ids))
        .order_by(IncidentAssessment.id)
    ).all()
    learned = session.scalars(
        select(IncidentLearned)
        .where(IncidentLearned.incident_id.in_(ids))
        .order_by(IncidentLearned.id)
    ).all()
    reports = session.scalars(
        select(IncidentReport)
        .where(IncidentReport.incident_id.in_(ids))
        .order_by(IncidentReport.id)
    ).all()
    return {
        incident.id: Told(
            received_at=incident.received_at,
            is_socially_significant=incident.is_socially_significant,
            closed_at=incident.closed_at,
            versions=tuple(_version(row) for row in versions if row.incident_id == incident.id),
            decisions=tuple(_decision(row) for row in decisions if row.incident_id == incident.id),
            learned=tuple(
                Learned(ReportingLevel(row.reporting_level), row.learned_at)
                for row in learned
                if row.incident_id == incident.id
            ),
            reports=tuple(level_report(row) for row in reports if row.incident_id == incident.id),
        )
        for incident in incidents
    }


def level_report(row: IncidentReport) -> LevelReport:
    """Return a stored report as the value that clocks and legs judge."""
    return LevelReport(
        ReportingLevel(row.from_level),
        ReportingLevel(row.to_level),
        row.reported_at,
        ReportKind(row.kind),
        ReportForm(row.form),
    )


def _version(row: IncidentVersion) -> FactsVersion:
    counts = {name: getattr(row, name) for name in COUNTED}
    if row.water_cut is not None:
        counts["water_cut"] = WaterCut(row.water_cut)
    return FactsVersion(
        entered_at=row.entered_at,
        kind=row.kind,
        occurred_at=row.occurred_at,
        counts=Counts(**counts),
        as_of=row.as_of,
        died_on=None if row.died_on is None else day_or_instant(row.died_on),
    )


def _decision(row: IncidentAssessment) -> Decision:
    return Decision(
        row.entered_at,
        row.after_seq,
        None if row.suggested is None else Grade(row.suggested),
        None if row.decided is None else Grade(row.decided),
    )


def day_or_instant(text: str) -> date | datetime:
    """Return the day or the instant that an ISO text names; ValueError for anything else."""
    if len(text) == len("2026-03-16"):
        return date.fromisoformat(text)
    return datetime.fromisoformat(text)
