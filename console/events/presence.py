"""Events of presence checks: answered, put off, settings changed."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from console.actions import Actions, Done
from console.acts.presence import EVERY_DIGIT, PresenceChanges
from console.events.event import Event, EventKind
from schedules.rules import LocalTime

_Minutes = Annotated[int, Field(ge=0, le=60)]


class PresenceEvent(Event):
    """A post answers its check; a wrong digit, and a key held down, are told as such."""

    wrong_digit: bool = False


class PutOffEvent(Event):
    """A call or a paper is being entered at the post."""


class SettingsEvent(Event):
    """Two persons change how often presence is checked; 0 minutes is not at all."""

    confirmed_by: str
    on: bool = True
    night_from: LocalTime | None = None
    night_until: LocalTime | None = None
    night_minutes: _Minutes | None = None
    day_minutes: _Minutes | None = None
    incident_minutes: _Minutes | None = None


def _presence(actions: Actions, event: Event) -> Done:
    assert isinstance(event, PresenceEvent)
    if event.wrong_digit:
        shown = actions.ask_presence(by=event.signer())
        return actions.answer_presence(by=event.signer(), digit=(shown + 1) % EVERY_DIGIT)
    return actions.confirm_presence(by=event.signer())


def _put_off(actions: Actions, event: Event) -> Done:
    return actions.put_off_presence(by=event.signer())


def _settings(actions: Actions, event: Event) -> Done:
    assert isinstance(event, SettingsEvent)
    changes = PresenceChanges(
        on=event.on,
        night_from=event.night_from,
        night_until=event.night_until,
        night_minutes=event.night_minutes,
        day_minutes=event.day_minutes,
        incident_minutes=event.incident_minutes,
    )
    return actions.change_presence(
        by=event.signer(), confirmed_by=event.confirmed_by, changes=changes
    )


KINDS: Mapping[str, EventKind] = {
    "presence": EventKind(PresenceEvent, _presence),
    "presence put-off": EventKind(PutOffEvent, _put_off),
    "presence settings": EventKind(SettingsEvent, _settings),
}
