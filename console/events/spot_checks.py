"""Events of spot checks and roll calls, of leaders' visits and of patrols."""

from collections.abc import Mapping

from console.actions import Actions, Done
from console.events.event import Event, EventKind, Instant


class PlanEvent(Event):
    """A check is drawn inside a window; without `party` the whole room is called."""

    window_from: Instant
    window_until: Instant
    party: str | None = None


class AnswerEvent(Event):
    """A post answers the check it was asked."""


class CallEvent(Event):
    """A unit was called on the telephone."""

    unit: str
    answered: bool
    seconds: int | None = None
    answered_by: str = ""
    words: str = ""


class WordsEvent(Event):
    """A leader signs in on a visit, or somebody finds something on patrol."""

    words: str = ""


def _plan(actions: Actions, event: Event) -> Done:
    assert isinstance(event, PlanEvent)
    return actions.plan_spot_check(
        by=event.by,
        party=event.party,
        window_from=event.window_from,
        window_until=event.window_until,
    )


def _answer(actions: Actions, event: Event) -> Done:
    return actions.answer_spot_check(by=event.signer())


def _call(actions: Actions, event: Event) -> Done:
    assert isinstance(event, CallEvent)
    return actions.call_unit(
        by=event.by,
        unit=event.unit,
        answered=event.answered,
        seconds=event.seconds,
        answered_by=event.answered_by,
        words=event.words,
    )


def _visit(actions: Actions, event: Event) -> Done:
    assert isinstance(event, WordsEvent)
    return actions.record_visit(by=event.signer(), words=event.words)


def _patrol(actions: Actions, event: Event) -> Done:
    assert isinstance(event, WordsEvent)
    return actions.record_patrol(by=event.signer(), words=event.words)


KINDS: Mapping[str, EventKind] = {
    "spot-check plan": EventKind(PlanEvent, _plan),
    "spot-check answer": EventKind(AnswerEvent, _answer),
    "spot-check call": EventKind(CallEvent, _call),
    "spot-check visit": EventKind(WordsEvent, _visit),
    "spot-check patrol": EventKind(WordsEvent, _patrol),
}
