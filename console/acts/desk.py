"""The desk: one action, one instant, one transaction; what all acts of an operator share."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from console.parties import operator_of
from plans import alerts
from plans.mail_states import Stage
from plans.rules import PlanRules
from records.act import Act
from records.clock import Clock
from records.database import Database
from records.errors import NotAuthorised
from records.language import Sentence
from records.names import party_names
from records.signing import PinAnswer, PinRules, Signing, refusal
from schedules.roster_rules import RosterRules
from schedules.rules import ScheduleRules

if TYPE_CHECKING:
    from plans.command_rules import CommandRules
    from plans.incident_rules import IncidentRules

LONGEST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did, as a sentence for the operator, and the rows it concerned."""

    sentence: Sentence
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """All catalogues that the actions go by."""

    schedules: ScheduleRules
    plans: PlanRules
    pins: PinRules
    rosters: RosterRules
    read_incidents: "Callable[[], IncidentRules]"
    read_command: "Callable[[], CommandRules]"

    @property
    def incidents(self) -> "IncidentRules":
        """Return the catalogues of incidents, read when they are first asked for.

        Most commands never need them; CatalogueError names what is wrong with them.
        """
        return self.read_incidents()

    @property
    def command(self) -> "CommandRules":
        """Return the catalogues of command, read when they are first asked for, like incidents'."""
        return self.read_command()


class Desk:
    """Where acts are done: a database, a clock, a room, its rules, and how signatures are taken."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        room_key: str,
        rules: Rules,
        signing: Signing,
        *,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        """Take what acts need; `after` is called when one is committed, to wake the watch."""
        self._database = database
        self._clock = clock
        self._room_key = room_key
        self._rules = rules
        self._signing = signing
        self._after = after

    def _over(self, session: Session, act: Act, ids: Sequence[int]) -> None:
        alerts.tell_those_who_were_told(session, act, ids, Stage.OVER, self._rules.plans)

    def _name(self, session: Session, party: str) -> str:
        return party_names(session, self._room_key, [party])[party]

    def _sign(self, session: Session, act: Act, person_id: str, pin: str | None) -> None:
        """Take a signature; a wrong PIN is counted although the act itself is rolled back."""
        answer = self._signing.answer(session, act.room_key, person_id, pin, act.at)
        if answer is not PinAnswer.RIGHT:
            raise _NotSigned(person_id, pin, answer)

    @contextmanager
    def _act(self, by: str | None = None) -> Iterator[tuple[Session, Act]]:
        """Give one transaction at one instant; nothing is left half done."""
        now = self._clock.now()
        bare = Act(self._room_key, now, f"room:{self._room_key}")
        try:
            with self._database.write() as session:
                yield session, Act(bare.room_key, now, operator_of(session, bare, by))
        except _NotSigned as wrong:
            raise self._refused(wrong, now) from None
        self._after()

    def _refused(self, wrong: "_NotSigned", now: datetime) -> NotAuthorised:
        """Count the wrong PIN in a transaction of its own and say why it is refused."""
        with self._database.write() as session:
            answer = self._signing.answer(session, self._room_key, wrong.person_id, wrong.pin, now)
            assert answer is not PinAnswer.RIGHT
            return refusal(session, answer, self._room_key, wrong.person_id, now, self._rules.pins)


class _NotSigned(Exception):
    """A signature was not taken."""

    def __init__(self, person_id: str, pin: str | None, answer: PinAnswer) -> None:
        super().__init__(person_id)
        self.person_id = person_id
        self.pin = pin
        self.answer = answer
