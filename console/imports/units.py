"""Reporting units from a CSV or XLSX list; kinds, regions and colours as the catalogue has them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from console.imports import cells
from console.imports.cells import BadCell
from console.imports.reading import Column, Row, SourceFile, Table, open_file, read_table
from console.imports.report import (
    Findings,
    ImportReport,
    Outcome,
    Understood,
    in_order,
    note_unknown,
    one_transaction,
    record_import,
)
from records.act import Act
from records.clean_text import clean, key_of
from records.contact_points import Channel
from records.database import Database
from records.language import Sentence, mark
from records.units import (
    EnteredUnit,
    UnitCatalogue,
    UnitFacts,
    UnitKind,
    enter_units,
    load_unit_catalogue,
)
from schedules.openings import reopen_from

NAME = mark("单位名称")
KIND = mark("单位类别")
REGION = mark("所属县区")
REGION_CODE = mark("区划代码")
HEAD = mark("负责人")
TELEPHONE = mark("值班电话")
EMAIL = mark("电子邮箱")
RISK_LEVEL = mark("风险等级")
CODE = mark("单位编码")
ROW = mark("整行")

COLUMNS = (
    Column("name", NAME, ("单位名称", "企业名称", "名称", "单位", "name"), is_required=True),
    Column("kind", KIND, ("单位类别", "类别", "企业类别", "单位类型", "kind"), is_required=True),
    Column("region", REGION, ("所属县区", "县区", "所属区县", "所在县区", "所属地区", "region")),
    Column("region_code", REGION_CODE, ("区划代码", "行政区划代码", "县区代码", "region_code")),
    Column("head", HEAD, ("负责人", "主要负责人", "法定代表人", "联系人", "head")),
    Column("telephone", TELEPHONE, ("值班电话", "联系电话", "电话", "手机", "telephone")),
    Column("email", EMAIL, ("电子邮箱", "邮箱", "电子邮件", "Email", "E-mail")),
    Column("risk_level", RISK_LEVEL, ("风险等级", "安全风险等级", "风险级别", "risk_level")),
    Column("code", CODE, ("单位编码", "单位编号", "单位代码", "编码", "统一社会信用代码", "code")),
)
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")


@dataclass(slots=True)
class _Reader:
    """What must be remembered from row to row: numbers given out, names seen."""

    table: Table
    catalogue: UnitCatalogue
    seen: dict[tuple[str, str], int] = field(default_factory=dict)
    numbered: Counter[str] = field(default_factory=Counter)


def import_units(
    database: Database,
    act: Act,
    path: Path,
    *,
    dry_run: bool = False,
    catalogues: Path | None = None,
) -> ImportReport:
    """Take the units of a file in; return the account of it.

    The same name in the same region is the same unit; its head and risk level are brought up to
    date, contact points are added. County bodies get their region's code as id, chemical
    producers chem-NN in file order, others u-NNNN by the number of their row below the header.

    Raises:
        BadFile: The file cannot be read, or is no list of units.
        CatalogueError: The installation's own units.toml is wrong.
    """
    source = open_file(path)
    reader = _Reader(read_table(source, COLUMNS), load_unit_catalogue(catalogues))
    findings = Findings()
    facts = list(_facts(reader, findings))
    with one_transaction(database, dry_run=dry_run) as session:
        entered = enter_units(session, act, [each for _, each in facts])
        for (row, unit), result in zip(facts, entered, strict=True):
            findings.understood.append(Understood(row, _outcome(result), _read(unit, result)))
        report = _report(source, findings, dry_run=dry_run)
        record_import(session, act, report)
        if report.taken:  # what new units owe is opened by the next tick, not only from tomorrow
            reopen_from(session, act, act.at)
    return report


def _report(source: SourceFile, findings: Findings, *, dry_run: bool) -> ImportReport:
    return ImportReport(
        kind="units",
        file=source.name,
        sha256=source.sha256,
        is_dry_run=dry_run,
        taken=findings.count(Outcome.NEW),
        changed=findings.count(Outcome.CHANGED),
        known=findings.count(Outcome.KNOWN),
        understood=tuple(findings.understood),
        refused=in_order(findings.refused),
        notes=tuple(findings.notes),
    )


def _outcome(result: EnteredUnit) -> Outcome:
    if result.is_new:
        return Outcome.NEW
    return Outcome.CHANGED if result.is_changed or result.added else Outcome.KNOWN


def _read(unit: UnitFacts, result: EnteredUnit) -> Sentence:
    return Sentence(
        mark("{id} {name} {kind} {region} {risk_level} {points}"),
        {
            "id": result.id,
            "name": unit.name,
            "kind": unit.kind,
            "region": unit.region_code,
            "risk_level": unit.risk_level or "",
            "points": " ".join(each.address for each in unit.points),
        },
    )


def _facts(reader: _Reader, findings: Findings) -> Iterator[tuple[int, UnitFacts]]:
    note_unknown(findings, reader.table)
    for place, row in enumerate(reader.table.rows, start=1):
        try:
            yield row.number, _from_row(reader, row, place)
        except BadCell as bad:
            findings.refuse(row.number, bad.label, bad.expected)


def _from_row(reader: _Reader, row: Row, place: int) -> UnitFacts:
    table = reader.table
    cells.require_width(table, row)
    name = cells.name(NAME, table.text(row, "name"))
    kind = _kind(reader.catalogue, table.text(row, "kind"))
    region_code = _region(reader, row)
    head = cells.words(HEAD, table.text(row, "head"))
    points = (
        *cells.points(TELEPHONE, Channel.TELEPHONE, table.text(row, "telephone")),
        *cells.points(EMAIL, Channel.EMAIL, table.text(row, "email")),
    )
    risk_level = _risk_level(reader.catalogue, table.text(row, "risk_level"))
    code = _code(table.text(row, "code"))
    _refuse_duplicate(reader, row, (key_of(name), region_code))
    return UnitFacts(
        name=name,
        kind=kind.slug,
        region_code=region_code,
        head=head,
        risk_level=risk_level,
        unit_id=code or _id(reader, kind, region_code, place),
        is_code=code is not None or kind.id == "region",
        points=points,
    )


def _refuse_duplicate(reader: _Reader, row: Row, key: tuple[str, str]) -> None:
    first = reader.seen.setdefault(key, row.number)
    if first != row.number:
        raise BadCell(ROW, Sentence(mark("与第{first}行重复,只取第{first}行"), {"first": first}))


def _id(reader: _Reader, kind: UnitKind, region_code: str, place: int) -> str:
    match kind.id:
        case "region":
            return region_code
        case "chem":
            reader.numbered["chem"] += 1
            return f"chem-{reader.numbered['chem']:02d}"
        case "u":
            return f"u-{place:04d}"


def _kind(catalogue: UnitCatalogue, text: str) -> UnitKind:
    kind = catalogue.kind_named(text)
    if kind is None:
        known = "、".join(each.zh for each in catalogue.kinds)
        raise BadCell(KIND, _not_known(text, known))
    return kind


def _region(reader: _Reader, row: Row) -> str:
    catalogue = reader.catalogue
    code, word = reader.table.text(row, "region_code"), reader.table.text(row, "region")
    named = catalogue.region_named(word)
    if cells.is_nothing(code):
        if named is None:
            raise BadCell(REGION, _not_known(word, catalogue.regions[0].name))
        return named.code
    region = catalogue.region_of(code)
    if region is None:
        codes = "、".join(each.code for each in catalogue.regions)
        raise BadCell(REGION_CODE, _not_known(code, codes))
    if named is not None and named.code not in (region.code, catalogue.city):
        raise BadCell(
            REGION_CODE,
            Sentence(
                mark("{code}是{region},与所属县区{word}不符"),
                {"code": region.code, "region": region.name, "word": named.name},
            ),
        )
    return region.code


def _risk_level(catalogue: UnitCatalogue, text: str) -> str | None:
    if cells.is_nothing(text):
        return None
    level = catalogue.risk_level_named(text)
    if level is None:
        known = "、".join(each.zh for each in catalogue.risk_levels)
        raise BadCell(RISK_LEVEL, _not_known(text, known))
    return level.slug


def _code(text: str) -> str | None:
    if cells.is_nothing(text):
        return None
    code = "".join(unicodedata.normalize("NFKC", text).split()).lower()
    if not _CODE.fullmatch(code):
        raise BadCell(CODE, Sentence(mark("应为 1 至 32 位字母、数字或短横")))
    return code


def _not_known(text: str, known: str) -> Sentence:
    if cells.is_nothing(text):
        return Sentence(mark("不能为空,应为{known}之一"), {"known": known})
    return Sentence(
        mark("“{text}”不认识,应为{known}之一"), {"text": clean(text, limit=20), "known": known}
    )
