"""The catalogues of incidents, loaded and held against each other; every fault names its place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from plans.clock_rules import ClockRules
from plans.grading import GradeRules
from plans.incident_kinds import EVERY_KIND, IncidentKind, IncidentKinds
from records.catalogue import load, nearest
from records.errors import CatalogueError
from records.language import Sentence, mark
from records.pinyin import unit_keys


@dataclass(frozen=True, slots=True)
class IncidentRules:
    """Kinds, grades, and clocks with legs and reach."""

    kinds: IncidentKinds
    grades: GradeRules
    clocks: ClockRules


def load_incident_rules(override: Path | None = None) -> IncidentRules:
    """Return the three catalogues, each the installation's own if it is there, else as shipped.

    Raises CatalogueError naming file, table, key and what was expected; also where one of them
    names a kind or a table that the others do not have.
    """
    kinds = load("plans", "incident_kinds", IncidentKinds, override)
    grades = load("plans", "grades", GradeRules, override)
    clocks = load("plans", "reporting_clocks", ClockRules, override)
    _check_tables(kinds, grades, _file("incident_kinds", override))
    _check_kinds(clocks, kinds, _file("reporting_clocks", override))
    return IncidentRules(_spelled(kinds), grades, clocks)


def _check_tables(kinds: IncidentKinds, grades: GradeRules, file: str) -> None:
    known = tuple(dict.fromkeys(table.key for table in grades.table))
    for number, kind in enumerate(kinds.kind, start=1):
        for key in kind.grade_tables:
            if key not in known:
                _refuse(file, f"kind#{number}({kind.slug})", "grade_tables", key, known)


def _check_kinds(clocks: ClockRules, kinds: IncidentKinds, file: str) -> None:
    for number, clock in enumerate(clocks.clock, start=1):
        table = f"clock#{number}({clock.key})"
        require_kinds(kinds, clock.kinds, file, table, "kinds")
        require_kinds(kinds, clock.except_kinds, file, table, "except_kinds")


def require_kinds(
    kinds: IncidentKinds, named: Iterable[str], file: str, table: str, key: str
) -> None:
    """Refuse what a catalogue names as kinds unless each is a slug, the beginning of one, or "*".

    Raises CatalogueError with file, table, key and the nearest kind.
    """
    known = (EVERY_KIND, *_prefixes(kinds.slugs))
    for word in named:
        if word not in known:
            _refuse(file, table, key, word, known)


def _prefixes(slugs: Iterable[str]) -> tuple[str, ...]:
    """Return the slugs and all their beginnings, each once."""
    return tuple(dict.fromkeys(prefix for slug in slugs for prefix in _beginnings(slug)))


def _beginnings(slug: str) -> Iterator[str]:
    parts = slug.split(".")
    for length in range(len(parts), 0, -1):
        yield ".".join(parts[:length])


def _refuse(file: str, table: str, key: str, word: str, known: tuple[str, ...]) -> NoReturn:
    reason = Sentence(
        mark("没有“{word}”;最接近的是 {nearest}"),
        {"word": word, "nearest": nearest(word, known) or "—"},
    )
    raise CatalogueError(
        mark("{file} {table} {key}:{reason}。"),
        file=file,
        table=Sentence("[{table}]", {"table": table}),
        key=key,
        reason=reason,
    )


def _file(name: str, override: Path | None) -> str:
    own = None if override is None else override / f"{name}.toml"
    return str(own) if own is not None and own.exists() else f"plans/catalogue/{name}.toml"


def _spelled(kinds: IncidentKinds) -> IncidentKinds:
    missing = [kind for kind in kinds.kind if not kind.pinyin]
    return kinds.with_pinyin({kind.slug: _pinyin(kind) for kind in missing}) if missing else kinds


def _pinyin(kind: IncidentKind) -> str:
    keys = [key for word in (kind.name, *kind.also) for key in unit_keys(word).split()]
    return " ".join(dict.fromkeys(keys))
