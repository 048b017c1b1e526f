"""Command told as stories: centres called, responses signed, up to the province."""

import pytest
from sqlalchemy import select

from console.acts.centres import CentreStep
from console.mail_texts import MailTexts
from plans import activations, responses
from plans.centre_staffing import read_staffing
from plans.command_states import ActivationState, Part, Step
from plans.grades import ResponseLevel
from plans.tables import Mail
from records.database import Database
from records.errors import BadData, NotAuthorised, NotFound, WrongState
from records.language import Language
from tests.stories.command_room import INCIDENT, SUBJECT, CommandRoom
from tests.stories.duty_room import ROOM, ZONE


@pytest.fixture
def room(database: Database) -> CommandRoom:
    return CommandRoom(database)


@pytest.mark.rule("R-CMD-04")
def test_a_called_centre_climbs_its_ladder_until_somebody_acknowledges(room: CommandRoom) -> None:
    """Nobody answers: deputy and office director at +5 min, General HQ's commander at +10."""
    room.centre(centre="environment", part=Part.LEAD)
    room.tick()
    first = room.told("acknowledgement")
    assert ("17:40:00", "told", 1, "environment-commander", "environment") in first
    room.advance_to("17:45")
    assert ("17:45:00", "told", 2, "environment-deputy", "environment") in room.alerts()
    assert ("17:45:00", "told", 2, "environment-office", "environment") in room.told(
        "acknowledgement"
    )
    room.advance_to("17:55")
    above = [alert for alert in room.told("acknowledgement") if alert[3] == "general_hq-commander"]
    assert {(at, step) for at, _, step, _, who in above if who == "environment"} == {
        ("17:50:00", 3),
        ("17:55:00", 3),
    }


@pytest.mark.rule("R-CMD-04")
def test_an_acknowledgement_settles_the_call_and_those_above_sleep(room: CommandRoom) -> None:
    room.centre()
    room.advance_to("17:44")
    room.actions.acknowledge_alert(
        by="post:primary",
        owed_by="centre:hazmat_industry",
        acknowledged_by="post:hazmat_industry.deputy",
        how="电话",
    )
    room.tick()
    room.forget()
    called = room.states("acknowledgement")
    assert called[(SUBJECT, "centre:hazmat_industry")] == "fulfilled"
    assert called[(SUBJECT, "centre:fire")] == "open"
    room.advance_to("18:30")
    told = room.told("acknowledgement")
    assert not [alert for alert in told if alert[4] == "hazmat_industry"]
    assert [alert for alert in told if alert[4] == "fire"]


@pytest.mark.rule("R-CMD-05")
def test_general_hq_is_informed_of_several_centres_through_its_office(room: CommandRoom) -> None:
    room.centre()
    room.tick()
    informed = [alert for alert in room.told("acknowledgement") if alert[4] == "general_hq"]
    assert [(alert[2], alert[3]) for alert in informed] == [(1, "general_hq-office")]


@pytest.mark.rule("R-CMD-06")
def test_each_state_of_a_centre_is_a_signed_act_with_its_minute(room: CommandRoom) -> None:
    room.centre()
    room.advance_to("17:42")
    with pytest.raises(NotAuthorised):
        room.centre(ActivationState.ACTIVATED)  # the officer may call, not activate
    room.centre(ActivationState.ACTIVATED, signed_by="post:hazmat_industry.commander")
    with pytest.raises(WrongState):
        room.centre(ActivationState.ACTIVATED, signed_by="post:hazmat_industry.commander")
    room.advance_to("17:50")
    room.centre(ActivationState.STOOD_DOWN, signed_by="post:shift_lead", reason="处置完毕")
    with room.database.read() as session:
        lead = activations.read_activations(session, ROOM, SUBJECT)[0]
        assert activations.lead_of(session, ROOM, SUBJECT) is None
    minutes = [
        None if at is None else at.astimezone(ZONE).strftime("%H:%M")
        for at in (lead.proposed_at, lead.activated_at, lead.stood_down_at)
    ]
    assert minutes == ["17:40", "17:42", "17:50"]
    assert lead.state is ActivationState.STOOD_DOWN
    assert "hazmat_industry-commander签发" in room.log("activate_centre")[0]
    with pytest.raises(NotFound):
        room.centre(
            ActivationState.STOOD_DOWN, centre="hazmat_industry", signed_by="post:shift_lead"
        )
    room.forget()


