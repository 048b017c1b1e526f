"""One watch at a time: taken, renewed, lost, taken over; whatever the wall clock does."""

from datetime import timedelta

import pytest

from records.clock import ManualClock
from records.database import Database
from records.errors import LostLease
from schedules.lease import LeaseKeeper, LeaseState, read_lease
from tests.stories.duty_room import local

TTL = timedelta(seconds=5)
BEGINS = local("2026-03-16 17:00")


class Process:
    """A watch's process: its keeper, and the clocks of the machine it shares with others."""

    def __init__(self, name: str, database: Database, clock: ManualClock) -> None:
        self.keeper = LeaseKeeper(name, TTL)
        self._database = database
        self._clock = clock

    def tries(self) -> bool:
        with self._database.write() as session:
            return self.keeper.try_to_take(
                session, now=self._clock.now(), monotonic=self._clock.monotonic()
            )

    def beats(self) -> None:
        with self._database.write() as session:
            self.keeper.renew(session, now=self._clock.now(), is_pulse=True)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(BEGINS)


@pytest.fixture
def one(database: Database, clock: ManualClock) -> Process:
    return Process("one", database, clock)


@pytest.fixture
def two(database: Database, clock: ManualClock) -> Process:
    return Process("two", database, clock)


def lease(database: Database) -> LeaseState:
    with database.read() as session:
        found = read_lease(session)
    assert found is not None
    return found


def wait(clock: ManualClock, seconds: float) -> None:
    clock.move_to(clock.now() + timedelta(seconds=seconds))


def test_before_the_first_watch_there_is_no_lease(database: Database) -> None:
    with database.read() as session:
        assert read_lease(session) is None


@pytest.mark.rule("R-WATCH-01")
def test_the_first_takes_it_and_the_second_stands_by(
    database: Database, one: Process, two: Process, clock: ManualClock
) -> None:
    assert one.tries()
    assert not two.tries()
    assert (one.keeper.fence, two.keeper.fence) == (1, None)
    with database.write() as session:
        two.keeper.stand_by(session, now=clock.now())
    found = lease(database)
    assert (found.holder, found.fence, found.stands_by) == ("one", 1, "two")
    assert (found.stands_by_at, found.pulse_at) == (BEGINS, None)


def test_it_is_taken_over_when_the_holder_has_stopped_for_its_span_and_not_earlier(
    database: Database, one: Process, two: Process, clock: ManualClock
) -> None:
    one.tries()
    assert not two.tries()
    for _ in range(20):
        wait(clock, 1)
        one.beats()
        assert not two.tries()
    wait(clock, 4.999)
    assert not two.tries()
    wait(clock, 0.001)
    assert two.tries()
    found = lease(database)
    assert (found.holder, found.fence, found.started_at) == ("two", 2, clock.now())


@pytest.mark.parametrize("hours", [1, -1, 24 * 365])
def test_a_step_of_the_wall_clock_neither_steals_a_lease_nor_keeps_a_dead_one(
    one: Process, two: Process, clock: ManualClock, hours: int
) -> None:
    one.tries()
    assert not two.tries()
    clock.step(timedelta(hours=hours))
    assert not two.tries()
    wait(clock, 1)
    one.beats()
    assert not two.tries()
    clock.step(timedelta(hours=hours))
    wait(clock, 4.9)
    assert not two.tries()
    wait(clock, 0.1)
    assert two.tries()


def test_a_holder_that_was_overtaken_is_fenced_and_stands_by(
    database: Database, one: Process, two: Process, clock: ManualClock
) -> None:
    one.tries()
    two.tries()
    wait(clock, 5)
    assert two.tries()
    with pytest.raises(LostLease):
        one.beats()
    assert one.keeper.fence is None
    with pytest.raises(LostLease):
        one.beats()
    assert lease(database).holder == "two"
    assert not one.tries()
    wait(clock, 4)
    two.beats()
    wait(clock, 4)
    assert not one.tries()
    wait(clock, 5)
    assert one.tries()
    assert one.keeper.fence == 3


def test_a_fresh_start_takes_an_expired_lease_at_once(
    one: Process, two: Process, clock: ManualClock
) -> None:
    one.tries()
    wait(clock, 5)
    assert two.tries()


def test_a_fresh_start_waits_while_the_lease_has_not_expired(
    one: Process, two: Process, clock: ManualClock
) -> None:
    one.tries()
    wait(clock, 4)
    assert not two.tries()
    wait(clock, 4)
    assert not two.tries()  # its own five seconds count from its first look
    wait(clock, 1)
    assert two.tries()


def test_a_lease_that_expires_in_an_hour_because_the_clock_was_set_back_is_not_kept(
    one: Process, two: Process, clock: ManualClock
) -> None:
    one.tries()
    clock.step(timedelta(hours=-1))
    wait(clock, 60)
    assert not two.tries()
    wait(clock, 5)
    assert two.tries()


def test_only_a_pulse_is_a_pulse(database: Database, one: Process, clock: ManualClock) -> None:
    one.tries()
    with database.write() as session:
        one.keeper.renew(session, now=clock.now(), is_pulse=False)
    assert lease(database).pulse_at is None
    wait(clock, 1)
    one.beats()
    found = lease(database)
    assert (found.pulse_at, found.expires_at) == (clock.now(), clock.now() + TTL)


def test_the_same_name_started_twice_is_still_two_holders(
    database: Database, one: Process, clock: ManualClock
) -> None:
    """A fence belongs to one process, not to its name."""
    twin = Process("one", database, clock)
    one.tries()
    twin.tries()
    wait(clock, 5)
    assert twin.tries()
    with pytest.raises(LostLease):
        one.beats()


def test_a_lease_that_was_given_back_is_taken_at_once(database: Database) -> None:
    """A clean stop leaves no gap: the next watch need not wait until the lease would have ended."""
    first, second = LeaseKeeper("first", TTL), LeaseKeeper("second", TTL)
    with database.write() as session:
        assert first.try_to_take(session, now=BEGINS, monotonic=0.0)
        assert not second.try_to_take(session, now=BEGINS, monotonic=0.0)
        first.give_back(session, now=BEGINS)
        assert first.fence is None
        assert second.try_to_take(session, now=BEGINS, monotonic=0.1)
        assert second.fence == 2
