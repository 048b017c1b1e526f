"""Who answers for a post: from sign-ins, or from handovers where they are switched on."""

from datetime import UTC, datetime, timedelta

import pytest

from schedules.responsibility import (
    Answering,
    Move,
    Switch,
    answering,
    is_on,
    responsible_at,
    takes,
)

T = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def move(minutes: int, person: str, by: str = "sign_in", order: int = 0) -> Move:
    return Move(T + minutes * MINUTE, order, person, by)  # type: ignore[arg-type]  # a literal


def test_without_handovers_the_last_to_sign_in_answers() -> None:
    counted = takes([move(0, "an"), move(60, "bo")])
    assert [responsible_at(counted, T + at * MINUTE) for at in (-1, 0, 59, 60)] == [
        None,
        "an",
        "an",
        "bo",
    ]


@pytest.mark.rule("R-HAND-03")
def test_with_handovers_a_sign_in_moves_nothing_and_a_handover_does() -> None:
    counted = takes(
        [move(-30, "an"), move(0, "bo"), move(20, "bo", "handover")], [Switch(T - MINUTE, True)]
    )
    assert answering(counted) == [
        Answering("an", T - 30 * MINUTE, T + 20 * MINUTE),
        Answering("bo", T + 20 * MINUTE, None),
    ]


def test_the_first_of_all_takes_the_post_by_signing_in() -> None:
    counted = takes([move(0, "an"), move(5, "bo")], [Switch(T - MINUTE, True)])
    assert [each.person for each in counted] == ["an"]


def test_when_switched_off_again_sign_ins_count() -> None:
    switches = [Switch(T - MINUTE, True), Switch(T + 3 * MINUTE, False)]
    counted = takes([move(-9, "an"), move(2, "bo"), move(3, "cy")], switches)
    assert [each.person for each in counted] == ["an", "cy"]
    assert [is_on(switches, T + at * MINUTE) for at in (-2, -1, 2, 3)] == [
        False,
        True,
        True,
        False,
    ]


def test_at_one_instant_the_handover_holds_and_nobody_has_an_empty_span() -> None:
    counted = takes([move(0, "bo", "handover"), move(0, "an")])
    assert answering(counted) == [Answering("bo", T, None)]
