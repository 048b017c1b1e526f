"""Events of the duty log: a line is written."""

from collections.abc import Mapping

from console.actions import Actions, Done
from console.events.event import Event, EventKind


class LogAddEvent(Event):
    """A line is written into the duty log."""

    text: str
    kind: str = "note"


def _add_log(actions: Actions, event: Event) -> Done:
    assert isinstance(event, LogAddEvent)
    return actions.add_log(by=event.by, text=event.text, kind=event.kind)


KINDS: Mapping[str, EventKind] = {"log add": EventKind(LogAddEvent, _add_log)}
