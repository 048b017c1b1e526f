"""The catalogues of `plans`, read into frozen models; every fault names file, table and key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated

from pydantic import Field

from plans.escalation import Ladder, LadderStep
from records.catalogue import Duration, Frozen, PositiveDuration, load
from records.errors import CatalogueError
from records.language import mark
from schedules.rules import Confidence

# A role that nothing stands behind would be a step that silently tells nobody.
_Role = Annotated[
    str, Field(pattern=r"^(owed_by|partner|centre\.(deputy|office)|(post|person|unit):\S+)$")
]


class _Step(Frozen):
    after: Duration
    tell: tuple[_Role, ...] = Field(min_length=1)


class _Ladder(Frozen):
    key: str
    name: str
    name_en: str
    rule: str
    source: str
    confidence: Confidence
    repeats_every: PositiveDuration | None = None
    begins_before: Duration = timedelta(0)
    step: tuple[_Step, ...] = Field(min_length=1)


class _Ladders(Frozen):
    returns_after: PositiveDuration
    digest_from: int = Field(ge=2)
    ladder: tuple[_Ladder, ...]


@dataclass(frozen=True, slots=True)
class PlanRules:
    """All catalogues of `plans`."""

    ladders: Mapping[str, Ladder]
    returns_after: timedelta
    digest_from: int


def load_plan_rules(override: Path | None = None) -> PlanRules:
    """Return the catalogues, each from the installation's folder if it is there, else as shipped.

    Raises CatalogueError naming file, table, key and what was expected.
    """
    read = load("plans", "ladders", _Ladders, override)
    ladders = {}
    for ladder in read.ladder:
        steps = tuple(LadderStep(step.after, step.tell) for step in ladder.step)
        if any(later.after <= earlier.after for earlier, later in pairwise(steps)):
            raise CatalogueError(
                mark("ladders.toml 的阶梯{key}:各阶 after 须递增。"), key=ladder.key
            )
        ladders[ladder.key] = Ladder(ladder.key, steps, ladder.repeats_every, ladder.begins_before)
    return PlanRules(ladders, read.returns_after, read.digest_from)
