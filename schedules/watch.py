"""The watch: one tick, and the standing look-out that runs it; the only user of APScheduler.

`Watch.tick` is the same code in the night, in a story and in a replay. `LookOut` is the process
around it: lease, wake-up at the earliest look, a sweep each second, the pulse.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.date import DateTrigger
from sqlalchemy.orm import Session

from records.clock import Clock
from records.database import Database
from records.duty_log import Entry, append
from records.errors import LostLease, Unreachable
from records.language import Sentence, mark
from schedules import obligations
from schedules.lease import LeaseKeeper
from schedules.obligations import Looked
from schedules.outstanding import Outstanding
from schedules.rounds import LookAtDue, OpenDue, read_rooms

CHUNK = 500  # obligations a transaction: enough to be fast, few enough to leave others the lock
SWEEP = timedelta(seconds=1)
CLOCK_STEP = timedelta(seconds=1)
STALLED_AFTER = timedelta(seconds=5)

_log = logging.getLogger(__name__)


class ThirdRound(Protocol):
    """What the watch wants from `plans`: tell people, and say when to look again."""

    def run(
        self, session: Session, items: Sequence[Outstanding], *, now: datetime, more_to_come: bool
    ) -> list[Looked]:
        """Return what the looks leave, one for each item."""
        ...


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did, and when the next look is wanted."""

    opened: int
    looked: int
    set_aside: int
    next_at: datetime | None


class Watch:
    """One tick: open what is ahead, look at what is due, tell whom the ladders name."""

    def __init__(
        self,
        database: Database,
        open_due: OpenDue,
        look_at_due: LookAtDue,
        third_round: ThirdRound,
        lease: LeaseKeeper | None = None,
    ) -> None:
        """Take the rounds; without a lease (stories, replays) nobody else can be working."""
        self._database = database
        self._open_due = open_due
        self._look_at_due = look_at_due
        self._third_round = third_round
        self._lease = lease
        self._in_hand: list[int] = []
        self._opening_failed_at: datetime | None = None

    def tick(self, now: datetime) -> Ticked:
        """Look at everything due at `now`; raises LostLease or Unreachable, and nothing else."""
        opened = self._open(now)
        looked, aside = self._look_at_all(now)
        return Ticked(opened, looked, aside, self.next_at())

    def _look_at_all(self, now: datetime) -> tuple[int, int]:
        """Look at everything due; return how many were looked at, and how many set aside of these.

        A chunk that fails is halved until the row that cannot be looked at is alone. That one is
        set aside for an hour and recorded, and the others go on: one bad row in a burst costs a
        dozen transactions, not one for each of its neighbours.
        """
        looked = 0
        aside = 0
        most = CHUNK
        while True:
            try:
                count = self._look(now, most)
            except (LostLease, Unreachable):
                raise
            except Exception as error:  # noqa: BLE001  one of the four edges: the row is set aside
                if most > 1:
                    most //= 2
                    continue
                _log.exception("an obligation could not be looked at")
                if not self._set_aside_first(now, repr(error)):
                    return looked, aside  # it was settled meanwhile; the next tick goes on
                aside += 1
                looked += 1
                most = CHUNK
                continue
            looked += count
            if count < most:
                return looked, aside

    def next_at(self) -> datetime | None:
        """Return the instant of the next look or opening that is wanted, or None."""
        with self._database.read() as session:
            wanted = [obligations.earliest_look(session), self._next_opening(session)]
        known = [instant for instant in wanted if instant is not None]
        return min(known) if known else None

    def _next_opening(self, session: Session) -> datetime | None:
        """Return when more must be opened; not within the hour after an opening that failed."""
        wanted = self._open_due.next_at(session)
        if wanted is None or self._opening_failed_at is None:
            return wanted
        return max(wanted, self._opening_failed_at + obligations.SET_ASIDE_FOR)

    def _open(self, now: datetime) -> int:
        with self._database.read() as session:
            wanted = self._next_opening(session)
        if wanted is None or wanted > now:
            return 0
        try:
            with self._database.write() as session:
                self._guard(session, now)
                opened = self._open_due.run(session, now=now)
        except (LostLease, Unreachable):
            raise
        except Exception as error:  # noqa: BLE001  one of the four edges: recorded and shown
            _log.exception("opening what is due ahead failed")
            self._opening_failed_at = now
            self._record_fault(mark("列入待办失败:{reason}"), repr(error), now)
            return 0
        self._opening_failed_at = None
        return opened

    def _look(self, now: datetime, most: int) -> int:
        with self._database.read() as session:
            earliest = obligations.earliest_look(session)
        if earliest is None or earliest > now:
            return 0
        with self._database.write() as session:
            self._guard(session, now)
            self._in_hand = []
            items = self._look_at_due.run(session, now=now, most=most)
            self._in_hand = [item.id for item in items]
            looks = self._third_round.run(session, items, now=now, more_to_come=len(items) == most)
            obligations.store_looks(session, looks)
            return len(items)

    def _set_aside_first(self, now: datetime, why: str) -> bool:
        """Set aside the row that could not be looked at; return whether it is still there."""
        with self._database.write() as session:
            self._guard(session, now)
            found = obligations.first_due(session, now=now, among=self._in_hand)
            if found is None:
                return False
            obligations.set_aside(session, found.id, why, now=now)
            sentence = Sentence(
                mark("值守程序无法处理第{id}号时限事项,已搁置1小时,请人工核查:{why}"),
                {"id": found.id, "why": why[:200]},
            )
            entry = Entry(
                "set_aside",
                sentence,
                f"room:{found.room_key}",
                found.subject,
                {"obligation": found.id},
            )
            append(session, found.room_key, now, [entry])
        return True

    def _record_fault(self, template: str, reason: str, now: datetime) -> None:
        with self._database.write() as session:
            self._guard(session, now)
            for room in read_rooms(session):
                sentence = Sentence(template, {"reason": reason[:200]})
                append(session, room.key, now, [Entry("watch_fault", sentence, f"room:{room.key}")])

    def _guard(self, session: Session, now: datetime) -> None:
        if self._lease is not None:
            self._lease.renew(session, now=now, is_pulse=False)


