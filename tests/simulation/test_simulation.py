"""A sample of the simulation; `make simulate` tells thousands."""

import pytest

from tests.simulation.days import tell_days
from tests.simulation.nights import differences, draw_night
from tests.simulation.script import write_script


@pytest.mark.parametrize("seed", range(6))
def test_random_days_with_crashes_sleep_and_clock_steps_keep_every_invariant(seed: int) -> None:
    told = tell_days(write_script(f"gate {seed}", days=1))
    assert told.mails > 0


def test_the_sample_holds_crashes_duplicates_and_refusals() -> None:
    """A simulation in which nothing goes wrong would prove nothing."""
    told = tell_days(write_script("sample c", days=2))
    assert min(told.crashes, told.missed, told.duplicates) > 0
    assert min(told.refused_mails, told.refused_acts) > 0


def test_the_same_seed_gives_the_same_log() -> None:
    first, second = (tell_days(write_script("sample b", days=1)) for _ in range(2))
    assert first == second
    assert first.head != tell_days(write_script("sample d", days=1)).head


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30))
def test_thirty_seeds_of_five_days_keep_every_invariant(seed: int) -> None:
    tell_days(write_script(f"slow {seed}", days=5))


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6, 40))
def test_the_program_agrees_with_the_clerk_night_after_night(seed: int) -> None:
    assert differences(str(seed)) == []


@pytest.mark.parametrize("seed", range(6))
def test_the_program_tells_what_a_clerk_with_paper_would_tell(seed: int) -> None:
    assert draw_night(str(seed))
    assert differences(str(seed)) == []
