"""Raise alerts once per alert key, group a flood, acknowledge, tell that it is taken or over."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from plans.codes import code_of
from plans.decisions import Telling
from plans.mail_states import MailState, Stage
from plans.message_ids import message_id, thread_id
from plans.rules import PlanRules
from plans.tables import Acknowledgement, Alert, Mail
from records.act import Act
from records.duty_log import Entry, append
from records.errors import NotFound
from records.language import Sentence, mark
from records.names import party_names
from records.tables import DutyRoom
from schedules import obligations
from schedules.tables import Obligation

# While a burst is still being looked at, a digest waits for the alerts that will join it.
DIGEST_HOLD = timedelta(seconds=1)
# Told this much later than the ladder wanted is late because of us, and the mail says so.
IN_TIME = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An alert that is to be stored."""

    alert_key: str
    obligation_id: int
    stage: Stage
    ladder_step: int
    recipient: str
    capacity: str
    late_seconds: int
    is_top_priority: bool
    is_drill: bool


def raise_all(
    session: Session,
    room_key: str,
    tellings: Sequence[Telling],
    rules: PlanRules,
    *,
    now: datetime,
    more_to_come: bool,
) -> int:
    """Store the alerts of one look with their mails; return how many.

    Rule: R-MAIL-03
    """
    wanted = [
        _Wanted(
            alert_key=_alert_key(
                telling.outstanding.id,
                telling.stage,
                telling.ladder_step,
                telling.wanted_at,
                telling.recipient.party,
            ),
            obligation_id=telling.outstanding.id,
            stage=telling.stage,
            ladder_step=telling.ladder_step,
            recipient=telling.recipient.party,
            capacity=telling.recipient.capacity,
            late_seconds=_late(telling.wanted_at, now),
            is_top_priority=telling.outstanding.is_top_priority,
            is_drill=telling.outstanding.is_drill,
        )
        for telling in tellings
    ]
    _store(session, room_key, wanted, rules, now=now, more_to_come=more_to_come)
    return len(wanted)


def _alert_key(
    obligation_id: int, stage: Stage, step: int, wanted_at: datetime, recipient: str
) -> str:
    return f"{obligation_id}/{stage.value}/{step}/{wanted_at.isoformat()}/{recipient}"


def _late(wanted_at: datetime, now: datetime) -> int:
    return int((now - wanted_at).total_seconds()) if now - wanted_at > IN_TIME else 0


def _store(
    session: Session,
    room_key: str,
    wanted: Sequence[_Wanted],
    rules: PlanRules,
    *,
    now: datetime,
    more_to_come: bool,
) -> None:
    if not wanted:
        return
    mails = _mails(session, room_key, wanted, rules, now=now, more_to_come=more_to_come)
    session.connection().execute(
        insert(Alert.__table__),  # type: ignore[arg-type]  # Core for speed; it is a Table
        [
            {
                "room_key": room_key,
                "alert_key": item.alert_key,
                "obligation_id": item.obligation_id,
                "stage": item.stage.value,
                "ladder_step": item.ladder_step,
                "recipient": item.recipient,
                "capacity": item.capacity,
                "at": now,
                "late_seconds": item.late_seconds,
                "mail_id": mail_id,
            }
            for item, mail_id in zip(wanted, mails, strict=True)
        ],
    )


def _site(session: Session, room_key: str) -> str:
    site = session.scalar(select(DutyRoom.site).where(DutyRoom.key == room_key))
    assert site is not None
    return site


def _mails(
    session: Session,
    room_key: str,
    wanted: Sequence[_Wanted],
    rules: PlanRules,
    *,
    now: datetime,
    more_to_come: bool,
) -> list[int]:
    """Return the mail of each wanted alert, in order; new mails and digests are stored."""
    site = _site(session, room_key)
    per_recipient = Counter(item.recipient for item in wanted if not item.is_top_priority)
    digests = {
        recipient for recipient, count in per_recipient.items() if count >= rules.digest_from
    }
    digest_keys, open_digests = _digests_of_now(session, room_key, digests, now)
    keys = [
        item.alert_key if item.is_top_priority else digest_keys.get(item.recipient, item.alert_key)
        for item in wanted
    ]
    hold = DIGEST_HOLD if more_to_come else timedelta(0)
    rows: dict[str, dict[str, object]] = {}
    for key, item in zip(keys, wanted, strict=True):
        if key in rows or key in open_digests:
            continue
        is_digest = key != item.alert_key
        rows[key] = {
            "room_key": room_key,
            "group_key": key,
            "message_id": message_id(key, item.recipient, site),
            "thread": thread_id(key if is_digest else str(item.obligation_id), site),
            "recipient": item.recipient,
            "is_top_priority": item.is_top_priority,
            "is_drill": item.is_drill,
            "is_digest": is_digest,
            "at": now,
            "state": MailState.WAITING.value,
            "next_try_at": now + hold if is_digest else now,
            "attempts": 0,
            "contact_turn": 1,
            "last_reply": "",
        }
    ids = dict(open_digests)
    if rows:
        stored = session.execute(
            insert(Mail).returning(Mail.id, sort_by_parameter_order=True), list(rows.values())
        )
        ids |= dict(zip(rows, stored.scalars(), strict=True))
    return [ids[key] for key in keys]


