"""The rows of the report board, from a day's reports and the instant; nothing is read or drawn."""

import unicodedata
from collections.abc import Sequence

from console.board import ReportBoard, ReportLine
from console.ui.desk import Desk
from console.ui.text import Piece, fit, fit_right, width_of
from console.ui.widgets.lines import LineRow
from console.wording import CALM, OVERDUE, countdown, lateness, minute, obligation_look, when
from records.language import Language, mark
from schedules.outstanding import ObligationState

Group = tuple[str, object]


def matches(line: ReportLine, sought: str) -> bool:
    """Return whether a filter means this line: part of the unit's name, or its pinyin."""
    folded = unicodedata.normalize("NFKC", sought).lower().strip()
    if not folded:
        return True
    if folded in line.unit.lower() or folded == line.unit_id.lower():
        return True
    return any(key.startswith(folded) for key in line.pinyin.split())


def is_owed(line: ReportLine) -> bool:
    """Return whether the report has not come and was not excused."""
    unsettled = (ObligationState.OPEN, ObligationState.LATE, ObligationState.MISSED)
    return line.fulfilled_at is None and line.state in unsettled


def report_rows(desk: Desk, reports: ReportBoard, cells: int, sought: str) -> list[LineRow]:
    """Return the day's reports by kind and deadline: a heading with the count, those owed first."""
    groups: dict[Group, list[ReportLine]] = {}
    for line in reports.lines:
        groups.setdefault((line.report, line.due_at), []).append(line)
    rows: list[LineRow] = []
    for lines in groups.values():
        shown = [line for line in lines if matches(line, sought)]
        if shown:
            rows.append(_heading(desk, lines))
            ordered = sorted(
                shown, key=lambda line: (not is_owed(line), line.chased_at is not None)
            )
            rows += [_row(desk, line, cells) for line in ordered]
    if reports.is_more:
        words = desk.say(mark(" …只列出前{count}条"), count=len(reports.lines))
        rows.append(LineRow((Piece(words, "near"),)))
    none = desk.say(mark(" 无"))
    return rows or [LineRow((Piece(none, "muted"),))]


def _heading(desk: Desk, lines: Sequence[ReportLine]) -> LineRow:
    first = lines[0]
    received = sum(not is_owed(line) for line in lines)
    words = desk.say(
        mark("{words} {due} 已收 {received}/{owed}"),
        words=first.words.said_in(desk.language),
        due=when(first.due_at, desk.zone, desk.now()),
        received=received,
        owed=len(lines),
    )
    left = ""
    if received < len(lines):
        left = countdown(first.due_at, desk.now(), desk.language)
    return LineRow((Piece(f"── {words} ", "strong"), Piece(left, "info")))


def _row(desk: Desk, line: ReportLine, cells: int) -> LineRow:
    now = desk.now()
    look = obligation_look(line.state, line.due_at, now, is_fulfilled=line.fulfilled_at is not None)
    head = fit(look.said_in(desk.language), 9 if desk.language is Language.ZH else 15)
    tail = _what_came(desk, line)
    tail_cells = max(20, cells // 2 - 8)
    name = fit(line.unit, cells - width_of(head) - tail_cells - 4)
    text = f"  {head} {name} {fit(tail, tail_cells)}"
    tone = look.tone if is_owed(line) and look.tone == OVERDUE else ""
    piece_tone = "" if tone or look.tone == CALM else look.tone
    return LineRow((Piece(text, piece_tone),), line.obligation_id, tone)


def _what_came(desk: Desk, line: ReportLine) -> str:
    parts = []
    if line.fulfilled_at is not None:
        parts.append(
            desk.say(
                mark("零报告 {at}") if line.is_nil else mark("收到 {at}"),
                at=when(line.fulfilled_at, desk.zone, desk.now()),
            )
        )
        if line.late_seconds:
            late = lateness(line.late_seconds, desk.language)
            parts.append(desk.say(mark("迟 {late}"), late=late))
        return " ".join(parts)
    parts.append(fit_right(countdown(line.due_at, desk.now(), desk.language), 9))
    if line.chased_at is not None:
        parts.append(desk.say(mark("已催 {at}"), at=minute(line.chased_at, desk.zone)))
        if line.promised_at is not None:
            at = minute(line.promised_at, desk.zone)
            parts.append(desk.say(mark("承诺 {at}"), at=at))
        parts.append(line.chase_words)
    return " ".join(parts)
