"""Who answers for a post at each instant; pure.

Where handovers are switched on, responsibility moves by them alone; elsewhere by sign-ins. In both
the one before answers until relieved, so that it is exactly one person from the first on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Move:
    """Something by which a post may come to a person at an instant.

    `order` decides between two of the same instant: the later one holds.
    """

    from_at: datetime
    order: int
    person: str
    by: Literal["sign_in", "handover"]


@dataclass(frozen=True, slots=True)
class Switch:
    """From `at` on the post moves by handover, or no longer."""

    at: datetime
    is_on: bool


@dataclass(frozen=True, slots=True)
class Answering:
    """One person answers for the post during `[from_at, until_at)`; None is without end yet."""

    person: str
    from_at: datetime
    until_at: datetime | None


def takes(moves: Sequence[Move], switches: Sequence[Switch] = ()) -> list[Move]:
    """Return the moves that count, in order of their instants.

    A handover always counts. A sign-in counts while handovers are not switched on, or where nobody
    has answered for the post yet.

    Rule: R-HAND-03
    """
    found: list[Move] = []
    for move in sorted(moves, key=lambda each: (each.from_at, each.by == "handover", each.order)):
        if move.by == "handover" or not found or not is_on(switches, move.from_at):
            found.append(move)
    return found


def is_on(switches: Sequence[Switch], at: datetime) -> bool:
    """Return whether handovers are switched on at an instant; `switches` in order of time."""
    before = [switch for switch in switches if switch.at <= at]
    return bool(before) and before[-1].is_on


def responsible_at(counted: Sequence[Move], at: datetime) -> str | None:
    """Return who answers for the post at an instant; None only before anybody ever did."""
    before = [move for move in counted if move.from_at <= at]
    return before[-1].person if before else None


def answering(counted: Sequence[Move]) -> list[Answering]:
    """Return who answers from when until when, without gaps; nobody's span is empty."""
    found = []
    for place, move in enumerate(counted):
        until_at = counted[place + 1].from_at if place + 1 < len(counted) else None
        if until_at is None or until_at > move.from_at:
            found.append(Answering(move.person, move.from_at, until_at))
    return found
