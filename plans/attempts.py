"""What passes between claiming, sending and recording a mail: frozen values; pure."""

from dataclasses import dataclass
from datetime import datetime

from plans.channels.letters import Answer, Letter, Outcome


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail says."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many mails a claim may take: such as were never tried, and such as were."""

    fresh: int
    troubled: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that this postman alone may send now."""

    letter: Letter
    room_key: str
    recipient: str
    fence: int | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try through one relay.

    `is_path_working` is what it says about the relay itself: None if nothing.
    """

    relay: str
    at: datetime
    answer: Answer
    is_path_working: bool | None = None


@dataclass(frozen=True, slots=True)
class Handled:
    """A claimed mail and what was tried; without attempts it is given back as it was."""

    claimed: Claimed
    attempts: tuple[Attempt, ...]

    @property
    def outcome(self) -> Outcome | None:
        """Return what the attempts amount to; None if there was none.

        One acceptance settles it; a perhaps is never forgotten for a later no.
        """
        decisive = self.decisive
        return None if decisive is None else decisive.answer.outcome

    @property
    def decisive(self) -> Attempt | None:
        """Return the attempt that settles the outcome; None if there was none."""
        return min(
            self.attempts, key=lambda attempt: _ORDER.index(attempt.answer.outcome), default=None
        )


_ORDER = (Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.REFUSED, Outcome.DELAYED)
