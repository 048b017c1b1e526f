"""The standing look-out: pulse, clock steps, stalls, a database that is away; and in real time."""

import asyncio
import logging
import time
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from plans.tables import Alert
from records.clock import SystemClock
from records.database import Database
from records.errors import Unreachable
from records.language import mark
from records.tables import DutyRoom, LogEntry
from schedules.lease import LeaseKeeper, LeaseState, read_lease
from schedules.obligations import Owed, open_all
from schedules.openings import move_to
from schedules.rounds import LookAtDue, OpenDue
from schedules.tables import Obligation
from schedules.watch import Hooks, LookOut, Watch
from tests.schedules.owing import owed, put, rows
from tests.schedules.rounds_of_tests import RULES, Listening, watch_with
from tests.stories.duty_room import ROOM, StoryRoom, local

TTL = timedelta(seconds=5)
DUE = local("2026-03-16 16:50")


class Out:
    """A look-out on the room's manual clock, and what its hooks were told."""

    def __init__(self, room: StoryRoom, name: str = "one", watch: Watch | None = None) -> None:
        self.room = room
        self.lease = LeaseKeeper(name, TTL)
        self.taken: list[int] = []
        self.ticks = 0
        self.idle = 0
        self.look_out = LookOut(
            room.database,
            room.clock,
            watch or watch_with(room.database, lease=self.lease),
            self.lease,
            Hooks(lambda _s, fence: self.taken.append(fence), self._ticked, self._rest),
        )

    def _ticked(self) -> None:
        self.ticks += 1

    def _rest(self, _session: Session) -> None:
        self.idle += 1

    def turn(self) -> datetime | None:
        return self.look_out.turn()

    def turns_for(self, seconds: int) -> None:
        """Sweep each second."""
        for _ in range(seconds):
            self.room.clock.move_to(self.room.clock.now() + timedelta(seconds=1))
            self.turn()


@pytest.fixture
def out(room: StoryRoom) -> Out:
    return Out(room)


def lease(room: StoryRoom) -> LeaseState:
    with room.database.read() as session:
        found = read_lease(session)
    assert found is not None
    return found


def texts(room: StoryRoom, act: str) -> list[str]:
    with room.database.read() as session:
        query = select(LogEntry.text).where(LogEntry.act == act).order_by(LogEntry.seq)
        return list(session.scalars(query))


def told(room: StoryRoom) -> list[str]:
    with room.database.read() as session:
        return list(session.scalars(select(Alert.alert_key).order_by(Alert.id)))


def test_the_first_turn_takes_the_lease_ticks_and_beats(out: Out, room: StoryRoom) -> None:
    put(room, owed("unit:north", DUE))
    assert out.turn() == DUE
    assert out.taken == [1]
    assert lease(room).pulse_at == room.clock.now()
    assert texts(room, "watch_began") == ["值守程序开始值守(one,第1任)。"]
    out.turns_for(3)
    assert (out.ticks, out.idle) == (4, 4)
    room.clock.move_to(DUE)
    out.turn()
    assert (out.ticks, out.idle) == (5, 4)  # this one had something to tell


def test_a_standby_says_that_it_is_there_and_does_nothing(out: Out, room: StoryRoom) -> None:
    out.turn()
    standby = Out(room, "two")
    put(room, owed("unit:north", DUE))
    assert standby.turn() is None
    assert (standby.ticks, standby.taken) == (0, [])
    assert (lease(room).holder, lease(room).stands_by) == ("one", "two")
    first = lease(room).stands_by_at
    standby.turn()
    assert lease(room).stands_by_at == first
    for _ in range(7):
        out.turns_for(1)
        standby.turn()
    seen = lease(room).stands_by_at
    assert first is not None
    assert seen is not None
    assert seen > first


def test_the_standby_takes_over_and_the_old_one_stands_by(
    out: Out, room: StoryRoom, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="schedules.watch")
    put(room, owed("unit:north", DUE))
    standby = Out(room, "two")
    out.turn()
    standby.turn()
    room.clock.move_to(DUE)
    standby.turn()
    assert standby.taken == [2]
    assert len(told(room)) == 1
    assert out.turn() is None
    assert (out.ticks, lease(room).holder) == (1, "two")
    assert len(told(room)) == 1


def test_the_pulse_comes_only_after_a_completed_tick(
    room: StoryRoom, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="schedules.watch")

    class Away(OpenDue):
        """An opening whose database goes away."""

        is_away = False

        def next_at(self, session: Session) -> datetime | None:
            if self.is_away:
                raise Unreachable(
                    mark("数据库无法使用:{reason}。请运行 duty doctor 检查。"), reason="x"
                )
            return super().next_at(session)

    opening = Away(RULES.schedules)
    keeper = LeaseKeeper("one", TTL)
    out = Out(room, watch=watch_with(room.database, open_due=opening, lease=keeper))
    out.lease = keeper
    out.look_out._lease = keeper
    out.turn()
    before = lease(room).pulse_at
    opening.is_away = True
    room.clock.move_to(DUE)
    assert out.turn() is None
    assert lease(room).pulse_at == before
    assert out.ticks == 1
    opening.is_away = False
    out.turn()
    assert lease(room).pulse_at == DUE


