"""Events at posts: sign-in, sign-out."""

from collections.abc import Mapping

from console.actions import Actions, Done
from console.events.event import Event, EventKind


class SignInEvent(Event):
    """Somebody signs in."""

    post: str | None = None
    reason: str = ""


class SignOutEvent(Event):
    """Somebody signs out."""


def _sign_in(actions: Actions, event: Event) -> Done:
    assert isinstance(event, SignInEvent)
    return actions.sign_in(by=event.signer(), post=event.post, reason=event.reason)


def _sign_out(actions: Actions, event: Event) -> Done:
    return actions.sign_out(by=event.signer())


KINDS: Mapping[str, EventKind] = {
    "sign-in": EventKind(SignInEvent, _sign_in),
    "sign-out": EventKind(SignOutEvent, _sign_out),
}
