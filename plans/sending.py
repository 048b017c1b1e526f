"""The postman's event loop: claims into a small stock, sends over connections, commits outcomes."""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from plans.attempts import Attempt, Claimed, Handled, Wanted
from plans.channels.letters import (
    Answer,
    Channel,
    Connection,
    Letter,
    Outcome,
    cleaned_reply,
)
from plans.mail_claims import (
    LEASE,
    NEVER_SO_FAR,
    Render,
    claim,
    next_delivery_at,
    release_claims,
)
from plans.mail_outcomes import record
from plans.relay_health import RelayHealth, capacity_of, next_probe_in
from plans.retries import RetryTable
from records.clock import Clock
from records.database import Database
from records.errors import Unreachable

T = TypeVar("T")

# A claim holds the write lock while its mails are worded; the watch must not wait long for it.
CLAIM_AT_MOST = 32
# Below this the stock is filled up; above it, only what a wake-up announces is added.
LOW_STOCK = 12
AT_A_WAKE_UP = 8
STOCK_AT_MOST = 256
# A wake-up may be lost with the process that gave it; the sweep finds what it was for.
SWEEP_SECONDS = 1.0
# A commit costs as much as sending two mails; it waits this long for other connections' outcomes.
LINGER_STEPS = 4
LINGER_STEP_SECONDS = 0.0005
LINGER_IF_FASTER_SECONDS = 0.015
IDLE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Rounds:
    """How a postman goes about: words, waits, connections, and whose lease counts."""

    render: Render | None
    retry: RetryTable
    connections: int = 4
    troubles_allowed: int = 3
    lease: str = LEASE


@dataclass(slots=True)
class _Path:
    """A channel and what is known of it."""

    channel: Channel
    health: RelayHealth


