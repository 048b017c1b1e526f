"""A room with people and mails that wait, as the watch would have stored them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plans.attempts import Words
from plans.mail_states import MailState
from plans.message_ids import message_id, thread_id
from plans.tables import Delivery, Mail, MailPath
from records.clock import pause
from records.database import Database
from records.duty_log import open_log, verify_chain
from records.tables import ContactPoint, DutyRoom, LogEntry, Person

AT = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
SITE = "duty.example"


def plain_words(_session: Session, mail_ids: Sequence[int], _now: datetime) -> Mapping[int, Words]:
    """Words that only name the mail."""
    return {mail_id: Words(f"第{mail_id}封", f"正文{mail_id}") for mail_id in mail_ids}


class MailRoom:
    """One duty room on a database of a test."""

    def __init__(self, database: Database, key: str = "demo") -> None:
        self.database = database
        self.key = key
        with database.write() as session:
            session.add(
                DutyRoom(
                    key=key,
                    name="平顶山市应急管理局值班室",
                    parent_key=None,
                    timezone="Asia/Shanghai",
                    telephone="0375-0800000",
                    site=SITE,
                    code_seed="seed",
                    is_sample=True,
                    opened_at=AT,
                )
            )
            session.flush()
            open_log(session, key)

    def person(self, person_id: str, *addresses: str, name: str = "") -> str:
        """Add a person with mail addresses in this order; return the party."""
        with self.database.write() as session:
            session.add(
                Person(
                    room_key=self.key,
                    id=person_id,
                    name=name or person_id,
                    body="",
                    title="",
                    note="",
                    pinyin="",
                    added_at=AT,
                )
            )
            session.flush()
            for turn, address in enumerate(addresses, 1):
                session.add(
                    ContactPoint(
                        room_key=self.key,
                        owner=f"person:{person_id}",
                        channel="email",
                        address=address,
                        turn=turn,
                    )
                )
        return f"person:{person_id}"

    def mail(self, to: str, *, at: datetime = AT, key: str = "", top: bool = False) -> int:
        """Store a mail that waits; return its number."""
        with self.database.write() as session:
            return self.add_mail(session, to, at=at, key=key, top=top)

    def add_mail(
        self, session: Session, to: str, *, at: datetime = AT, key: str = "", top: bool = False
    ) -> int:
        """As `mail`, in a transaction of the caller."""
        number = session.scalar(select(func.count()).select_from(Mail))
        group_key = key or f"alert-{number}"
        row = Mail(
            room_key=self.key,
            group_key=group_key,
            message_id=message_id(group_key, to, SITE),
            thread=thread_id(str(number), SITE),
            recipient=to,
            is_top_priority=top,
            is_drill=False,
            is_digest=False,
            at=at,
            state=MailState.WAITING.value,
            next_try_at=at,
            attempts=0,
            contact_turn=1,
            last_reply="",
        )
        session.add(row)
        session.flush()
        return row.id

    def row(self, mail_id: int) -> Mail:
        with self.database.read() as session:
            row = session.get(Mail, mail_id)
            assert row is not None
            session.expunge(row)
            return row

    def states(self) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(Mail.state).order_by(Mail.id)))

    def deliveries(self, mail_id: int) -> list[tuple[int, str, str]]:
        """Attempt, relay and outcome of each delivery, oldest first."""
        with self.database.read() as session:
            rows = session.execute(
                select(Delivery.attempt, Delivery.relay, Delivery.outcome)
                .where(Delivery.mail_id == mail_id)
                .order_by(Delivery.id)
            )
            return [(row.attempt, row.relay, row.outcome) for row in rows]

    def path(self, relay: str) -> MailPath | None:
        with self.database.read() as session:
            row = session.get(MailPath, relay)
            if row is not None:
                session.expunge(row)
            return row

    def acts(self) -> list[str]:
        """What the log says, oldest first; the chain is verified on the way."""
        with self.database.read() as session:
            verify_chain(session, self.key)
            return list(session.scalars(select(LogEntry.act).order_by(LogEntry.seq)))

    def texts(self) -> str:
        with self.database.read() as session:
            return "\n".join(session.scalars(select(LogEntry.text).order_by(LogEntry.seq)))


def wait_for(is_so: Callable[[], bool], seconds: float = 8.0) -> bool:
    """Return whether it became so in time; real seconds, looked at often."""
    for _ in range(int(seconds / 0.02)):
        if is_so():
            return True
        pause(0.02)
    return is_so()


def later(seconds: float) -> datetime:
    """Return an instant after the fixed one."""
    return AT + timedelta(seconds=seconds)
