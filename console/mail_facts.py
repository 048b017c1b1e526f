"""What a mail is about, read for many mails at once: matters, names, the room, the log's head."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Table, bindparam, func, select
from sqlalchemy.orm import Session

from plans.mail_states import Stage
from plans.tables import Alert, Mail
from records.duty_log import Recorded, recorded
from records.language import Bilingual
from records.names import party_names
from records.tables import DutyRoom, LogEntry, LogHead
from schedules.party_words import COMMANDER, centre_words
from schedules.tables import Assignment, Obligation, Post, Shift

# A mapped class of ours always has a plain table.
_ALERT = cast(Table, Alert.__table__)
_OBLIGATION = cast(Table, Obligation.__table__)
# The entries of the duty log that say what an incident or an order is.
_SITUATION = ("receive_incident", "update_incident", "grade_incident", "issue_order")

# Rows of Core statements have no static type.
AnyRow = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """What every mail of a room ends with, and the zone its times are told in."""

    name: str
    telephone: str
    code_seed: str
    zone: ZoneInfo
    log_seq: int
    log_hash: str


@dataclass(frozen=True, slots=True)
class Matter:
    """One alert and the obligation it is about.

    `person` holds or held the post that owes it; `times_told` counts how often this recipient was
    told of this matter, this time included.
    """

    obligation_id: int
    kind: str
    subject: str
    owed_by: str
    debtor: str | Bilingual
    post: Bilingual | None
    person: str | None
    is_owner: bool
    due_at: datetime
    at: datetime
    stage: Stage
    ladder_step: int
    times_told: int
    capacity: str
    late_seconds: int
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    fulfilled_at: datetime | None
    fulfilled_by: str | None
    waived_at: datetime | None
    waived_by: str | None
    situation: tuple[Recorded, ...] = ()  # what the duty log says of the incident or the order


@dataclass(frozen=True, slots=True)
class MailFacts:
    """One mail: to whom, in which room, about which matters (none in a test mail)."""

    mail_id: int
    room: RoomFacts
    recipient: str
    is_drill: bool
    at: datetime
    matters: tuple[Matter, ...]


@dataclass(frozen=True, slots=True)
class _PostFacts:
    """What a post is called and in which capacity its holder is told."""

    name: Bilingual
    capacity: str


def read_mail_facts(session: Session, mail_ids: Sequence[int]) -> list[MailFacts]:
    """Return the facts of these mails, in the order of their numbers."""
    mails = (
        session.connection()
        .execute(
            select(Mail.id, Mail.room_key, Mail.recipient, Mail.is_drill, Mail.at)
            .where(Mail.id.in_(mail_ids))
            .order_by(Mail.id)
        )
        .all()
    )
    alerts = _alerts(session, mail_ids)
    facts: dict[int, MailFacts] = {}
    for room_key in sorted({mail.room_key for mail in mails}):
        mine = [mail for mail in mails if mail.room_key == room_key]
        facts |= _of_room(session, room_key, mine, alerts)
    return [facts[mail.id] for mail in mails]


def _of_room(
    session: Session, room_key: str, mails: Sequence[AnyRow], alerts: Mapping[int, Sequence[AnyRow]]
) -> dict[int, MailFacts]:
    room = _room(session, room_key)
    rows = [row for mail in mails for row in alerts.get(mail.id, ())]
    people = _people_of_shifts(session, room_key, rows)
    posts = _posts(session, room_key)
    names = party_names(session, room_key, _parties(mails, rows, people.values()))
    situations = _situations(session, room_key, {row.subject for row in rows})
    return {
        mail.id: MailFacts(
            mail_id=mail.id,
            room=room,
            recipient=names.get(mail.recipient, mail.recipient),
            is_drill=mail.is_drill,
            at=mail.at,
            matters=tuple(
                replace(
                    _matter(row, mail.recipient, people, posts, names),
                    situation=situations.get(row.subject, ()),
                )
                for row in alerts.get(mail.id, ())
            ),
        )
        for mail in mails
    }


_EARLIER = _ALERT.alias("earlier")
_TIMES_TOLD = (
    select(func.count())
    .select_from(_EARLIER)
    .where(
        _EARLIER.c.obligation_id == _ALERT.c.obligation_id,
        _EARLIER.c.recipient == _ALERT.c.recipient,
        _EARLIER.c.stage.in_([Stage.TOLD.value, Stage.RETURNED.value]),
        _EARLIER.c.id <= _ALERT.c.id,
    )
    .scalar_subquery()
)
_ALERTS_OF = (
    select(
        _ALERT.c.mail_id,
        _ALERT.c.obligation_id,
        _ALERT.c.stage,
        _ALERT.c.ladder_step,
        _ALERT.c.recipient,
        _ALERT.c.capacity,
        _ALERT.c.at,
        _ALERT.c.late_seconds,
        _TIMES_TOLD.label("times_told"),
        _OBLIGATION.c.kind,
        _OBLIGATION.c.subject,
        _OBLIGATION.c.owed_by,
        _OBLIGATION.c.due_at,
        _OBLIGATION.c.acknowledged_at,
        _OBLIGATION.c.acknowledged_by,
        _OBLIGATION.c.fulfilled_at,
        _OBLIGATION.c.fulfilled_by,
        _OBLIGATION.c.waived_at,
        _OBLIGATION.c.waived_by,
    )
    .join(_OBLIGATION, _OBLIGATION.c.id == _ALERT.c.obligation_id)
    .where(_ALERT.c.mail_id.in_(bindparam("mail_ids", expanding=True)))
    .order_by(_ALERT.c.mail_id, _OBLIGATION.c.due_at, _ALERT.c.id)
)


def _alerts(session: Session, mail_ids: Sequence[int]) -> dict[int, list[AnyRow]]:
    found: dict[int, list[AnyRow]] = defaultdict(list)
    for row in session.connection().execute(_ALERTS_OF, {"mail_ids": mail_ids}):
        found[row.mail_id].append(row)
    return found


def _room(session: Session, room_key: str) -> RoomFacts:
    row = session.execute(
        select(
            DutyRoom.name,
            DutyRoom.telephone,
            DutyRoom.code_seed,
            DutyRoom.timezone,
            LogHead.seq,
            LogHead.hash,
        )
        .join(LogHead, LogHead.room_key == DutyRoom.key)
        .where(DutyRoom.key == room_key)
    ).one()
    return RoomFacts(
        row.name, row.telephone, row.code_seed, ZoneInfo(row.timezone), row.seq, row.hash
    )


def _posts(session: Session, room_key: str) -> dict[str, _PostFacts]:
    rows = session.execute(
        select(Post.key, Post.name, Post.name_en, Post.capacity).where(Post.room_key == room_key)
    )
    return {row.key: _PostFacts(Bilingual(row.name, row.name_en), row.capacity) for row in rows}


def _people_of_shifts(
    session: Session, room_key: str, rows: Iterable[AnyRow]
) -> dict[tuple[str, str], str]:
    """Return who was assigned to a post of a shift, by subject and post."""
    keys = {
        row.subject.removeprefix("shift:")
        for row in rows
        if row.owed_by.startswith("post:") and row.subject.startswith("shift:")
    }
    if not keys:
        return {}
    found = session.execute(
        select(Shift.key, Assignment.post_key, Assignment.person_id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(Shift.room_key == room_key, Shift.key.in_(keys), Assignment.person_id.is_not(None))
    )
    return {
        (f"shift:{row.key}", f"post:{row.post_key}"): f"person:{row.person_id}" for row in found
    }


def _parties(mails: Iterable[AnyRow], rows: Iterable[AnyRow], people: Iterable[str]) -> set[str]:
    parties = {mail.recipient for mail in mails} | set(people)
    for row in rows:
        parties |= {
            party
            for party in (row.owed_by, row.acknowledged_by, row.fulfilled_by, row.waived_by)
            if party is not None
        }
    return parties


def _situations(
    session: Session, room_key: str, subjects: Iterable[str]
) -> dict[str, tuple[Recorded, ...]]:
    """Return what was received and last changed of incidents, and what was ordered, by subject."""
    found: dict[str, dict[str, Recorded]] = {}
    told = [subject for subject in subjects if subject.startswith(("incident:", "order:"))]
    if not told:
        return {}
    rows = session.scalars(
        select(LogEntry)
        .where(
            LogEntry.room_key == room_key,
            LogEntry.subject.in_(sorted(told)),
            LogEntry.act.in_(_SITUATION),
        )
        .order_by(LogEntry.seq)
    )
    for row in rows:  # of several entries of one act the last one stands
        found.setdefault(row.subject, {})[row.act] = recorded(row)
    return {subject: tuple(acts.values()) for subject, acts in found.items()}


def _debtor(
    owed_by: str, posts: Mapping[str, _PostFacts], names: Mapping[str, str]
) -> str | Bilingual:
    """Return what whoever owes it is called: a centre after its commander's post."""
    kind, _, key = owed_by.partition(":")
    commander = posts.get(f"{key}{COMMANDER}") if kind == "centre" else None
    return centre_words(commander.name) if commander else names.get(owed_by, key)


