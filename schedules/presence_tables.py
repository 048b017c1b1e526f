"""The columns of presence checks: a room's settings, the question at a post; and of spot checks."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from records.tables import Base, RowNumber


class PresenceSetting(Base):
    """Whether a room checks presence, and how often by night, by day, in an open incident."""

    __tablename__ = "presence_setting"
    __table_args__ = (
        ForeignKeyConstraint(["room_key"], ["duty_room.key"]),
        CheckConstraint("night_minutes BETWEEN 3 AND 60", name="night"),
        CheckConstraint("day_minutes IS NULL OR day_minutes BETWEEN 3 AND 60", name="day"),
        CheckConstraint(
            "incident_minutes IS NULL OR incident_minutes BETWEEN 3 AND 60", name="incident"
        ),
    )

    room_key: Mapped[str] = mapped_column(primary_key=True)
    is_on: Mapped[bool]
    night_from: Mapped[str]  # local, "22:00"
    night_until: Mapped[str]
    night_minutes: Mapped[int]
    day_minutes: Mapped[int | None]  # no checks by day where it is not set
    incident_minutes: Mapped[int | None]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]
    confirmed_by: Mapped[str]


class PresenceQuestion(Base):
    """The digit that a post was last asked to type."""

    __tablename__ = "presence_question"
    __table_args__ = (
        ForeignKeyConstraint(["room_key", "post_key"], ["post.room_key", "post.key"]),
        CheckConstraint("digit BETWEEN 0 AND 9", name="digit"),
    )

    room_key: Mapped[str] = mapped_column(primary_key=True)
    post_key: Mapped[str] = mapped_column(primary_key=True)
    digit: Mapped[int]
    asked_at: Mapped[datetime]


class SpotCheck(Base):
    """One party is checked unannounced: a post, or a unit by telephone; a roll call is several."""

    __tablename__ = "spot_check"
    __table_args__ = (
        ForeignKeyConstraint(["room_key"], ["duty_room.key"]),
        CheckConstraint("window_until >= window_from", name="window"),
        CheckConstraint(
            "outcome IN ('planned', 'asked', 'answered', 'second_try', 'missed')", name="outcome"
        ),
        Index(
            "ix_spot_check_drawn",
            "room_key",
            "drawn_at",
            sqlite_where=text("outcome = 'planned'"),
            postgresql_where=text("outcome = 'planned'"),
        ),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    roll_call: Mapped[int | None]  # the first row's number, where all posts are called together
    party: Mapped[str]  # post:KEY or unit:ID
    window_from: Mapped[datetime]
    window_until: Mapped[datetime]
    drawn_at: Mapped[datetime]  # by chance inside the window; shown to nobody before
    planned_by: Mapped[str]
    outcome: Mapped[str]
    asked_at: Mapped[datetime | None]
    second_at: Mapped[datetime | None]  # the second try, before it counts
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[str | None]  # a party, or the name that was given on the telephone
    answer_seconds: Mapped[int | None]
    words: Mapped[str] = mapped_column(Text)
