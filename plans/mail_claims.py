"""Claim mails that are due, word and address them, give them back; all inside transactions."""

import contextlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Integer, Row, Table, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session

from plans.attempts import Claimed, Wanted, Words
from plans.channels.letters import Letter
from plans.mail_entries import record_unreachable, record_unworded
from plans.mail_states import MailState
from plans.tables import Mail
from records.contact_points import Channel, contact_points_of
from records.tables import DutyRoom
from schedules.tables import WatchLease

LEASE = "watch"
# A mail that the words cannot be found for is looked at again after this long.
# Nothing is ever put off as long as this; further away means that the wall clock stepped back.
NEVER_SO_FAR = timedelta(hours=2)
# The recipient of a test mail names its address itself.
PRESET_ADDRESS = "address:"

_OPEN = (MailState.WAITING.value, MailState.UNKNOWN.value)
# A mapped class of ours always has a plain table.
_MAIL = cast(Table, Mail.__table__)
_M = _MAIL.c

# Words for many mails at once; a mail that is missing in the answer has none.
Render = Callable[[Session, Sequence[int], datetime], Mapping[int, Words]]

# What is said where nothing better can be: both languages, since it is not known which fails.
_BARE_SUBJECT = "【告警】请立即致电{room} / Alert: call the duty room at once"
_BARE_BODY = (
    "{room}有告警要告知您,但邮件正文无法生成。请立即致电 {telephone},报邮件号 {mail}。\n"
    "There is an alert for you whose text could not be made. "
    "Call {telephone} at once and give mail number {mail}.\n"
)

# Rows of Core statements have no static type.
MailRow = Row[Any]


def claim(
    session: Session,
    wanted: Wanted,
    render: Render | None,
    *,
    fence: int | None,
    now: datetime,
    lease: str = LEASE,
) -> list[Claimed]:
    """Return mails that are due, now ours alone: top priority first, then the oldest.

    They are worded and addressed in this transaction, so that a retry sends the same words.
    A mail without any address left is refused for good, and the log says so.

    Args:
        session: A writing session.
        wanted: How many at most.
        render: Words the mails; None leaves them without words, for long replays.
        fence: The number of our lease; None where there is none (stories, replays).
        now: The instant of the claim.
        lease: The name of the lease; a newer fence in its row makes the claim come back empty.
    """
    ids = _due(session, wanted, now)
    if not ids:
        return []
    rows = _claim_rows(session, ids, fence, lease, now)
    if not rows:
        return []
    addresses = _addresses(session, rows)
    reachable = [row for row in rows if row.id in addresses]
    _refuse(session, [row for row in rows if row.id not in addresses], now)
    words = _words(session, render, reachable, now)
    words |= _bare_words(session, [row for row in reachable if row.id not in words], now)
    _store_words(session, reachable, words, addresses)
    names = _room_names(session, {row.room_key for row in reachable})
    return [
        Claimed(
            _letter(row, names[row.room_key], addresses[row.id], words[row.id]),
            row.room_key,
            row.recipient,
            fence,
        )
        for row in sorted(reachable, key=lambda row: (not row.is_top_priority, row.id))
    ]


def release_claims(session: Session, fence: int, *, but: Collection[int] = ()) -> int:
    """Give back what was claimed under a fence older than `fence`; return how many.

    Whether such a mail left the machine is not known: it is sent again with the same Message-ID.
    `but` are mails in flight here.
    """
    given_back = session.execute(
        update(_MAIL)
        .where(
            _M.state == MailState.CLAIMED.value,
            or_(_M.claimed_fence.is_(None), _M.claimed_fence < fence),
            _M.id.not_in(but),
        )
        .values(state=MailState.WAITING.value)
        .returning(_M.id)
    )
    return len(given_back.all())


def next_delivery_at(session: Session) -> datetime | None:
    """Return when the next mail may be tried; None if none waits."""
    return session.scalar(
        select(func.min(Mail.next_try_at)).where(
            Mail.next_try_at.is_not(None), Mail.state.in_(_OPEN)
        )
    )


_IS_DUE = (
    _M.next_try_at.is_not(None),
    or_(
        _M.next_try_at <= bindparam("now", type_=_M.next_try_at.type),
        _M.next_try_at > bindparam("never", type_=_M.next_try_at.type),
    ),
    _M.state.in_(_OPEN),
)
_DUE_FRESH, _DUE_TROUBLED = (
    select(_M.id)
    .where(*_IS_DUE, is_of_this_sort)
    .order_by(_M.is_top_priority.desc(), _M.id)
    .limit(bindparam("most", type_=Integer))
    for is_of_this_sort in (_M.attempts == 0, _M.attempts > 0)
)


def _due(session: Session, wanted: Wanted, now: datetime) -> list[int]:
    ids: list[int] = []
    for most, query in ((wanted.fresh, _DUE_FRESH), (wanted.troubled, _DUE_TROUBLED)):
        if most > 0:
            bound = {"now": now, "never": now + NEVER_SO_FAR, "most": most}
            ids += session.connection().execute(query, bound).scalars()
    return ids


