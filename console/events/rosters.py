"""Events of rosters: published, swapped, covered; asked, accepted, approved, refused."""

from collections.abc import Mapping
from datetime import date

from console.actions import Actions, Done
from console.acts.rosters import RosterWish, SwapWish
from console.events.event import Event, EventKind


class RosterPublishEvent(Event):
    """A roster is made from patterns and people, and published."""

    first: date
    last: date
    pattern: str = "day_night"
    lead_pattern: str = "lead"
    officers: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()
    with_gaps: bool = False


class RosterSwapEvent(Event):
    """Somebody asks to trade a shift."""

    shift: str
    other_shift: str
    post: str | None = None
    other_post: str | None = None
    replacement: str | None = None
    reason: str = ""
    emergency: bool = False


class RosterCoverEvent(Event):
    """Somebody asks to be stood in for."""

    shift: str
    replacement: str
    post: str | None = None
    reason: str = ""
    emergency: bool = False


class RosterAnswerEvent(Event):
    """The replacement accepts, or the leader approves; without a number the only one open."""

    request: int | None = None


class RosterRefuseEvent(Event):
    """The replacement or the leader refuses, or the asker withdraws."""

    request: int | None = None
    reason: str = ""


def _publish(actions: Actions, event: Event) -> Done:
    assert isinstance(event, RosterPublishEvent)
    wish = RosterWish(
        event.first,
        event.last,
        event.pattern,
        event.lead_pattern,
        event.officers,
        event.leaders,
        event.drivers,
    )
    return actions.publish_roster(wish, by=event.by, with_gaps=event.with_gaps)


def _swap(actions: Actions, event: Event) -> Done:
    assert isinstance(event, RosterSwapEvent)
    wish = SwapWish(
        shift=event.shift,
        post=event.post,
        replacement=event.replacement,
        other_shift=event.other_shift,
        other_post=event.other_post,
        reason=event.reason,
        emergency=event.emergency,
    )
    return actions.ask_swap(wish, by=event.signer())


def _cover(actions: Actions, event: Event) -> Done:
    assert isinstance(event, RosterCoverEvent)
    wish = SwapWish(
        shift=event.shift,
        post=event.post,
        replacement=event.replacement,
        reason=event.reason,
        emergency=event.emergency,
    )
    return actions.cover_shift(wish, by=event.signer())


def _accept(actions: Actions, event: Event) -> Done:
    assert isinstance(event, RosterAnswerEvent)
    return actions.accept_swap(by=event.signer(), request=event.request)


def _approve(actions: Actions, event: Event) -> Done:
    assert isinstance(event, RosterAnswerEvent)
    return actions.approve_swap(by=event.signer(), request=event.request)


def _refuse(actions: Actions, event: Event) -> Done:
    assert isinstance(event, RosterRefuseEvent)
    return actions.refuse_swap(by=event.signer(), request=event.request, reason=event.reason)


KINDS: Mapping[str, EventKind] = {
    "roster publish": EventKind(RosterPublishEvent, _publish),
    "roster swap": EventKind(RosterSwapEvent, _swap),
    "roster cover": EventKind(RosterCoverEvent, _cover),
    "roster accept": EventKind(RosterAnswerEvent, _accept),
    "roster approve": EventKind(RosterAnswerEvent, _approve),
    "roster refuse": EventKind(RosterRefuseEvent, _refuse),
}
