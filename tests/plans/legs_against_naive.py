"""Judge random timelines of reports twice: by the program and by a naive second implementation.

`python -m tests.plans.legs_against_naive --count 100000` is the long run; a sample is in the gate.
The second one works on names and whole seconds, step by step as the contract tells it, and shares
no code and no catalogue with the first.
"""

import argparse
from datetime import UTC, datetime, timedelta

from plans.incident_rules import load_incident_rules
from plans.report_legs import judge_legs
from plans.reporting_levels import Learned, LevelReport, ReportingLevel
from records.chance import Chance, SeededChance

RULES = load_incident_rules().clocks.leg
EPOCH = datetime(2026, 3, 16, tzinfo=UTC)
NAMES = ["unit", "county", "city", "province", "state"]
LIMITS = {"unit": 3600, "county": 7200, "city": 7200, "province": 7200}
# Limits and sums of limits, so that starts and reports often meet a limit to the second.
ROUND = [0, 1, 3599, 3600, 3601, 7199, 7200, 7201, 10_800, 14_400, 18_000, 21_600]


def naive(learned: list, reports: list, reach: str | None, now: int) -> list[tuple[object, ...]]:
    """Return from, to, start, report, seconds between them, verdict: one after the other."""
    answer = []
    for place in range(4):
        lower, upper = NAMES[place], NAMES[place + 1]
        start = None
        for level, second in learned:
            if level == lower and (start is None or second < start):
                start = second
        for sender, receiver, second in reports:
            comes_from_below = sender in NAMES[:place]
            if receiver == lower and comes_from_below and (start is None or second < start):
                start = second
        report = None
        for sender, receiver, second in reports:
            if sender == lower and receiver == upper and (report is None or second < report):
                report = second
        if report is None and (reach is None or NAMES.index(reach) <= place):
            continue
        between = None
        if start is None:
            verdict = "undecidable"
        elif report is not None:
            between = report - start
            verdict = "late" if between > LIMITS[lower] else "on_time"
        else:
            verdict = "missed" if now - start > LIMITS[lower] else "open"
        answer.append((lower, upper, start, report, between, verdict))
    return answer


def told(chance: Chance) -> tuple[list, list, str | None, int]:
    """Return a random timeline: who learned when, who told whom when, the reach, and now."""

    def second() -> int:
        if chance.below(2):
            return ROUND[chance.below(len(ROUND))]
        return chance.below(26_000)

    def name() -> str:
        return NAMES[chance.below(5)]

    learned = [(name(), second()) for _ in range(chance.below(5))]
    reports = [(name(), name(), second()) for _ in range(chance.below(4))]
    for _ in range(chance.below(5)):  # most reports go one step up
        place = chance.below(4)
        reports.append((NAMES[place], NAMES[place + 1], second()))
    reach = [None, "city", "province", "state"][chance.below(4)]
    return learned, reports, reach, second()


def judged(learned: list, reports: list, reach: str | None, now: int) -> list[tuple[object, ...]]:
    """Return the same as `naive`, by the program."""

    def instant(second: int) -> datetime:
        return EPOCH + timedelta(seconds=second)

    def seconds(at: datetime | None) -> float | None:
        return None if at is None else (at - EPOCH).total_seconds()

    legs = judge_legs(
        [Learned(ReportingLevel(level), instant(second)) for level, second in learned],
        [
            LevelReport(ReportingLevel(sender), ReportingLevel(receiver), instant(second))
            for sender, receiver, second in reports
        ],
        None if reach is None else ReportingLevel(reach),
        RULES,
        now=instant(now),
    )
    return [
        (
            leg.from_level.value,
            leg.to_level.value,
            seconds(leg.learned_at),
            seconds(leg.reported_at),
            None if leg.elapsed_minutes is None else round(leg.elapsed_minutes * 60, 6),
            leg.verdict.value,
        )
        for leg in legs
    ]


def disagreements(count: int, *, seed: str) -> list[tuple[object, ...]]:
    """Return the timelines on which the two differ, with both answers."""
    chance = SeededChance(seed)
    found = []
    for _ in range(count):
        timeline = told(chance)
        first, second = judged(*timeline), naive(*timeline)
        if first != second:
            found.append((timeline, first, second))
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", default="long")
    asked = parser.parse_args()
    differing = disagreements(asked.count, seed=asked.seed)
    for each in differing[:3]:
        print(each)
    print(f"{asked.count} timelines, {len(differing)} disagreements")
    raise SystemExit(bool(differing))
