"""General HQ and the command centres below it: who leads, which kinds of incident they take."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from plans.incident_kinds import EVERY_KIND, IncidentKind
from records.catalogue import Frozen, load, nearest, wrong_value
from records.errors import NotFound
from records.language import Bilingual, mark
from schedules.rules import Confidence

PARTY = "centre:"


class _Body(Frozen):
    """What General HQ and a centre have in common.

    `commander`, `deputies` and `office` say which office in the city usually holds the standing
    posts KEY.commander, KEY.deputy and KEY.office; their present holders stand in the room.
    """

    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    lead_department: str = Field(min_length=1)
    commander: str = Field(min_length=1)
    deputies: tuple[str, ...] = Field(min_length=1)
    office: str = Field(min_length=1)
    member_units: tuple[str, ...] = ()
    source: str = Field(min_length=1)
    confidence: Confidence

    @property
    def words(self) -> Bilingual:
        """Return its name in both languages."""
        return Bilingual(self.name, self.name_en)

    @property
    def party(self) -> str:
        """Return it as a party: centre:KEY."""
        return f"{PARTY}{self.key}"


class GeneralHq(_Body):
    """The standing body above the centres; takes every kind that no centre takes.

    It is informed of an incident that concerns so many counties, or calls so many centres.
    """

    informed_from_counties: int = Field(ge=2)
    informed_from_centres: int = Field(ge=2)
    rule: str


class CommandCentre(_Body):
    """A specialised command centre.

    `kinds` are slugs of incidents that it leads in; `supports` are slugs, or beginnings of slugs,
    of those in which it is called besides.
    """

    kinds: tuple[str, ...] = Field(min_length=1)
    supports: tuple[str, ...] = ()

    def supports_in(self, kind: str) -> bool:
        """Return whether it is called besides in incidents of a kind, given as its slug."""
        return any(
            prefix in (EVERY_KIND, kind) or kind.startswith(f"{prefix}.")
            for prefix in self.supports
        )


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
        keys = [body.key for body in self.bodies()]
        for key in keys:
            if keys.count(key) > 1:
                raise wrong_value(mark("指挥部代号{key}应只出现一次"), key=key)
        kinds = [kind for centre in self.centre for kind in centre.kinds]
        for kind in kinds:
            if kinds.count(kind) > 1:
                raise wrong_value(mark("事件种类{kind}只能由一个指挥部牵头"), kind=kind)
        return self

    def bodies(self) -> Iterator[GeneralHq | CommandCentre]:
        """Yield General HQ, then the centres in the order of the catalogue."""
        yield self.general_hq
        yield from self.centre

    def leading_in(self, kind: str) -> CommandCentre | None:
        """Return the centre that leads in a kind of incident; None where General HQ does."""
        return next((centre for centre in self.centre if kind in centre.kinds), None)

    def supporting_in(self, kind: IncidentKind | str) -> tuple[CommandCentre, ...]:
        """Return the centres that are called besides the leading one, in catalogue order."""
        slug = kind if isinstance(kind, str) else kind.slug
        lead = self.leading_in(slug)
        return tuple(
            centre for centre in self.centre if centre is not lead and centre.supports_in(slug)
        )

    def by_key(self, key: str) -> GeneralHq | CommandCentre:
        """Return the body of a key, "centre:KEY" or its name; NotFound naming the nearest one."""
        wanted = key.removeprefix(PARTY)
        for body in self.bodies():
            if wanted in (body.key, body.name):
                return body
        keys = [body.key for body in self.bodies()]
        raise NotFound(
            mark("没有指挥部“{key}”,最接近的是“{near}”。"),
            key=wanted,
            near=nearest(wanted, keys) or "—",
        )


def load_command_centres(override: Path | None = None) -> CommandCentres:
    """Return command_centres.toml, the installation's own if it is there; CatalogueError else."""
    return load("plans", "command_centres", CommandCentres, override)
