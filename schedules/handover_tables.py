"""The columns of handovers, of what was read back in them, and of when rooms hand over by them."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from records.tables import Base, RowNumber
from schedules.handover_state import Answer, HandoverState

_STATES = ", ".join(f"'{state.value}'" for state in HandoverState)
_ANSWERS = ", ".join(f"'{answer.value}'" for answer in Answer)
_PENDING = text("state IN ('offered', 'refused')")


class HandoverSwitch(Base):
    """From when on a room's responsibility moves by handover, or by sign-in again."""

    __tablename__ = "handover_switch"
    __table_args__ = (ForeignKeyConstraint(["room_key"], ["duty_room.key"]),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime]
    is_on: Mapped[bool]
    switched_by: Mapped[str]
    confirmed_by: Mapped[str]


class Handover(Base):
    """One passing of one post from one person to another; at most one is pending a post."""

    __tablename__ = "handover"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint("outgoing_id IS NULL OR outgoing_id <> incoming_id", name="two_persons"),
        CheckConstraint(
            "(state IN ('offered', 'refused')) = (assumed_at IS NULL)", name="assumed_once"
        ),
        ForeignKeyConstraint(["room_key", "post_key"], ["post.room_key", "post.key"]),
        ForeignKeyConstraint(["room_key", "outgoing_id"], ["person.room_key", "person.id"]),
        ForeignKeyConstraint(["room_key", "incoming_id"], ["person.room_key", "person.id"]),
        Index(
            "ix_handover_pending",
            "room_key",
            "post_key",
            unique=True,
            sqlite_where=_PENDING,
            postgresql_where=_PENDING,
        ),
        Index("ix_handover_assumed", "room_key", "post_key", "assumed_at"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    post_key: Mapped[str]
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))  # the incoming shift
    outgoing_id: Mapped[str | None]  # nobody where a post that nobody answered for is taken
    incoming_id: Mapped[str]
    state: Mapped[str]
    is_takeover: Mapped[bool]  # from the log alone, in an emergency
    offered_at: Mapped[datetime]
    offered_words: Mapped[str] = mapped_column(Text)
    refused_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    assumed_at: Mapped[datetime | None]  # the later of acceptance and the start of the shift
    accepted_words: Mapped[str] = mapped_column(Text)  # what the incoming officer said of it
    reviewed_at: Mapped[datetime | None]


class HandoverMatter(Base):
    """An open matter in one handover: what was answered, and that it was carried over."""

    __tablename__ = "handover_matter"
    __table_args__ = (
        UniqueConstraint("handover_id", "key"),
        CheckConstraint(f"answer IN ({_ANSWERS})", name="answer"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handover.id"))
    key: Mapped[str]
    answer: Mapped[str]
    answered_at: Mapped[datetime]
    words: Mapped[str] = mapped_column(Text)
    is_carried: Mapped[bool]  # still open at the instant of assumption
