"""The columns of activations, staffing, response steps and orders; no behaviour."""

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

from plans.command_states import ActivationState, OrderState, Part, Step
from plans.grades import ResponseLevel
from plans.response_levels import IssuingAuthority
from records.tables import Base, RowNumber

_PARTS = ", ".join(f"'{part.value}'" for part in Part)
_ACTIVATIONS = ", ".join(f"'{state.value}'" for state in ActivationState)
_STEPS = ", ".join(f"'{step.value}'" for step in Step)
_LEVELS = ", ".join(f"'{level.value}'" for level in ResponseLevel)
_AUTHORITIES = ", ".join(f"'{authority.value}'" for authority in IssuingAuthority)
_ORDERS = ", ".join(f"'{state.value}'" for state in OrderState)


class CentreActivation(Base):
    """A command centre, or General HQ, called for one incident, until it is stood down."""

    __tablename__ = "centre_activation"
    __table_args__ = (
        CheckConstraint(f"part IN ({_PARTS})", name="part"),
        CheckConstraint(f"state IN ({_ACTIVATIONS})", name="state"),
        CheckConstraint(
            "(state = 'stood_down') = (stood_down_at IS NOT NULL)", name="stood_down_has_its_minute"
        ),
        Index(
            "uq_centre_activation_open",
            "room_key",
            "subject",
            "centre_key",
            unique=True,
            sqlite_where=text("stood_down_at IS NULL"),
            postgresql_where=text("stood_down_at IS NULL"),
        ),
        ForeignKeyConstraint(["room_key"], ["duty_room.key"]),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    subject: Mapped[str]  # incident:HANDLE
    centre_key: Mapped[str]
    part: Mapped[str]
    state: Mapped[str]
    is_drill: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[str]
    activated_at: Mapped[datetime | None]
    activated_by: Mapped[str | None]
    staffed_at: Mapped[datetime | None]  # when it first had its required strength
    staffed_by: Mapped[str | None]
    stood_down_at: Mapped[datetime | None]
    stood_down_by: Mapped[str | None]


class CentreStaffing(Base):
    """How many people a cell had at an instant, and how many it needed; nothing is overwritten."""

    __tablename__ = "centre_staffing"
    __table_args__ = (CheckConstraint("strength >= 0 AND required >= 0", name="counts"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    activation_id: Mapped[int] = mapped_column(ForeignKey("centre_activation.id"), index=True)
    at: Mapped[datetime]
    entered_by: Mapped[str]
    cell: Mapped[str]
    strength: Mapped[int]
    required: Mapped[int]


class ResponseStep(Base):
    """One signed order about the response to an incident; the last one of a subject is in force."""

    __tablename__ = "response_step"
    __table_args__ = (
        CheckConstraint(f"step IN ({_STEPS})", name="step"),
        CheckConstraint(f"response_level IN ({_LEVELS})", name="response_level"),
        CheckConstraint(f"issuing_authority IN ({_AUTHORITIES})", name="issuing_authority"),
        UniqueConstraint("room_key", "subject", "number"),
        ForeignKeyConstraint(["room_key"], ["duty_room.key"]),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    subject: Mapped[str]  # incident:HANDLE
    number: Mapped[int]  # of the steps of this subject, from 1
    step: Mapped[str]
    response_level: Mapped[str | None]  # in force after the step; NULL when it has ended
    issuing_authority: Mapped[str | None]
    lead_key: Mapped[str]  # the leading centre
    at: Mapped[datetime]
    signed_by: Mapped[str]  # person:ID
    signed_as: Mapped[str]  # the post by which that person may sign
    entered_by: Mapped[str]
    is_drill: Mapped[bool]
    paper_number: Mapped[str]  # the order's own number on paper, where there is one
    reason: Mapped[str] = mapped_column(Text)


class Order(Base):
    """A directed order: issued, read back and acknowledged, then carried out or "unable"."""

    __tablename__ = "issued_order"
    __table_args__ = (
        CheckConstraint(f"state IN ({_ORDERS})", name="state"),
        UniqueConstraint("room_key", "handle"),
        Index("ix_issued_order_subject", "room_key", "subject"),
        ForeignKeyConstraint(["room_key"], ["duty_room.key"]),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    handle: Mapped[str]  # unique in the room, given or counted
    subject: Mapped[str]  # incident:HANDLE, or empty
    addressee: Mapped[str]  # unit:ID, person:ID or centre:KEY
    words: Mapped[str] = mapped_column(Text)
    place: Mapped[str]
    quantity: Mapped[str]
    time: Mapped[str]  # when or by when, as it is said and read back
    consequence: Mapped[str] = mapped_column(Text)
    plan_key: Mapped[str | None]
    plan_step: Mapped[int | None]
    is_drill: Mapped[bool]
    state: Mapped[str]
    issued_at: Mapped[datetime]
    issued_by: Mapped[str]
    due_at: Mapped[datetime]  # carried out by then
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None]
    carried_out_at: Mapped[datetime | None]
    unable_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(Text)  # what was done, or why it cannot be


class ReadBack(Base):
    """What an addressee read back, right or wrong; nothing is overwritten."""

    __tablename__ = "read_back"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("issued_order.id"), index=True)
    at: Mapped[datetime]
    read_by: Mapped[str]  # the party, or the name of whoever spoke
    place: Mapped[str]
    quantity: Mapped[str]
    time: Mapped[str]
    is_right: Mapped[bool]
