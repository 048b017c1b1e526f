"""Kinds of incidents and how an officer finds one: slug, word, pinyin or its initials; pure."""

import unicodedata
from enum import StrEnum
from typing import Self

from pydantic import Field, field_validator

from records.catalogue import Frozen, nearest, wrong_value
from records.errors import BadData
from records.language import Bilingual, mark

EVERY_KIND = "*"


class Family(StrEnum):
    """The four classes of the Emergency Response Law."""

    NATURAL_DISASTER = "natural_disaster"
    ACCIDENT = "accident"
    PUBLIC_HEALTH = "public_health"
    SOCIAL_SECURITY = "social_security"


class IncidentKind(Frozen):
    """One kind: its names, the tables that grade it, and how long deaths count for it."""

    slug: str = Field(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")
    name: str = Field(min_length=1)
    name_en: str = Field(min_length=1)
    also: tuple[str, ...] = ()  # further words for it
    pinyin: str = ""  # keys with blanks between; empty: made from name and words on loading
    family: Family
    grade_tables: tuple[str, ...] = ()  # none: graded by a person only
    death_window_days: int = Field(ge=0)
    gbt35561_code: str | None = None
    warning_event_code: str | None = None

    @property
    def words(self) -> Bilingual:
        """Return its name in both languages."""
        return Bilingual(self.name, self.name_en)

    def belongs_to(self, prefixes: tuple[str, ...]) -> bool:
        """Return whether a catalogue's list of kinds means this one.

        Args:
            prefixes: Slugs or beginnings of slugs ("acc.mine", "nat"), or "*" for every kind.
        """
        return any(_means(prefix, self.slug) for prefix in prefixes)


def _means(prefix: str, slug: str) -> bool:
    return prefix in (EVERY_KIND, slug) or slug.startswith(f"{prefix}.")


class IncidentKinds(Frozen):
    """The whole of incident_kinds.toml."""

    source: str = Field(min_length=1)
    kind: tuple[IncidentKind, ...] = Field(min_length=1)

    @field_validator("kind")
    @classmethod
    def _names_each_once(cls, kinds: tuple[IncidentKind, ...]) -> tuple[IncidentKind, ...]:
        slugs = [kind.slug for kind in kinds]
        for slug in slugs:
            if slugs.count(slug) > 1:
                raise wrong_value(mark("事件种类 {slug} 应只出现一次"), slug=slug)
        return kinds

    @property
    def slugs(self) -> tuple[str, ...]:
        """Return every slug in the order of the catalogue."""
        return tuple(kind.slug for kind in self.kind)

    def by_slug(self, slug: str) -> IncidentKind:
        """Return the kind of that slug; BadData naming the nearest one if there is none."""
        for kind in self.kind:
            if kind.slug == slug:
                return kind
        raise BadData(
            mark("没有事件种类“{slug}”,最接近的是“{near}”。"),
            slug=slug,
            near=nearest(slug, self.slugs) or "—",
        )

    def find(self, typed: str) -> tuple[IncidentKind, ...]:
        """Return the kinds that may be meant, the likeliest first; of equals, catalogue order.

        Found are a slug or a part of one, a name or word or a part of one in either language,
        pinyin and its initials ("mksg" for 煤矿事故). Nothing typed finds every kind.
        """
        wanted = _folded(typed)
        ranked = [(_distance(kind, wanted), kind) for kind in self.kind]
        found = sorted((each for each in ranked if each[0] is not None), key=_by_distance)
        return tuple(kind for _, kind in found)

    def with_pinyin(self, keys: dict[str, str]) -> Self:
        """Return the same kinds, those of `keys` (by slug) with these pinyin keys."""
        kinds = tuple(
            kind.model_copy(update={"pinyin": keys.get(kind.slug, kind.pinyin)})
            for kind in self.kind
        )
        return self.model_copy(update={"kind": kinds})


def _by_distance(ranked: tuple[int | None, IncidentKind]) -> int:
    return ranked[0] or 0


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _distance(kind: IncidentKind, wanted: str) -> int | None:
    """Return 0 for the very word, more the less of it was typed, None for another kind."""
    words = [_folded(word) for word in (kind.slug, kind.name, kind.name_en, *kind.also)]
    keys = kind.pinyin.split()
    if wanted in words:
        return 0
    if wanted in keys:
        return 1
    if any(word.startswith(wanted) for word in words):
        return 2
    if any(key.startswith(wanted) for key in keys):
        return 3
    if any(wanted in word for word in [*words, *keys]):
        return 4
    return None
