"""The postman: claims stored mails, sends them, records what became of them.

It has its own thread and event loop, and one more thread for the database, so that no tick of the
watch waits for a mail and no mail for a commit of another. No transaction is open while the
network is. A connection takes its next mail only after its last acceptance is committed; what all
connections heard meanwhile shares one commit. So a crash repeats at most one mail a connection.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from plans.attempts import Attempt, Handled, Wanted
from plans.channels.letters import Channel
from plans.channels.list_channel import ListChannel
from plans.mail_claims import claim
from plans.mail_outcomes import record
from plans.sending import Rounds, Sending
from records.clock import Clock, pause
from records.database import Database
from records.duty_log import Entry, append
from records.errors import Unreachable
from records.language import Sentence, mark
from records.tables import DutyRoom

__all__ = ["Postman", "Rounds", "deliver_due"]

ALL_AT_ONCE = 400
RESTART_SECONDS = 1.0


def deliver_due(session: Session, channel: ListChannel, rounds: Rounds, *, now: datetime) -> int:
    """Hand every mail that is due to a list, at once; return how many attempts that took.

    Stories and replays use this instead of a thread: the same claims, the same outcomes, accepted
    at `now`. The session must be a writing one.
    """
    count = 0
    wanted = Wanted(ALL_AT_ONCE, ALL_AT_ONCE)
    while claimed := claim(session, wanted, rounds.render, fence=None, now=now):
        handled = [
            Handled(item, (Attempt(channel.name, now, channel.take(item.letter), True),))
            for item in claimed
        ]
        record(session, handled, rounds.retry, now=now)
        count += len(handled)
    return count


class Postman:
    """Sends mails until it is stopped; start it once."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        channels: Sequence[Channel],
        rounds: Rounds,
        lease_fence: Callable[[], int | None],
    ) -> None:
        """Take the relays in the order they are tried.

        Args:
            database: Where the mails are.
            clock: Gives the instants that are recorded.
            channels: The first relay, then the second if there is one; or the spool.
            rounds: How mails are worded, sent and sent again.
            lease_fence: Asked from the postman's threads before each claim and each mail; None
                while another watch holds the lease, and nothing is claimed then.
        """
        self._database = database
        self._clock = clock
        self._channels = tuple(channels)
        self._rounds = rounds
        self._lease_fence = lease_fence
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)
        self._stopping = threading.Event()
        self._sending: Sending | None = None
        self._last_fault = ""

    def start(self) -> None:
        """Begin; what an earlier postman of this or an older lease left claimed is sent again."""
        self._thread.start()

    def wake(self) -> None:
        """Say that there may be mails; from any thread, never waits."""
        sending = self._sending
        if sending is not None:
            sending.wake()

    def stop(self, patience: float = 30.0) -> bool:
        """Finish what is in flight and end; return False if `patience` seconds are not enough."""
        self._stopping.set()
        self.wake()
        if self._thread.ident is not None:
            self._thread.join(patience)
        return not self._thread.is_alive()

    @property
    def is_running(self) -> bool:
        """Return whether the thread is alive."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                asyncio.run(self._send())
            except Exception as error:  # noqa: BLE001  the thread's edge: a fault must not end it
                # Beginning again is what happens after a crash: claims are given back, all is sent.
                self._report(error)
                pause(RESTART_SECONDS, self._stopping)

    async def _send(self) -> None:
        self._sending = Sending(
            self._database, self._clock, self._channels, self._rounds, self._lease_fence
        )
        try:
            await self._sending.go(self._stopping)
        finally:
            self._sending = None

    def _report(self, error: Exception) -> None:
        """Record a fault of the program in every room's log, once while it stays the same."""
        fault = repr(error.exceptions[0] if isinstance(error, ExceptionGroup) else error)
        if fault == self._last_fault:
            return
        self._last_fault = fault
        sentence = Sentence(mark("邮件投递程序出错,已重新开始:{fault}"), {"fault": fault})
        try:
            with self._database.write() as session:
                for room_key in session.scalars(select(DutyRoom.key)).all():
                    entry = Entry("postman_fault", sentence, f"room:{room_key}", "mail")
                    append(session, room_key, self._clock.now(), [entry])
        except Unreachable:
            # The fault is the missing database itself; it is shown by everything else.
            self._last_fault = ""