@pytest.mark.rule("R-CMD-06")
def test_nobody_is_chased_for_a_centre_that_was_stood_down(room: CommandRoom) -> None:
    room.centre(centre="fire", part=Part.LEAD)
    room.advance_to("17:47")
    room.centre(ActivationState.STOOD_DOWN, centre="fire", signed_by="post:fire.commander")
    room.tick()
    room.forget()
    assert room.states("acknowledgement")[(SUBJECT, "centre:fire")] == "waived"
    room.advance_to("18:20")
    assert not [alert for alert in room.told("acknowledgement") if alert[4] == "fire"]


def test_a_centre_called_twice_is_told_once_and_may_change_its_part(room: CommandRoom) -> None:
    room.centre()
    before = len(room.states("acknowledgement"))
    room.centre()
    room.centre(centre="fire", part=Part.LEAD)
    assert len(room.states("acknowledgement")) == before
    with room.database.read() as session:
        parts = {each.centre_key: each.part for each in activations.working(session, ROOM, SUBJECT)}
    assert parts["fire"] is Part.LEAD
    assert parts["hazmat_industry"] is Part.SUPPORTING
    room.advance_to("17:42")
    room.forget()
    room.centre(centre="general_hq", part=Part.LEAD)  # informed until now: called as the lead
    room.tick()
    told = [alert[3] for alert in room.told("acknowledgement") if alert[4] == "general_hq"]
    assert "general_hq-commander" in told


@pytest.mark.rule("R-CMD-07")
def test_a_centre_is_staffed_once_no_cell_lacks_anybody(room: CommandRoom) -> None:
    room.centre(ActivationState.ACTIVATED, signed_by="post:hazmat_industry.commander")
    with pytest.raises(BadData):  # neither a response nor a level
        room.centre(ActivationState.STAFFED, strength={"rescue": 5})
    level = {"level": ResponseLevel.IV}
    room.centre(ActivationState.STAFFED, strength={"rescue": 4}, **level)
    with pytest.raises(BadData):
        room.centre(ActivationState.STAFFED, strength={"choir": 4}, **level)
    required = room.rules.command.responses.required_strength(ResponseLevel.IV)
    others = {cell: count for cell, count in required.items() if cell != "rescue"}
    room.centre(ActivationState.STAFFED, strength=others, **level)
    with room.database.read() as session:
        activation = activations.working(session, ROOM, SUBJECT)[0]
    assert activation.state is ActivationState.ACTIVATED
    room.centre(ActivationState.STAFFED, strength={"rescue": 5}, **level)
    with room.database.read() as session:
        activation = activations.working(session, ROOM, SUBJECT)[0]
        assert read_staffing(session, activation.id) == required
    assert activation.state is ActivationState.STAFFED
    assert "4/5" in room.log("staff_centre")[0]
    room.tick()
    room.forget()


