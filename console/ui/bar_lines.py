"""The words of the bars, from the desk's state alone; nothing is read and nothing is drawn."""

from datetime import timedelta

from console.board import Board, OverdueLine, PostLine, Presence
from console.ui.desk import SILENT_AFTER, Desk
from console.ui.keys import EVERYWHERE
from console.ui.text import Line, Piece, cut, fit, width_of
from console.wording import (
    OVERDUE,
    clock_time,
    countdown,
    hours,
    minutes_and_seconds,
    obligation_look,
    short_day,
)
from records.language import mark

BEATS = "●○"
WIDE = 60  # cells from which a line has room for a hint


def top_line(desk: Desk, cells: int) -> tuple[Line, str]:
    """Return the top bar: red from end to end when the watch or the database is silent."""
    clock = f" {clock_time(desk.now(), desk.zone)} " if desk.board else " "
    alarm = _silence(desk)
    if alarm:
        return (Piece(fit(f" ▲▲ {alarm}", cells - width_of(clock))), Piece(clock)), "overdue"
    right = _freshness(desk)
    left = cells - width_of(clock) - sum(width_of(piece.text) for piece in right)
    return (Piece(fit(_who_and_when(desk, left), left), "strong"), *right, Piece(clock)), "bar"


def _silence(desk: Desk) -> str:
    """Return what must cover the bar: the watch is dead, or nobody can see whether it is."""
    if desk.data_age() > SILENT_AFTER:
        since = minutes_and_seconds(timedelta(seconds=desk.data_age()))
        return desk.say(mark("数据库无法读取 {since} 请人工值守"), since=since)
    silent = desk.watch_silence()
    if silent is None:
        return ""
    since = minutes_and_seconds(timedelta(seconds=silent))
    return desk.say(mark("值守程序已停止 {since} 请人工值守"), since=since)


def is_alarming(desk: Desk) -> bool:
    """Return whether the top bar is red, so that the bell is due."""
    return bool(_silence(desk))


def _freshness(desk: Desk) -> tuple[Piece, ...]:
    if desk.is_stale:
        age = desk.say(mark("数据 {count} 秒前"), count=int(desk.data_age()))
        return (Piece(f" {age}", "near"),)
    if desk.is_starting():
        return (Piece(" " + desk.say(mark("值守程序正在启动…")), "near"),)
    pulse_at = desk.token.pulse_at if desk.token else None
    if pulse_at is None:
        return ()
    # The mark beats with the watch's pulse and never with this program's own timer.
    return (Piece(f" {BEATS[int(pulse_at.timestamp()) % 2]}", "done"),)


def _who_and_when(desk: Desk, cells: int) -> str:
    board = desk.board
    if board is None:
        return " " + desk.say(mark("值守台 …载入"))
    day = short_day(desk.now(), desk.zone, desk.language)
    shift = board.shifts[0] if board.shifts else None
    words = shift.words.said_in(desk.language) if shift else desk.say(mark("无班次"))
    span = hours(shift.starts_at, shift.ends_at, desk.zone) if shift else ""
    lead = next((post.person for post in board.posts if post.key == "shift_lead"), "")
    lead = desk.say(mark("带班 {person}"), person=lead or desk.say(mark("无")))
    name = board.room.name
    full = f" {name}  {day}  {words} {span}  {lead}"
    if width_of(full) <= cells:
        return full
    short = f" {day} {words} {lead}"
    return f" {cut(name, max(8, cells - width_of(short)))}{short}"


def alarm_line(desk: Desk, cells: int) -> tuple[Line, str]:
    """Return the most urgent matter; calm words where there is none."""
    board = desk.board
    if board is None:
        return (Piece(" " + (desk.trouble or desk.say(mark("…载入")))),), ""
    if desk.trouble:
        return (Piece(f" ! {desk.trouble}", "near"),), ""
    open_lines = [line for line in board.overdue if line.acknowledged_at is None]
    if open_lines:
        hint = desk.say(mark(" Enter 确认 ")) if cells > WIDE else " "
        words = _urgent(desk, board, open_lines[0], len(open_lines))
        return (Piece(fit(words, cells - width_of(hint))), Piece(hint)), OVERDUE
    if board.overdue:
        words = desk.say(
            mark(" 无未确认的超时事项 · 已接手未办结 {count} 项"), count=len(board.overdue)
        )
        return (Piece(words, "taken"),), ""
    if board.due_next:
        line = board.due_next[0]
        words = desk.say(
            mark(" ✓ 无超时 · 最近时限 {words} {left}"),
            words=line.words.said_in(desk.language),
            left=countdown(line.due_at, desk.now(), desk.language),
        )
        return (Piece(words, "done"),), ""
    return (Piece(desk.say(mark(" ✓ 无超时 · 24 小时内无时限")), "done"),), ""


def _urgent(desk: Desk, board: Board, line: OverdueLine, count: int) -> str:
    look = obligation_look(line.state, line.due_at, desk.now(), is_fulfilled=False)
    return desk.say(
        mark(" {symbol} 未确认 {count}{more} 项 · 已超 {since} {words}{who}"),
        symbol=look.symbol,
        count=count,
        more="+" if board.is_more_overdue else "",
        words=line.words.said_in(desk.language),
        who=" " + who_owes(desk, line) if line.owing[0].owed_by.startswith("unit:") else "",
        since=countdown(line.due_at, desk.now(), desk.language).removeprefix("-"),
    )


def who_owes(desk: Desk, line: OverdueLine) -> str:
    """Return which unit owes, or how many of all: 缺 3/12."""
    if line.missing == 1 and line.owed == 1:
        return line.owing[0].name
    return desk.say(
        mark("缺 {missing}/{owed}{more}"),
        missing=line.missing,
        owed=line.owed,
        more="+" if line.is_more else "",
    )


def key_line(desk: Desk, cells: int) -> Line:
    """Return the keys that work everywhere, in their order; blanks where there is room."""
    entries = [(rule.shown, desk.say(rule.words)) for rule in EVERYWHERE]
    tight = sum(width_of(shown + words) + 1 for shown, words in entries) + 1
    is_wide = tight + 2 * len(entries) <= cells
    pieces: list[Piece] = [Piece(" ")]
    for shown, words in entries:
        pieces.append(Piece(shown, "key"))
        pieces.append(Piece(f" {words}  " if is_wide else f"{words} "))
    return tuple(pieces)


def truth_lines(desk: Desk, cells: int) -> list[tuple[Line, str]]:
    """Return the few lines of a screen that is too small: who is here, what is most urgent."""
    alarm = _silence(desk)
    board = desk.board
    if board is None:
        return [top_line(desk, cells), alarm_line(desk, cells)]
    present = [post for post in board.posts if post.presence is Presence.SIGNED_IN]
    names = "、".join(dict.fromkeys(post.person for post in present)) or _nobody(desk, board.posts)
    here = desk.say(mark(" 在岗 {names}"), names=names)
    rows: list[tuple[Line, str]] = [(alarm_line(desk, cells)[0], alarm_line(desk, cells)[1])]
    rows.append(((Piece(fit(here, cells), "strong"),), ""))
    if alarm:
        rows.insert(0, top_line(desk, cells))
    rows.append(((Piece(desk.say(mark(" 窗口太小:至少 80 列 24 行")), "muted"),), ""))
    return rows


def _nobody(desk: Desk, posts: tuple[PostLine, ...]) -> str:
    return desk.say(mark("无人签到")) if posts else desk.say(mark("无班次"))
