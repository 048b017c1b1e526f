"""The columns of incidents: what was entered about them, version by version; no behaviour.

Nothing is overwritten: kind, place, time and counts stand in versions, never in the incident.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Text, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import Mapped, mapped_column

from plans.grades import Grade
from plans.incident_states import IncidentState
from plans.reporting_clocks import CountedFrom
from plans.reporting_levels import ReportForm, ReportingLevel, ReportKind
from records.tables import Base, RowNumber


def _among(column: str, values: list[str]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


_STATES = _among("state", [each.value for each in IncidentState])
_LEVELS = [each.value for each in ReportingLevel]
_GRADES = [each.value for each in Grade]


class Incident(Base):
    """Something happened that needs a response; `handle` is how people and timelines name it."""

    __tablename__ = "incident"
    __table_args__ = (
        ForeignKeyConstraint(["room_key"], ["duty_room.key"]),
        Unique("room_key", "handle"),
        CheckConstraint(_STATES, name="state"),
        Index(
            "ix_incident_open",
            "room_key",
            "id",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    room_key: Mapped[str]
    number: Mapped[int]  # of the room's year
    handle: Mapped[str]
    received_at: Mapped[datetime]  # the instant of the intake itself
    received_by: Mapped[str]
    reported_by: Mapped[str]  # unit:ID, person:ID or who it was; empty where nobody said
    source: Mapped[str] = mapped_column(Text)
    first_seen_online_at: Mapped[datetime | None]
    is_socially_significant: Mapped[bool]
    is_drill: Mapped[bool]
    state: Mapped[str]
    handed_up_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class IncidentVersion(Base):
    """What one entry said of an incident; NULL is not said, what stood before stands on."""

    __tablename__ = "incident_version"
    __table_args__ = (Unique("incident_id", "seq"),)

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    seq: Mapped[int]  # 1 is the intake
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    kind: Mapped[str | None]
    occurred_at: Mapped[datetime | None]
    place: Mapped[str | None] = mapped_column(Text)
    summary: Mapped[str | None] = mapped_column(Text)
    dead: Mapped[int | None]
    missing: Mapped[int | None]
    trapped: Mapped[int | None]
    seriously_injured: Mapped[int | None]
    slightly_injured: Mapped[int | None]
    direct_loss_cny: Mapped[float | None]
    evacuated: Mapped[int | None]
    burnt_area_ha: Mapped[float | None]
    magnitude: Mapped[float | None]
    threatened: Mapped[int | None]
    possible_loss_cny: Mapped[float | None]
    water_cut: Mapped[int | None]
    has_serious_pollution: Mapped[bool | None]
    threatens_important_place: Mapped[bool | None]
    as_of: Mapped[datetime | None]
    died_on: Mapped[str | None]  # an ISO date (a day of the room) or an ISO instant
    reason: Mapped[str] = mapped_column(Text)


class IncidentAssessment(Base):
    """What a person decided about the grade, beside what the rule suggested at that instant."""

    __tablename__ = "incident_assessment"
    __table_args__ = (
        Index("ix_incident_assessment_incident", "incident_id", "id"),
        CheckConstraint(_among("suggested", _GRADES), name="suggested"),
        CheckConstraint(_among("decided", _GRADES), name="decided"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    after_seq: Mapped[int]  # the version that stood
    suggested: Mapped[str | None]
    rule: Mapped[str | None]
    criterion: Mapped[str | None]
    counted: Mapped[float | None]
    decided: Mapped[str | None]  # NULL: the computed grade is in force again
    reason: Mapped[str] = mapped_column(Text)


class IncidentLearned(Base):
    """When a level is said to have come to know; several may be said of one level."""

    __tablename__ = "incident_learned"
    __table_args__ = (
        Index("ix_incident_learned_incident", "incident_id", "id"),
        CheckConstraint(_among("reporting_level", _LEVELS), name="reporting_level"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    reporting_level: Mapped[str]
    learned_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]


class IncidentReport(Base):
    """A report on an incident between two levels; `reported_at` is also the receipt above."""

    __tablename__ = "incident_report"
    __table_args__ = (
        Index("ix_incident_report_incident", "incident_id", "id"),
        CheckConstraint(_among("kind", [each.value for each in ReportKind]), name="kind"),
        CheckConstraint(_among("form", [each.value for each in ReportForm]), name="form"),
        CheckConstraint(_among("from_level", _LEVELS), name="from_level"),
        CheckConstraint(_among("to_level", _LEVELS), name="to_level"),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    kind: Mapped[str]
    form: Mapped[str]
    number: Mapped[int]  # of its kind between these two levels, from 1: 续报一, 续报二
    from_level: Mapped[str]
    to_level: Mapped[str]
    reported_at: Mapped[datetime]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    summary: Mapped[str] = mapped_column(Text)


class IncidentClock(Base):
    """Which clock of the catalogue an obligation of an incident comes from."""

    __tablename__ = "incident_clock"
    __table_args__ = (
        Index("ix_incident_clock_incident", "incident_id", "obligation_id"),
        CheckConstraint(
            _among("counted_from", [each.value for each in CountedFrom]), name="counted_from"
        ),
    )

    obligation_id: Mapped[int] = mapped_column(
        ForeignKey("obligation.id"), primary_key=True, autoincrement=False
    )
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    clock: Mapped[str]  # a key of reporting_clocks.toml, such as C07
    number: Mapped[int]
    counted_from: Mapped[str]
    form: Mapped[str]
    from_party: Mapped[str]
    to_party: Mapped[str]
    is_follow_up: Mapped[bool]
    due_from_receipt_at: Mapped[datetime | None]
