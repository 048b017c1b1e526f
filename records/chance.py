"""The only source of chance; given as an argument so that a night can be told again exactly."""

import hashlib
import secrets
from typing import Protocol


class Chance(Protocol):
    """What chance can be asked for."""

    def below(self, bound: int) -> int:
        """Return a whole number from 0 up to, not including, `bound`."""
        ...

    def token(self) -> str:
        """Return 32 hexadecimal digits nobody can guess."""
        ...


class SystemChance:
    """The machine's own randomness."""

    def below(self, bound: int) -> int:
        """Return an unguessable whole number below `bound`."""
        return secrets.randbelow(bound)

    def token(self) -> str:
        """Return 32 unguessable hexadecimal digits."""
        return secrets.token_hex(16)


class SeededChance:
    """Chance that repeats itself: the same seed gives the same answers in the same order."""

    def __init__(self, seed: str) -> None:
        """Start the sequence named by `seed`."""
        self._seed = seed
        self._turn = 0

    def _next(self) -> str:
        self._turn += 1
        return hashlib.sha256(f"{self._seed}:{self._turn}".encode()).hexdigest()

    def below(self, bound: int) -> int:
        """Return the sequence's next whole number below `bound`."""
        return int(self._next(), 16) % bound

    def token(self) -> str:
        """Return the sequence's next 32 hexadecimal digits."""
        return self._next()[:32]
