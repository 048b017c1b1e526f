"""The waits between attempts, and what a relay's health allows."""

from datetime import timedelta

import pytest

from plans.channels.letters import Answer, Outcome, PathNews
from plans.mail_rules import load_mail_rules
from plans.relay_health import RelayHealth, capacity_of, next_probe_in
from plans.retries import RetryTable, final_dot_limit

TABLE = RetryTable(tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60)))
ACCEPTED = Answer(Outcome.ACCEPTED, "250")
DOWN = Answer(Outcome.DELAYED, "", PathNews.DOWN)
TROUBLE = Answer(Outcome.DELAYED, "", PathNews.TROUBLE)
LATER = Answer(Outcome.DELAYED, "451")


@pytest.mark.rule("R-MAIL-01")
@pytest.mark.parametrize(
    ("attempts", "seconds"), [(0, 15), (1, 15), (2, 30), (3, 60), (4, 60), (99, 60)]
)
def test_the_last_wait_repeats(attempts: int, seconds: int) -> None:
    assert TABLE.wait_after(attempts) == timedelta(seconds=seconds)


@pytest.mark.parametrize("waits", [(), (timedelta(0),), (timedelta(seconds=-1),)])
def test_a_table_that_never_pauses_is_refused(waits: tuple[timedelta, ...]) -> None:
    with pytest.raises(ValueError, match="wait"):
        RetryTable(waits)


def test_the_shipped_table_is_the_one_of_the_rule() -> None:
    assert load_mail_rules().retry_table == TABLE


@pytest.mark.rule("R-MAIL-02")
@pytest.mark.parametrize(("attempt", "seconds"), [(1, 10), (2, 20), (3, 40), (4, 60), (1000, 60)])
def test_the_answer_to_the_final_dot_is_waited_for_longer_each_time(
    attempt: int, seconds: float
) -> None:
    assert final_dot_limit(10, attempt, most=60) == seconds


def _health() -> RelayHealth:
    return RelayHealth(TABLE, 3)


def _try(health: RelayHealth, answer: Answer, now: float) -> bool | None:
    turn = health.begin(now)
    assert turn is not None
    return health.note(turn, answer, now)


@pytest.mark.rule("R-MAIL-04")
def test_a_relay_that_is_down_rests_and_is_probed_by_one_mail() -> None:
    health = _health()
    assert capacity_of([health], 0.0) is None
    assert _try(health, DOWN, 0.0) is False
    assert health.begin(14.9) is None
    assert next_probe_in([health], 5.0) == 10.0
    assert capacity_of([health], 15.0) == 1
    turn = health.begin(15.0)
    assert turn is not None
    assert health.begin(15.0) is None
    assert capacity_of([health], 15.0) == 0
    assert next_probe_in([health], 15.0) is None
    assert health.note(turn, DOWN, 16.0) is False
    assert next_probe_in([health], 16.0) == 30.0
    assert _try(health, ACCEPTED, 46.0) is True
    assert capacity_of([health], 46.0) is None


def test_attempts_that_fail_together_count_as_one_failure() -> None:
    health = _health()
    turns = [health.begin(0.0) for _ in range(4)]
    results = [health.note(turn, DOWN, 1.0) for turn in turns if turn is not None]
    assert results == [False, None, None, None]
    assert next_probe_in([health], 1.0) == 15.0


def test_single_troubles_are_the_recipients_and_many_are_the_relays() -> None:
    health = _health()
    assert _try(health, TROUBLE, 0.0) is None
    assert _try(health, TROUBLE, 0.0) is None
    assert _try(health, ACCEPTED, 0.0) is True
    assert [_try(health, TROUBLE, 0.0) for _ in range(3)] == [None, None, False]


def test_a_relay_that_delays_a_mail_works() -> None:
    health = _health()
    _try(health, DOWN, 0.0)
    assert _try(health, LATER, 15.0) is True
    assert capacity_of([health], 15.0) is None


def test_a_second_relay_goes_on_while_the_first_rests() -> None:
    first, second = _health(), _health()
    _try(first, DOWN, 0.0)
    assert capacity_of([first, second], 0.0) is None
    _try(second, DOWN, 0.0)
    assert capacity_of([first, second], 0.0) == 0
    assert capacity_of([first, second], 15.0) == 2