def _digests_of_now(
    session: Session, room_key: str, recipients: Collection[str], now: datetime
) -> tuple[dict[str, str], dict[str, int]]:
    """Return the digest key of each recipient for this moment, and the mails that may be joined.

    A digest that the postman has in hand is not joined: what came later would never be read. The
    recipient then gets a second digest of the same moment, or a third.
    """
    first = {recipient: f"digest/{recipient}/{now.isoformat()}" for recipient in recipients}
    keys = dict(first)
    may_be_joined: dict[str, int] = {}
    unclear = keys
    turn = 1
    while unclear:
        there = (Mail.room_key == room_key, Mail.group_key.in_(sorted(unclear.values())))
        stored = set(session.scalars(select(Mail.group_key).where(*there)))
        if not stored:
            break
        not_begun = session.execute(
            select(Mail.group_key, Mail.id)
            .where(*there, Mail.subject.is_(None), Mail.next_try_at.is_not(None))
            .with_for_update(skip_locked=True)  # so that nobody begins before we are done
        )
        may_be_joined |= {row.group_key: row.id for row in not_begun}
        turn += 1
        unclear = {
            recipient: f"{first[recipient]}/{turn}"
            for recipient, key in unclear.items()
            if key in stored and key not in may_be_joined
        }
        keys |= unclear
    return keys, may_be_joined


def acknowledge(
    session: Session,
    act: Act,
    ids: Sequence[int],
    acknowledged_by: str,
    rules: PlanRules,
    *,
    how: str = "",
) -> int:
    """Record that a person took these matters on; tell all who were told; return how many.

    `ids` are obligations with open alerts. Raises NotFound if there is none.

    Rule: R-ACK-01, R-LAD-03
    """
    if not ids:
        raise NotFound(mark("没有可确认的告警:此人此事没有未确认的告警。"))
    obligations.acknowledge(
        session, ids, acknowledged_by, at=act.at, returns_at=act.at + rules.returns_after
    )
    session.execute(
        insert(Acknowledgement),
        [
            {
                "room_key": act.room_key,
                "obligation_id": obligation_id,
                "at": act.at,
                "acknowledged_by": acknowledged_by,
                "operator": act.operator,
                "how": how,
            }
            for obligation_id in ids
        ],
    )
    session.execute(
        update(Alert)
        .where(
            Alert.obligation_id.in_(ids),
            Alert.acknowledged_at.is_(None),
            Alert.stage.in_([Stage.TOLD.value, Stage.RETURNED.value]),
        )
        .values(acknowledged_at=act.at)
    )
    name = party_names(session, act.room_key, [acknowledged_by])[acknowledged_by]
    sentence = Sentence(
        mark("{person}确认接手{count}项告警。{how}"),
        {"person": name, "count": len(ids), "how": how},
    )
    data = {"acknowledged_by": acknowledged_by, "obligations": list(ids)}
    entry = Entry("acknowledge_alert", sentence, act.operator, "", data)
    append(session, act.room_key, act.at, [entry])
    tell_those_who_were_told(session, act, ids, Stage.TAKEN, rules, but=acknowledged_by)
    return len(ids)


def open_matters(
    session: Session,
    room_key: str,
    owed_by: str | None,
    *,
    kind: str | None = None,
    subject: str | None = None,
) -> list[int]:
    """Return the obligations with unacknowledged alerts that this party owes, oldest first."""
    query = (
        select(Obligation.id)
        .where(
            Obligation.room_key == room_key,
            Obligation.fulfilled_at.is_(None),
            Obligation.waived_at.is_(None),
        )
        .where(
            select(Alert.id)
            .where(
                Alert.obligation_id == Obligation.id,
                Alert.acknowledged_at.is_(None),
                Alert.stage.in_([Stage.TOLD.value, Stage.RETURNED.value]),
            )
            .exists()
        )
        .order_by(Obligation.due_at, Obligation.id)
    )
    if owed_by is not None:
        query = query.where(Obligation.owed_by == owed_by)
    if kind is not None:
        query = query.where(Obligation.kind == kind)
    if subject is not None:
        query = query.where(Obligation.subject == subject)
    return list(session.scalars(query))


def with_code(session: Session, room_key: str, ids: Sequence[int], code: str) -> list[int]:
    """Return those of the matters whose mails bear this four-digit code."""
    seed = session.scalar(select(DutyRoom.code_seed).where(DutyRoom.key == room_key))
    assert seed is not None
    return [obligation_id for obligation_id in ids if code_of(seed, obligation_id) == code]


def tell_those_who_were_told(
    session: Session,
    act: Act,
    ids: Sequence[int],
    stage: Stage,
    rules: PlanRules,
    *,
    but: str | None = None,
) -> int:
    """Tell everyone who was told of these matters that they are taken, or over; return how many.

    Rule: R-LAD-03
    """
    rows = session.execute(
        select(
            Alert.obligation_id,
            Alert.recipient,
            Alert.capacity,
            Obligation.is_top_priority,
            Obligation.is_drill,
        )
        .join(Obligation, Obligation.id == Alert.obligation_id)
        .where(
            Alert.obligation_id.in_(ids),
            Alert.stage.in_([Stage.TOLD.value, Stage.RETURNED.value]),
        )
        .order_by(Alert.obligation_id, Alert.id)
    )
    wanted: dict[tuple[int, str], _Wanted] = {}
    for row in rows:
        place = (row.obligation_id, row.recipient)
        if row.recipient == but or place in wanted:
            continue
        wanted[place] = _Wanted(
            alert_key=_alert_key(row.obligation_id, stage, 0, act.at, row.recipient),
            obligation_id=row.obligation_id,
            stage=stage,
            ladder_step=0,
            recipient=row.recipient,
            capacity=row.capacity,
            late_seconds=0,
            is_top_priority=row.is_top_priority,
            is_drill=row.is_drill,
        )
    _store(session, act.room_key, list(wanted.values()), rules, now=act.at, more_to_come=False)
    return len(wanted)
