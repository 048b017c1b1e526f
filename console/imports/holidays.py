"""Public holidays and make-up workdays of a year, from a CSV, XLSX or iCalendar list."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from console.imports import calendars, cells
from console.imports.cells import BadCell
from console.imports.reading import (
    Column,
    Form,
    Row,
    SourceFile,
    Table,
    open_file,
    read_table,
)
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
from records.database import Database
from records.language import Sentence, mark
from schedules.calendar import days
from schedules.holidays import load_year

LONGEST_HOLIDAY = 31  # days; more is a slip of the pen

NAME = mark("节日")
FIRST = mark("放假开始")
LAST = mark("放假结束")
WORKDAYS = mark("调休上班日")

COLUMNS = (
    Column("name", NAME, ("节日", "节假日", "名称", "name"), is_required=True),
    Column("first", FIRST, ("放假开始", "开始日期", "开始", "first"), is_required=True),
    Column("last", LAST, ("放假结束", "结束日期", "结束", "last"), is_required=True),
    Column("workdays", WORKDAYS, ("调休上班日", "调休上班", "上班日", "补班", "workdays")),
)
_BETWEEN = re.compile(r"[;；、,，\s]+")
_WORK = re.compile(r"班")
_SUFFIX = re.compile(r"[((\[]?\s*(?:补班|调休上班|上班|休假|放假|调休|假期|班|休)\s*[))\]]?$")


@dataclass(slots=True)
class _Year:
    """The days collected so far, each with the holiday it belongs to."""

    days_off: dict[date, str] = field(default_factory=dict)
    workdays: dict[date, str] = field(default_factory=dict)

    def add(self, label: str, name: str, off: list[date], on: list[date]) -> None:
        """Take a holiday's days; BadCell if one of them is told otherwise already."""
        clash = [day for day in off if day in self.workdays or day in on]
        clash += [day for day in on if day in self.days_off]
        clash += [day for day in off if self.days_off.get(day, name) != name]
        if clash:
            raise BadCell(
                label,
                Sentence(mark("{day}与本文件另一处矛盾"), {"day": min(clash).isoformat()}),
            )
        self.days_off |= dict.fromkeys(off, name)
        self.workdays |= dict.fromkeys(on, name)


def import_holidays(
    database: Database, act: Act, path: Path, *, dry_run: bool = False
) -> ImportReport:
    """Take a year's holidays in; the year's earlier list is replaced. Return the account.

    The year is the one most days lie in; days of a neighbouring year go with it.

    Raises:
        BadFile: The file cannot be read, or is no list of holidays.
    """
    source = open_file(path)
    findings = Findings()
    found = _Year()
    good = list(
        _from_events(source, findings, found)
        if source.form is Form.ICALENDAR
        else _from_table(read_table(source, COLUMNS), findings, found)
    )
    count = len(found.days_off) + len(found.workdays)
    with one_transaction(database, dry_run=dry_run) as session:
        years = Counter(day.year for day in (*found.days_off, *found.workdays))
        is_changed = bool(years) and load_year(
            session, act, years.most_common(1)[0][0], found.days_off, found.workdays
        )
        outcome = Outcome.NEW if is_changed else Outcome.KNOWN
        report = ImportReport(
            kind="holidays",
            file=source.name,
            sha256=source.sha256,
            is_dry_run=dry_run,
            taken=count if is_changed else 0,
            known=0 if is_changed else count,
            understood=tuple(Understood(row, outcome, sentence) for row, sentence in good),
            refused=in_order(findings.refused),
            notes=tuple(findings.notes),
        )
        record_import(session, act, report)
    return report


def _from_table(table: Table, findings: Findings, found: _Year) -> Iterator[tuple[int, Sentence]]:
    note_unknown(findings, table)
    for row in table.rows:
        try:
            yield row.number, _from_row(table, row, found)
        except BadCell as bad:
            findings.refuse(row.number, bad.label, bad.expected)


def _from_row(table: Table, row: Row, found: _Year) -> Sentence:
    cells.require_width(table, row)
    name = cells.name(NAME, table.text(row, "name"))
    off = _span(
        cells.day(FIRST, table.cell(row, "first"), None),
        cells.day(LAST, table.cell(row, "last"), None),
    )
    cell = table.cell(row, "workdays")
    parts = _BETWEEN.split(cell.strip()) if isinstance(cell, str) else [cell]
    on = [
        cells.day(WORKDAYS, part, off[0].year)
        for part in parts
        if not (isinstance(part, str) and cells.is_nothing(part))
    ]
    found.add(WORKDAYS if on else FIRST, name, off, on)
    return _read(name, off, on)


def _span(first: date, last: date) -> list[date]:
    if last < first:
        raise BadCell(LAST, Sentence(mark("早于放假开始")))
    if (last - first).days >= LONGEST_HOLIDAY:
        raise BadCell(LAST, Sentence(mark("放假超过{limit}天"), {"limit": LONGEST_HOLIDAY}))
    return list(days(first, last))


def _from_events(
    source: SourceFile, findings: Findings, found: _Year
) -> Iterator[tuple[int, Sentence]]:
    for event in calendars.events(source, findings):
        try:
            yield event.number, _from_event(event, found)
        except BadCell as bad:
            findings.refuse(event.number, bad.label, bad.expected)


def _from_event(event: calendars.Event, found: _Year) -> Sentence:
    summary = cells.name(NAME, event.summary)
    name = _SUFFIX.sub("", unicodedata.normalize("NFKC", summary)).strip() or summary
    first = cells.day(FIRST, event.starts, None)
    last = cells.day(LAST, event.ends, None) - timedelta(days=1)
    span = _span(first, max(first, last))
    is_work = _WORK.search(summary) is not None
    off, on = ([], span) if is_work else (span, [])
    found.add(NAME, name, off, on)
    return _read(name, off, on)


def _read(name: str, off: list[date], on: list[date]) -> Sentence:
    return Sentence(
        mark("{name}:放假{off}天,调休上班{on}天。"), {"name": name, "off": len(off), "on": len(on)}
    )
