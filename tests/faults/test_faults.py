"""A sample of the fault tests for the gate; `make faults` runs the long form."""

import pytest

from records.chance import SeededChance
from tests.faults import kill_watch, step_clock, take_over
from tests.postgresql import PostgresServer

pytestmark = pytest.mark.slow


@pytest.mark.rule("R-MAIL-01")
@pytest.mark.rule("R-LOG-01")
def test_a_killed_watch_loses_nothing_and_repeats_at_most_a_mail_a_connection() -> None:
    result = kill_watch.run(6, SeededChance("gate"))
    assert kill_watch.is_good(result), result


def test_a_stepped_wall_clock_misses_nothing_tells_nothing_twice_and_is_on_record() -> None:
    result = step_clock.run()
    assert step_clock.is_good(result), result


@pytest.mark.rule("R-WATCH-01")
def test_a_standby_takes_over_from_a_stopped_and_from_a_dead_watch_within_five_seconds() -> None:
    result = take_over.run()
    assert take_over.is_good(result), result


def test_a_killed_watch_loses_nothing_on_postgresql(postgresql_server: PostgresServer) -> None:
    url = postgresql_server.create("duty_kill", template="duty_template")
    result = kill_watch.run(3, SeededChance("gate"), url)
    postgresql_server.drop("duty_kill")
    assert kill_watch.is_good(result), result
