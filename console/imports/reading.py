"""Files into rows of cells: CSV and XLSX, with limits, and the header row found among titles."""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from console.imports import spreadsheets
from records.clean_text import clean, key_of
from records.errors import BadFile
from records.language import mark

LARGEST_FILE = 20 * 1024 * 1024
MOST_ROWS = 100_000
MOST_COLUMNS = 64
HEADER_WITHIN = 30  # rows from the top in which a header is looked for

Cell = str | date | datetime


class Form(StrEnum):
    """What a file is, by its content and not by its name."""

    CSV = "csv"
    XLSX = "xlsx"
    VCARD = "vcard"
    ICALENDAR = "icalendar"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was handed over; `text` is empty for an XLSX."""

    name: str
    sha256: str
    form: Form
    content: bytes
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its number as the file's own program shows it, the first being 1."""

    number: int
    cells: tuple[Cell, ...]

    @property
    def is_blank(self) -> bool:
        """Return whether nothing stands in it."""
        return all(isinstance(cell, str) and not cell.strip() for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that an import knows: its key, its label for messages, the headings it goes by."""

    key: str
    label: str
    headings: tuple[str, ...]
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The rows below a header, which column is where, and what stood above the header."""

    above: tuple[Row, ...]
    places: Mapping[str, int]
    unknown: tuple[str, ...]
    width: int
    rows: tuple[Row, ...]

    def cell(self, row: Row, key: str) -> Cell:
        """Return the cell of a column, empty where the file has no such column."""
        place = self.places.get(key)
        return "" if place is None or place >= len(row.cells) else row.cells[place]

    def text(self, row: Row, key: str) -> str:
        """Return the cell as text."""
        cell = self.cell(row, key)
        return cell if isinstance(cell, str) else cell.isoformat()


def open_file(path: Path) -> SourceFile:
    """Return a file and what it is; BadFile if it cannot be read, is too large or of no use."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BadFile(
                mark("{file} 超过 {limit} MB,请分成几个文件。"),
                file=clean(path.name),
                limit=LARGEST_FILE // 1024 // 1024,
            )
        content = path.read_bytes()
    except OSError as error:
        raise BadFile(
            mark("无法读取 {file}:{reason}。"), file=clean(str(path)), reason=error.strerror
        ) from error
    except ValueError as error:  # a zero character in the path
        raise BadFile(mark("没有名为 {file} 的文件。"), file=clean(str(path))) from error
    name = clean(path.name)
    form, text = _form_of(name, content)
    return SourceFile(name, hashlib.sha256(content).hexdigest(), form, content, text)


def _form_of(name: str, content: bytes) -> tuple[Form, str]:
    if content.startswith(b"PK\x03\x04"):
        return Form.XLSX, ""
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadFile(
            mark("{file} 是旧版 .xls 或加了密码的表格,请去掉密码并另存为 .xlsx。"), file=name
        )
    text = _decoded(name, content)
    start = text.lstrip()[:20].upper()
    if start.startswith("BEGIN:VCARD"):
        return Form.VCARD, text
    if start.startswith("BEGIN:VCALENDAR"):
        return Form.ICALENDAR, text
    return Form.CSV, text


def _decoded(name: str, content: bytes) -> str:
    if not content.strip():
        raise BadFile(mark("{file} 是空文件。"), file=name)
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\x00" in content and not is_utf16:
        raise BadFile(mark("{file} 不是文本文件,应为 CSV、XLSX、vCard 或 iCalendar。"), file=name)
    for encoding in ("utf-16",) if is_utf16 else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadFile(mark("{file} 的编码既不是 UTF-8 也不是 GB18030,请另存为 UTF-8。"), file=name)


def read_table(source: SourceFile, columns: Sequence[Column]) -> Table:
    """Return the table of a CSV or XLSX file.

    The header is the first row that has all required headings; rows above it are titles.

    Raises:
        BadFile: No sheet has such a row, or there are too many rows.
    """
    best: tuple[Column, ...] | None = None
    for rows in _sheets(source):
        for place, row in enumerate(rows[:HEADER_WITHIN]):
            places = _places(row, columns)
            missing = tuple(each for each in columns if each.is_required and each.key not in places)
            if not missing:
                return _table(source, rows, place, places, columns)
            if places and (best is None or len(missing) < len(best)):
                best = missing
    wanted = best or tuple(each for each in columns if each.is_required)
    raise BadFile(
        mark("{file} 里找不到表头,缺少这些列:{columns}。"),
        file=source.name,
        columns="、".join(each.headings[0] for each in wanted),
    )


def _sheets(source: SourceFile) -> Iterator[list[Row]]:
    if source.form is Form.CSV:
        for delimiter in (",", "\t", ";", "，"):
            if delimiter in source.text or delimiter == ",":
                yield _csv_rows(source, delimiter)
        return
    if source.form is not Form.XLSX:
        raise BadFile(mark("{file} 应为 CSV 或 XLSX 表格。"), file=source.name)
    for sheet in spreadsheets.read(source.name, source.content, MOST_ROWS, MOST_COLUMNS):
        yield [Row(number, cells) for number, cells in sheet]


def _csv_rows(source: SourceFile, delimiter: str) -> list[Row]:
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(source.text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):
            if number > MOST_ROWS:
                raise BadFile(
                    mark("{file} 超过 {limit} 行,请分成几个文件。"),
                    file=source.name,
                    limit=MOST_ROWS,
                )
            rows.append(Row(number, tuple(cells)))
    except csv.Error as error:
        raise BadFile(
            mark("{file} 第{row}行之后无法按 CSV 读取,请检查引号是否成对。"),
            file=source.name,
            row=len(rows),
        ) from error
    return rows


def _places(row: Row, columns: Sequence[Column]) -> dict[str, int]:
    headings: dict[str, int] = {}
    for place, cell in enumerate(row.cells[:MOST_COLUMNS]):
        if isinstance(cell, str):
            headings.setdefault(_heading_key(cell), place)
    places: dict[str, int] = {}
    for column in columns:
        for heading in column.headings:
            at = headings.get(_heading_key(heading))
            if at is not None and at not in places.values():
                places[column.key] = at
                break
    return places


def _heading_key(heading: str) -> str:
    return key_of(heading).rstrip("*:")


def _table(
    source: SourceFile,
    rows: Sequence[Row],
    place: int,
    places: dict[str, int],
    columns: Sequence[Column],
) -> Table:
    header = rows[place]
    known = {places[each.key] for each in columns if each.key in places}
    headings = [clean(str(cell), limit=40) for cell in header.cells[:MOST_COLUMNS]]
    below = tuple(row for row in rows[place + 1 :] if not row.is_blank)
    if source.form is Form.XLSX:
        # A spreadsheet does not store empty cells at the end of a row; a CSV does.
        below = tuple(
            Row(row.number, row.cells + ("",) * (len(header.cells) - len(row.cells)))
            for row in below
        )
    return Table(
        above=tuple(rows[:place]),
        places=places,
        unknown=tuple(
            heading for at, heading in enumerate(headings) if heading and at not in known
        ),
        width=len(header.cells),
        rows=below,
    )
