"""Response levels I to IV: who may sign them, what suggests them, how they are staffed; pure."""

import re
from collections.abc import Collection
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from plans.grades import Grade, ResponseLevel
from records.catalogue import Frozen, load, wrong_value
from records.language import Bilingual, mark
from schedules.rules import Confidence

ROLE = r"^(centre|general_hq)\.(commander|deputy|office)$"
_WHOLE = 100


class IssuingAuthority(StrEnum):
    """Whose level it is: without it a level means nothing."""

    CENTRE = "centre"
    GENERAL_HQ = "general_hq"
    PROVINCE = "province"

    @property
    def words(self) -> Bilingual:
        """Return what people read."""
        return _AUTHORITIES[self]


_AUTHORITIES = {
    IssuingAuthority.CENTRE: Bilingual("市级专项应急指挥部", "the city's command centre"),
    IssuingAuthority.GENERAL_HQ: Bilingual("市应急救援总指挥部", "the city's General HQ"),
    IssuingAuthority.PROVINCE: Bilingual("省级", "the province"),
}


class LevelRule(Frozen):
    """What holds for one level: who proposes, signs and commands, and how it is staffed."""

    key: ResponseLevel
    issuing_authority: IssuingAuthority
    grades: tuple[Grade, ...] = ()
    trigger: str
    trigger_en: str
    proposed_by: tuple[str, ...] = Field(min_length=1)
    signed_by: tuple[str, ...] = Field(min_length=1)
    commands: str
    commands_en: str
    where: str
    where_en: str
    staffing_percent: int = Field(ge=1, le=100)
    rule: str
    source: str = Field(min_length=1)
    confidence: Confidence

    @model_validator(mode="after")
    def _names_roles(self) -> Self:
        for role in (*self.proposed_by, *self.signed_by):
            if re.fullmatch(ROLE, role) is None:
                raise wrong_value(
                    mark("角色“{role}”应为 centre. 或 general_hq. 加 commander、deputy、office"),
                    role=role,
                )
        return self


class Cell(Frozen):
    """A working group of a centre, and how many people it has when all are there."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    full_strength: int = Field(ge=1)

    @property
    def words(self) -> Bilingual:
        """Return its name in both languages."""
        return Bilingual(self.name, self.name_en)


class ResponseLevels(Frozen):
    """The whole of response_levels.toml."""

    source: str = Field(min_length=1)
    level: tuple[LevelRule, ...]
    cell: tuple[Cell, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        keys = [level.key for level in self.level]
        if sorted(keys, key=lambda key: key.rank) != sorted(
            ResponseLevel, key=lambda key: key.rank
        ):
            raise wrong_value(mark("应恰有 I、II、III、IV 四级,各一次"))
        cells = [cell.key for cell in self.cell]
        for cell in cells:
            if cells.count(cell) > 1:
                raise wrong_value(mark("工作组代号{cell}应只出现一次"), cell=cell)
        return self

    def rule_of(self, level: ResponseLevel) -> LevelRule:
        """Return what holds for a level."""
        return next(rule for rule in self.level if rule.key is level)

    def suggested_by(self, grade: Grade | None) -> ResponseLevel | None:
        """Return the level that a grade suggests; None while there is no grade.

        Rule: R-RESP-01
        """
        return next((rule.key for rule in self.level if grade in rule.grades), None)

    def signers(self, level: ResponseLevel, lead: str, general_hq: str) -> tuple[str, ...]:
        """Return the keys of the posts whose holders may sign a level, the nearest first.

        Whoever may sign a fuller level may sign this one.

        Args:
            level: The level.
            lead: The key of the leading centre; General HQ's own where it leads itself.
            general_hq: The key of General HQ.

        Rule: R-RESP-01
        """
        fuller = sorted(
            (rule for rule in self.level if not rule.key < level), key=lambda rule: rule.key.rank
        )
        posts = [
            f"{lead if body == 'centre' else general_hq}.{post}"
            for rule in fuller
            for body, _, post in (role.partition(".") for role in rule.signed_by)
        ]
        return tuple(dict.fromkeys(posts))

    def may_sign(
        self, level: ResponseLevel, lead: str, general_hq: str, held: Collection[str]
    ) -> str | None:
        """Return the post by which somebody who holds these posts may sign a level, or None.

        Rule: R-RESP-01
        """
        return next((post for post in self.signers(level, lead, general_hq) if post in held), None)

    def required_strength(self, level: ResponseLevel) -> dict[str, int]:
        """Return how many people each cell needs at a level: the level's share, rounded up.

        Rule: R-CMD-07
        """
        percent = self.rule_of(level).staffing_percent
        return {cell.key: -(-cell.full_strength * percent // _WHOLE) for cell in self.cell}


def signed_at(before: ResponseLevel | None, after: ResponseLevel | None) -> ResponseLevel | None:
    """Return the level whose signers must sign a step: the fuller of the two.

    Raising needs who may sign the new level, lowering and ending who may sign the old one.

    Rule: R-RESP-02
    """
    if before is None or after is None:
        return before or after
    return max(before, after)


def load_response_levels(override: Path | None = None) -> ResponseLevels:
    """Return response_levels.toml, the installation's own if it is there; CatalogueError else."""
    return load("plans", "response_levels", ResponseLevels, override)
