"""Time and chance have one source each, and both can be told again."""

import threading
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest

from records.chance import SeededChance, SystemChance
from records.clock import ManualClock, SystemClock, pause

NOON = datetime(2026, 3, 16, 12, tzinfo=UTC)


def test_the_system_clock_gives_aware_utc_and_never_steps_back_in_its_count() -> None:
    clock = SystemClock()
    assert clock.now().utcoffset() == timedelta(0)
    first = clock.monotonic()
    assert clock.monotonic() >= first


def test_a_manual_clock_stands_still_until_it_is_moved() -> None:
    clock = ManualClock(NOON)
    assert (clock.now(), clock.now(), clock.monotonic()) == (NOON, NOON, 0.0)
    clock.move_to(NOON + timedelta(minutes=5))
    assert clock.now() == NOON + timedelta(minutes=5)
    assert clock.monotonic() == 300.0


def test_a_step_moves_the_wall_clock_alone() -> None:
    clock = ManualClock(NOON)
    clock.step(timedelta(hours=-1))
    assert clock.now() == NOON - timedelta(hours=1)
    assert clock.monotonic() == 0.0


def test_time_cannot_pass_backwards() -> None:
    clock = ManualClock(NOON)
    with pytest.raises(ValueError, match="backwards"):
        clock.move_to(NOON - timedelta(microseconds=1))
    assert clock.now() == NOON


def test_a_clock_wants_an_aware_instant_and_answers_in_utc() -> None:
    with pytest.raises(ValueError, match="aware"):
        ManualClock(NOON.replace(tzinfo=None))
    beijing = timezone(timedelta(hours=8))
    clock = ManualClock(NOON.astimezone(beijing))
    assert clock.now().tzinfo is UTC
    clock.move_to((NOON + timedelta(hours=1)).astimezone(beijing))
    assert clock.now().tzinfo is UTC


def test_a_pause_ends_when_the_event_is_set() -> None:
    asked = threading.Event()
    assert not pause(0.001, asked)
    asked.set()
    began = time.monotonic()
    assert pause(30, asked)
    assert time.monotonic() - began < 5
    assert not pause(0.001)


def test_seeded_chance_repeats_itself_and_differs_by_seed() -> None:
    def drawn(seed: str) -> list[object]:
        chance = SeededChance(seed)
        return [chance.below(10), chance.token(), chance.below(10_000), chance.token()]

    assert drawn("night") == drawn("night")
    assert drawn("night") != drawn("day")


@pytest.mark.parametrize("chance", [SystemChance(), SeededChance("a")], ids=["system", "seeded"])
def test_chance_keeps_to_its_bounds(chance: SystemChance | SeededChance) -> None:
    assert {chance.below(3) for _ in range(200)} == {0, 1, 2}
    tokens = {chance.token() for _ in range(50)}
    assert len(tokens) == 50
    assert all(len(token) == 32 and int(token, 16) >= 0 for token in tokens)