class Sending:
    """One run of the postman, from its start to its end or to a fault."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        channels: Sequence[Channel],
        rounds: Rounds,
        lease_fence: Callable[[], int | None],
    ) -> None:
        """Take what the Postman was given; must be made inside the running loop."""
        self._database = database
        self._clock = clock
        self._rounds = rounds
        self._lease_fence = lease_fence
        self._paths = [
            _Path(channel, RelayHealth(rounds.retry, rounds.troubles_allowed))
            for channel in channels
        ]
        self._loop = asyncio.get_running_loop()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="postman-writer")
        self._bell = asyncio.Event()
        self._stocked = asyncio.Event()
        self._fresh: deque[Claimed] = deque()
        self._troubled: deque[Claimed] = deque()
        self._held: set[int] = set()
        self._outcomes: list[tuple[Handled, asyncio.Future[None]]] = []
        self._has_outcomes = asyncio.Event()
        self._known_fence: int | None = None
        self._is_ending = False
        self._is_rung = False
        self._may_be_more = False
        self._busy = 0
        self._last_took = 0.0

    def wake(self) -> None:
        """Say that there may be mails; from any thread."""
        # The loop may just have ended: then there is nobody to wake.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._ring)

    def _ring(self) -> None:
        self._is_rung = True
        self._bell.set()

    async def go(self, stopping: threading.Event) -> None:
        """Send until `stopping` is set, then finish what is in flight."""
        try:
            async with asyncio.TaskGroup() as tasks:
                clerk = tasks.create_task(self._keep_books())
                # What failed before never takes every connection: it may hang again.
                with_troubled = max(1, self._rounds.connections // 2)
                workers = [
                    tasks.create_task(self._work(takes_troubled=number < with_troubled))
                    for number in range(self._rounds.connections)
                ]
                while not stopping.is_set():
                    self._bell.clear()
                    await self._wait(await self._fill_stock())
                await self._finish(workers)
                clerk.cancel()
        finally:
            self._writer.shutdown(wait=True)

    async def _wait(self, seconds: float) -> None:
        if seconds > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._bell.wait()

    async def _finish(self, workers: Sequence["asyncio.Task[None]"]) -> None:
        self._is_ending = True
        unsent = [*self._fresh, *self._troubled]
        self._fresh.clear()
        self._troubled.clear()
        self._stocked.set()
        await asyncio.gather(*(self._commit(Handled(claimed, ())) for claimed in unsent))
        await asyncio.gather(*workers)

    async def _fill_stock(self) -> float:
        """Claim what is due and has room; return the seconds until it is worth looking again."""
        fence = self._lease_fence()
        wanted = self._room_for()
        if fence is None or wanted is None:
            return self._pause_before_next(None)
        is_new = fence != self._known_fence
        try:
            claimed, next_in = await self._in_writer(
                lambda: self._claim(fence, wanted, is_new_fence=is_new)
            )
        except Unreachable:
            return SWEEP_SECONDS
        self._known_fence = fence
        self._is_rung = False
        self._put_in_stock(claimed)
        self._may_be_more = len(claimed) >= wanted.fresh
        return 0.0 if self._may_be_more else self._pause_before_next(next_in)

    def _claim(
        self, fence: int, wanted: Wanted, *, is_new_fence: bool
    ) -> tuple[list[Claimed], float | None]:
        """Return what was claimed, and the seconds until the next mail is due."""
        now = self._clock.now()
        if not is_new_fence:
            with self._database.read() as session:
                next_at = next_delivery_at(session)
            if next_at is None or now < next_at <= now + NEVER_SO_FAR:
                return [], None if next_at is None else (next_at - now).total_seconds()
        with self._database.write() as session:
            if is_new_fence:
                # Ours as well: at its start a postman holds nothing, whatever the table says.
                release_claims(session, fence + 1, but=frozenset(self._held))
            rounds = self._rounds
            claimed = claim(
                session, wanted, rounds.render, fence=fence, now=now, lease=rounds.lease
            )
        return claimed, None

    def _room_for(self) -> Wanted | None:
        capacity = capacity_of([path.health for path in self._paths], self._clock.monotonic())
        stock = len(self._fresh) + len(self._troubled)
        if stock < LOW_STOCK:
            fresh = CLAIM_AT_MOST
        elif self._is_rung and stock < STOCK_AT_MOST:
            fresh = AT_A_WAKE_UP
        else:
            return None
        if capacity is not None:
            fresh = min(fresh, capacity - stock)
        troubled = min(fresh, CLAIM_AT_MOST - len(self._troubled))
        return Wanted(fresh, max(troubled, 0)) if fresh > 0 else None

    def _pause_before_next(self, next_in: float | None) -> float:
        probe_in = next_probe_in([path.health for path in self._paths], self._clock.monotonic())
        known = [seconds for seconds in (next_in, probe_in) if seconds is not None]
        # Not less than a moment: what is due but cannot be claimed must not spin.
        return max(min([SWEEP_SECONDS, *known]), 0.005)

    def _put_in_stock(self, claimed: Sequence[Claimed]) -> None:
        self._held.update(item.letter.mail_id for item in claimed)
        first = [item for item in claimed if item.letter.is_top_priority]
        for item in reversed(first):
            self._shelf_of(item).appendleft(item)
        for item in claimed:
            if not item.letter.is_top_priority:
                self._shelf_of(item).append(item)
        if claimed:
            self._stocked.set()

    def _shelf_of(self, item: Claimed) -> deque[Claimed]:
        return self._troubled if item.letter.attempt > 1 else self._fresh

    async def _work(self, *, takes_troubled: bool) -> None:
        connections = [path.channel.connection() for path in self._paths]
        try:
            while True:
                item = self._take(takes_troubled=takes_troubled)
                if item is not None:
                    self._busy += 1
                    await self._commit(await self._deliver(item, connections))
                    self._busy -= 1
                elif self._is_ending:
                    return
                else:
                    await self._idle(connections)
        finally:
            for connection in connections:
                await connection.close()

    def _take(self, *, takes_troubled: bool) -> Claimed | None:
        shelf = self._fresh or (self._troubled if takes_troubled else None)
        if not shelf:
            return None
        item = shelf.popleft()
        if self._may_be_more and len(self._fresh) + len(self._troubled) < LOW_STOCK:
            self._bell.set()
        return item

    async def _idle(self, connections: Sequence[Connection]) -> None:
        self._stocked.clear()
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                await self._stocked.wait()
        except TimeoutError:
            # Servers do not like connections that say nothing.
            for connection in connections:
                await connection.close()

    async def _deliver(self, item: Claimed, connections: Sequence[Connection]) -> Handled:
        attempts: list[Attempt] = []
        began = self._clock.monotonic()
        if self._lease_fence() != item.fence:
            return Handled(item, ())
        for path, connection in zip(self._paths, connections, strict=True):
            turn = path.health.begin(self._clock.monotonic())
            if turn is None:
                continue
            answer = await _ask(connection, item.letter)
            is_working = path.health.note(turn, answer, self._clock.monotonic())
            attempts.append(Attempt(path.channel.name, self._clock.now(), answer, is_working))
            if not answer.is_for_next_relay:
                break
        self._last_took = self._clock.monotonic() - began
        return Handled(item, tuple(attempts))

    async def _commit(self, handled: Handled) -> None:
        """Wait until the outcome is on the disk."""
        done: asyncio.Future[None] = self._loop.create_future()
        self._outcomes.append((handled, done))
        self._has_outcomes.set()
        await done

    async def _keep_books(self) -> None:
        while True:
            await self._has_outcomes.wait()
            await self._linger()
            self._has_outcomes.clear()
            batch, self._outcomes = self._outcomes, []
            await self._store([handled for handled, _ in batch])
            for handled, done in batch:
                self._held.discard(handled.claimed.letter.mail_id)
                if not done.done():
                    done.set_result(None)
            # What is to be tried again may be the next thing due.
            if any(handled.outcome is not Outcome.ACCEPTED for handled, _ in batch):
                self._bell.set()

    async def _linger(self) -> None:
        """Let the outcomes that are just arriving share the commit."""
        if self._last_took > LINGER_IF_FASTER_SECONDS:
            return
        for _ in range(LINGER_STEPS):
            if len(self._outcomes) >= self._busy:
                return
            await asyncio.sleep(LINGER_STEP_SECONDS)

    async def _store(self, handled: Sequence[Handled]) -> None:
        """Record outcomes; what is known of a mail is kept until there is a database again."""
        while True:
            try:
                await self._in_writer(lambda: self._record(handled))
            except Unreachable:
                await asyncio.sleep(SWEEP_SECONDS)
            else:
                return

    def _record(self, handled: Sequence[Handled]) -> None:
        with self._database.write() as session:
            record(session, handled, self._rounds.retry, now=self._clock.now())

    async def _in_writer(self, work: Callable[[], T]) -> T:
        return await self._loop.run_in_executor(self._writer, work)


async def _ask(connection: Connection, letter: Letter) -> Answer:
    try:
        return await connection.send(letter)
    except Exception as error:  # noqa: BLE001  the edge of one mail: it must not stop the others
        return Answer(Outcome.DELAYED, cleaned_reply(f"{type(error).__name__}: {error}"))
