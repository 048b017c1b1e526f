"""What all screens share: the house behind them, the last board, how fresh it is; no Textual."""

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from console.board import Board, PostLine, Presence, Token
from records.clock import Clock
from records.language import Language, translate

if TYPE_CHECKING:  # the first picture is painted before these are needed
    from console.actions import Actions
    from console.board_reading import BoardReader

STALE_AFTER = 10.0  # seconds without a good read, then the data is greyed
SILENT_AFTER = 15.0  # seconds without a pulse, then the watch counts as dead
STARTING_FOR = 8.0  # seconds after the console's start in which a watch may still be starting
READ_AGAIN_AFTER = timedelta(minutes=1)
# Who signs for the room where several are there: the first of these that is manned.
SIGNING_ORDER = ("primary", "secondary", "shift_lead", "shift_lead_b", "duty_leader")


@dataclass(frozen=True, slots=True)
class ConsoleHouse:
    """What the screens need of an installation; `fault_file` takes the reports of faults."""

    actions: "Actions"
    reader: "BoardReader"
    fault_file: Path


class PulseEye:
    """Watches the watch: how long it has been silent, whatever the wall clock does.

    Rule: R-WATCH-02
    """

    def __init__(self) -> None:
        self._pulse_at: datetime | None = None
        self._age_then = 0.0
        self._seen_at = 0.0

    def see(self, pulse_at: datetime | None, now: datetime, monotonic: float) -> None:
        """Take in the pulse that was just read."""
        if pulse_at is None or pulse_at == self._pulse_at:
            return
        self._pulse_at = pulse_at
        self._age_then = max(0.0, (now - pulse_at).total_seconds())
        self._seen_at = monotonic

    def silent_for(self, monotonic: float) -> float | None:
        """Return the seconds since the pulse that was last seen; None if none ever was."""
        if self._pulse_at is None:
            return None
        return self._age_then + monotonic - self._seen_at


class Desk:
    """The state behind the screens; changed only by the app, on the loop."""

    def __init__(
        self,
        clock: Clock,
        opening: Callable[[], ConsoleHouse],
        language: Language,
        *,
        has_few_colours: bool = False,
    ) -> None:
        """Take the clock and how the house is opened; it is opened by the first who needs it."""
        self.clock = clock
        self.language = language
        self.has_few_colours = has_few_colours
        self._opening = opening
        self._house: ConsoleHouse | None = None
        self._opens = threading.Lock()
        self.board: Board | None = None
        self.token: Token | None = None
        self.trouble = ""
        self.eye = PulseEye()
        self._started = clock.monotonic()
        self._read_at = self._started

    @property
    def house(self) -> ConsoleHouse:
        """Return the house, opened if it is not yet: only workers may wait for that."""
        with self._opens:
            if self._house is None:
                self._house = self._opening()
            return self._house

    def now(self) -> datetime:
        """Return the present instant."""
        return self.clock.now()

    def say(self, template: str, **params: object) -> str:
        """Return a marked sentence in the language of the screens, filled."""
        words = translate(template, self.language)
        return words.format(**params) if params else words

    @property
    def zone(self) -> ZoneInfo:
        """Return the room's zone; UTC until the board was read."""
        return ZoneInfo(self.board.room.timezone if self.board else "UTC")

    def take_board(self, board: Board) -> None:
        """Keep a board that was just read."""
        self.board = board
        self.take_token(board.token)

    def take_token(self, token: Token) -> None:
        """Keep a token that was just read: the data is fresh again."""
        self.token = token
        self.trouble = ""
        self._read_at = self.clock.monotonic()
        self.eye.see(token.pulse_at, self.now(), self._read_at)

    def wants_board(self, token: Token) -> bool:
        """Return whether this token says more than the board that is shown."""
        board = self.board
        if board is None or (board.token.seq, board.token.hash) != (token.seq, token.hash):
            return True
        return self.now() - board.read_at >= READ_AGAIN_AFTER or self.now() < board.read_at

    def data_age(self) -> float:
        """Return the seconds since the database was last read."""
        return self.clock.monotonic() - self._read_at

    @property
    def is_stale(self) -> bool:
        """Return whether what is shown may no longer be true."""
        return self.data_age() > STALE_AFTER

    def watch_silence(self) -> float | None:
        """Return for how many seconds the watch has been dead; None while it lives or starts."""
        monotonic = self.clock.monotonic()
        silent = self.eye.silent_for(monotonic)
        running = monotonic - self._started
        if running < STARTING_FOR:
            return None
        if silent is None:
            return running
        return silent if silent > SILENT_AFTER else None

    def is_starting(self) -> bool:
        """Return whether no fresh pulse was seen yet and the watch may still be starting."""
        monotonic = self.clock.monotonic()
        silent = self.eye.silent_for(monotonic)
        is_young = monotonic - self._started < STARTING_FOR
        return is_young and (silent is None or silent > SILENT_AFTER)

    def signers(self) -> list[PostLine]:
        """Return who can act for the room, the present ones first, in the order of the posts."""
        if self.board is None:
            return []
        rank = {key: number for number, key in enumerate(SIGNING_ORDER)}
        people = [
            post for post in self.board.posts if post.person_id is not None and post.key in rank
        ]
        return sorted(
            people, key=lambda post: (post.presence is not Presence.SIGNED_IN, rank[post.key])
        )

    def record_fault(self, error: BaseException) -> None:
        """Write a report of a fault to the file: where it happened, never what was in it.

        Names, sentences and values stay out; they may be personal data.
        """
        if self._house is None:
            self.trouble = self.trouble or type(error).__qualname__
            return
        frames = traceback.extract_tb(error.__traceback__)
        places = "".join(f"  {frame.filename}:{frame.lineno} {frame.name}\n" for frame in frames)
        report = f"{self.now().isoformat()} {type(error).__qualname__}\n{places}"
        try:
            with self._house.fault_file.open("a", encoding="utf-8") as file:
                file.write(report)
        except OSError:
            self.trouble = self.trouble or type(error).__qualname__


# An act of the operator, as a dialog hands it to a worker; it returns the sentence to show.
Doing = Callable[[], str]
