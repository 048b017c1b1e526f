"""The only reader of the system's time; everything else is given `now`."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What a clock can be asked: the instant, and a count of seconds that never steps back."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start; not moved by steps of the wall clock."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Return the wall clock's instant in UTC."""
        return datetime.now(tz=UTC)  # noqa: TID251  the one place that may ask

    def monotonic(self) -> float:
        """Return the machine's monotonic seconds."""
        return time.monotonic()


class ManualClock:
    """A clock that stands still until it is moved; stories and replays run on it."""

    def __init__(self, now: datetime) -> None:
        """Start at an aware instant."""
        if now.tzinfo is None:
            raise ValueError("a clock needs an aware instant")
        self._now = now.astimezone(UTC)
        self._monotonic = 0.0

    def now(self) -> datetime:
        """Return the instant the clock was last moved to, in UTC."""
        return self._now

    def monotonic(self) -> float:
        """Return the seconds by which the clock was moved forward; steps do not count."""
        return self._monotonic

    def move_to(self, instant: datetime) -> None:
        """Let time pass until `instant`; both clocks move. Time cannot pass backwards."""
        span = instant - self._now
        if span < timedelta(0):
            raise ValueError(f"time cannot pass backwards from {self._now} to {instant}")
        self._now = instant.astimezone(UTC)
        self._monotonic += span.total_seconds()

    def step(self, span: timedelta) -> None:
        """Move the wall clock alone, as an operator or NTP does."""
        self._now += span


def pause(seconds: float, until: threading.Event | None = None) -> bool:
    """Wait for real seconds, or until the event is set; return whether it was set."""
    return (until or threading.Event()).wait(seconds)
