"""Ladders and the steps that are due; pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class LadderStep:
    """Whom to tell (roles, in order), and how long after the deadline."""

    after: timedelta
    tell: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """Ordered steps if nobody acknowledges; the last one may repeat for ever.

    Its steps count from `begins_before` the deadline: who must answer within five minutes is told
    at once, not when the five minutes are over.
    """

    key: str
    steps: tuple[LadderStep, ...]
    repeats_every: timedelta | None
    begins_before: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class StepDue:
    """A step to be told now; `at` is when the ladder wanted it told."""

    number: int
    at: datetime
    tell: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Climb:
    """What is due on a ladder, and when to look at it again (None when it has ended)."""

    due: tuple[StepDue, ...]
    told_until: datetime | None
    next_at: datetime | None


def climb(
    ladder: Ladder, started_at: datetime, told_until: datetime | None, *, now: datetime
) -> Climb:
    """Return the steps due after `told_until` up to and including `now`.

    After a gap nobody on the ladder is left out: every step that was passed is due. Of the
    repeats that were passed only the latest is due, so that a gap does not become a flood.

    Rule: R-LAD-01, R-LAD-02
    """
    due = []
    next_at: datetime | None = None
    for number, step in enumerate(ladder.steps, start=1):
        at = started_at + step.after
        if at > now:
            next_at = at
            break
        if told_until is None or at > told_until:
            due.append(StepDue(number, at, step.tell))
    if next_at is None and ladder.repeats_every is not None:
        repeat, next_at = _repeat(ladder, ladder.repeats_every, started_at, now)
        if repeat is not None and (told_until is None or repeat.at > told_until):
            due.append(repeat)
    return Climb(tuple(due), due[-1].at if due else told_until, next_at)


def _repeat(
    ladder: Ladder, every: timedelta, started_at: datetime, now: datetime
) -> tuple[StepDue | None, datetime]:
    """Return the latest repeat of the last step that has come, and when the next one comes."""
    last = ladder.steps[-1]
    first_told = started_at + last.after
    passed = (now - first_told) // every
    following = first_told + (passed + 1) * every
    if passed == 0:
        return None, following
    return StepDue(len(ladder.steps), first_told + passed * every, last.tell), following
