"""Stories of the night: the bell, the rungs above it, absence; spot checks and roll calls."""

import pytest

from console.acts.presence import PresenceChanges
from records.errors import NotAuthorised, NotOnDuty, Refused, WrongState
from tests.stories.duty_room import StoryRoom


@pytest.mark.rule("R-PRES-01")
def test_the_rungs_of_an_unanswered_check_come_on_the_second(night: StoryRoom) -> None:
    """Warned without an alert, due, bell +15 s, partner +30 s, lead +120 s, leader +5 min."""
    night.advance_to("22:00:14")
    night.expect_nothing_more()
    night.advance_to("22:20")
    night.expect(
        ("22:00:15", "told", 1, "an", "primary"),
        ("22:00:30", "told", 2, "bo", "primary"),
        ("22:02:00", "told", 3, "cy", "primary"),
        ("22:05:00", "told", 4, "dee", "primary"),
    )
    assert night.state_of("post:primary", "presence_check") == ("missed", None)


@pytest.mark.rule("R-PRES-02")
def test_an_answer_in_time_wakes_nobody_and_one_after_the_bell_ends_the_ladder(
    night: StoryRoom,
) -> None:
    night.act_at("22:00")
    night.actions.confirm_presence(by="post:primary")
    night.advance_to("22:29")
    assert night.state_of("post:primary", "presence_check") == ("fulfilled", 0)
    night.expect_nothing_more()
    night.act_at("22:30:20")
    night.actions.confirm_presence(by="person:an")
    night.advance_to("22:59")
    assert night.state_of("post:primary", "presence_check") == ("late", 20)
    night.expect(("22:30:15", "told", 1, "an", "primary"), ("22:30:20", "over", 0, "an", "primary"))


@pytest.mark.rule("R-PRES-02")
def test_a_wrong_digit_or_a_held_key_is_refused_and_asks_another(night: StoryRoom) -> None:
    night.act_at("21:58")
    first = night.actions.ask_presence(by="post:primary")
    for _ in range(5):  # held down: nobody has read the digit in no time
        with pytest.raises(Refused):
            night.actions.answer_presence(by="post:primary", digit=first)
    night.advance_to("21:58:05")
    with pytest.raises(Refused):
        night.actions.answer_presence(by="post:primary", digit=first)
    shown = night.actions.ask_presence(by="post:primary")
    assert shown != first
    night.advance_to("21:58:07")
    with pytest.raises(NotOnDuty):
        night.actions.answer_presence(by="person:eve", digit=shown)
    night.actions.answer_presence(by="person:an", digit=shown)
    with pytest.raises(WrongState):  # the same answer once more does not count
        night.actions.confirm_presence(by="person:an")


def test_the_partner_does_not_answer_for_the_watch_keeper(night: StoryRoom) -> None:
    night.act_at("22:00")
    with pytest.raises(WrongState):
        night.actions.confirm_presence(by="person:bo")
    night.actions.confirm_presence(by="person:an")


@pytest.mark.rule("R-PRES-03")
def test_two_missed_in_a_row_make_one_suspect_absence_once(night: StoryRoom) -> None:
    night.advance_to("22:31:59")
    assert night.findings() == []
    night.advance_to("23:45")
    assert night.findings() == [("22:32:00", "absent_from_post", "an", None)]
    night.actions.confirm_presence(by="person:an")
    night.advance_to("00:20")
    assert len(night.findings()) == 2  # back, and away again: midnight is the second in a row
    night.forget()


def test_who_never_came_is_not_absent_from_the_post_besides(room: StoryRoom) -> None:
    room.publish_night()
    room.actions.change_presence(
        by="person:cy", confirmed_by="person:dee", changes=PresenceChanges()
    )
    room.advance_to("23:40")
    assert {kind for _, kind, _, _ in room.findings()} == {"uncovered_post"}
    room.forget()


@pytest.mark.rule("R-PRES-04")
def test_while_a_call_is_entered_nobody_is_asked(night: StoryRoom) -> None:
    night.act_at("21:59")
    night.actions.put_off_presence(by="post:primary")
    night.advance_to("22:08:59")
    night.expect_nothing_more()
    night.act_at("22:09")
    night.actions.confirm_presence(by="post:primary")
    night.advance_to("22:29")
    night.expect_nothing_more()


@pytest.mark.rule("R-PRES-05")
def test_one_person_alone_cannot_change_the_settings(night: StoryRoom) -> None:
    with pytest.raises(NotAuthorised):
        night.actions.change_presence(
            by="person:cy", confirmed_by="person:cy", changes=PresenceChanges(on=False)
        )
