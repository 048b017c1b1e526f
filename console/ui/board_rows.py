"""The rows of the board's panels, from the board and the instant; nothing is read or drawn."""

from collections.abc import Callable, Sequence

from console.board import (
    Board,
    DueLine,
    FindingLine,
    MailFacts,
    OverdueLine,
    PostLine,
    Presence,
    WatchFacts,
)
from console.ui.bar_lines import who_owes
from console.ui.desk import Desk
from console.ui.text import Piece, cut, fit, fit_right, width_of
from console.ui.widgets.lines import LineRow
from console.wording import (
    OVERDUE,
    countdown,
    finding_word,
    minute,
    minutes_and_seconds,
    obligation_look,
    presence_look,
    relay_word,
    when,
)
from records.language import Language, mark
from schedules.outstanding import ObligationState

Rows = Callable[[Desk, Board, int], list[LineRow]]
STANDBY_SEEN = 15  # seconds in which a standby must have been seen to count
SINCE = 8  # cells of a time of day, of month and day, or of hours, minutes and seconds
PHONE = 12
PERSON = 8  # cells of a name of four characters
COUNTDOWN = 9  # cells; days take the same room


def _look_cells(desk: Desk) -> int:
    return 7 if desk.language is Language.ZH else 10


def matter_rows(desk: Desk, board: Board, cells: int) -> list[LineRow]:
    """Return everything that waits for a person: overdue, taken, findings, rows set aside."""
    rows = [_overdue_row(desk, line, cells) for line in board.overdue]
    if board.is_more_overdue:
        rows.append(LineRow((Piece(desk.say(mark(" …还有更多,见 F4 报送")), "near"),)))
    for aside in board.set_aside:
        words = desk.say(
            mark("! 搁置 第{id}号 {words}:{why}"),
            id=aside.id,
            words=aside.words.said_in(desk.language),
            why=aside.why,
        )
        rows.append(LineRow((Piece(words, "near"),)))
    rows += [_finding_row(desk, finding, cells) for finding in board.findings]
    if board.year_without_holidays is not None:
        words = desk.say(
            mark("! {year}年节假日未载入,工作日按周末推算:duty import holidays"),
            year=board.year_without_holidays,
        )
        rows.append(LineRow((Piece(words, "near"),)))
    return rows or [LineRow((Piece(desk.say(mark(" ✓ 无超时,无待认定")), "done"),))]


def _overdue_row(desk: Desk, line: OverdueLine, cells: int) -> LineRow:
    now = desk.now()
    look = obligation_look(line.state, line.due_at, now, is_fulfilled=False)
    is_taken = line.acknowledged_at is not None
    head = fit(look.said_in(desk.language), _look_cells(desk))
    left = fit_right(countdown(line.due_at, now, desk.language), COUNTDOWN)
    what = line.words.said_in(desk.language)
    if line.owing[0].owed_by.startswith("unit:"):
        what = f"{what} {who_owes(desk, line)}"
    if line.is_drill:
        what = desk.say(mark("【演练】{words}"), words=what)
    room = cells - width_of(head) - COUNTDOWN - 2
    tails = _tails(desk, line)
    tail = next((each for each in tails if width_of(each + what) < room), tails[-1])
    middle = fit(what, max(12, room - width_of(tail) - 1))
    text = f"{head} {left} {middle} {tail}"
    key = ("overdue", line.owing[0].obligation_id)
    return LineRow((Piece(text, "taken" if is_taken else ""),), key, "" if is_taken else OVERDUE)


def _tails(desk: Desk, line: OverdueLine) -> list[str]:
    """Return who took it on, or which step was told and what follows: the longest form first."""
    if line.acknowledged_at is not None:
        back = minute(line.returns_at, desk.zone) if line.returns_at else ""
        person = line.acknowledged_by or ""
        return [desk.say(mark("{person}已接手 {back}再提醒"), person=person, back=back), person]
    told = line.told
    if told is None:
        return [desk.say(mark("未告知"))]
    step = desk.say(mark("第{step}阶"), step=told.step)
    people = "、".join(told.people)
    full = desk.say(mark("{step} 已告{people}"), step=step, people=people)
    if told.next_at is None:
        return [full, step]
    whom = "、".join(post.said_in(desk.language) for post in told.next_tells)
    at = minute(told.next_at, desk.zone)
    following = desk.say(mark(" {at}告{whom}"), at=at, whom=whom or desk.say(mark("同阶")))
    return [full + following, step + following, f"{step} {at}", step]


