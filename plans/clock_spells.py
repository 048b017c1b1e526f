"""Since when a clock that hangs on the grade has applied without a break; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from plans.grades import Grade


@dataclass(frozen=True, slots=True)
class GradeSince:
    """From `at` on the grade in force is this one; None is ungraded."""

    at: datetime
    grade: Grade | None


@dataclass(frozen=True, slots=True)
class Spell:
    """A time without a break in which a clock applies.

    `since` is None where it has applied from the beginning. `upgraded_at` is set where an upgrade
    began it: then the clock counts from there, for nobody could have kept it before.
    """

    since: datetime | None = None
    upgraded_at: datetime | None = None


def spell_at(
    grades: Sequence[Grade], history: Sequence[GradeSince], *, now: datetime
) -> Spell | None:
    """Return the spell of a clock for these grades that contains `now`, or None.

    An ungraded incident takes the strictest clocks: those of an especially serious one. The first
    grade is no upgrade, nor is a lower one: the clocks that it brings count from their own start.

    Args:
        grades: Of the clock; at least one.
        history: Of the incident, oldest first; before the first it was ungraded.
        now: Later grades are not looked at.

    Rule: R-CLOCK-31, R-CLOCK-32
    """
    current: Spell | None = Spell() if _applies(grades, None) else None
    before: Grade | None = None
    for change in history:
        if change.at > now:
            break
        if not _applies(grades, change.grade):
            current = None
        elif current is None:
            is_upgrade = before is not None and change.grade is not None and before < change.grade
            current = Spell(change.at, change.at if is_upgrade else None)
        before = change.grade
    return current


def _applies(grades: Sequence[Grade], grade: Grade | None) -> bool:
    return (grade or Grade.ESPECIALLY_SERIOUS) in grades
