"""Events of handovers: offered, read back, accepted, refused, taken over, reviewed."""

from collections.abc import Mapping

from console.actions import Actions, Done
from console.events.event import Event, EventKind


class OfferEvent(Event):
    """The outgoing officer hands the post over."""

    post: str | None = None
    words: str = ""


class MatterEvent(Event):
    """The incoming officer reads one open matter back."""

    item: str
    post: str | None = None
    words: str = ""


class AcceptEvent(Event):
    """The incoming officer accepts; `confirmed` are the matters read back in the same act.

    A timeline that names none takes the read-back as given, as it takes signatures; matters that
    were objected to still stand in the way.
    """

    post: str | None = None
    confirmed: tuple[str, ...] | None = None
    words: str = ""


class ReasonEvent(Event):
    """A handover is refused, or a post taken over in an emergency."""

    reason: str
    post: str | None = None


def _offer(actions: Actions, event: Event) -> Done:
    assert isinstance(event, OfferEvent)
    return actions.offer_handover(by=event.signer(), post=event.post, words=event.words)


def _answer(actions: Actions, event: Event) -> Done:
    assert isinstance(event, MatterEvent)
    return actions.answer_matter(
        by=event.signer(),
        post=event.post,
        item=event.item,
        confirmed=event.do == "handover confirm",
        words=event.words,
    )


def _accept(actions: Actions, event: Event) -> Done:
    assert isinstance(event, AcceptEvent)
    return actions.accept_handover(
        by=event.signer(),
        post=event.post,
        confirmed=event.confirmed or (),
        words=event.words,
        is_read_back=event.confirmed is None,
    )


def _refuse(actions: Actions, event: Event) -> Done:
    assert isinstance(event, ReasonEvent)
    return actions.refuse_handover(by=event.signer(), post=event.post, reason=event.reason)


def _take_over(actions: Actions, event: Event) -> Done:
    assert isinstance(event, ReasonEvent)
    return actions.take_over_post(by=event.signer(), post=event.post, reason=event.reason)


def _review(actions: Actions, event: Event) -> Done:
    assert isinstance(event, OfferEvent)
    return actions.review_handover(by=event.signer(), post=event.post, words=event.words)


KINDS: Mapping[str, EventKind] = {
    "handover offer": EventKind(OfferEvent, _offer),
    "handover confirm": EventKind(MatterEvent, _answer),
    "handover object": EventKind(MatterEvent, _answer),
    "handover accept": EventKind(AcceptEvent, _accept),
    "handover refuse": EventKind(ReasonEvent, _refuse),
    "handover take-over": EventKind(ReasonEvent, _take_over),
    "handover review": EventKind(OfferEvent, _review),
}
