"""Record what became of mails: deliveries, states, how the relays behave, the log entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from plans.attempts import Handled
from plans.channels.letters import Outcome
from plans.mail_entries import record_outcomes
from plans.mail_states import MailState
from plans.retries import RetryTable
from plans.tables import Delivery, Mail, MailPath
from records.duty_log import Entry, append
from records.language import Sentence, mark
from records.tables import DutyRoom

# A mapped class of ours always has a plain table.
_MAIL = cast(Table, Mail.__table__)
_DELIVERY = cast(Table, Delivery.__table__)
_PATH = cast(Table, MailPath.__table__)
_M = _MAIL.c
_IS_OURS = (
    _M.id == bindparam("row_id"),
    _M.state == MailState.CLAIMED.value,
    func.coalesce(_M.claimed_fence, -1) == bindparam("row_fence"),
)
# An acceptance is a fact whoever records it; everything else only counts while the mail is ours.
_ACCEPTED = (
    update(_MAIL)
    .where(_M.id == bindparam("row_id"))
    .values(
        state=MailState.ACCEPTED.value,
        next_try_at=None,
        accepted_at=func.coalesce(_M.accepted_at, bindparam("row_at", type_=_M.accepted_at.type)),
        last_reply=bindparam("row_reply"),
    )
)
_LATER = (
    update(_MAIL)
    .where(*_IS_OURS)
    .values(
        state=bindparam("row_state"),
        next_try_at=bindparam("row_next"),
        contact_turn=_M.contact_turn + bindparam("row_turns"),
        last_reply=bindparam("row_reply"),
    )
)
_GIVEN_BACK = (
    update(_MAIL).where(*_IS_OURS).values(state=bindparam("row_state"), attempts=_M.attempts - 1)
)
_STILL_WORKING = (
    update(_PATH)
    .where(_PATH.c.relay == bindparam("row_relay"), _PATH.c.is_working)
    .values(last_accepted_at=bindparam("row_at"), last_reply=bindparam("row_reply"))
)


def record(
    session: Session, handled: Sequence[Handled], retry: RetryTable, *, now: datetime
) -> None:
    """Record the outcomes of attempts, in one transaction for all that ended together."""
    _store_deliveries(session, handled)
    _store_accepted(session, handled)
    _store_later(session, handled, retry, now)
    _store_given_back(session, handled)
    record_outcomes(session, handled, now=now)
    _store_path_news(session, handled, now)


def _store_deliveries(session: Session, handled: Sequence[Handled]) -> None:
    rows = [
        {
            "mail_id": item.claimed.letter.mail_id,
            "attempt": item.claimed.letter.attempt,
            "at": attempt.at,
            "relay": attempt.relay,
            "address": item.claimed.letter.address,
            "outcome": attempt.answer.outcome.value,
            "reply": attempt.answer.reply,
        }
        for item in handled
        for attempt in item.attempts
    ]
    if rows:
        session.connection().execute(insert(_DELIVERY), rows)


def _store_accepted(session: Session, handled: Sequence[Handled]) -> None:
    rows = [
        {
            "row_id": item.claimed.letter.mail_id,
            "row_at": item.decisive.at,
            "row_reply": item.decisive.answer.reply,
        }
        for item in handled
        if item.decisive is not None and item.outcome is Outcome.ACCEPTED
    ]
    if rows:
        session.connection().execute(_ACCEPTED, rows)


def _store_later(
    session: Session, handled: Sequence[Handled], retry: RetryTable, now: datetime
) -> None:
    rows = []
    for item in handled:
        if item.decisive is None or item.outcome is Outcome.ACCEPTED:
            continue
        is_refused = item.outcome is Outcome.REFUSED
        is_unknown = item.outcome is Outcome.UNKNOWN
        wait = retry.wait_after(item.claimed.letter.attempt)
        rows.append(
            {
                **_whose(item),
                "row_state": (MailState.UNKNOWN if is_unknown else MailState.WAITING).value,
                # The next contact point is tried at once; the claim sees whether there is one.
                "row_next": now if is_refused else now + wait,
                "row_turns": 1 if is_refused else 0,
                "row_reply": item.decisive.answer.reply,
            }
        )
    if rows:
        session.connection().execute(_LATER, rows)


def _store_given_back(session: Session, handled: Sequence[Handled]) -> None:
    rows = [
        {**_whose(item), "row_state": MailState.WAITING.value}
        for item in handled
        if item.outcome is None
    ]
    if rows:
        session.connection().execute(_GIVEN_BACK, rows)


def _whose(item: Handled) -> dict[str, object]:
    fence = item.claimed.fence
    return {"row_id": item.claimed.letter.mail_id, "row_fence": -1 if fence is None else fence}


@dataclass(frozen=True, slots=True)
class _PathNews:
    """The last thing that a relay showed of itself."""

    is_working: bool
    at: datetime
    reply: str
    accepted_at: datetime | None


def _store_path_news(session: Session, handled: Sequence[Handled], now: datetime) -> None:
    """Keep how each relay last behaved; a change is recorded in every room's log.

    Rule: R-MAIL-04
    """
    news: dict[str, _PathNews] = {}
    for item in handled:
        for attempt in item.attempts:
            if attempt.is_path_working is None:
                continue
            is_accepted = attempt.answer.outcome is Outcome.ACCEPTED
            before = news.get(attempt.relay)
            news[attempt.relay] = _PathNews(
                attempt.is_path_working,
                attempt.at,
                attempt.answer.reply,
                attempt.at if is_accepted else (before.accepted_at if before else None),
            )
    if not news:
        return
    for relay in sorted(news):
        if not _is_as_before(session, relay, news[relay]):
            _store_path(session, relay, news[relay], now)


def _is_as_before(session: Session, relay: str, news: _PathNews) -> bool:
    """Keep the latest acceptance of a relay that works on; return False if more has changed."""
    if not news.is_working or news.accepted_at is None:
        return False
    kept = session.connection().execute(
        _STILL_WORKING,
        {"row_relay": relay, "row_at": news.accepted_at, "row_reply": news.reply},
    )
    return kept.rowcount == 1


def _store_path(session: Session, relay: str, news: _PathNews, now: datetime) -> None:
    row = session.get(MailPath, relay, populate_existing=True)
    has_changed = not news.is_working if row is None else row.is_working != news.is_working
    if row is None:
        row = MailPath(
            relay=relay,
            is_working=news.is_working,
            since=news.at,
            last_accepted_at=None,
            last_reply="",
        )
        session.add(row)
    elif has_changed:
        row.is_working = news.is_working
        row.since = news.at
    row.last_accepted_at = news.accepted_at or row.last_accepted_at
    row.last_reply = news.reply
    session.flush()
    if has_changed:
        _record_change(session, relay, news, now)


def _record_change(session: Session, relay: str, news: _PathNews, now: datetime) -> None:
    if news.is_working:
        act = "mail_path_works"
        sentence = Sentence(mark("邮件通道 {relay} 恢复正常。"), {"relay": relay})
    else:
        act = "mail_path_breaks"
        sentence = Sentence(
            mark("邮件通道 {relay} 中断:{reply}"), {"relay": relay, "reply": news.reply}
        )
    for room_key in session.scalars(select(DutyRoom.key).order_by(DutyRoom.key)).all():
        append(session, room_key, now, [Entry(act, sentence, f"room:{room_key}", "mail")])
