"""The day before, told in the sample room by the real watch and the real actions."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from console.actions import Actions, Rules
from console.sample.acts import reports_told, tell
from console.sample.room import (
    SAMPLE_KEY,
    SAMPLE_PIN,
    TIMEZONE,
    fill_sample_room,
    make_sample_room,
)
from console.wiring import build_watch
from plans.channels.letters import Letter
from plans.channels.list_channel import ListChannel
from plans.channels.spool import SpoolChannel
from plans.mail_claims import next_delivery_at
from plans.postman import Rounds, deliver_due
from records.act import Act
from records.clock import ManualClock
from records.database import Database
from records.signing import TakenAsGiven, hash_pin
from schedules.calendar import local_day
from schedules.sign_in import count_as_signed_in
from schedules.watch import Watch

TOLD_BACK = timedelta(hours=20)  # long enough that a shift change and a report always lie in it
LETTERS_KEPT = 40


def make_sample(
    database: Database,
    now: datetime,
    rules: Rules,
    rounds: Rounds,
    *,
    spool: SpoolChannel | None = None,
) -> None:
    """Make and fill the sample room, and tell the hours up to `now` in it; what `--demo` does.

    Args:
        database: With all tables, without the sample room.
        now: The present instant.
        rules: All catalogues.
        rounds: Words of the mails and how they are tried again.
        spool: Where the last mails are written as files; None writes none.
    """
    act = Act(SAMPLE_KEY, story_begins_at(now), f"room:{SAMPLE_KEY}")
    with database.write() as session:
        make_sample_room(session, act, rules.schedules)
        fill_sample_room(
            session,
            act,
            rules.schedules,
            around=local_day(now, ZoneInfo(TIMEZONE)),
            pin_hash=hash_pin(SAMPLE_PIN, cheap=True),
        )
        count_as_signed_in(session, act)
    tell_the_day_before(database, now, rules, rounds, spool=spool)


def story_begins_at(now: datetime) -> datetime:
    """Return when the story that ends at `now` begins: never at an instant something is due."""
    begins_at = now - TOLD_BACK
    return begins_at - timedelta(seconds=30) if begins_at.second == 0 else begins_at


def tell_the_day_before(
    database: Database,
    now: datetime,
    rules: Rules,
    rounds: Rounds,
    *,
    spool: SpoolChannel | None = None,
) -> None:
    """Tell the hours up to `now` in a room that was made at `story_begins_at(now)`.

    What is left open on purpose: a post nobody stands at, units whose report is overdue, and
    their alerts that nobody has taken on.
    """
    clock = ManualClock(story_begins_at(now))
    actions = Actions(database, clock, SAMPLE_KEY, rules, TakenAsGiven())
    channel = ListChannel()
    channel.name = "spool"
    teller = _Teller(database, clock, build_watch(database, rules), channel, rounds)
    teller.run_to(clock.now())
    with database.read() as session:
        reports = reports_told(session, clock.now(), now)
    for event in tell(clock.now(), now, reports):
        teller.run_before(event.at)
        event.do(actions)
    teller.run_to(now)
    if spool is not None:
        asyncio.run(_write(channel.letters[-LETTERS_KEPT:], spool))


class _Teller:
    """Moves the clock from look to look and lets the watch and the post do their part."""

    def __init__(
        self,
        database: Database,
        clock: ManualClock,
        watch: Watch,
        channel: ListChannel,
        rounds: Rounds,
    ) -> None:
        self._database = database
        self._clock = clock
        self._watch = watch
        self._channel = channel
        self._rounds = rounds

    def run_to(self, instant: datetime) -> None:
        """Let everything happen up to and including `instant`."""
        self.run_before(instant)
        self._turn()

    def run_before(self, instant: datetime) -> None:
        """Let everything happen before `instant` and stand there; acts of an instant come first."""
        while (next_at := self._next_at()) is not None and next_at < instant:
            self._clock.move_to(max(next_at, self._clock.now()))
            self._turn()
        self._clock.move_to(instant)

    def _turn(self) -> None:
        now = self._clock.now()
        self._watch.tick(now)
        with self._database.write() as session:
            deliver_due(session, self._channel, self._rounds, now=now)

    def _next_at(self) -> datetime | None:
        with self._database.read() as session:
            mail_at = next_delivery_at(session)
        wanted = [instant for instant in (self._watch.next_at(), mail_at) if instant is not None]
        return min(wanted) if wanted else None


async def _write(letters: Sequence[Letter], spool: SpoolChannel) -> None:
    connection = spool.connection()
    for letter in letters:
        await connection.send(letter)