@dataclass(frozen=True, slots=True)
class Hooks:
    """What others want to do when: kept out of `schedules`, which knows no postman.

    `on_taken` runs in the transaction that takes the lease, with the new fencing number;
    `on_ticked` after each turn; `in_idle` in the transaction of a pulse when nothing was due.
    """

    on_taken: Callable[[Session, int], None]
    on_ticked: Callable[[], None]
    in_idle: Callable[[Session], None]


class LookOut:
    """The standing look-out of one process: holds the lease or stands by, ticks, beats."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        watch: Watch,
        lease: LeaseKeeper,
        hooks: Hooks,
        *,
        sweep: timedelta = SWEEP,
    ) -> None:
        """Take the watch, its lease, what others want to do when, and how often to sweep."""
        self._database = database
        self._clock = clock
        self._watch = watch
        self._lease = lease
        self._hooks = hooks
        self._sweep = sweep
        self._offset: timedelta | None = None
        self._last_turn: float | None = None
        self._stood_by_at: float | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Keep watch until `stop` is set; the step that is running is finished first."""
        woken = asyncio.Event()
        scheduler = AsyncIOScheduler(timezone="UTC")
        scheduler.start()
        loop = asyncio.get_running_loop()
        stopping = asyncio.create_task(stop.wait())
        with ThreadPoolExecutor(1, thread_name_prefix="watch") as thread:
            try:
                while not stop.is_set():
                    woken.clear()
                    next_at = await loop.run_in_executor(thread, self.turn)
                    _arm(scheduler, next_at, woken)
                    waking = asyncio.create_task(woken.wait())
                    await asyncio.wait(
                        {waking, stopping},
                        timeout=self._sweep.total_seconds(),
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                    waking.cancel()
            finally:
                stopping.cancel()
                scheduler.shutdown(wait=False)

    def end(self) -> None:
        """Give the lease back on a clean stop; call it when the postman has ended too."""
        if self._lease.fence is not None:
            with self._database.write() as session:
                self._lease.give_back(session, now=self._clock.now())

    def turn(self) -> datetime | None:
        """Do one turn: tick if the lease is ours, else look whether it can be taken.

        Returns when the next look is wanted. A database that cannot be reached is waited for.
        """
        now = self._clock.now()
        try:
            if self._lease.fence is None and not self._take(now):
                return None
            self._notice_clock(now)
            ticked = self._watch.tick(now)
            self._beat(is_idle=ticked.looked == 0 and ticked.opened == 0)
        except LostLease:
            _log.warning("the lease is lost; standing by")
            return None
        except Unreachable:
            _log.exception("the database cannot be reached; trying again")
            return None
        self._hooks.on_ticked()
        return ticked.next_at

    def _take(self, now: datetime) -> bool:
        monotonic = self._clock.monotonic()
        with self._database.write() as session:
            is_taken = self._lease.try_to_take(session, now=now, monotonic=monotonic)
            if is_taken and self._lease.fence is not None:
                self._hooks.on_taken(session, self._lease.fence)
                self._record(
                    session,
                    now,
                    "watch_began",
                    Sentence(
                        mark("值守程序开始值守({holder},第{fence}任)。"),
                        {"holder": self._lease.holder, "fence": self._lease.fence},
                    ),
                )
            elif self._stood_by_at is None or monotonic - self._stood_by_at > STALLED_AFTER.seconds:
                self._lease.stand_by(session, now=now)
                self._stood_by_at = monotonic
        if is_taken:
            self._offset = None
            self._last_turn = None
        return is_taken

    def _notice_clock(self, now: datetime) -> None:
        """Record a step of the wall clock against monotonic time, and a stall of this process."""
        monotonic = self._clock.monotonic()
        offset = timedelta(seconds=now.timestamp() - monotonic)
        before, self._offset = self._offset, offset
        last_turn, self._last_turn = self._last_turn, monotonic
        if before is not None and abs(offset - before) > CLOCK_STEP:
            step = round((offset - before).total_seconds(), 1)
            self._record_now(
                now, "clock_stepped", Sentence(mark("系统时钟跳变{step}秒。"), {"step": step})
            )
        if last_turn is not None and monotonic - last_turn > STALLED_AFTER.total_seconds():
            gap = round(monotonic - last_turn, 1)
            self._record_now(
                now, "watch_stalled", Sentence(mark("值守程序曾停顿{gap}秒。"), {"gap": gap})
            )

    def _beat(self, *, is_idle: bool) -> None:
        """Write the pulse after a completed tick, and use an idle moment."""
        with self._database.write() as session:
            self._lease.renew(session, now=self._clock.now(), is_pulse=True)
            if is_idle:
                self._hooks.in_idle(session)

    def _record_now(self, now: datetime, act: str, sentence: Sentence) -> None:
        with self._database.write() as session:
            self._lease.renew(session, now=now, is_pulse=False)
            self._record(session, now, act, sentence)

    def _record(self, session: Session, now: datetime, act: str, sentence: Sentence) -> None:
        for room in read_rooms(session):
            append(session, room.key, now, [Entry(act, sentence, f"room:{room.key}")])


def _arm(scheduler: AsyncIOScheduler, next_at: datetime | None, woken: asyncio.Event) -> None:
    """Have APScheduler set the event at the next look; the sweep is there if it does not."""
    if next_at is None:
        return

    async def wake() -> None:  # a coroutine runs in the loop itself, where an event may be set
        woken.set()

    scheduler.add_job(
        wake,
        DateTrigger(next_at),
        id="next-look",
        replace_existing=True,
        misfire_grace_time=None,
        coalesce=True,
        max_instances=1,
    )