def _finding_row(desk: Desk, finding: FindingLine, cells: int) -> LineRow:
    words = desk.say(
        mark("? 疑似{what} {post} {person} {at} 待认定"),
        what=finding_word(finding.kind, desk.language),
        post=finding.post.said_in(desk.language),
        person=finding.person or "—",
        at=when(finding.at, desk.zone, desk.now()),
    )
    if finding.explanation:
        words = desk.say(mark("{words} · 说明:{said}"), words=words, said=finding.explanation)
    return LineRow((Piece(cut(words, cells), "serious"),), ("finding", finding.id))


def due_rows(desk: Desk, board: Board, cells: int) -> list[LineRow]:
    """Return what falls due within 24 hours, the nearest first."""
    rows = [_due_row(desk, line, cells) for line in board.due_next if line.due_at > desk.now()]
    return rows or [LineRow((Piece(desk.say(mark(" 无")), "muted"),))]


def _due_row(desk: Desk, line: DueLine, cells: int) -> LineRow:
    now = desk.now()
    look = obligation_look(ObligationState.OPEN, line.due_at, now, is_fulfilled=False)
    head = fit(look.said_in(desk.language), _look_cells(desk))
    left = fit_right(countdown(line.due_at, now, desk.language), COUNTDOWN)
    at = minute(line.due_at, desk.zone)
    counts = "" if line.owed == 1 else f"{line.done}/{line.owed}{'+' if line.is_more else ''}"
    tail = line.party or counts
    room = cells - width_of(head) - COUNTDOWN - width_of(at) - 3
    what = fit(line.words.said_in(desk.language), max(8, room - width_of(tail) - 1))
    return LineRow(
        (
            Piece(f"{head} ", look.tone),
            Piece(f"{left} ", look.tone if look.tone != "calm" else "strong"),
            Piece(f"{at} ", "muted"),
            Piece(f"{what} "),
            Piece(tail, "muted"),
        )
    )


def post_rows(desk: Desk, board: Board, cells: int) -> list[LineRow]:
    """Return who stands at which post; posts without anybody come first."""
    order = sorted(board.posts, key=lambda post: not _is_missing(post))
    rows = [_post_row(desk, post, cells) for post in order]
    if board.next_posts:
        people = "、".join(post.person or desk.say(mark("缺")) for post in board.next_posts)
        words = desk.say(
            mark("下一班 {at} {people}"),
            at=when(board.next_posts[0].starts_at, desk.zone, desk.now()),
            people=people,
        )
        rows.append(LineRow((Piece(cut(words, cells), "muted"),)))
    return rows or [LineRow((Piece(desk.say(mark(" 无班次,请发布值班表")), "near"),))]


def _is_missing(post: PostLine) -> bool:
    return post.owes_since is not None or (post.presence is Presence.GAP and post.is_manned)


def _post_row(desk: Desk, post: PostLine, cells: int) -> LineRow:
    look = presence_look(
        post.presence, is_owed=post.owes_since is not None, is_manned=post.is_manned
    )
    head = fit(look.said_in(desk.language), 9 if desk.language is Language.ZH else 15)
    since = fit_right(_since(desk, post), SINCE)
    words = post.words.said_in(desk.language)
    words_cells = max(8, cells - width_of(head) - PERSON - PHONE - SINCE - 4)
    person = fit(post.person or "—", PERSON)
    phone = fit(post.telephone, PHONE)
    text = f"{head} {fit(words, words_cells)} {person} {phone} {since}"
    if look.tone == OVERDUE:
        return LineRow((Piece(text),), ("post", post.key), OVERDUE)
    return LineRow((Piece(text, look.tone if look.tone != "done" else ""),), ("post", post.key))


