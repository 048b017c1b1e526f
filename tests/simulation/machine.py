"""The watch's process: it crashes where a script wants, and begins again from the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.actions import Rules
from plans.attempts import Attempt, Handled, Wanted
from plans.channels.letters import Answer, Letter, Outcome
from plans.channels.list_channel import ListChannel
from plans.mail_claims import claim, next_delivery_at, release_claims
from plans.mail_outcomes import record
from plans.mail_rules import load_mail_rules
from plans.rounds import DecideAndRaise
from records.clock import ManualClock
from records.database import Database
from schedules.lease import LeaseKeeper
from schedules.obligations import Looked
from schedules.outstanding import Outstanding
from schedules.rounds import LookAtDue, OpenDue
from schedules.watch import Watch

TTL = timedelta(seconds=5)
_RETRY = load_mail_rules().retry_table


class Crash(BaseException):
    """The process is gone: no handler of the program sees it, the database rolls back."""


class CrashingRound:
    """The real third round, in a process that may end before or after it."""

    def __init__(self, rules: Rules, machine: "Machine") -> None:
        self._real = DecideAndRaise(rules.plans)
        self._machine = machine

    def run(
        self, session: Session, items: Sequence[Outstanding], *, now: datetime, more_to_come: bool
    ) -> list[Looked]:
        self._machine.reach("looking")
        looked = self._real.run(session, items, now=now, more_to_come=more_to_come)
        self._machine.reach("looked")
        return looked


class Machine:
    """One process after another: watch, lease and postman on one database and one clock."""

    def __init__(self, database: Database, clock: ManualClock, rules: Rules) -> None:
        self.mail_answer = Outcome.ACCEPTED
        self.letters = ListChannel(self._answer)
        self.crashes = 0
        self.perhaps_twice = 0
        self.is_up = True
        self._database = database
        self._clock = clock
        self._rules = rules
        self._dies_at = ""
        self._begin()

    def _answer(self, _letter: Letter) -> Answer:
        return Answer(self.mail_answer, self.mail_answer.value)

    def _begin(self) -> None:
        """Everything that a process keeps in memory begins anew."""
        self._lease = LeaseKeeper(f"process {self.crashes + 1}", TTL)
        self._watch = Watch(
            self._database,
            OpenDue(self._rules.schedules),
            LookAtDue(self._rules.schedules),
            CrashingRound(self._rules, self),
            self._lease,
        )

    def die_at(self, point: str) -> None:
        """Crash the next time the process comes to this point."""
        self._dies_at = point

    def reach(self, point: str) -> None:
        """Say that the process has come to a point; it may be its last."""
        if point == self._dies_at:
            self._dies_at = ""
            raise Crash(point)

    def turn(self) -> datetime | None:
        """Tick and deliver; return when more is wanted, None if the lease is not ours (yet)."""
        now = self._clock.now()
        try:
            if self._lease.fence is None and not self._take(now):
                return None
            next_at = self._watch.tick(now).next_at
            self.reach("ticked")
            self._deliver(now)
        except Crash:
            self.crashes += 1
            self.is_up = False
            return None
        with self._database.read() as session:
            wanted = [next_at, next_delivery_at(session)]
        return min((instant for instant in wanted if instant is not None), default=None)

    def start_again(self) -> None:
        """Begin a new process after a crash."""
        self.is_up = True
        self._begin()

    def _take(self, now: datetime) -> bool:
        with self._database.write() as session:
            is_ours = self._lease.try_to_take(session, now=now, monotonic=self._clock.monotonic())
            if is_ours and self._lease.fence is not None:
                release_claims(session, self._lease.fence)
        return is_ours

    def _deliver(self, now: datetime) -> None:
        """Claim, send, record: three steps with the network between two transactions."""
        while True:
            with self._database.write() as session:
                claimed = claim(session, Wanted(50, 50), None, fence=self._lease.fence, now=now)
            if not claimed:
                return
            self.reach("claimed")
            handled = [
                Handled(item, (Attempt("list", now, self.letters.take(item.letter)),))
                for item in claimed
            ]
            self.perhaps_twice += len(handled)
            self.reach("sent")
            self.perhaps_twice -= len(handled)
            with self._database.write() as session:
                record(session, handled, _RETRY, now=now)
