"""General HQ and the command centres below it: who leads, which kinds of incident they take."""

from datetime import date
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from records.catalogue import Frozen, load, wrong_value
from records.language import mark
from schedules.rules import Confidence


class GeneralHq(Frozen):
    """The standing body above the centres; takes every kind that no centre takes."""

    key: str
    name: str
    name_en: str
    lead_department: str
    source: str
    confidence: Confidence


class CommandCentre(Frozen):
    """A specialised command centre; `kinds` are slugs of incidents that it leads in."""

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    name_en: str
    lead_department: str
    kinds: tuple[str, ...] = Field(min_length=1)
    source: str
    confidence: Confidence


class CommandCentres(Frozen):
    """The whole of command_centres.toml."""

    source: str
    valid_from: date
    count: int = Field(ge=1)
    general_hq: GeneralHq
    centre: tuple[CommandCentre, ...]

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        if len(self.centre) != self.count:
            raise wrong_value(mark("应有{count}个专项应急指挥部"), count=self.count)
        kinds = [kind for centre in self.centre for kind in centre.kinds]
        for kind in kinds:
            if kinds.count(kind) > 1:
                raise wrong_value(mark("事件种类{kind}只能由一个指挥部牵头"), kind=kind)
        return self

    def leading_in(self, kind: str) -> CommandCentre | None:
        """Return the centre that leads in a kind of incident; None where General HQ does."""
        return next((centre for centre in self.centre if kind in centre.kinds), None)


def load_command_centres(override: Path | None = None) -> CommandCentres:
    """Return command_centres.toml, the installation's own if it is there; CatalogueError else."""
    return load("plans", "command_centres", CommandCentres, override)
