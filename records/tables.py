"""The columns of rooms, people, units, contact points and the duty log; no behaviour."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# SQLite numbers rows by itself only in a column declared exactly INTEGER.
RowNumber = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored as whole microseconds since 1970 in UTC; refuses naive values."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Return the microseconds that are stored."""
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401
        """Return the stored instant in UTC."""
        return None if value is None else from_microseconds(int(value))


def to_microseconds(instant: datetime) -> int:
    """Return whole microseconds since 1970 in UTC; a naive instant raises ValueError."""
    if instant.tzinfo is None:
        raise ValueError(f"naive instant {instant!r} cannot be stored")
    return (instant - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the aware UTC instant that lies `count` microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=count)


class Base(DeclarativeBase):
    """All tables of all packages share one set of metadata, so that migrations see them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime(), str: String()}


class DutyRoom(Base):
    """A room that keeps watch; rooms form a tree (province, city, county)."""

    __tablename__ = "duty_room"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_key: Mapped[str | None]
    timezone: Mapped[str]
    telephone: Mapped[str]
    site: Mapped[str]  # the right side of our Message-IDs
    code_seed: Mapped[str]  # the four-digit codes of alerts are derived from it
    is_sample: Mapped[bool]
    opened_at: Mapped[datetime]


class Person(Base):
    """Anyone who can be told, ordered or rostered; never deleted, only retired."""

    __tablename__ = "person"
    __table_args__ = (
        ForeignKeyConstraint(["room_key"], ["duty_room.key"]),
        Index("ix_person_same", "room_key", "name", "body"),
    )

    room_key: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    body: Mapped[str]  # the body or department the person belongs to
    title: Mapped[str]
    note: Mapped[str]
    pinyin: Mapped[str]  # all keys a search may use, separated by blanks
    pin_hash: Mapped[str | None]
    pin_failures: Mapped[int] = mapped_column(default=0)
    pin_locked_until: Mapped[datetime | None]
    added_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class Absence(Base):
    """A person is away for the span `[starts_at, ends_at)`; the stand-in is told instead."""

    __tablename__ = "absence"
    __table_args__ = (
        ForeignKeyConstraint(["room_key", "person_id"], ["person.room_key", "person.id"]),
        ForeignKeyConstraint(["room_key", "stand_in_id"], ["person.room_key", "person.id"]),
        CheckConstraint("ends_at > starts_at", name="span"),
        Index("ix_absence_person", "room_key", "person_id", "starts_at"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    person_id: Mapped[str]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    stand_in_id: Mapped[str | None]
    reason: Mapped[str]


class Unit(Base):
    """An organisation that reports and receives orders; units form a tree."""

    __tablename__ = "unit"
    __table_args__ = (
        ForeignKeyConstraint(["room_key"], ["duty_room.key"]),
        Index("ix_unit_kind", "room_key", "kind"),
        Index("ix_unit_name", "room_key", "name"),
    )

    room_key: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]  # a slug of units.toml, such as county_body
    region_code: Mapped[str]
    parent_id: Mapped[str | None]
    head: Mapped[str]  # who answers for the unit
    risk_level: Mapped[str | None]
    pinyin: Mapped[str]
    added_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class ContactPoint(Base):
    """One address on one channel of a person or a unit, with its turn (1 is tried first)."""

    __tablename__ = "contact_point"
    __table_args__ = (
        UniqueConstraint("room_key", "owner", "channel", "address"),
        CheckConstraint("channel IN ('email', 'telephone')", name="channel"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    owner: Mapped[str]  # person:ID or unit:ID
    channel: Mapped[str]
    address: Mapped[str]
    turn: Mapped[int]


class LogHead(Base):
    """The last entry of a room's duty log; whoever writes the next one holds this row."""

    __tablename__ = "log_head"

    room_key: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[str] = mapped_column(String(64))
    indexed_seq: Mapped[int] = mapped_column(BigInteger)  # how far the search index has come


class LogEntry(Base):
    """One line of the append-only, hash-chained duty log."""

    __tablename__ = "log_entry"
    __table_args__ = (
        Index("ix_log_entry_subject", "room_key", "subject", "seq"),
        Index("ix_log_entry_act", "room_key", "act", "seq"),
        Index("ix_log_entry_at", "room_key", "at", "seq"),
    )

    room_key: Mapped[str] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    act: Mapped[str]
    operator: Mapped[str]  # person:ID, or room:KEY when the watch itself acted
    subject: Mapped[str]
    text: Mapped[str] = mapped_column(Text)  # the sentence in Chinese, as it was recorded
    data: Mapped[str] = mapped_column(Text)  # canonical JSON
    prev_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
