"""What the duty log says about mails: compact enough for a burst, exact enough as proof."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from plans.attempts import Handled
from plans.channels.letters import Outcome
from records.duty_log import Entry, append
from records.language import Sentence, mark

_ACTS = {
    Outcome.ACCEPTED: "deliver_mails",
    Outcome.DELAYED: "delay_mails",
    Outcome.UNKNOWN: "lose_sight_of_mails",
    Outcome.REFUSED: "refuse_address",
}
_SENTENCES = {
    Outcome.ACCEPTED: mark("{count}封邮件已由邮件服务器接收。"),
    Outcome.DELAYED: mark("{count}封邮件未能送出,稍后重试:{reply}"),
    Outcome.UNKNOWN: mark("{count}封邮件结果不明,将以同一标识重发:{reply}"),
    Outcome.REFUSED: mark("{count}封邮件的收件地址被拒收,改用下一联系方式:{reply}"),
}


def record_outcomes(session: Session, handled: Sequence[Handled], *, now: datetime) -> None:
    """Record one entry for each room and outcome; mails that were given back say nothing."""
    groups: dict[tuple[str, Outcome], list[Handled]] = defaultdict(list)
    for item in handled:
        if item.outcome is not None:
            groups[item.claimed.room_key, item.outcome].append(item)
    for room_key in sorted({room_key for room_key, _ in groups}):
        entries = [
            _entry(room_key, outcome, groups[room_key, outcome])
            for outcome in _ACTS
            if (room_key, outcome) in groups
        ]
        append(session, room_key, now, entries)


def _entry(room_key: str, outcome: Outcome, items: Sequence[Handled]) -> Entry:
    replies = [item.decisive.answer.reply for item in items if item.decisive is not None]
    sentence = Sentence(_SENTENCES[outcome], {"count": len(items), "reply": replies[-1]})
    data = {
        "mails": [
            [item.claimed.letter.mail_id, item.claimed.recipient, words_hash(item)]
            for item in items
        ]
    }
    if outcome is not Outcome.ACCEPTED:
        data["replies"] = [[reply] for reply in replies]
    return Entry(_ACTS[outcome], sentence, f"room:{room_key}", "mail", data)


def words_hash(item: Handled) -> str:
    """Return what proves later which words were sent: 16 hexadecimal digits."""
    letter = item.claimed.letter
    return hashlib.sha256(f"{letter.subject}\n{letter.body}".encode()).hexdigest()[:16]


def record_unreachable(session: Session, rows: Sequence[Row[Any]], *, now: datetime) -> None:
    """Record that mails are refused for good: their recipients have no address left."""
    _record_each(
        session,
        rows,
        "refuse_mail",
        mark("给 {recipient} 的邮件无法投递:已没有可用的邮箱地址,请用电话告知。"),
        now,
    )


def record_unworded(session: Session, rows: Sequence[Row[Any]], *, now: datetime) -> None:
    """Record that mails could not be worded and went out in bare words."""
    _record_each(
        session,
        rows,
        "word_mail_barely",
        mark("给 {recipient} 的邮件无法成文,已用简短文字代发,请用电话告知详情。"),
        now,
    )


def _record_each(
    session: Session, rows: Sequence[Row[Any]], act: str, template: str, now: datetime
) -> None:
    for room_key in sorted({row.room_key for row in rows}):
        entries = [
            Entry(
                act,
                Sentence(template, {"recipient": row.recipient}),
                f"room:{room_key}",
                "mail",
                {"mail": row.id, "recipient": row.recipient},
            )
            for row in rows
            if row.room_key == room_key
        ]
        append(session, room_key, now, entries)
