"""Which relay may be tried now: one that is down is probed by one mail at a time; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from plans.channels.letters import Answer, Outcome, PathNews
from plans.retries import RetryTable


@dataclass(slots=True)
class RelayHealth:
    """What is known of one relay since this postman started; seconds are monotonic.

    Rule: R-MAIL-04
    """

    retry: RetryTable
    troubles_allowed: int
    is_down: bool = False
    troubles: int = 0
    failures: int = 0
    probe_at: float = 0.0
    is_probed: bool = False
    turn: int = 0

    def begin(self, now: float) -> int | None:
        """Return the turn of an attempt that may be made now; None while the relay must rest."""
        if self.is_down:
            if self.is_probed or now < self.probe_at:
                return None
            self.is_probed = True
        return self.turn

    def note(self, turn: int, answer: Answer, now: float) -> bool | None:
        """Take in how an attempt ended; return whether the relay works, None if nothing new.

        What began before the relay was found down or up again says nothing about it now, but for
        an acceptance.
        """
        if answer.outcome is Outcome.ACCEPTED:
            self._is_up()
            return True
        if turn != self.turn:
            return None
        self.troubles += answer.path is PathNews.TROUBLE
        is_bad = answer.path is PathNews.DOWN or (
            answer.path is PathNews.TROUBLE
            and (self.is_down or self.troubles >= self.troubles_allowed)
        )
        if not is_bad:
            # It answered: a relay that refuses or delays one mail works.
            return self._answered(answer)
        self.failures += 1
        self.is_down = True
        self.is_probed = False
        self.turn += 1
        self.probe_at = now + self.retry.wait_after(self.failures).total_seconds()
        return False

    def _answered(self, answer: Answer) -> bool | None:
        self.is_probed = False
        if answer.path is not PathNews.NONE:
            return None
        self._is_up()
        return True

    def _is_up(self) -> None:
        if self.is_down:
            self.turn += 1
        self.is_down = self.is_probed = False
        self.troubles = self.failures = 0

    def capacity(self, now: float) -> int | None:
        """Return how many mails it can take now: 0, 1 as a probe, or None for no bound."""
        if not self.is_down:
            return None
        return 0 if self.is_probed or now < self.probe_at else 1


def capacity_of(relays: Sequence[RelayHealth], now: float) -> int | None:
    """Return how many mails all relays together can take now; None for no bound."""
    capacities = [relay.capacity(now) for relay in relays]
    known = [capacity for capacity in capacities if capacity is not None]
    return sum(known) if len(known) == len(capacities) else None


def next_probe_in(relays: Sequence[RelayHealth], now: float) -> float | None:
    """Return the seconds until a relay that is down may be probed; None if none waits."""
    return min(
        (
            max(relay.probe_at - now, 0.0)
            for relay in relays
            if relay.is_down and not relay.is_probed
        ),
        default=None,
    )
