"""Whom to tell: the officer, the partner, stand-ins, nobody twice; and what comes back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.decisions import Decision, Recipient, Situation, decide, resolve
from plans.escalation import Ladder, LadderStep
from plans.mail_states import Stage
from plans.rules import load_plan_rules
from schedules.outstanding import ObligationState, Outstanding

DUE = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
MISSED = DUE + timedelta(minutes=15)
TICK = timedelta(microseconds=1)
BACK = timedelta(minutes=30)
MANNING = load_plan_rules().ladders["manning"]
SUBJECT = "shift:night:2026-03-16"
CAST = {"primary": "an", "secondary": "bo", "shift_lead": "cy", "duty_leader": "dee"}


def after(minutes: float) -> datetime:
    return DUE + timedelta(minutes=minutes)


def owed(
    owed_by: str = "post:secondary",
    *,
    told_until: datetime | None = None,
    taken_at: datetime | None = None,
    own_next: datetime | None = MISSED,
) -> Outstanding:
    return Outstanding(
        id=7,
        room_key="room",
        kind="sign_in",
        subject=SUBJECT,
        owed_by=owed_by,
        rule="R-SIGN-01",
        ladder="manning",
        is_top_priority=False,
        is_drill=False,
        due_at=DUE,
        missed_at=MISSED,
        before=ObligationState.OPEN,
        state=ObligationState.LATE,
        told_until=told_until,
        acknowledged_at=taken_at,
        acknowledged_by=None if taken_at is None else "person:cy",
        own_next_look_at=own_next,
    )


def situation(
    stand_ins: dict[str, str | None] | None = None,
    holders: dict[str, str] | None = None,
    shift_holders: dict[tuple[str, str], str] | None = None,
) -> Situation:
    return Situation(
        holders=CAST if holders is None else holders,
        shift_holders=shift_holders or {},
        partners={"primary": "secondary", "secondary": "primary"},
        capacities={"primary": "duty_officer", "secondary": "duty_officer"},
        stand_ins=stand_ins or {},
    )


def told(decision: Decision) -> list[tuple[int, str]]:
    """Return step and party of each telling."""
    return [(one.ladder_step, one.recipient.party) for one in decision.tellings]


def look(item: Outstanding, where: Situation, minutes: float) -> Decision:
    return decide(item, MANNING, where, BACK, now=after(minutes))


def test_the_officer_and_the_partner_are_told_first() -> None:
    found = look(owed(), situation(), 0)
    assert told(found) == [(1, "person:bo"), (1, "person:an")]
    assert [one.recipient.capacity for one in found.tellings] == ["duty_officer", "partner"]
    assert {one.stage for one in found.tellings} == {Stage.TOLD}
    assert (found.told_until, found.next_look_at) == (DUE, after(5))


def test_nothing_is_told_before_it_is_due() -> None:
    item = owed(own_next=DUE)
    found = decide(item, MANNING, situation(), BACK, now=DUE - TICK)
    assert found == Decision((), (), None, DUE)


def test_without_a_ladder_only_its_own_look_is_wanted() -> None:
    found = decide(owed(), None, situation(), BACK, now=DUE)
    assert found == Decision((), (), None, MISSED)


def test_the_next_look_is_the_earlier_of_the_ladders_and_its_own() -> None:
    assert look(owed(told_until=after(5)), situation(), 10).next_look_at == after(15)
    assert look(owed(told_until=after(10)), situation(), 12).next_look_at == after(15)
    assert look(owed(told_until=after(15), own_next=None), situation(), 16).next_look_at == after(
        20
    )
    ended = Ladder("short", (LadderStep(timedelta(0), ("owed_by",)),), None)
    found = decide(owed(told_until=DUE), ended, situation(), BACK, now=after(1))
    assert found.next_look_at == MISSED
    found = decide(owed(told_until=DUE, own_next=None), ended, situation(), BACK, now=after(20))
    assert found.next_look_at is None


def test_nobody_is_told_twice_in_one_step() -> None:
    alone = situation(holders={"primary": "an", "secondary": "an"})
    assert told(look(owed(), alone, 0)) == [(1, "person:an")]
    covered = situation(stand_ins={"bo": "an", "an": "an"})
    assert told(look(owed(), covered, 0)) == [(1, "person:an")]


def test_a_stand_in_is_told_instead_and_nobody_where_none_is_left() -> None:
    found = look(owed(told_until=DUE), situation(stand_ins={"cy": "eve"}), 5)
    assert told(found) == [(2, "person:eve")]
    found = look(owed(told_until=DUE), situation(stand_ins={"cy": None}), 5)
    assert (told(found), found.nobody_at_steps) == ([], (2,))
    assert found.told_until == after(5)  # the step has been taken; the ladder climbs on


def test_a_step_with_nobody_does_not_stop_the_steps_above() -> None:
    found = look(owed(), situation(holders={"duty_leader": "dee"}), 10)
    assert (told(found), found.nobody_at_steps) == ([(3, "person:dee")], (1, 2))


def test_the_people_of_the_shift_in_question_go_before_those_of_the_running_one() -> None:
    place = {(SUBJECT, "secondary"): "fay", (SUBJECT, "primary"): "gus"}
    found = look(owed(), situation(shift_holders=place), 0)
    assert told(found) == [(1, "person:fay"), (1, "person:gus")]


def test_a_unit_is_told_itself_and_has_no_partner() -> None:
    found = look(owed("unit:north"), situation(), 0)
    assert told(found) == [(1, "unit:north")]
    assert found.tellings[0].recipient == Recipient("unit:north", "unit")


@pytest.mark.parametrize(
    ("owed_by", "role", "party"),
    [
        ("post:primary", "owed_by", "person:an"),
        ("post:primary", "partner", "person:bo"),
        ("post:duty_leader", "partner", None),  # a post without a partner
        ("post:primary", "post:shift_lead", "person:cy"),
        ("post:primary", "post:unknown", None),
        ("post:primary", "person:p001", "person:p001"),
        ("unit:north", "owed_by", "unit:north"),
        ("room:demo", "owed_by", None),
        ("centre:flood", "owed_by", "person:com"),
        ("centre:flood", "centre.deputy", "person:dep"),
        ("centre:flood", "centre.office", None),  # nobody holds it
        ("centre:flood", "partner", None),
        ("centre:flood", "post:general_hq.commander", "person:may"),
        ("centre:mine", "owed_by", None),
        ("unit:north", "centre.deputy", None),
        ("post:primary", "centre.office", None),
    ],
)
def test_who_stands_behind_a_role(owed_by: str, role: str, party: str | None) -> None:
    standing = {"flood.commander": "com", "flood.deputy": "dep", "general_hq.commander": "may"}
    found = resolve(owed(owed_by), role, situation(holders={**CAST, **standing}))
    assert (found.party if found else None) == party


@pytest.mark.rule("R-CMD-04")
def test_the_ladder_of_command_begins_before_the_deadline_with_the_commander() -> None:
    ladder = load_plan_rules().ladders["command"]
    called = DUE - ladder.begins_before
    standing = {
        "flood.commander": "com",
        "flood.deputy": "dep",
        "flood.office": "off",
        "general_hq.commander": "may",
    }
    where = situation(holders=standing)
    item = owed("centre:flood", own_next=DUE)
    early = decide(item, ladder, where, BACK, now=called - TICK)
    assert (told(early), early.next_look_at) == ([], called)
    first = decide(item, ladder, where, BACK, now=called)
    assert (told(first), first.next_look_at) == ([(1, "person:com")], DUE)
    item = owed("centre:flood", told_until=called)
    second = decide(item, ladder, where, BACK, now=DUE)
    assert told(second) == [(2, "person:dep"), (2, "person:off")]
    item = owed("centre:flood", told_until=DUE)
    assert told(decide(item, ladder, where, BACK, now=after(5))) == [(3, "person:may")]
    item = owed("centre:flood", told_until=after(5))
    assert told(decide(item, ladder, where, BACK, now=after(10))) == [(3, "person:may")]


@pytest.mark.rule("R-CMD-05")
def test_general_hq_is_informed_through_its_office_and_its_commander_sleeps() -> None:
    ladder = load_plan_rules().ladders["informing"]
    standing = {f"general_hq.{post}": post for post in ("commander", "deputy", "office")}
    item = owed("centre:general_hq", own_next=None)
    found = decide(item, ladder, situation(holders=standing), BACK, now=after(600))
    assert told(found) == [(1, "person:office"), (2, "person:deputy")]
    assert found.next_look_at is None


def test_a_partners_post_that_nobody_holds_has_nobody() -> None:
    assert resolve(owed(), "partner", situation(holders={"secondary": "bo"})) is None


def test_a_post_without_a_named_capacity_is_told_by_its_key() -> None:
    found = resolve(owed(), "post:duty_leader", situation())
    assert found == Recipient("person:dee", "duty_leader")


@pytest.mark.rule("R-ACK-01")
def test_an_acknowledged_matter_climbs_no_further_and_comes_back() -> None:
    item = owed(told_until=after(2), taken_at=after(2))
    found = look(item, situation(), 15)
    assert (told(found), found.told_until, found.next_look_at) == ([], after(2), MISSED)
    item = owed(told_until=after(2), taken_at=after(2), own_next=None)
    assert look(item, situation(), 16).next_look_at == after(32)
    found = look(item, situation(), 32)
    assert [(one.stage, one.recipient) for one in found.tellings] == [
        (Stage.RETURNED, Recipient("person:cy", "acknowledged_by"))
    ]
    assert (found.told_until, found.next_look_at) == (after(32), after(62))


def test_what_came_back_is_told_once_each_time_and_only_the_latest_after_a_gap() -> None:
    item = owed(told_until=after(32), taken_at=after(2), own_next=None)
    assert told(look(item, situation(), 61)) == []
    found = look(item, situation(), 200)
    assert [one.wanted_at for one in found.tellings] == [after(182)]
    assert (found.told_until, found.next_look_at) == (after(182), after(212))


def test_it_comes_back_to_the_stand_in_or_to_nobody() -> None:
    item = owed(told_until=after(2), taken_at=after(2), own_next=None)
    assert told(look(item, situation(stand_ins={"cy": "eve"}), 32)) == [(0, "person:eve")]
    found = look(item, situation(stand_ins={"cy": None}), 32)
    assert (told(found), found.nobody_at_steps) == ([], (0,))
    assert (found.told_until, found.next_look_at) == (after(32), after(62))


def test_a_clock_set_back_before_the_acknowledgement_brings_nothing_back() -> None:
    item = owed(told_until=after(2), taken_at=after(2), own_next=None)
    found = look(item, situation(), -50)
    assert told(found) == []
    assert found.next_look_at is not None
    assert found.next_look_at > after(-50)


PEOPLE = st.sampled_from(["an", "bo", "cy", "dee"])
POSTS = ["primary", "secondary", "shift_lead", "duty_leader"]


@given(
    holders=st.dictionaries(st.sampled_from(POSTS), PEOPLE),
    stand_ins=st.dictionaries(PEOPLE, st.none() | PEOPLE),
    owed_by=st.sampled_from(["post:primary", "post:secondary", "post:shift_lead", "unit:north"]),
    told_until=st.none() | st.integers(0, 60),
    taken=st.none() | st.integers(0, 60),
    minutes=st.integers(-90, 240),
)
def test_whoever_is_told_is_told_once_a_step_and_a_later_look_is_wanted(
    holders: dict[str, str],
    stand_ins: dict[str, str | None],
    owed_by: str,
    told_until: int | None,
    taken: int | None,
    minutes: int,
) -> None:
    until = None if told_until is None else after(told_until)
    item = owed(
        owed_by,
        told_until=until if taken is None else max(after(taken), until or after(taken)),
        taken_at=None if taken is None else after(taken),
        own_next=max(MISSED, after(minutes) + TICK),
    )
    found = look(item, situation(stand_ins, holders), minutes)
    places = [(one.ladder_step, one.wanted_at, one.recipient.party) for one in found.tellings]
    assert len(set(places)) == len(places)
    assert found.next_look_at is not None
    assert found.next_look_at > after(minutes)
    assert all(one.wanted_at <= after(minutes) for one in found.tellings)
    if item.told_until is not None:
        assert found.told_until is not None
        assert found.told_until >= item.told_until
    away = {person for person, instead in stand_ins.items() if instead != person}
    directly = {person for person in stand_ins.values() if person is not None}
    for one in found.tellings:
        person = one.recipient.party.removeprefix("person:")
        assert person not in away - directly
    if taken is not None:
        assert {one.stage for one in found.tellings} <= {Stage.RETURNED}
