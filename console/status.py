"""The state of a room in one document: who is on post, what is due, the watch, the mail path."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console.acts.desk import Rules
from console.json_values import instant_json, obligation_json
from console.open_incidents import read_open_incidents
from plans.mail_states import MailState
from plans.tables import Mail, MailPath
from records.names import party_names
from schedules.lease import read_lease
from schedules.shifts import on_duty_at
from schedules.tables import Obligation, Post, PostHolder

SILENT_AFTER = timedelta(seconds=15)  # a pulse older than this is red on every screen
CLOCK_MAY_DIFFER = timedelta(seconds=1)
OVERDUE_WITHIN = timedelta(days=7)
REFUSED_WITHIN = timedelta(hours=24)
MAILS_LOOKED_AT = 20_000
MOST_ROWS = 200
TEST_MAILS = "address:"

Document = dict[str, object]


@dataclass(frozen=True, slots=True)
class MailCounts:
    """How many mails wait for their first try, for a further one, or were refused of late."""

    waiting: int
    delayed: int
    refused: int


def read_status(session: Session, room_key: str, now: datetime, rules: Rules) -> Document:
    """Return the room's state as the contract of `duty status --json` has it.

    `overdue` goes back seven days and holds the latest 200; `overdue_count` counts all of them.
    """
    overdue = _overdue(session, room_key, now)
    return {
        "room": room_key,
        "now": instant_json(now),
        "on_duty": read_on_duty(session, room_key, now),
        "due_next": _due_next(session, room_key, now),
        "overdue": overdue,
        "overdue_count": _overdue_count(session, room_key, now),
        "open_incidents": read_open_incidents(session, room_key, rules, now),
        "watch": read_watch(session, now),
        "mail": read_mail(session, room_key, now),
        "alarm_path_last_proven": instant_json(_last_proven(session, room_key)),
    }


def read_on_duty(session: Session, room_key: str, now: datetime) -> list[Document]:
    """Return who is on which post: the running shifts', then the holders of the standing posts.

    `person` is who signed in, else whom the roster names; `since` is null until signed in.
    """
    places = on_duty_at(session, room_key, now)
    holders = session.execute(
        select(PostHolder.post_key, PostHolder.person_id, PostHolder.from_at)
        .join(Post, (Post.room_key == room_key) & (Post.key == PostHolder.post_key))
        .where(
            PostHolder.room_key == room_key,
            PostHolder.from_at <= now,
            (PostHolder.until_at.is_(None)) | (PostHolder.until_at > now),
        )
        .order_by(Post.turn, PostHolder.from_at)
    ).all()
    people = [place.present_person for place in places]
    people += [holder.person_id for holder in holders]
    names = party_names(session, room_key, [f"person:{each}" for each in people if each])
    found: list[Document] = [
        {
            "post": f"post:{place.post_key}",
            "person": _party(place.present_person),
            "name": names.get(f"person:{place.present_person}"),
            "since": instant_json(place.signed_in_at),
            "shift": f"shift:{place.shift_key}",
        }
        for place in places
    ]
    found += [
        {
            "post": f"post:{holder.post_key}",
            "person": _party(holder.person_id),
            "name": names.get(f"person:{holder.person_id}"),
            "since": instant_json(holder.from_at),
            "shift": None,
        }
        for holder in holders
    ]
    return found


def _party(person_id: str | None) -> str | None:
    return None if person_id is None else f"person:{person_id}"


def _due_next(session: Session, room_key: str, now: datetime) -> list[Document]:
    rows = session.scalars(
        select(Obligation)
        .where(
            Obligation.room_key == room_key,
            Obligation.due_at > now,
            Obligation.fulfilled_at.is_(None),
            Obligation.waived_at.is_(None),
            Obligation.state != "superseded",
        )
        .order_by(Obligation.due_at, Obligation.id)
        .limit(MOST_ROWS // 4)
    ).all()
    return _named(session, room_key, rows)


def _is_overdue(room_key: str, now: datetime) -> tuple[object, ...]:
    return (
        Obligation.room_key == room_key,
        Obligation.due_at <= now,
        Obligation.due_at > now - OVERDUE_WITHIN,
        Obligation.fulfilled_at.is_(None),
        Obligation.waived_at.is_(None),
        Obligation.state != "superseded",
    )


def _overdue(session: Session, room_key: str, now: datetime) -> list[Document]:
    rows = session.scalars(
        select(Obligation)
        .where(*_is_overdue(room_key, now))  # type: ignore[arg-type]  # conditions, all of them
        .order_by(Obligation.due_at.desc(), Obligation.id)
        .limit(MOST_ROWS)
    ).all()
    return _named(session, room_key, rows)


def _overdue_count(session: Session, room_key: str, now: datetime) -> int:
    return (
        session.scalar(
            select(func.count()).select_from(Obligation).where(*_is_overdue(room_key, now))  # type: ignore[arg-type]  # conditions
        )
        or 0
    )


def _named(session: Session, room_key: str, rows: Sequence[Obligation]) -> list[Document]:
    names = party_names(session, room_key, [row.owed_by for row in rows])
    return [
        {
            "id": row.id,
            **obligation_json(row),
            "name": names[row.owed_by],
            "acknowledged_by": row.acknowledged_by,
        }
        for row in rows
    ]


def read_watch(session: Session, now: datetime) -> Document:
    """Return whether the watch is alive by its pulse, who holds the lease, who stands by."""
    lease = read_lease(session)
    if lease is None:
        return {
            "alive": False,
            "holder": None,
            "fence": None,
            "pulse_at": None,
            "age_seconds": None,
            "standby": None,
        }
    age = None if lease.pulse_at is None else now - lease.pulse_at
    is_alive = age is not None and -CLOCK_MAY_DIFFER <= age <= SILENT_AFTER
    is_ready = lease.stands_by_at is not None and now - lease.stands_by_at <= SILENT_AFTER
    return {
        "alive": is_alive,
        "holder": lease.holder,
        "fence": lease.fence,
        "pulse_at": instant_json(lease.pulse_at),
        "age_seconds": None if age is None else round(age.total_seconds(), 3),
        "standby": lease.stands_by if is_ready else None,
    }


def count_mails(session: Session, room_key: str, now: datetime) -> MailCounts:
    """Return the counts that `duty status` and the doctor name."""
    is_open = (Mail.room_key == room_key, Mail.next_try_at.is_not(None))
    waiting = session.scalar(
        select(func.count()).select_from(Mail).where(*is_open, Mail.attempts == 0)
    )
    delayed = session.scalar(
        select(func.count()).select_from(Mail).where(*is_open, Mail.attempts > 0)
    )
    # A bound by number keeps this from reading every mail there ever was.
    newest = session.scalar(select(func.max(Mail.id))) or 0
    refused = session.scalar(
        select(func.count())
        .select_from(Mail)
        .where(
            Mail.id > newest - MAILS_LOOKED_AT,
            Mail.room_key == room_key,
            Mail.state == MailState.REFUSED.value,
            Mail.at > now - REFUSED_WITHIN,
        )
    )
    return MailCounts(waiting or 0, delayed or 0, refused or 0)


def read_mail(session: Session, room_key: str, now: datetime) -> Document:
    """Return how many mails wait, are delayed or were refused, and how each relay behaves."""
    counts = count_mails(session, room_key, now)
    path = session.scalars(select(MailPath).order_by(MailPath.relay)).all()
    return {
        "waiting": counts.waiting,
        "delayed": counts.delayed,
        "refused": counts.refused,
        "path": [
            {
                "relay": row.relay,
                "is_working": row.is_working,
                "since": instant_json(row.since),
                "last_accepted_at": instant_json(row.last_accepted_at),
                "last_reply": row.last_reply,
            }
            for row in path
        ],
    }


def _last_proven(session: Session, room_key: str) -> datetime | None:
    """Return when a test mail was last accepted; None if the path was never proven so."""
    return session.scalar(
        select(Mail.accepted_at)
        .where(
            Mail.room_key == room_key,
            Mail.recipient.startswith(TEST_MAILS),
            Mail.accepted_at.is_not(None),
        )
        .order_by(Mail.accepted_at.desc())
        .limit(1)
    )
