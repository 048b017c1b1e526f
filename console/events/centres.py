"""Events of command: what becomes of a centre, and of the response to an incident."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from console.actions import Actions, Done
from console.acts.centres import CentreStep, ResponseStepWanted
from console.events.event import Event, EventKind
from plans.command_states import ActivationState, Part, Step
from plans.grades import ResponseLevel


class CentreEvent(Event):
    """A centre is called, activated, staffed or stood down."""

    incident: str
    state: ActivationState = ActivationState.PROPOSED
    centre: str | None = None
    part: Part | None = None
    counties: Annotated[int, Field(ge=0)] = 1
    strength: dict[str, Annotated[int, Field(ge=0)]] | None = None
    level: ResponseLevel | None = None
    signed_by: str | None = None
    reason: str = ""


class ResponseEvent(Event):
    """A response is activated, changed, ended, or handed up."""

    incident: str
    step: Step = Step.ACTIVATE
    level: ResponseLevel | None = None
    centre: str | None = None
    signed_by: str | None = None
    document: str = ""
    reason: str = ""


def _centre(actions: Actions, event: Event) -> Done:
    assert isinstance(event, CentreEvent)
    step = CentreStep(
        incident=event.incident,
        state=event.state,
        centre=event.centre,
        part=event.part,
        counties=event.counties,
        strength=event.strength,
        level=event.level,
        signed_by=event.signed_by,
        reason=event.reason,
    )
    return actions.move_centre(step, by=event.by)


def _response(actions: Actions, event: Event) -> Done:
    assert isinstance(event, ResponseEvent)
    wanted = ResponseStepWanted(
        incident=event.incident,
        step=event.step,
        level=event.level,
        centre=event.centre,
        signed_by=event.signed_by,
        document=event.document,
        reason=event.reason,
    )
    return actions.step_response(wanted, by=event.by)


KINDS: Mapping[str, EventKind] = {
    "incident centre": EventKind(CentreEvent, _centre),
    "incident response": EventKind(ResponseEvent, _response),
}
