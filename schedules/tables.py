"""The columns of posts, shifts, sign-ins, obligations, findings and the watch's lease."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
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
from schedules.outstanding import ObligationState

_STATES = ", ".join(f"'{state.value}'" for state in ObligationState)


class Post(Base):
    """A place that must be manned, or a standing post with a present holder."""

    __tablename__ = "post"
    __table_args__ = (ForeignKeyConstraint(["room_key"], ["duty_room.key"]),)

    room_key: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_en: Mapped[str]
    capacity: Mapped[str]  # duty_officer, shift_lead, duty_leader, commander, driver
    is_manned: Mapped[bool]  # owes a sign-in at the start of its shift
    is_standing: Mapped[bool]  # held by a person until further notice, not by the roster
    partner_key: Mapped[str | None]
    turn: Mapped[int]


class PostHolder(Base):
    """Who holds a standing post during `[from_at, until_at)`."""

    __tablename__ = "post_holder"
    __table_args__ = (
        ForeignKeyConstraint(["room_key", "post_key"], ["post.room_key", "post.key"]),
        ForeignKeyConstraint(["room_key", "person_id"], ["person.room_key", "person.id"]),
        Index("ix_post_holder_post", "room_key", "post_key", "from_at"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    post_key: Mapped[str]
    person_id: Mapped[str]
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None]


class Shift(Base):
    """One span `[starts_at, ends_at)` at some posts of one room."""

    __tablename__ = "shift"
    __table_args__ = (
        UniqueConstraint("room_key", "kind", "starts_at"),
        CheckConstraint("ends_at > starts_at", name="span"),
        Index("ix_shift_ends", "room_key", "ends_at"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    kind: Mapped[str]  # day, night, lead: the catalogue's shift patterns
    key: Mapped[str]  # kind and local date, as in subject "shift:night:2026-03-16"
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class Assignment(Base):
    """This person on this shift at this post; no person is a gap that is known."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("shift_id", "post_key"),
        ForeignKeyConstraint(["room_key", "person_id"], ["person.room_key", "person.id"]),
        ForeignKeyConstraint(["room_key", "post_key"], ["post.room_key", "post.key"]),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    post_key: Mapped[str]
    person_id: Mapped[str | None]


class SignIn(Base):
    """Arrival at a post and leaving it."""

    __tablename__ = "sign_in"
    __table_args__ = (
        Index("ix_sign_in_shift", "shift_id", "post_key"),
        ForeignKeyConstraint(["room_key", "person_id"], ["person.room_key", "person.id"]),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    shift_id: Mapped[int] = mapped_column(ForeignKey("shift.id"))
    post_key: Mapped[str]
    person_id: Mapped[str]
    at: Mapped[datetime]
    signed_out_at: Mapped[datetime | None]
    reason: Mapped[str]


class Obligation(Base):
    """One thing owed by one party by a known instant."""

    __tablename__ = "obligation"
    __table_args__ = (
        CheckConstraint(f"state IN ({_STATES})", name="state"),
        CheckConstraint(
            "state NOT IN ('fulfilled', 'waived', 'superseded') OR next_look_at IS NULL",
            name="settled_is_not_looked_at",
        ),
        UniqueConstraint("room_key", "occurrence"),
        Index(
            "ix_obligation_next_look",
            "next_look_at",
            "id",
            sqlite_where=text("next_look_at IS NOT NULL"),
            postgresql_where=text("next_look_at IS NOT NULL"),
        ),
        Index(
            "ix_obligation_overdue",
            "room_key",
            "due_at",
            sqlite_where=text("state IN ('late', 'missed') AND fulfilled_at IS NULL"),
            postgresql_where=text("state IN ('late', 'missed') AND fulfilled_at IS NULL"),
        ),
        Index("ix_obligation_party", "room_key", "owed_by", "due_at"),
        Index("ix_obligation_due", "room_key", "due_at"),
        Index("ix_obligation_subject", "room_key", "subject"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    occurrence: Mapped[str]  # kind|owed_by|subject|due: opened once, whoever opens it
    kind: Mapped[str]
    subject: Mapped[str]
    owed_by: Mapped[str]
    rule: Mapped[str]
    source: Mapped[str]
    ladder: Mapped[str | None]
    is_top_priority: Mapped[bool]
    is_drill: Mapped[bool]
    arose_at: Mapped[datetime]
    due_at: Mapped[datetime]
    missed_at: Mapped[datetime]  # due_at plus the grace
    state: Mapped[str]
    fulfilled_at: Mapped[datetime | None]
    fulfilled_by: Mapped[str | None]
    waived_at: Mapped[datetime | None]
    waived_by: Mapped[str | None]
    told_until: Mapped[datetime | None]  # the latest instant of the ladder that was told
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]  # a party: person:ID
    next_look_at: Mapped[datetime | None]
    set_aside: Mapped[str | None] = mapped_column(Text)  # why the watch could not look at it
    note: Mapped[str] = mapped_column(Text, default="")


class HolidayYear(Base):
    """A year whose holidays and make-up workdays are loaded."""

    __tablename__ = "holiday_year"

    room_key: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    loaded_at: Mapped[datetime]


class SpecialDay(Base):
    """A holiday, or a workday that makes up for one, as the notice of a year names it."""

    __tablename__ = "special_day"

    room_key: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # of the notice
    day: Mapped[str] = mapped_column(primary_key=True)  # ISO date, local
    name: Mapped[str]
    is_workday: Mapped[bool]


class Opening(Base):
    """How far the calendar's obligations of a room have been opened."""

    __tablename__ = "opening"

    room_key: Mapped[str] = mapped_column(primary_key=True)
    opened_until: Mapped[datetime]


class Chase(Base):
    """A unit was reminded: by whom, when, what was said, what was promised."""

    __tablename__ = "chase"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"), index=True)
    at: Mapped[datetime]
    chased_by: Mapped[str]
    words: Mapped[str] = mapped_column(Text)
    promised_at: Mapped[datetime | None]


class Finding(Base):
    """A suspected 漏岗, 误岗, 脱岗 or 替岗, and what the shift lead judged; both are kept."""

    __tablename__ = "finding"
    __table_args__ = (
        UniqueConstraint("obligation_id", "kind"),
        CheckConstraint("judged IN ('suspected', 'confirmed', 'dismissed')", name="judged"),
        Index("ix_finding_at", "room_key", "at"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    kind: Mapped[str]
    post_key: Mapped[str]
    person_id: Mapped[str | None]
    obligation_id: Mapped[int] = mapped_column(ForeignKey("obligation.id"))
    at: Mapped[datetime]
    late_seconds: Mapped[int | None]
    explanation: Mapped[str] = mapped_column(Text)
    judged: Mapped[str]
    judged_by: Mapped[str | None]
    judged_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(Text)


class WatchLease(Base):
    """Who may work as the watch: holder, fencing number, renewals counted, wall expiry, pulse."""

    __tablename__ = "watch_lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    fence: Mapped[int] = mapped_column(BigInteger)
    renewals: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[datetime]
    pulse_at: Mapped[datetime | None]
    started_at: Mapped[datetime]
    stands_by: Mapped[str]  # the holder name of the last standby that looked, and when
    stands_by_at: Mapped[datetime | None]