def _matter(
    row: AnyRow,
    recipient: str,
    people: Mapping[tuple[str, str], str],
    posts: Mapping[str, _PostFacts],
    names: Mapping[str, str],
) -> Matter:
    kind, _, key = row.owed_by.partition(":")
    person = people.get((row.subject, row.owed_by))
    # A stand-in is told in place of the person, in the capacity of the post that owes it.
    post = posts.get(key) if kind == "post" else None
    is_stand_in = row.ladder_step == 1 and post is not None and post.capacity == row.capacity
    is_commander = kind == "centre" and row.capacity == "commander" and row.ladder_step == 1
    return Matter(
        obligation_id=row.obligation_id,
        kind=row.kind,
        subject=row.subject,
        owed_by=row.owed_by,
        debtor=_debtor(row.owed_by, posts, names),
        post=(post.name if post else Bilingual(key, key)) if kind == "post" else None,
        person=names.get(person) if person else None,
        is_owner=recipient in (row.owed_by, person) or is_stand_in or is_commander,
        due_at=row.due_at,
        at=row.at,
        stage=Stage(row.stage),
        ladder_step=row.ladder_step,
        times_told=row.times_told,
        capacity=row.capacity,
        late_seconds=row.late_seconds,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=names.get(row.acknowledged_by),
        fulfilled_at=row.fulfilled_at,
        fulfilled_by=names.get(row.fulfilled_by),
        waived_at=row.waived_at,
        waived_by=names.get(row.waived_by),
    )
