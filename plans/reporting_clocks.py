"""Which reporting clocks run on an incident, from which start, until when; pure.

The minutes are catalogue data with source and validity; here is only how a clock is counted. The
steps of the national chain and their verdicts are in `report_legs`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from plans.clock_rules import ClockForm, ClockParty, ClockRule, ClockRules, StartsAt
from plans.clock_spells import GradeSince, Spell, spell_at
from plans.incident_kinds import IncidentKind
from plans.reporting_levels import LevelReport, ReportForm, ReportingLevel, ReportKind
from records.language import Bilingual
from schedules.calendar import ONE_DAY, local_day, local_instant
from schedules.rules import Confidence

AHEAD = timedelta(hours=24)  # as far as OpenDue looks
_MIDNIGHT = time(0)


class CountedFrom(StrEnum):
    """From what a due instant was counted in fact."""

    OCCURRED = "occurred"
    RECEIVED = "received"
    UPGRADED = "upgraded"
    CASUALTIES_CHANGED = "casualties_changed"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """What the clocks of one incident depend on.

    `received` says when each level came to know, our own intake included. `grades` are the grades
    in force (decided, else computed), oldest first; before the first it was ungraded.
    """

    kind: IncidentKind
    occurred_at: datetime | None
    received: Mapping[ReportingLevel, datetime]
    grades: tuple[GradeSince, ...] = ()
    is_near_miss: bool = False
    is_socially_significant: bool = False
    casualties_changed_at: tuple[datetime, ...] = ()  # after the first report
    ended_at: datetime | None = None  # final report made: nothing further is owed daily


@dataclass(frozen=True, slots=True)
class ClockDue:
    """One clock that runs: `due_at` by the rule's own start, `due_from_receipt_at` by ours.

    Own lateness is judged by the second; it is None where the level's receipt is not known.
    `number` tells reports of the same clock and due instant apart, from 1.
    """

    clock: str
    name: Bilingual
    from_party: ClockParty
    to_party: ClockParty
    form: ClockForm
    arose_at: datetime
    due_at: datetime
    due_from_receipt_at: datetime | None
    counted_from: CountedFrom
    rule: str
    source: str
    confidence: Confidence
    warn_at: tuple[datetime, ...]
    is_follow_up: bool = False
    is_optional: bool = False
    number: int = 1


@dataclass(frozen=True, slots=True)
class Elapsed:
    """The two elapsed times: what the province judges, and what our own duty answers for."""

    since_occurrence: timedelta | None
    since_receipt: timedelta | None


@dataclass(frozen=True, slots=True)
class _Counting:
    """One rule that applies, and since when."""

    rule: ClockRule
    facts: IncidentFacts
    spell: Spell
    warn_at_percent: tuple[int, ...]
    zone: ZoneInfo

    @property
    def receipt(self) -> datetime | None:
        if self.rule.from_party is ClockParty.SITE:
            return self.facts.occurred_at
        return self.facts.received.get(ReportingLevel(self.rule.from_party.value))

    @property
    def began_at(self) -> datetime | None:
        """Return since when this party can owe something daily."""
        known = [at for at in (self.receipt, self.spell.since) if at is not None]
        return max(known) if known else self.facts.occurred_at

    def due(
        self,
        counted_from: CountedFrom,
        arose_at: datetime,
        due_at: datetime,
        from_receipt: datetime | None,
        number: int = 1,
    ) -> ClockDue:
        rule = self.rule
        whole = due_at - arose_at
        return ClockDue(
            clock=rule.key,
            name=Bilingual(rule.name, rule.name_en),
            from_party=rule.from_party,
            to_party=rule.to_party,
            form=rule.form,
            arose_at=arose_at,
            due_at=due_at,
            due_from_receipt_at=from_receipt,
            counted_from=counted_from,
            rule=rule.rule,
            source=rule.source,
            confidence=rule.confidence,
            warn_at=tuple(arose_at + whole * percent / 100 for percent in self.warn_at_percent),
            is_follow_up=rule.is_follow_up,
            is_optional=rule.is_optional,
            number=number,
        )


def clocks_for(
    facts: IncidentFacts, rules: ClockRules, zone: ZoneInfo, *, now: datetime
) -> tuple[ClockDue, ...]:
    """Return every clock that applies at `now`, the tightest first.

    Limits stand whether passed or not; of what is owed daily, that which falls due within the
    next 24 h. A clock whose start is not known is left out. Which clock a report fulfils is said
    by `is_fulfilled_by`.

    Args:
        facts: What was entered; grades and changes after `now` are not looked at.
        rules: The catalogue.
        zone: The room's, for hours and days.

    Rule: R-CLOCK-30, R-CLOCK-31, R-CLOCK-32, R-CLOCK-33, R-CLOCK-34
    """
    found: list[ClockDue] = []
    for rule in rules.clock:
        spell = _spell(rule, facts, now)
        if spell is not None:
            counting = _Counting(rule, facts, spell, rules.warn_at_percent, zone)
            if _is_valid(counting):
                found.extend(_dues(counting, now))
    return tuple(sorted(found, key=_tightness))


def tightest(dues: Sequence[ClockDue]) -> ClockDue | None:
    """Return the clock that drives the alarm: the first to fall due of those that are owed.

    Rule: R-CLOCK-34
    """
    return min((due for due in dues if not due.is_optional), key=_tightness, default=None)


def elapsed(facts: IncidentFacts, level: ReportingLevel, *, now: datetime) -> Elapsed:
    """Return the time since the occurrence and since that level's receipt; None where not known.

    Rule: R-CLOCK-30
    """
    received_at = facts.received.get(level)
    return Elapsed(
        None if facts.occurred_at is None else now - facts.occurred_at,
        None if received_at is None else now - received_at,
    )


def is_fulfilled_by(due: ClockDue, report: LevelReport) -> bool:
    """Return whether a report does what the clock asks, early or late.

    It must go between the same two, in the form that is asked. What is asked for anew (daily,
    upon an upgrade or a change) is not done by a report made before it arose.
    """
    way = (due.from_party.value, due.to_party.value)
    if (report.from_level.value, report.to_level.value) != way:
        return False
    if due.form is ClockForm.TELEPHONE and report.form is not ReportForm.TELEPHONE:
        return False
    if due.form in _IN_WRITING and report.form is not ReportForm.WRITTEN:
        return False
    if due.is_follow_up and report.kind is ReportKind.FIRST:
        return False
    is_anew = due.counted_from not in (CountedFrom.OCCURRED, CountedFrom.RECEIVED)
    return not is_anew or report.reported_at >= due.arose_at


_IN_WRITING = frozenset({ClockForm.WRITTEN, ClockForm.STATISTICS})


def _tightness(due: ClockDue) -> tuple[datetime, str, int]:
    return due.due_at, due.clock, due.number


def _spell(rule: ClockRule, facts: IncidentFacts, now: datetime) -> Spell | None:
    """Return since when the rule has applied without a break, or None if it does not now."""
    if not facts.kind.belongs_to(rule.kinds) or facts.kind.belongs_to(rule.except_kinds):
        return None
    is_asked_anyway = (
        not rule.grades
        or (rule.also_near_miss and facts.is_near_miss)
        or (rule.also_socially_significant and facts.is_socially_significant)
    )
    return Spell() if is_asked_anyway else spell_at(rule.grades, facts.grades, now=now)


def _is_valid(counting: _Counting) -> bool:
    """Return whether the rule held when the incident came to this level, or else occurred.

    A rule that changes meanwhile does not change a clock that runs.
    """
    base = counting.receipt or counting.facts.occurred_at
    return base is not None and counting.rule.is_valid_on(local_day(base, counting.zone))


def _dues(counting: _Counting, now: datetime) -> Iterator[ClockDue]:
    rule = counting.rule
    if rule.limit is not None:
        yield from _limited(counting, rule.limit)
    elif rule.within_days is not None:
        yield from _upon_changes(counting, rule.within_days, now)
    else:
        yield from _daily(counting, now)


def _limited(counting: _Counting, limit: timedelta) -> Iterator[ClockDue]:
    occurred_at, receipt = counting.facts.occurred_at, counting.receipt
    from_receipt = None if receipt is None else receipt + limit
    upgraded_at = counting.spell.upgraded_at
    if upgraded_at is not None:
        due_at = upgraded_at + limit
        yield counting.due(CountedFrom.UPGRADED, upgraded_at, due_at, due_at)
    elif counting.rule.starts_at is StartsAt.OCCURRED and occurred_at is not None:
        due_at = occurred_at + limit
        yield counting.due(CountedFrom.OCCURRED, occurred_at, due_at, from_receipt)
    elif receipt is not None and from_receipt is not None:
        yield counting.due(CountedFrom.RECEIVED, receipt, from_receipt, from_receipt)


def _upon_changes(counting: _Counting, days: int, now: datetime) -> Iterator[ClockDue]:
    """Yield what is owed by the end of each day on which the casualties changed."""
    zone, occurred_at = counting.zone, counting.facts.occurred_at
    for changed_at in counting.facts.casualties_changed_at:
        day = local_day(changed_at, zone)
        passed = 0 if occurred_at is None else (day - local_day(occurred_at, zone)).days
        if changed_at <= now and passed <= days:
            due_at = local_instant(day + ONE_DAY, _MIDNIGHT, zone)
            yield counting.due(CountedFrom.CASUALTIES_CHANGED, changed_at, due_at, due_at)


def _daily(counting: _Counting, now: datetime) -> Iterator[ClockDue]:
    rule, zone, began_at = counting.rule, counting.zone, counting.began_at
    assert began_at is not None  # a rule without a base is not valid
    hours = rule.daily_at or (_MIDNIGHT,)
    first_day = local_day(began_at, zone) + (ONE_DAY if rule.begins_next_day else timedelta(0))
    begins_at = local_instant(first_day, _MIDNIGHT, zone)
    begins_at = max(began_at + rule.begins_after, begins_at)
    ended_at = counting.facts.ended_at
    before = None
    for due_at in _hours_around(now, hours, zone):
        is_near = now < due_at <= now + AHEAD and (ended_at is None or due_at <= ended_at)
        if before is not None and is_near and due_at > begins_at:
            arose_at = max(before, began_at)
            for number in range(1, (rule.times_a_day or 1) + 1):
                yield counting.due(CountedFrom.DAILY, arose_at, due_at, due_at, number)
        before = due_at


def _hours_around(now: datetime, hours: Sequence[time], zone: ZoneInfo) -> Iterator[datetime]:
    """Yield these hours from two days before `now` to two days after it."""
    today = local_day(now, zone)
    for offset in range(-2, 3):
        for hour in sorted(hours):
            yield local_instant(today + offset * ONE_DAY, hour, zone)
