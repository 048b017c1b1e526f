"""The columns of published rosters, and of swaps and covers; no behaviour."""

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

_OPEN = "state IN ('asked', 'accepted')"


class RosterVersion(Base):
    """One publishing of a roster: its number in the room, its days, and all it said."""

    __tablename__ = "roster_version"
    __table_args__ = (
        UniqueConstraint("room_key", "number"),
        ForeignKeyConstraint(["room_key"], ["duty_room.key"]),
        CheckConstraint("last_day >= first_day", name="days"),
        CheckConstraint("number >= 1", name="number"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    number: Mapped[int]
    published_at: Mapped[datetime]
    published_by: Mapped[str]
    first_day: Mapped[str]  # ISO dates, local; both included
    last_day: Mapped[str]
    patterns: Mapped[str]  # keys of the shift patterns, separated by blanks
    content: Mapped[str] = mapped_column(Text)  # canonical JSON: shift key -> post -> person


class SwapRequest(Base):
    """Two trade their shifts, or one stands in for another: asked, accepted, approved.

    `person_id` stands `shift_id` at `post_key` and is to be replaced by `replacement_id`; in a
    swap they take over `other_shift_id` at `other_post_key` from the replacement.
    """

    __tablename__ = "swap_request"
    __table_args__ = (
        CheckConstraint("kind IN ('swap', 'cover')", name="kind"),
        CheckConstraint(
            "state IN ('asked', 'accepted', 'effective', 'refused', 'withdrawn')", name="state"
        ),
        CheckConstraint("person_id <> replacement_id", name="two_people"),
        CheckConstraint(
            "(kind = 'swap') = (other_shift_id IS NOT NULL)"
            " AND (kind = 'swap') = (other_post_key IS NOT NULL)",
            name="swap_has_two_shifts",
        ),
        CheckConstraint(
            "state <> 'effective' OR (accepted_at IS NOT NULL AND approved_by IS NOT NULL)",
            name="effective_is_approved",
        ),
        ForeignKeyConstraint(["room_key", "person_id"], ["person.room_key", "person.id"]),
        ForeignKeyConstraint(["room_key", "replacement_id"], ["person.room_key", "person.id"]),
        Index(
            "uq_swap_request_open",
            "shift_id",
            "post_key",
            unique=True,
            sqlite_where=text(_OPEN),
            postgresql_where=text(_OPEN),
        ),
        Index("ix_swap_request_state", "room_key", "state", "id"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    post_key: Mapped[str]
    person_id: Mapped[str]
    replacement_id: Mapped[str]
    other_shift_id: Mapped[int | None] = mapped_column(ForeignKey("shift.id"))
    other_post_key: Mapped[str | None]
    is_emergency: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    asked_by: Mapped[str]
    accepted_at: Mapped[datetime | None]
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]  # effective, refused or withdrawn
    answer: Mapped[str] = mapped_column(Text)  # why it was refused or withdrawn