# A watch that was overtaken while it slept may not claim anything any more.
_IS_NOT_OVERTAKEN = ~exists().where(
    WatchLease.name == bindparam("lease"), WatchLease.fence > bindparam("own_fence")
)
_CLAIM = (
    update(_MAIL)
    .where(_M.id.in_(bindparam("ids", expanding=True)), _M.state.in_(_OPEN))
    .values(
        state=MailState.CLAIMED.value,
        claimed_fence=bindparam("claim_fence"),
        claimed_at=bindparam("claim_at", type_=_M.claimed_at.type),
        attempts=_M.attempts + 1,
    )
    .returning(
        _M.id,
        _M.room_key,
        _M.recipient,
        _M.message_id,
        _M.thread,
        _M.is_top_priority,
        _M.at,
        _M.attempts,
        _M.contact_turn,
        _M.subject,
        _M.body,
    )
)
_CLAIM_UNDER_LEASE = _CLAIM.where(_IS_NOT_OVERTAKEN)


def _claim_rows(
    session: Session, ids: Sequence[int], fence: int | None, lease: str, now: datetime
) -> list[MailRow]:
    bound: dict[str, object] = {"ids": ids, "claim_fence": fence, "claim_at": now}
    if fence is None:
        return list(session.connection().execute(_CLAIM, bound))
    bound |= {"lease": lease, "own_fence": fence}
    return list(session.connection().execute(_CLAIM_UNDER_LEASE, bound))


def _addresses(session: Session, rows: Sequence[MailRow]) -> dict[int, str]:
    """Return the address of each mail's present turn; a mail with none left is missing."""
    found: dict[int, str] = {}
    for room_key in sorted({row.room_key for row in rows}):
        mine = [row for row in rows if row.room_key == room_key]
        owners = {row.recipient for row in mine if not row.recipient.startswith(PRESET_ADDRESS)}
        points = contact_points_of(session, room_key, owners, Channel.EMAIL) if owners else {}
        for row in mine:
            if row.recipient.startswith(PRESET_ADDRESS):
                known = [row.recipient.removeprefix(PRESET_ADDRESS)]
            else:
                known = points[row.recipient]
            if row.contact_turn <= len(known):
                found[row.id] = known[row.contact_turn - 1]
    return found


def _refuse(session: Session, rows: Sequence[MailRow], now: datetime) -> None:
    if not rows:
        return
    session.connection().execute(
        update(_MAIL)
        .where(_M.id.in_([row.id for row in rows]))
        .values(state=MailState.REFUSED.value, next_try_at=None, claimed_fence=None)
    )
    record_unreachable(session, rows, now=now)


def _words(
    session: Session, render: Render | None, rows: Sequence[MailRow], now: datetime
) -> dict[int, Words]:
    words = {row.id: Words(row.subject, row.body or "") for row in rows if row.subject is not None}
    bare = [row.id for row in rows if row.subject is None]
    if not bare:
        return words
    if render is None:
        return words | dict.fromkeys(bare, Words("", ""))
    try:
        return words | dict(render(session, bare, now))
    except Exception:  # noqa: BLE001  the edge of one mail: which it is, is found one by one
        return words | _worded_singly(session, render, bare, now)


def _worded_singly(
    session: Session, render: Render, mail_ids: Sequence[int], now: datetime
) -> dict[int, Words]:
    """Return the words of every mail that can be worded, however others fail."""
    words: dict[int, Words] = {}
    for mail_id in mail_ids:
        # A failed statement must not spoil the transaction for the other mails.
        with contextlib.suppress(Exception), session.begin_nested():
            words |= render(session, [mail_id], now)
    return words


def _bare_words(session: Session, rows: Sequence[MailRow], now: datetime) -> dict[int, Words]:
    """Return words for mails that cannot be worded: an alert is never withheld for its wording."""
    if not rows:
        return {}
    record_unworded(session, rows, now=now)
    rooms = {
        room.key: room
        for room in session.scalars(
            select(DutyRoom).where(DutyRoom.key.in_({row.room_key for row in rows}))
        )
    }
    return {
        row.id: Words(
            _BARE_SUBJECT.format(room=rooms[row.room_key].name),
            _BARE_BODY.format(
                room=rooms[row.room_key].name,
                telephone=rooms[row.room_key].telephone,
                mail=row.id,
            ),
        )
        for row in rows
    }


_STORE_WORDS = (
    update(_MAIL)
    .where(_M.id == bindparam("row_id"))
    .values(
        address=bindparam("row_address"),
        subject=bindparam("row_subject"),
        body=bindparam("row_body"),
    )
)


def _store_words(
    session: Session,
    rows: Sequence[MailRow],
    words: Mapping[int, Words],
    addresses: Mapping[int, str],
) -> None:
    if rows:
        session.connection().execute(
            _STORE_WORDS,
            [
                {
                    "row_id": row.id,
                    "row_address": addresses[row.id],
                    "row_subject": words[row.id].subject,
                    "row_body": words[row.id].body,
                }
                for row in rows
            ],
        )


def _room_names(session: Session, room_keys: Collection[str]) -> dict[str, str]:
    rows = session.execute(select(DutyRoom.key, DutyRoom.name).where(DutyRoom.key.in_(room_keys)))
    return {row.key: row.name for row in rows}


def _letter(row: MailRow, sender_name: str, address: str, words: Words) -> Letter:
    return Letter(
        mail_id=row.id,
        message_id=row.message_id,
        thread=row.thread,
        sender_name=sender_name,
        address=address,
        subject=words.subject,
        body=words.body,
        at=row.at,
        attempt=row.attempts,
        is_top_priority=row.is_top_priority,
    )
