"""Cells judged one by one: what is taken, and in which words a bad one is refused."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime

from console.imports.reading import Cell, Row, Table
from records.clean_text import clean, has_hostile
from records.contact_points import Channel, Point, point
from records.errors import BadData
from records.language import Sentence, mark
from records.people import name_fault, one_name

LONGEST_NOTE = 200
# What people write into a cell that has nothing to say.
_NOTHING = {"", "-", "--", "—", "——", "/", "无", "暂无", "空", "none", "n/a"}
_BETWEEN = re.compile(r"[;；、,，/]+")
_ISO = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MONTH_DAY = re.compile(r"(\d{1,2})月(\d{1,2})[日号]?")


class BadCell(Exception):
    """A cell that is not taken, with the heading it stands under and what was expected."""

    def __init__(self, label: str, expected: Sentence) -> None:
        """Take a marked heading and a sentence without a full stop."""
        super().__init__(label)
        self.label = label
        self.expected = expected


def require_width(table: Table, row: Row) -> None:
    """Refuse a row with fewer cells than the header, or with words beyond it."""
    if len(row.cells) < table.width:
        raise BadCell(
            mark("整行"),
            Sentence(
                mark("列数不够,应有{width}列,只有{count}列"),
                {"width": table.width, "count": len(row.cells)},
            ),
        )
    if any(cell for cell in row.cells[table.width :]):
        raise BadCell(
            mark("整行"),
            Sentence(
                mark("列数过多,应有{width}列,却有{count}列"),
                {"width": table.width, "count": len(row.cells)},
            ),
        )


def name(label: str, text: str) -> str:
    """Return a name as it is stored; BadCell if it is none."""
    if fault := name_fault(text):
        raise BadCell(label, fault)
    return one_name(text)


def words(label: str, text: str) -> str:
    """Return a text of one line that may be missing; BadCell if it could act or hide something."""
    joined = " ".join(text.splitlines()) if "\n" in text else text
    if is_nothing(joined):
        return ""
    fault = name_fault(joined, limit=LONGEST_NOTE)
    if fault is None:
        return clean(joined, limit=LONGEST_NOTE)
    if joined.strip().isascii() and joined.strip().isdigit():
        return joined.strip()
    raise BadCell(label, fault)


def is_nothing(text: str) -> bool:
    """Return whether a cell says nothing: empty, a dash, 无."""
    return unicodedata.normalize("NFKC", text).strip().casefold() in _NOTHING


def points(label: str, channel: Channel, text: str) -> tuple[Point, ...]:
    """Return the contact points of a cell, several with a semicolon between; BadCell if one is bad.

    A missing one gives none; a line break or a hidden character refuses the whole cell.
    """
    if is_nothing(text):
        return ()
    whole = text.strip(" \t\r\n\u3000\u00a0")
    # Judged before it is parted, so that no part of a forged header is taken.
    parts = [whole] if has_hostile(whole) else _BETWEEN.split(whole)
    try:
        return tuple(point(channel, part) for part in parts if part.strip())
    except BadData as error:
        fault = error.params["fault"]
        assert isinstance(fault, Sentence)
        raise BadCell(label, fault) from error


def day(label: str, cell: Cell, year: int | None) -> date:
    """Return a cell's day: a date, 2026-02-15, 2026年2月15日, or 2月15日 of the year given.

    Raises:
        BadCell: No such day, or the year is not known.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = "".join(unicodedata.normalize("NFKC", cell).split())
    text = text.removesuffix("00:00:00").removesuffix("T")
    if full := _ISO.fullmatch(text):
        return _day(label, text, lambda: date(int(full[1]), int(full[2]), int(full[3])))
    if short := _MONTH_DAY.fullmatch(text):
        if year is None:
            raise BadCell(label, Sentence(mark("只有月日,表头上方没有年份")))
        return _day(label, text, lambda: date(year, int(short[1]), int(short[2])))
    raise _no_day(label, text)


def _day(label: str, text: str, make: Callable[[], date]) -> date:
    try:
        return make()
    except ValueError as error:
        raise _no_day(label, text) from error


def _no_day(label: str, text: str) -> BadCell:
    return BadCell(
        label,
        Sentence(
            mark("“{text}”不是日期,应如 2026-02-15 或 2月15日"), {"text": clean(text, limit=20)}
        ),
    )
