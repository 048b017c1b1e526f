"""Late from the deadline, missed from the end of the grace: exact to the microsecond."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schedules.deadlines import Look, late_seconds, look, state_when_fulfilled
from schedules.outstanding import ObligationState

DUE = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
MISSED = DUE + timedelta(minutes=15)
TICK = timedelta(microseconds=1)
OPEN, LATE, GONE = ObligationState.OPEN, ObligationState.LATE, ObligationState.MISSED
DONE = ObligationState.FULFILLED
OFFSETS = st.integers(-2_000_000_000, 2_000_000_000).map(lambda n: timedelta(microseconds=n))


@pytest.mark.rule("R-REP-11")
@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        (OPEN, DUE - TICK, Look(OPEN, DUE)),
        (OPEN, DUE, Look(LATE, MISSED)),
        (OPEN, MISSED - TICK, Look(LATE, MISSED)),
        (OPEN, MISSED, Look(GONE, None)),
        (LATE, MISSED - TICK, Look(LATE, MISSED)),
        (LATE, MISSED, Look(GONE, None)),
        (LATE, DUE - TICK, Look(LATE, DUE)),  # the wall clock was set back
        (GONE, DUE - TICK, Look(GONE, None)),
        (GONE, MISSED + TICK, Look(GONE, None)),
    ],
)
def test_a_look_finds_late_from_due_and_missed_from_the_end_of_the_grace(
    before: ObligationState, now: datetime, found: Look
) -> None:
    assert look(before, DUE, MISSED, now=now) == found


@pytest.mark.rule("R-REP-10")
@pytest.mark.parametrize(
    ("before", "at", "state"),
    [
        (OPEN, DUE - TICK, DONE),
        (OPEN, DUE, DONE),
        (OPEN, DUE + TICK, LATE),
        (LATE, MISSED, LATE),
        (LATE, MISSED + TICK, GONE),
        (OPEN, MISSED + TICK, GONE),  # nobody had looked yet
        (GONE, DUE, GONE),
        (GONE, MISSED + TICK, GONE),
    ],
)
def test_the_last_instant_of_the_limit_and_of_the_grace_still_counts(
    before: ObligationState, at: datetime, state: ObligationState
) -> None:
    assert state_when_fulfilled(before, DUE, MISSED, at=at) is state


@given(offsets=st.lists(OFFSETS, min_size=1, max_size=8))
def test_missed_stays_missed_and_late_never_becomes_open_whatever_the_clock_does(
    offsets: list[timedelta],
) -> None:
    order = [OPEN, LATE, GONE]
    state = OPEN
    for offset in offsets:
        found = look(state, DUE, MISSED, now=DUE + offset)
        assert order.index(found.state) >= order.index(state)
        assert (found.next_look_at is None) is (found.state is GONE)
        state = found.state


@given(offset=OFFSETS)
def test_another_look_is_always_wanted_later_than_now(offset: timedelta) -> None:
    found = look(OPEN, DUE, MISSED, now=DUE + offset)
    assert found.next_look_at is None or found.next_look_at > DUE + offset


@given(grace=st.integers(0, 3), at=st.integers(-2, 5))
def test_without_a_grace_late_is_missed_at_once(grace: int, at: int) -> None:
    missed_at = DUE + grace * TICK
    state = state_when_fulfilled(OPEN, DUE, missed_at, at=DUE + at * TICK)
    assert state is (DONE if at <= 0 else LATE if at <= grace else GONE)


def test_lateness_is_in_seconds_and_never_below_zero() -> None:
    assert late_seconds(DUE, None) is None
    assert late_seconds(DUE, DUE - TICK) == 0.0
    assert late_seconds(DUE, DUE) == 0.0
    assert late_seconds(DUE, DUE + timedelta(minutes=16)) == 960.0