@pytest.mark.rule("R-RESP-01")
@pytest.mark.rule("R-RESP-02")
def test_a_response_is_activated_raised_lowered_and_ended_by_whom_it_needs(
    room: CommandRoom,
) -> None:
    room.centre()
    with pytest.raises(NotAuthorised, match="指挥长"):
        room.respond(Step.ACTIVATE, "III", "post:hazmat_industry.deputy")
    room.respond(Step.ACTIVATE, "III", "post:hazmat_industry.commander")
    assert room.incident_state() == "responding"
    for step, level in ((Step.ACTIVATE, "II"), (Step.CHANGE, "III")):
        with pytest.raises(WrongState):
            room.respond(step, level, "post:general_hq.commander")
    with pytest.raises(NotAuthorised):
        room.respond(Step.CHANGE, "II", "post:hazmat_industry.commander")
    room.respond(Step.CHANGE, "II", "post:general_hq.deputy")
    with pytest.raises(NotAuthorised):  # lowering needs who may sign the old level
        room.respond(Step.CHANGE, "III", "post:hazmat_industry.commander")
    room.respond(Step.CHANGE, "III", "post:general_hq.deputy")
    room.respond(Step.STAND_DOWN, None, "post:hazmat_industry.commander")
    with pytest.raises(WrongState):
        room.respond(Step.STAND_DOWN, None, "post:general_hq.commander")
    with room.database.read() as session:
        steps = responses.steps_of(session, ROOM, SUBJECT)
        standing = responses.standing(session, ROOM, SUBJECT)
    assert [(step.number, step.step, step.level, step.issuing_authority) for step in steps] == [
        (1, "activate", "III", "centre"),
        (2, "change", "II", "general_hq"),
        (3, "change", "III", "centre"),
        (4, "stand_down", None, None),
    ]
    assert steps[1].signed_as == "general_hq.deputy"
    assert standing is not None
    assert standing.level is None
    assert room.incident_state() == "response_ended"
    room.actions.close_incident(incident=INCIDENT, reason="误接", by="post:shift_lead")
    with pytest.raises(WrongState, match="结束"):
        room.respond(Step.ACTIVATE, "III", "post:hazmat_industry.commander")
    room.tick()
    room.forget()


@pytest.mark.rule("R-RESP-03")
def test_handed_up_the_city_goes_on_supporting_and_only_general_hqs_commander_signs_it(
    room: CommandRoom,
) -> None:
    room.centre()
    room.respond(Step.ACTIVATE, "III", "post:hazmat_industry.commander")
    with pytest.raises(NotAuthorised, match="移交"):
        room.respond(Step.HAND_UP, None, "post:general_hq.deputy")
    room.respond(Step.HAND_UP, None, "post:general_hq.commander")
    with pytest.raises(WrongState, match="移交"):
        room.respond(Step.HAND_UP, None, "post:general_hq.commander")
    with room.database.read() as session:
        standing = responses.standing(session, ROOM, SUBJECT)
    assert standing is not None
    assert (standing.is_handed_up, standing.level) == (True, ResponseLevel.III)
    assert room.incident_state() == "handed_up"
    room.respond(Step.STAND_DOWN, None, "post:hazmat_industry.commander")
    assert room.incident_state() == "handed_up"
    room.tick()
    room.forget()


def test_a_response_without_a_lead_or_an_unknown_incident_is_refused(room: CommandRoom) -> None:
    with pytest.raises(BadData, match="牵头"):
        room.respond(Step.ACTIVATE, "IV", "post:hazmat_industry.office")
    with pytest.raises(NotFound):
        room.actions.move_centre(CentreStep(incident="none"), by="post:primary")
    with pytest.raises(BadData, match="level"):
        room.respond(Step.ACTIVATE, None, "post:general_hq.commander")


def test_the_mail_of_a_called_centre_says_what_has_happened(room: CommandRoom) -> None:
    room.centre()
    room.tick()
    texts = MailTexts(room.rules.schedules, room.rules.plans, Language.ZH)
    with room.database.read() as session:
        mail = session.scalars(
            select(Mail).where(Mail.recipient == "person:hazmat_industry-commander")
        ).one()
        words = texts.render(session, mail.id, room.clock.now())
    assert "危险化学品和工矿商贸事故应急指挥部" in words.subject
    assert "您以指挥长身份" in words.body
    assert "情况:接报:事件a,危险化学品事故,2号罐区" in words.body
    assert "状态:还有5分钟" in words.body
    room.forget()


def test_everything_is_in_the_log_and_the_chain_verifies(room: CommandRoom) -> None:
    room.centre(ActivationState.ACTIVATED, signed_by="post:hazmat_industry.commander")
    room.respond(Step.ACTIVATE, "IV", "post:hazmat_industry.office")
    room.order("centre:fire", order="o")
    for act in ("propose_centre", "activate_centre", "response_activate", "issue_order"):
        assert room.log(act), act
    room.tick()
    room.forget()
    room.close()