@pytest.mark.parametrize("hours", [1, -1])
def test_a_step_of_the_clock_is_recorded_and_nothing_is_missed_or_told_twice(
    out: Out, room: StoryRoom, hours: int
) -> None:
    put(room, owed("unit:north", DUE), owed("unit:south", DUE + timedelta(minutes=30)))
    room.clock.move_to(DUE - timedelta(seconds=5))
    out.turn()
    out.turns_for(10)
    assert len(told(room)) == 1
    room.clock.step(timedelta(hours=hours))
    out.turns_for(5)
    room.clock.step(timedelta(hours=-hours))
    out.turns_for(1)
    assert texts(room, "clock_stepped") == [
        f"系统时钟跳变{3600.0 * hours}秒。",
        f"系统时钟跳变{-3600.0 * hours}秒。",
    ]
    while room.clock.now() < DUE + timedelta(minutes=50):
        wanted = out.turn()
        assert wanted is not None
        room.clock.move_to(max(wanted, room.clock.now()))
    keys = told(room)
    assert len(set(keys)) == len(keys)
    for party in ("north", "south"):
        steps = [key for key in keys if key.endswith(f"unit:{party}")]
        assert len(steps) == 1
    with room.database.read() as session:
        assert {row.state for row in rows(session)} == {"missed"}
        leader_told_of = select(Alert.obligation_id).where(Alert.recipient == "person:dee")
        assert len(set(session.scalars(leader_told_of))) == 2


def test_a_slow_drift_is_no_step(out: Out, room: StoryRoom) -> None:
    out.turn()
    for _ in range(10):
        room.clock.step(timedelta(milliseconds=200))
        out.turns_for(1)
    assert texts(room, "clock_stepped") == []


def test_a_stall_is_recorded_with_its_length(out: Out, room: StoryRoom) -> None:
    out.turn()
    out.turns_for(3)
    room.clock.move_to(room.clock.now() + timedelta(seconds=42))
    out.turn()
    assert texts(room, "watch_stalled") == ["值守程序曾停顿42.0秒。"]
    out.turns_for(3)
    assert len(texts(room, "watch_stalled")) == 1


def test_a_row_that_fails_does_not_end_the_look_out(
    room: StoryRoom, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="schedules.watch")
    put(room, owed("unit:bad", DUE))
    keeper = LeaseKeeper("one", TTL)
    third = Listening(bad=["unit:bad"])
    out = Out(room, watch=watch_with(room.database, third, lease=keeper))
    out.lease = keeper
    out.look_out._lease = keeper
    room.clock.move_to(DUE)
    assert out.turn() == DUE + timedelta(hours=1)
    assert len(texts(room, "set_aside")) == 1


@pytest.fixture
def empty_room(sqlite_database: Database) -> StoryRoom:
    return StoryRoom(sqlite_database)


async def test_in_real_time_a_look_comes_within_50_ms_of_its_instant_and_the_end_is_clean(
    empty_room: StoryRoom,
) -> None:
    """Real clock, real event loop, real APScheduler, for three seconds."""
    database = empty_room.database
    clock = SystemClock()
    begins = clock.now()
    wanted = [begins + timedelta(seconds=1 + n * 0.237) for n in range(6)]
    with database.write() as session:
        session.execute(DutyRoom.__table__.update().values(opened_at=begins))  # type: ignore[attr-defined]  # a Table
        move_to(session, ROOM, begins + timedelta(days=30))
        items = [_soon(n, due_at) for n, due_at in enumerate(wanted)]
        open_all(session, ROOM, items)
    keeper = LeaseKeeper("one", TTL)
    watch = Watch(
        database, OpenDue(RULES.schedules), LookAtDue(RULES.schedules), Listening(), keeper
    )
    nothing = Hooks(lambda _s, _f: None, lambda: None, lambda _s: None)
    look_out = LookOut(database, clock, watch, keeper, nothing)
    stop = asyncio.Event()
    running = asyncio.create_task(look_out.run(stop))
    await asyncio.sleep(3)
    stopped = time.perf_counter()
    stop.set()
    await asyncio.wait_for(running, timeout=2)
    assert time.perf_counter() - stopped < 1.5
    with database.read() as session:
        told_at = session.execute(
            select(Alert.recipient, Alert.at, Obligation.due_at).join(
                Obligation, Obligation.id == Alert.obligation_id
            )
        )
        late = {row.recipient: (row.at - row.due_at).total_seconds() for row in told_at}
    assert len(late) == 6
    assert all(0 <= seconds < 0.05 for seconds in late.values()), late
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


def _soon(number: int, due_at: datetime) -> Owed:
    return owed(f"unit:{number}", due_at, ladder="reporting", grace=timedelta(hours=1))
