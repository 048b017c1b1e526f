"""The columns of alerts, mails, deliveries and acknowledgements; no behaviour."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from plans.mail_states import MailState, Stage
from records.tables import Base, RowNumber

_STATES = ", ".join(f"'{state.value}'" for state in MailState)
_STAGES = ", ".join(f"'{stage.value}'" for stage in Stage)


class Mail(Base):
    """One mail to one recipient: a stored row first, sent from it afterwards.

    `subject` and `body` are written when the mail is first claimed, so that alerts of the same
    moment can still join a digest; from then on a retry sends the same words.
    """

    __tablename__ = "mail"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        UniqueConstraint("message_id"),
        UniqueConstraint("room_key", "group_key"),
        Index(
            "ix_mail_open",
            "next_try_at",
            "id",
            sqlite_where=text("next_try_at IS NOT NULL"),
            postgresql_where=text("next_try_at IS NOT NULL"),
        ),
        Index(
            "ix_mail_refused",
            "room_key",
            "at",
            sqlite_where=text("state = 'refused'"),
            postgresql_where=text("state = 'refused'"),
        ),
        Index("ix_mail_recipient", "room_key", "recipient", "id"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    group_key: Mapped[str]  # the alert key of a single mail, or digest:recipient:instant
    message_id: Mapped[str]
    thread: Mapped[str]  # what all mails of one matter refer to
    recipient: Mapped[str]  # person:ID, unit:ID, or address:... of a test mail
    is_top_priority: Mapped[bool]
    is_drill: Mapped[bool]
    is_digest: Mapped[bool]
    at: Mapped[datetime]  # the instant of the tick or act that caused it
    state: Mapped[str]
    next_try_at: Mapped[datetime | None]  # NULL when nothing more is to be tried
    attempts: Mapped[int]
    contact_turn: Mapped[int]  # which contact point of the recipient is tried, from 1
    claimed_fence: Mapped[int | None] = mapped_column(BigInteger)
    claimed_at: Mapped[datetime | None]
    address: Mapped[str | None]
    subject: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    accepted_at: Mapped[datetime | None]
    last_reply: Mapped[str] = mapped_column(Text)


class Alert(Base):
    """One telling of one person or unit of one obligation."""

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("room_key", "alert_key"),
        CheckConstraint(f"stage IN ({_STAGES})", name="stage"),
        Index("ix_alert_obligation", "obligation_id"),
        Index("ix_alert_mail", "mail_id"),
        Index("ix_alert_at", "room_key", "at"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    alert_key: Mapped[str]
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"))
    stage: Mapped[str]
    ladder_step: Mapped[int]  # from 1; 0 for a closing mail
    recipient: Mapped[str]
    capacity: Mapped[str]  # in which the recipient was told
    at: Mapped[datetime]
    late_seconds: Mapped[int]  # how late it was told because of us; 0 when in time
    mail_id: Mapped[int] = mapped_column(ForeignKey("mail.id"))
    acknowledged_at: Mapped[datetime | None]


class Delivery(Base):
    """One attempt to send a mail and its outcome."""

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("outcome IN ('accepted', 'refused', 'delayed', 'unknown')", name="outcome"),
        Index("ix_delivery_mail", "mail_id"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    mail_id: Mapped[int] = mapped_column(ForeignKey("mail.id"))
    attempt: Mapped[int]
    at: Mapped[datetime]
    relay: Mapped[str]
    address: Mapped[str]
    outcome: Mapped[str]
    reply: Mapped[str] = mapped_column(Text)


class MailPath(Base):
    """How each relay last behaved, as the board shows it."""

    __tablename__ = "mail_path"

    relay: Mapped[str] = mapped_column(primary_key=True)  # first, second, spool
    is_working: Mapped[bool]
    since: Mapped[datetime]
    last_accepted_at: Mapped[datetime | None]
    last_reply: Mapped[str] = mapped_column(Text)


class Acknowledgement(Base):
    """A named person took a matter on."""

    __tablename__ = "acknowledgement"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"), index=True)
    at: Mapped[datetime]
    acknowledged_by: Mapped[str]
    operator: Mapped[str]
    how: Mapped[str] = mapped_column(Text)
