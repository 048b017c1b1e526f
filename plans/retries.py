"""How long to wait before a mail or a relay is tried again; pure."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class RetryTable:
    """The waits after the first, second, ... failed attempt; the last one repeats for ever.

    Rule: R-MAIL-01
    """

    waits: tuple[timedelta, ...]

    def __post_init__(self) -> None:
        """Refuse a table without a wait, or with one that would try again without pause."""
        if not self.waits or min(self.waits) <= timedelta(0):
            raise ValueError("a retry table needs at least one wait, each above zero")

    def wait_after(self, attempts: int) -> timedelta:
        """Return the wait after so many failed attempts, counted from 1."""
        return self.waits[min(max(attempts, 1), len(self.waits)) - 1]


def final_dot_limit(limit: float, attempt: int, *, most: float) -> float:
    """Return how many seconds to wait for the answer to a whole message.

    It doubles with each attempt up to `most`: a relay that answers slowly but surely is given the
    time on the next attempt, so that it does not take the same mail again and again.
    """
    return min(limit * 2.0 ** min(max(attempt - 1, 0), 16), max(limit, most))
