"""The doctor on catalogues: whether each loads, and which rules a bureau has yet to confirm."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

from console.doctor_findings import Found, Health
from console.wiring import load_rules
from plans.command_rules import load_command_rules
from plans.incident_rules import load_incident_rules
from plans.mail_rules import load_mail_rules
from records.catalogue import shipped_files
from records.errors import CatalogueError
from records.installation import Installation
from records.language import Sentence, mark
from records.units import load_unit_catalogue

PACKAGES = ("records", "schedules", "plans")
_UNSURE = ("medium", "low")
_NAMING = ("slug", "kind", "key", "name")


def catalogue_findings(installation: Installation) -> Iterator[Found]:
    """Yield whether the catalogues load, and how sure their rules are."""
    faults = list(_faults(installation.catalogues))
    yield from faults
    if faults:
        return
    yield Found("catalogues", Health.FINE, Sentence(mark("规则目录均可用")))
    for confidence, names in _unsure(installation.catalogues).items():
        yield Found(
            "catalogue_confidence",
            Health.WARNING,
            Sentence(
                mark("依据可信度为 {confidence} 的规则:{names}"),
                {"confidence": confidence, "names": "、".join(names)},
            ),
            Sentence(mark("请本局核定后,把改好的规则文件放进数据目录的 catalogue 文件夹")),
        )


def _faults(folder: Path) -> Iterator[Found]:
    loaders: tuple[Callable[[Path], object], ...] = (
        load_rules,
        load_mail_rules,
        load_unit_catalogue,
        load_command_rules,
        load_incident_rules,
    )
    for load in loaders:
        try:
            load(folder)
        except CatalogueError as error:
            remedy = Sentence(mark("请按提示修改该文件,或删去它以使用程序自带的规则"))
            yield Found("catalogues", Health.FAULT, error.sentence, remedy)


def _unsure(folder: Path) -> dict[str, list[str]]:
    """Return the names of rules whose source is not sure, by their confidence."""
    found: dict[str, dict[str, None]] = {}
    for package in PACKAGES:
        for file, content in shipped_files(package):
            own = folder / file
            text = (own.read_bytes() if own.exists() else content).decode("utf-8-sig")
            for name, rule in _tables(file, tomllib.loads(text)):
                if rule.get("confidence") in _UNSURE:
                    found.setdefault(str(rule["confidence"]), {})[name] = None
    return {confidence: list(found[confidence]) for confidence in _UNSURE if confidence in found}


def _tables(name: str, value: object) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield each table with its own name, else that of its key, else its file's."""
    if isinstance(value, dict):
        yield next((str(value[key]) for key in _NAMING if key in value), name), value
        for key, each in value.items():
            yield from _tables(key, each)
    if isinstance(value, list):
        for each in value:
            yield from _tables(name, each)
