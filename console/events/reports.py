"""Events of routine reports: received, chased."""

from collections.abc import Mapping

from console.actions import Actions, Done
from console.events.event import Event, EventKind, Instant


class ReportReceiveEvent(Event):
    """A routine report comes in."""

    unit: str
    report: str
    nil: bool = False


class ReportChaseEvent(Event):
    """A unit is chased."""

    unit: str
    report: str
    words: str = ""
    promised_at: Instant | None = None


def _receive(actions: Actions, event: Event) -> Done:
    assert isinstance(event, ReportReceiveEvent)
    return actions.receive_report(by=event.by, unit=event.unit, report=event.report, nil=event.nil)


def _chase(actions: Actions, event: Event) -> Done:
    assert isinstance(event, ReportChaseEvent)
    return actions.chase_report(
        by=event.by,
        unit=event.unit,
        report=event.report,
        words=event.words,
        promised_at=event.promised_at,
    )


KINDS: Mapping[str, EventKind] = {
    "report receive": EventKind(ReportReceiveEvent, _receive),
    "report chase": EventKind(ReportChaseEvent, _chase),
}
