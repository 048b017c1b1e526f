"""Events of incidents: received, learned, updated, assessed, reported, closed."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated

from pydantic import Field, PlainValidator

from console.actions import Actions, Done
from console.events.event import Event, EventKind, Instant
from plans.grade_history import NOTHING_SAID
from plans.grades import Grade
from plans.grading import Counts, WaterCut
from plans.incident_facts import COUNTED, day_or_instant
from plans.incident_kinds import IncidentKinds
from plans.incident_reports import Reported
from plans.incidents import Intake, Said
from plans.reporting_levels import ReportForm, ReportingLevel, ReportKind
from records.catalogue import wrong_value
from records.errors import BadData
from records.language import Sentence, mark


def _day_or_instant(value: object) -> date | datetime:
    try:
        found = day_or_instant(str(value))
    except ValueError:
        found = None
    if found is None or (isinstance(found, datetime) and found.tzinfo is None):
        raise wrong_value(mark("应为日期(如 2026-03-16)或带时区的时刻"))
    return found


DayOrInstant = Annotated[date | datetime, PlainValidator(_day_or_instant)]
Count = Annotated[int, Field(ge=0)]
Measured = Annotated[float, Field(ge=0)]


class CountsEvent(Event):
    """What an entry may say of the consequences; absent is unknown or unchanged."""

    dead: Count | None = None
    missing: Count | None = None
    trapped: Count | None = None
    seriously_injured: Count | None = None
    slightly_injured: Count | None = None
    direct_loss_cny: Measured | None = None
    evacuated: Count | None = None
    burnt_area_ha: Measured | None = None
    magnitude: Measured | None = None
    threatened: Count | None = None
    possible_loss_cny: Measured | None = None
    water_cut: WaterCut | None = None
    has_serious_pollution: bool | None = None
    threatens_important_place: bool | None = None
    occurred_at: Instant | None = None
    place: str | None = None
    summary: str | None = None
    as_of: Instant | None = None
    died_on: DayOrInstant | None = None

    def said(self, kind: str | None, reason: str = "") -> Said:
        """Return it as one entry about an incident."""
        counts = Counts(**{name: getattr(self, name) for name in COUNTED})
        return Said(
            kind=kind,
            occurred_at=self.occurred_at,
            place=self.place,
            summary=self.summary,
            counts=NOTHING_SAID if counts == NOTHING_SAID else counts,
            as_of=self.as_of,
            died_on=self.died_on,
            reason=reason,
        )


class ReceiveEvent(CountsEvent):
    """A call comes in."""

    incident: str | None = None
    kind: str
    reported_by: str = ""
    source: str = ""
    first_seen_online_at: Instant | None = None
    socially_significant: bool = False
    drill: bool = False


class UpdateEvent(CountsEvent):
    """Something has become known or changed."""

    incident: str
    kind: str | None = None
    reason: str = ""


class LearnedEvent(Event):
    """A level came to know."""

    incident: str
    level: ReportingLevel
    learned_at: Instant | None = None


class AssessEvent(Event):
    """A person decides the grade; without one the computed grade is in force again."""

    incident: str
    grade: Grade | None = None
    reason: str = ""


class ReportEvent(Event):
    """A report goes from one level to another."""

    incident: str
    kind: ReportKind
    form: ReportForm
    from_level: ReportingLevel = Field(alias="from")
    to_level: ReportingLevel = Field(alias="to")
    reported_at: Instant | None = None
    text: str = ""


class CloseEvent(Event):
    """It is over, or was none."""

    incident: str
    reason: str = ""
    false_alarm: bool = False


def _receive(actions: Actions, event: Event) -> Done:
    assert isinstance(event, ReceiveEvent)
    intake = Intake(
        said=event.said(event.kind),
        handle=event.incident,
        reported_by=event.reported_by,
        source=event.source,
        first_seen_online_at=event.first_seen_online_at,
        is_socially_significant=event.socially_significant,
        is_drill=event.drill,
    )
    return actions.receive_incident(intake, by=event.by)


def _learned(actions: Actions, event: Event) -> Done:
    assert isinstance(event, LearnedEvent)
    return actions.learn_of_incident(
        incident=event.incident, level=event.level, learned_at=event.learned_at, by=event.by
    )


def _update(actions: Actions, event: Event) -> Done:
    assert isinstance(event, UpdateEvent)
    return actions.update_incident(
        incident=event.incident, said=event.said(event.kind, event.reason), by=event.by
    )


def _assess(actions: Actions, event: Event) -> Done:
    assert isinstance(event, AssessEvent)
    return actions.assess_incident(
        incident=event.incident, grade=event.grade, reason=event.reason, by=event.by
    )


def _report(actions: Actions, event: Event) -> Done:
    assert isinstance(event, ReportEvent)
    reported = Reported(
        event.kind, event.form, event.from_level, event.to_level, event.reported_at, event.text
    )
    return actions.report_incident(incident=event.incident, reported=reported, by=event.by)


def _close(actions: Actions, event: Event) -> Done:
    assert isinstance(event, CloseEvent)
    return actions.close_incident(
        incident=event.incident, reason=event.reason, false_alarm=event.false_alarm, by=event.by
    )


KINDS: Mapping[str, EventKind] = {
    "incident receive": EventKind(ReceiveEvent, _receive),
    "incident learned": EventKind(LearnedEvent, _learned),
    "incident update": EventKind(UpdateEvent, _update),
    "incident assess": EventKind(AssessEvent, _assess),
    "incident report": EventKind(ReportEvent, _report),
    "incident close": EventKind(CloseEvent, _close),
}


def speaks_of_incidents(events: Iterable[Event]) -> bool:
    """Return whether any of these events needs the catalogue of kinds."""
    return any(isinstance(event, CountsEvent) for event in events)


def check_kinds(events: Iterable[Event], kinds: IncidentKinds) -> None:
    """Refuse an unknown kind before anything is told; BadData names event and nearest kind."""
    for number, event in enumerate(events, start=1):
        if not isinstance(event, ReceiveEvent | UpdateEvent) or event.kind is None:
            continue
        try:
            kinds.by_slug(event.kind)
        except BadData as error:
            raise BadData(
                mark("时间线第{number}个事件 kind:{reason}"),
                number=number,
                reason=Sentence(error.sentence.template, error.params),
            ) from error