def _since(desk: Desk, post: PostLine) -> str:
    if post.owes_since is not None:
        return "-" + minutes_and_seconds(desk.now() - post.owes_since)
    if post.signed_in_at is not None:
        return when(post.signed_in_at, desk.zone, desk.now())[:5]  # a day ago: month and day
    return ""


def health_rows(desk: Desk, board: Board, cells: int) -> list[LineRow]:
    """Return how the watch and the mail path are; each fact keeps its place."""
    parts = [*_watch_parts(desk, board.watch), *_mail_parts(desk, board.mail)]
    rows: list[list[Piece]] = [[]]
    used = 0
    for words, tone in parts:
        wide = width_of(words) + 2
        if rows[-1] and used + wide > cells:
            rows.append([])
            used = 0
        rows[-1].append(Piece(f"{words}  ", tone))
        used += wide
    if board.room.is_sample:
        note = desk.say(mark("样例值班室:PIN 均为 246810,人员单位均为虚构"))
        rows.append([Piece(note, "info")])
    return [LineRow(tuple(row)) for row in rows]


def _watch_parts(desk: Desk, watch: WatchFacts) -> list[tuple[str, str]]:
    if not watch.holder:
        return [(desk.say(mark("值守程序 未运行")), "near")]
    silent = desk.eye.silent_for(desk.clock.monotonic())
    is_dead = silent is None or desk.watch_silence() is not None
    age = desk.say(mark("{count}秒前"), count=int(silent or 0)) if silent is not None else "—"
    parts = [
        (
            desk.say(
                mark("× 值守程序 {age} {holder}") if is_dead else mark("● 值守程序 {age} {holder}"),
                age=age,
                holder=cut(watch.holder, 24),
            ),
            "near" if is_dead else "done",
        )
    ]
    is_seen = (
        watch.stands_by_at is not None
        and (desk.now() - watch.stands_by_at).total_seconds() <= STANDBY_SEEN
    )
    words = cut(watch.stands_by, 16) if is_seen else desk.say(mark("无"))
    parts.append((desk.say(mark("备用 {words}"), words=words), "muted"))
    return parts


def _mail_parts(desk: Desk, mail: MailFacts) -> list[tuple[str, str]]:
    more = "+" if mail.is_more else ""
    parts = [
        (desk.say(mark("邮件 待发{count}"), count=f"{mail.waiting}{more}"), "calm"),
        (desk.say(mark("延迟{count}"), count=mail.delayed), "near" if mail.delayed else "muted"),
        (desk.say(mark("被拒{count}"), count=mail.refused), "near" if mail.refused else "muted"),
    ]
    for relay in mail.relays:
        name = relay_word(relay.relay, desk.language)
        if relay.is_working:
            parts.append((f"● {name}", "done"))
        else:
            words = desk.say(
                mark("× {relay} 自{since}不通:{reply}"),
                relay=name,
                since=when(relay.since, desk.zone, desk.now()),
                reply=cut(relay.last_reply, 40),
            )
            parts.append((words, "near"))
    if not mail.relays:
        parts.append((desk.say(mark("邮路 尚无投递")), "muted"))
    return parts


def log_rows(desk: Desk, board: Board, cells: int) -> list[LineRow]:
    """Return the latest lines of the duty log."""
    return [
        LineRow(
            (
                Piece(f"{when(entry.at, desk.zone, desk.now())} ", "muted"),
                Piece(cut(entry.said_in(desk.language), max(4, cells - 6))),
            )
        )
        for entry in board.log
    ]


def titles(desk: Desk, board: Board | None) -> Sequence[str]:
    """Return the titles of matters, due, posts, health and log, with their counts."""
    if board is None:
        counts = ("", "", "")
    else:
        on_post = sum(post.presence is Presence.SIGNED_IN for post in board.posts)
        manned = sum(post.is_manned for post in board.posts)
        due = sum(line.due_at > desk.now() for line in board.due_next)
        counts = (f" {len(board.overdue)}", f" {due}", f" {on_post}/{manned}")
    return (
        desk.say(mark("待处置")) + counts[0],
        desk.say(mark("24 小时内到时")) + counts[1],
        desk.say(mark("在岗")) + counts[2],
        desk.say(mark("值守与邮路")),
        desk.say(mark("最近记录")),
    )
