"""Handover: what each side may do, what it comes to, and generated histories of it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from records.database import Database
from records.errors import NotAuthorised, NotFound, NotOnDuty, Refused, WrongState
from schedules.handover_state import (
    Answer,
    Handing,
    HandoverState,
    Relief,
    accept,
    answer,
    offer,
    refuse,
    review,
    take_over,
)
from tests.schedules import handover_histories as histories
from tests.schedules.handover_reference import BEGINS, PEOPLE, Reference, Timetable

T = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RELIEF = Relief("night:2026-03-16", T - 10 * MINUTE, T, T + timedelta(hours=15), "bo")
MATTERS = {"a": "事项甲", "b": "事项乙"}


def offered() -> Handing:
    return offer(None, "an", RELIEF, "an", now=T - 8 * MINUTE)


def read_back(handing: Handing) -> Handing:
    for key in MATTERS:
        handing = answer(handing, MATTERS, key, Answer.CONFIRMED, "bo")
    return handing


@pytest.mark.rule("R-HAND-01")
@pytest.mark.parametrize(
    ("by", "responsible", "minutes", "error"),
    [
        ("cy", "an", -8, NotOnDuty),  # somebody else answers for the post
        ("bo", "bo", -8, Refused),  # the same person would come
        ("an", "an", -11, WrongState),  # too early
        ("an", "an", 15 * 60, WrongState),  # the shift is over
    ],
)
def test_an_offer_is_refused(by: str, responsible: str, minutes: int, error: type) -> None:
    with pytest.raises(error):
        offer(None, responsible, RELIEF, by, now=T + minutes * MINUTE)


@pytest.mark.rule("R-HAND-02")
def test_every_open_matter_is_read_back_before_the_post_is_taken() -> None:
    handing = offered()
    with pytest.raises(Refused, match="事项甲"):
        accept(handing, "an", MATTERS, "bo", now=T)
    handing = answer(handing, MATTERS, "a", Answer.CONFIRMED, "bo")
    handing = answer(handing, MATTERS, "b", Answer.REFUSED, "bo")
    with pytest.raises(Refused, match="事项乙"):
        accept(handing, "an", MATTERS, "bo", now=T)
    with pytest.raises(NotFound):
        answer(handing, MATTERS, "c", Answer.CONFIRMED, "bo")
    with pytest.raises(NotOnDuty):
        answer(handing, MATTERS, "b", Answer.CONFIRMED, "cy")
    handing = answer(handing, MATTERS, "b", Answer.CONFIRMED, "bo")
    assert accept(handing, "an", MATTERS, "bo", now=T).state is HandoverState.ASSUMED


@pytest.mark.rule("R-HAND-03")
@pytest.mark.parametrize(("accepted", "assumed"), [(-5, 0), (0, 0), (9, 9)])
def test_responsibility_moves_at_the_later_of_acceptance_and_start(
    accepted: int, assumed: int
) -> None:
    handing = accept(read_back(offered()), "an", MATTERS, "bo", now=T + accepted * MINUTE)
    assert handing.assumed_at == T + assumed * MINUTE
    assert handing.accepted_at == T + accepted * MINUTE


@pytest.mark.rule("R-HAND-03")
def test_two_different_persons_sign_and_nobody_else_may_accept() -> None:
    handing = read_back(offered())
    with pytest.raises(NotAuthorised):
        accept(handing, "an", MATTERS, "an", now=T)
    with pytest.raises(NotOnDuty):
        accept(handing, "an", MATTERS, "cy", now=T)
    with pytest.raises(WrongState):
        accept(handing, "dee", MATTERS, "bo", now=T)  # the outgoing officer was replaced meanwhile
    with pytest.raises(WrongState):
        accept(handing, "an", MATTERS, "bo", now=RELIEF.ends_at)


@pytest.mark.rule("R-HAND-01")
def test_a_refused_handover_is_resumed_and_what_was_confirmed_stays() -> None:
    handing = answer(offered(), MATTERS, "a", Answer.CONFIRMED, "bo")
    handing = answer(handing, MATTERS, "b", Answer.REFUSED, "bo")
    handing = refuse(handing, "bo", now=T)
    for act in (
        lambda: accept(handing, "an", {}, "bo", now=T),
        lambda: refuse(handing, "bo", now=T),
    ):
        with pytest.raises(WrongState):
            act()
    again = offer(handing, "an", RELIEF, "an", now=T + MINUTE)
    assert again.answers == {"a": Answer.CONFIRMED}
    with pytest.raises(WrongState):
        offer(again, "an", RELIEF, "an", now=T + MINUTE)
    other = offer(again, "an", replace(RELIEF, incoming="cy"), "an", now=T + MINUTE)
    assert other.answers == {}


@pytest.mark.rule("R-HAND-04")
def test_the_outgoing_officer_looks_back_three_minutes_and_signs() -> None:
    handing = accept(read_back(offered()), "an", MATTERS, "bo", now=T)
    with pytest.raises(WrongState):
        review(handing, "an", now=T + 2 * MINUTE)
    with pytest.raises(NotOnDuty):
        review(handing, "bo", now=T + 3 * MINUTE)
    signed = review(handing, "an", now=T + 3 * MINUTE)
    assert signed.state is HandoverState.REVIEWED
    for act in (
        lambda: review(signed, "an", now=T + 4 * MINUTE),
        lambda: accept(signed, "an", {}, "bo", now=T),
    ):
        with pytest.raises(WrongState):
            act()


@pytest.mark.rule("R-HAND-05")
def test_a_takeover_is_marked_holds_at_once_and_carries_everything_from_the_log() -> None:
    handing = take_over(None, "an", RELIEF, MATTERS, now=T + MINUTE)
    assert handing.is_takeover
    assert handing.assumed_at == T + MINUTE
    assert handing.answers == {"a": Answer.FROM_LOG, "b": Answer.FROM_LOG}
    with pytest.raises(Refused):
        take_over(None, "bo", RELIEF, MATTERS, now=T)
    with pytest.raises(WrongState):
        take_over(None, "an", RELIEF, MATTERS, now=T - 11 * MINUTE)


def test_what_is_agreed_for_the_start_of_the_shift_is_not_offered_again() -> None:
    handing = accept(read_back(offered()), "an", MATTERS, "bo", now=T - 5 * MINUTE)
    with pytest.raises(WrongState):
        offer(handing, "an", RELIEF, "an", now=T - 4 * MINUTE)
    with pytest.raises(WrongState):
        take_over(handing, "an", RELIEF, {}, now=T - 4 * MINUTE)


class HandedOver(RuleBasedStateMachine):
    """One post, told to the pure model and to a plain one."""

    people = st.sampled_from(PEOPLE)

    @initialize(roster=st.lists(st.sampled_from([*PEOPLE, None]), min_size=5, max_size=5))
    def begin(self, roster: list[str | None]) -> None:
        self.table = Timetable(list(roster))
        self.reference = Reference(self.table, BEGINS)
        self.side = histories.PureSide(self.table, BEGINS)
        self.now = BEGINS - 8 * MINUTE
        self.count = 0

    def _tell(self, *step: str) -> None:
        told = self.side.do(self.now, *step)
        assert told == self.reference.do(self.now, *step)
        if told and step[0] in ("accept", "take_over"):
            assert self.side.carried() == self.reference.matters

    @rule(seconds=st.integers(0, 900))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(person=people, shift=st.integers(0, 4))
    def signs_in(self, person: str, shift: int) -> None:
        self._tell("sign_in", str(shift), person)

    @rule(person=people, shift=st.integers(0, 4))
    def swaps(self, person: str, shift: int) -> None:
        self._tell("swap", str(shift), person)

    @rule(is_open=st.booleans())
    def matter(self, is_open: bool) -> None:
        self.count += 1
        if is_open or not self.reference.matters:
            self._tell("arise", f"m{self.count}")
        else:
            self._tell("end", min(self.reference.matters))

    @rule(act=st.sampled_from(["offer", "accept", "refuse", "take_over", "review"]), by=people)
    def acts(self, act: str, by: str) -> None:
        self._tell(act, by)

    @rule(confirms=st.booleans())
    def goes_through_with_it(self, confirms: bool) -> None:
        """The usual way: the holder offers, the relief reads everything back and accepts."""
        relief = self.table.relief(self.now)
        if relief is None or self.reference.holder is None:
            return
        self._tell("offer", self.reference.holder)
        for matter in sorted(self.reference.matters):
            self._tell("answer", relief[1], matter, "yes" if confirms else "no")
        self._tell("accept", relief[1])

    @invariant()
    def exactly_one_answers(self) -> None:
        if not hasattr(self, "reference"):
            return
        before = self.reference.holder
        self.reference.pass_to(self.now)
        assert self.side.holder(self.now) == self.reference.holder
        assert self.reference.holder is not None or before is None
        self.side.spans()


TestHandedOver = HandedOver.TestCase
TestHandedOver.settings = settings(
    max_examples=200,
    stateful_step_count=30,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def test_two_thousand_generated_histories_agree_with_the_plain_model() -> None:
    for number in range(2_000):
        histories.tell_pure(f"gate-{number}")


@pytest.fixture
def file_database(tmp_path: Path) -> Iterator[Database]:
    found = histories.fresh_database(tmp_path)
    yield found
    found.close()


def test_stored_histories_with_crashes_agree_with_the_plain_model(file_database: Database) -> None:
    for number in range(12):
        histories.tell_stored(f"gate-{number}", file_database)


def test_a_side_that_forgets_the_start_of_the_shift_is_found() -> None:
    """The comparison itself is proved: a planted fault must not pass."""

    class Hasty(histories.PureSide):
        def _assumed(self, handing: Handing) -> None:
            super()._assumed(replace(handing, assumed_at=handing.accepted_at))

    def tell_many() -> None:
        for number in range(200):
            histories.tell(f"planted-{number}", Hasty)

    with pytest.raises(AssertionError):
        tell_many()


def test_the_refusal_names_the_matter_and_its_key() -> None:
    with pytest.raises(Refused) as found:
        accept(offered(), "an", MATTERS, "bo", now=T)
    assert found.value.params == {"item": "事项甲", "key": "a"}
