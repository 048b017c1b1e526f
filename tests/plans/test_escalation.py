"""A ladder tells every step once, however the looks fall, and its last step again and again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.escalation import Climb, Ladder, LadderStep, StepDue, climb
from plans.rules import load_plan_rules

START = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
TICK = timedelta(microseconds=1)
MANNING = load_plan_rules().ladders["manning"]
REPORTING = load_plan_rules().ladders["reporting"]
SECONDS = st.integers(1, 5_000).map(lambda n: timedelta(seconds=n))


def after(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def numbers(found: Climb) -> list[tuple[int, float]]:
    """Return number and minute of each step that is due."""
    return [(step.number, (step.at - START).total_seconds() / 60) for step in found.due]


@pytest.mark.rule("R-LAD-01")
def test_the_manning_ladder_step_by_step() -> None:
    found = climb(MANNING, START, None, now=START - TICK)
    assert found == Climb((), None, START)
    found = climb(MANNING, START, None, now=START)
    assert found == Climb((StepDue(1, START, ("owed_by", "partner")),), START, after(5))
    found = climb(MANNING, START, START, now=after(5) - TICK)
    assert found == Climb((), START, after(5))
    found = climb(MANNING, START, START, now=after(5))
    assert found == Climb((StepDue(2, after(5), ("post:shift_lead",)),), after(5), after(10))
    found = climb(MANNING, START, after(5), now=after(10))
    assert found == Climb((StepDue(3, after(10), ("post:duty_leader",)),), after(10), after(15))
    found = climb(MANNING, START, after(10), now=after(15))
    assert numbers(found) == [(3, 15)]
    assert (found.told_until, found.next_at) == (after(15), after(20))


@pytest.mark.rule("R-LAD-02")
def test_the_reporting_ladder_ends_with_its_last_step() -> None:
    assert numbers(climb(REPORTING, START, None, now=START)) == [(1, 0)]
    assert numbers(climb(REPORTING, START, START, now=after(60))) == [(2, 60)]
    for later in (60, 61, 10_000):
        found = climb(REPORTING, START, after(60), now=after(later))
        assert found == Climb((), after(60), None)


def test_after_a_gap_every_step_is_told_and_of_the_repeats_only_the_latest() -> None:
    found = climb(MANNING, START, START, now=after(52))
    assert numbers(found) == [(2, 5), (3, 10), (3, 50)]
    assert (found.told_until, found.next_at) == (after(50), after(55))


def test_at_the_last_step_itself_there_is_no_repeat_yet() -> None:
    assert numbers(climb(MANNING, START, None, now=after(10))) == [(1, 0), (2, 5), (3, 10)]


def test_a_clock_that_was_set_back_tells_nothing_again() -> None:
    for minutes in (-60, 0, 4, 5, 9, 10, 13, 30):
        found = climb(MANNING, START, after(30), now=after(minutes))
        assert found.due == ()
        assert found.told_until == after(30)
        assert found.next_at is not None
        assert found.next_at > after(minutes)


@st.composite
def ladders(draw: st.DrawFn) -> Ladder:
    """Return a ladder of one to five steps, with or without repeats."""
    waits = draw(st.lists(SECONDS, min_size=0, max_size=4))
    first = timedelta(seconds=draw(st.integers(0, 600)))
    afters = [first]
    for wait in waits:
        afters.append(afters[-1] + wait)
    steps = tuple(LadderStep(wait, (f"person:{n}",)) for n, wait in enumerate(afters))
    return Ladder("any", steps, draw(st.none() | SECONDS))


LOOKS = st.lists(st.integers(-500, 30_000), min_size=1, max_size=25).map(
    lambda seconds: [START + timedelta(seconds=n) for n in sorted(seconds)]
)


def told_by_hand(ladder: Ladder, looks: list[datetime]) -> list[tuple[int, datetime, datetime]]:
    """Return (step, wanted at, told at), told by a clerk who keeps a list of what was told."""
    done: set[tuple[int, datetime]] = set()
    told = []
    for now in looks:
        for number, step in enumerate(ladder.steps, start=1):
            wanted = START + step.after
            if wanted <= now and (number, wanted) not in done:
                done.add((number, wanted))
                told.append((number, wanted, now))
        if ladder.repeats_every is None:
            continue
        last = (len(ladder.steps), START + ladder.steps[-1].after)
        repeats = []
        wanted = last[1] + ladder.repeats_every
        while wanted <= now:
            repeats.append((last[0], wanted))
            wanted += ladder.repeats_every
        fresh = [one for one in repeats if one not in done]
        done |= set(repeats)
        told += [(number, wanted, now) for number, wanted in fresh[-1:]]
    return told


@given(ladder=ladders(), looks=LOOKS)
def test_the_ladder_tells_what_a_clerk_with_a_list_would_tell(
    ladder: Ladder, looks: list[datetime]
) -> None:
    told_until: datetime | None = None
    told = []
    for now in looks:
        found = climb(ladder, START, told_until, now=now)
        told += [(step.number, step.at, now) for step in found.due]
        assert found.next_at is None or found.next_at > now
        if told_until is not None:
            assert found.told_until is not None
            assert found.told_until >= told_until
        told_until = found.told_until
    assert told == told_by_hand(ladder, looks)
    assert len({(number, wanted) for number, wanted, _ in told}) == len(told)


@given(ladder=ladders(), looks=LOOKS)
def test_each_step_is_told_exactly_once_wherever_the_looks_fall(
    ladder: Ladder, looks: list[datetime]
) -> None:
    told_until: datetime | None = None
    firsts: list[tuple[int, datetime]] = []
    repeats: list[datetime] = []
    for now in looks:
        found = climb(ladder, START, told_until, now=now)
        told_until = found.told_until
        for step in found.due:
            is_repeat = step.at != START + ladder.steps[step.number - 1].after
            if is_repeat:
                repeats.append(step.at)
            else:
                firsts.append((step.number, step.at))
    wanted = [(n, START + step.after) for n, step in enumerate(ladder.steps, start=1)]
    assert firsts == [one for one in wanted if one[1] <= looks[-1]]
    assert repeats == sorted(set(repeats))
    assert len(repeats) <= len(looks)


@given(ladder=ladders(), steps=st.integers(1, 12))
def test_who_looks_whenever_a_look_is_wanted_tells_everything_in_time(
    ladder: Ladder, steps: int
) -> None:
    now: datetime | None = START
    told_until: datetime | None = None
    for _ in range(steps):
        if now is None:
            return
        found = climb(ladder, START, told_until, now=now)
        assert all(step.at == now for step in found.due)
        told_until, now = found.told_until, found.next_at
