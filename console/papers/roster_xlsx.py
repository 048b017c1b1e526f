"""A month's roster as XLSX: title, hours, one row a day; `console.imports` reads it back."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from itertools import groupby

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from console.imports.roster_columns import POST_COLUMNS, PostColumn
from console.papers.roster_sheet import Line, Sheet
from records.clean_text import for_cell
from records.errors import Refused
from records.language import mark
from schedules.calendar import ONE_DAY, days

_WEEKDAYS = "一二三四五六日"
# In this order the hours are told above the table, and by these words.
_KINDS = {
    "lead": "带班领导",
    "full": "全天班",
    "early": "早班",
    "day": "白班",
    "middle": "中班",
    "night": "夜班",
}
_HEADINGS_ROW = 3
_Hours = tuple[time, time, bool]
_Cells = Mapping[tuple[date, str], Line]


def roster_xlsx(sheet: Sheet) -> bytes:
    """Return the workbook of one month; an empty cell is a gap.

    Raises:
        Refused: There is nothing to write, more than one month, a shift that the table has no
            column for, or shifts of one kind with different hours. All of these fit iCalendar.
    """
    first, last = _month(sheet)
    hours = _hours(sheet)
    cells = {
        (_day(sheet, line.starts_at), f"{line.kind}.{line.post}"): line for line in sheet.lines
    }
    columns = _columns(sheet)
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)
    page.title = f"{first.month}月"
    width = len(columns) + 3
    for row, text in enumerate((_title(first), _note(hours)), start=1):
        page.cell(row, 1, for_cell(text))
        page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)
        page.cell(row, 1).alignment = Alignment(horizontal="center")
    page.cell(1, 1).font = Font(bold=True, size=16)
    headings = ["日期", "星期", *(column.label for column in columns), "备注"]
    for number, heading in enumerate(headings, start=1):
        page.cell(_HEADINGS_ROW, number, heading).font = Font(bold=True)
        page.column_dimensions[get_column_letter(number)].width = 14
    _rows(page, list(days(first, last)), columns, cells)
    _remarks(page, sheet, list(days(first, last)), width)
    page.freeze_panes = "C4"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _day(sheet: Sheet, instant: datetime) -> date:
    return instant.astimezone(sheet.zone).date()


def _month(sheet: Sheet) -> tuple[date, date]:
    """Return the first and last day that is written; all of one month."""
    found = [_day(sheet, line.starts_at) for line in sheet.lines]
    if not found:
        raise Refused(mark("这段时间没有已发布的值班表,没有可导出的内容。"))
    first, last = min(found), max(found)
    if (first.year, first.month) != (last.year, last.month):
        raise Refused(
            mark("XLSX 值班表一份只写一个月({first}至{last}跨月),请分月导出或改用 ics。"),
            first=first.isoformat(),
            last=last.isoformat(),
        )
    return first, last


def _hours(sheet: Sheet) -> Mapping[str, _Hours]:
    found: dict[str, _Hours] = {}
    for line in sheet.lines:
        if line.kind not in _KINDS:
            raise Refused(mark("XLSX 值班表没有班次“{kind}”的列,请改用 ics。"), kind=line.kind)
        starts = line.starts_at.astimezone(sheet.zone)
        ends = line.ends_at.astimezone(sheet.zone)
        told = (starts.time(), ends.time(), ends.date() > starts.date())
        is_writable = ends.date() - starts.date() <= ONE_DAY and not (
            starts.second or ends.second or starts.microsecond or ends.microsecond
        )
        if found.setdefault(line.kind, told) != told or not is_writable:
            raise Refused(
                mark("班次{shift}的起止时间与同类班次不同,XLSX 值班表写不下,请改用 ics。"),
                shift=line.shift_key,
            )
    return found


def _columns(sheet: Sheet) -> list[PostColumn]:
    """Return the columns of the posts that somebody stands, or nobody where there is a gap."""
    used = {(line.kind, line.post) for line in sheet.lines}
    unknown = used - {(column.kind, column.post) for column in POST_COLUMNS}
    if unknown:
        raise Refused(
            mark("XLSX 值班表没有岗位“{post}”的列,请改用 ics。"), post="/".join(min(unknown))
        )
    return [column for column in POST_COLUMNS if (column.kind, column.post) in used]


def _title(first: date) -> str:
    return f"{first.year}年{first.month}月份值班表"


def _note(hours: Mapping[str, _Hours]) -> str:
    """Return the hours as the sample has them: 带班领导08:30至次日08:30;白班…,夜班…."""
    told = {
        kind: f"{word}{_span(hours[kind], kind)}" for kind, word in _KINDS.items() if kind in hours
    }
    officers = ",".join(words for kind, words in told.items() if kind != "lead")
    return ";".join(part for part in (told.get("lead", ""), officers) if part)


def _span(hours: _Hours, kind: str) -> str:
    between = "至" if kind == "lead" else "-"
    next_day = "次日" if hours[2] else ""
    return f"{hours[0]:%H:%M}{between}{next_day}{hours[1]:%H:%M}"


def _rows(
    page: Worksheet, listed: Sequence[date], columns: Sequence[PostColumn], cells: _Cells
) -> None:
    for row, day in enumerate(listed, start=_HEADINGS_ROW + 1):
        page.cell(row, 1, datetime.combine(day, time(0))).number_format = "yyyy-mm-dd"
        page.cell(row, 2, _WEEKDAYS[day.weekday()])
        for number, column in enumerate(columns, start=3):
            line = cells.get((day, column.key))
            if line is not None and line.name is not None:
                page.cell(row, number, for_cell(line.name))


def _remarks(page: Worksheet, sheet: Sheet, listed: Sequence[date], column: int) -> None:
    """Write what the days are called; a run of the same is one merged cell."""
    row = _HEADINGS_ROW + 1
    for remark, run in groupby(listed, key=lambda day: sheet.day_names.get(day, "")):
        length = len(list(run))
        if remark:
            page.cell(row, column, for_cell(remark))
            if length > 1:
                page.merge_cells(
                    start_row=row, start_column=column, end_row=row + length - 1, end_column=column
                )
        row += length
