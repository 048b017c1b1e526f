"""XLSX workbooks into plain cells, guarded against bombs; the only user of openpyxl for reading."""

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from records.errors import BadFile
from records.language import mark

LARGEST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 2_000
MOST_SHEETS = 20
MOST_MERGES = 2_000
LONGEST_MERGE = 400  # rows; a longer merge is a decoration, not a value for each row

NumberedCells = tuple[int, tuple[str | date | datetime, ...]]

# What zipfile, the XML parser and openpyxl raise on a broken or hostile workbook.
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ParseError,
    InvalidFileException,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)
_MERGE = re.compile(
    rb"<(?:\w+:)?mergeCell\s[^>]*?ref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\""
)


def read(
    name: str, content: bytes, most_rows: int, most_columns: int
) -> Iterator[list[NumberedCells]]:
    """Give the rows of each sheet; formulas as their last result, merged columns filled down.

    Raises:
        BadFile: The workbook is broken, unpacks to too much, or has too many rows.
    """
    try:
        _guard(name, content)
        with warnings.catch_warnings():
            # openpyxl warns of what it leaves out (drop-down lists, pictures); we read cells only.
            warnings.simplefilter("ignore")
            shown = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            written = load_workbook(io.BytesIO(content), read_only=True, data_only=False)
            for title in shown.sheetnames[:MOST_SHEETS]:
                pair = shown[title], written[title]
                if not all(isinstance(each, ReadOnlyWorksheet) for each in pair):
                    continue  # a sheet that holds only a chart
                yield _rows(name, content, pair, (most_rows, most_columns))
    except _FAULTS as error:
        raise BadFile(mark("{file} 不是完好的 XLSX 表格。"), file=name) from error


def _guard(name: str, content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
    # zipfile never unpacks more of a part than its declared size, so the sum is a true limit.
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_UNPACKED:
        raise BadFile(
            mark("{file} 解压后超过 {limit} MB,请只保留需要的工作表。"),
            file=name,
            limit=LARGEST_UNPACKED // 1024 // 1024,
        )


def _rows(
    name: str,
    content: bytes,
    pair: tuple[Any, Any],  # openpyxl's types take its read-only sheets for full ones
    most: tuple[int, int],
) -> list[NumberedCells]:
    most_rows, most_columns = most
    for sheet in pair:
        sheet.reset_dimensions()  # the file's own statement of its size is not believed
    merged = _merges(content, pair[0]._worksheet_path, most_columns)  # noqa: SLF001  see there
    carried: dict[tuple[int, int], str | date | datetime] = {}
    rows: list[NumberedCells] = []
    both = zip(
        *(sheet.iter_rows(max_col=most_columns, values_only=True) for sheet in pair), strict=False
    )
    for number, (results, formulas) in enumerate(both, start=1):
        if number > most_rows:
            raise BadFile(
                mark("{file} 超过 {limit} 行,请分成几个文件。"), file=name, limit=most_rows
            )
        cells = [
            _plain(formula if result is None else result)
            for result, formula in zip(results, formulas, strict=False)
        ]
        for column, top in merged.get(number, ()):
            cells.extend([""] * (column + 1 - len(cells)))
            if number == top:
                carried[column, top] = cells[column]
            elif cells[column] == "":
                cells[column] = carried.get((column, top), "")
        while cells and cells[-1] == "":
            cells.pop()
        rows.append((number, tuple(cells)))
    return rows


def _plain(value: object) -> str | date | datetime:
    match value:
        case None:
            return ""
        case datetime() | date():
            return value
        case bool():
            return "是" if value else "否"
        case float() if value.is_integer():
            return str(int(value))
        case time() | timedelta():
            return str(value)
        case _:
            return str(value)


def _merges(content: bytes, part: str, most_columns: int) -> dict[int, list[tuple[int, int]]]:
    """Return for each row the columns (from 0) that a merge covers, and the merge's first row."""
    # openpyxl's economical sheets do not tell their merges; its full ones build a cell for every
    # place of a merge, of which a hostile file makes millions.
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        text = archive.read(part.lstrip("/"))
    found: dict[int, list[tuple[int, int]]] = {}
    for left, top, right, bottom in _MERGE.findall(text)[:MOST_MERGES]:
        column = column_index_from_string(left.decode()) - 1
        span = range(int(top), int(bottom) + 1)
        if left == right and column < most_columns and 1 < len(span) <= LONGEST_MERGE:
            for row in span:
                found.setdefault(row, []).append((column, span.start))
    return found
