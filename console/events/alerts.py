"""Events of alerts: a person takes them on."""

from collections.abc import Mapping

from console.actions import Actions, Done
from console.events.event import Event, EventKind


class AlertAcknowledgeEvent(Event):
    """A person takes alerts on."""

    acknowledged_by: str
    owed_by: str | None = None
    code: str | None = None
    obligation_kind: str | None = None
    subject: str | None = None
    how: str = ""


def _acknowledge(actions: Actions, event: Event) -> Done:
    assert isinstance(event, AlertAcknowledgeEvent)
    return actions.acknowledge_alert(
        by=event.by,
        acknowledged_by=event.acknowledged_by,
        owed_by=event.owed_by,
        code=event.code,
        obligation_kind=event.obligation_kind,
        subject=event.subject,
        how=event.how,
    )


KINDS: Mapping[str, EventKind] = {
    "alert acknowledge": EventKind(AlertAcknowledgeEvent, _acknowledge)
}
