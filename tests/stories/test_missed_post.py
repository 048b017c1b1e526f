"""Stories of posts: who is told when nobody comes, and when somebody does."""

from datetime import timedelta

import pytest

from records.absences import send_away
from records.act import Act
from records.errors import NotFound, NotOnDuty, WrongState
from tests.stories.duty_room import ROOM, StoryRoom


@pytest.mark.rule("R-LAD-01")
def test_an_unsigned_post_climbs_the_ladder_until_it_is_acknowledged(room: StoryRoom) -> None:
    """The officer and the partner at once, the shift lead at +5, the duty leader at +10, again."""
    room.publish_night()
    room.advance_to("17:29:59")
    room.actions.sign_in(by="post:primary")
    room.expect_nothing_more()
    room.advance_to("17:30")
    room.expect(
        ("17:30:00", "told", 1, "bo", "secondary"), ("17:30:00", "told", 1, "an", "secondary")
    )
    room.advance_to("17:35")
    room.expect(("17:35:00", "told", 2, "cy", "secondary"))
    room.advance_to("17:40")
    room.expect(("17:40:00", "told", 3, "dee", "secondary"))
    room.advance_to("17:51")
    room.expect(
        ("17:45:00", "told", 3, "dee", "secondary"), ("17:50:00", "told", 3, "dee", "secondary")
    )
    room.actions.acknowledge_alert(
        by="post:primary", owed_by="post:secondary", acknowledged_by="post:shift_lead"
    )
    room.expect(
        ("17:51:00", "taken", 0, "an", "secondary"),
        ("17:51:00", "taken", 0, "bo", "secondary"),
        ("17:51:00", "taken", 0, "dee", "secondary"),
    )
    room.advance_to("18:20")
    room.expect_nothing_more()


@pytest.mark.rule("R-ACK-01")
def test_an_acknowledged_matter_that_is_not_settled_comes_back(room: StoryRoom) -> None:
    """To the one who acknowledged, every thirty minutes; those above are not woken."""
    room.publish_night()
    room.actions.sign_in(by="person:an")
    room.advance_to("17:31")
    room.actions.acknowledge_alert(
        by="post:primary", owed_by="post:secondary", acknowledged_by="person:cy"
    )
    room.forget()
    room.advance_to("18:31")
    room.expect(
        ("18:01:00", "returned", 0, "cy", "secondary"),
        ("18:31:00", "returned", 0, "cy", "secondary"),
    )


@pytest.mark.rule("R-SIGN-01")
@pytest.mark.rule("R-POST-01")
@pytest.mark.rule("R-POST-02")
@pytest.mark.rule("R-POST-03")
def test_sixteen_minutes_late_is_uncovered_first_and_late_on_arrival(room: StoryRoom) -> None:
    """Vector 15: 漏岗 suspected when the grace is over, 误岗 on arrival; both are kept."""
    room.publish_night()
    room.actions.sign_in(by="person:bo")
    room.advance_to("17:46")
    assert room.findings() == [("17:45:00", "uncovered_post", "an", None)]
    room.forget()
    room.actions.sign_in(by="post:primary", reason="路上堵车")
    assert room.findings() == [
        ("17:45:00", "uncovered_post", "an", None),
        ("17:46:00", "late_at_post", "an", 960),
    ]
    assert room.state_of("post:primary") == ("missed", 960)
    told = {row[3] for row in room.alerts()}
    assert told == {"an", "bo", "cy", "dee"}
    assert {row[1] for row in room.alerts()} == {"over"}
    room.forget()
    room.advance_to("19:00")
    room.expect_nothing_more()


def test_at_the_last_instant_of_the_grace_it_is_late_and_not_missed(room: StoryRoom) -> None:
    room.publish_night()
    room.actions.sign_in(by="person:bo")
    room.act_at("17:45")
    room.actions.sign_in(by="person:an")
    room.tick()
    assert room.state_of("post:primary") == ("late", 900)
    assert room.findings() == [("17:45:00", "late_at_post", "an", 900)]
    room.forget()


def test_at_the_very_instant_of_the_start_it_is_on_time(room: StoryRoom) -> None:
    room.publish_night()
    room.act_at("17:30")
    room.actions.sign_in(by="person:an")
    room.actions.sign_in(by="person:bo")
    room.tick()
    assert room.state_of("post:primary") == ("fulfilled", 0)
    assert room.findings() == []


def test_a_machine_that_slept_tells_every_step_and_says_that_it_is_late(room: StoryRoom) -> None:
    """Nobody on the ladder is left out because we were down; repeats do not become a flood."""
    room.publish_night()
    room.actions.sign_in(by="person:an")
    room.advance_to("17:29")
    room.sleep_until("18:20")
    room.expect(
        ("18:20:00", "told", 1, "an", "secondary"),
        ("18:20:00", "told", 1, "bo", "secondary"),
        ("18:20:00", "told", 2, "cy", "secondary"),
        ("18:20:00", "told", 3, "dee", "secondary"),
        ("18:20:00", "told", 3, "dee", "secondary"),
    )
    room.advance_to("18:25")
    room.expect(("18:25:00", "told", 3, "dee", "secondary"))


def test_a_gap_in_the_roster_is_told_to_the_partner_and_found(room: StoryRoom) -> None:
    """A post nobody is rostered for owes its sign-in all the same."""
    room.publish_shift("lead", "08:30", 24, shift_lead="cy", shift_lead_b="eve")
    room.publish_shift("night", "17:30", 15, primary="an", secondary=None)
    room.expect(("16:45:00", "told", 1, "cy", "shift_lead"))  # the gap itself, a day ahead
    room.actions.sign_in(by="person:an")
    room.advance_to("17:35")
    room.expect(
        ("17:30:00", "told", 1, "an", "secondary"), ("17:35:00", "told", 2, "cy", "secondary")
    )
    room.advance_to("17:45")
    assert room.findings() == [("17:45:00", "uncovered_post", None, None)]
    room.forget()


def test_a_person_who_is_away_has_a_stand_in_who_is_told_instead(room: StoryRoom) -> None:
    room.publish_night()
    room.actions.sign_in(by="person:an")
    with room.database.write() as session:
        now = room.clock.now()
        act = Act(ROOM, now, f"room:{ROOM}")
        send_away(session, act, "cy", now, now + timedelta(days=2), "eve", "出差")
    room.advance_to("17:36")
    told = [row for row in room.alerts() if row[2] == 2]
    assert told == [("17:35:00", "told", 2, "eve", "secondary")]
    room.forget()


def test_someone_who_is_not_on_the_roster_is_refused_without_naming_the_post(
    room: StoryRoom,
) -> None:
    room.publish_night()
    room.advance_to("17:00")
    with pytest.raises(NotOnDuty):
        room.actions.sign_in(by="person:dee")


def test_a_stand_in_without_approval_covers_the_post_and_is_a_suspected_finding(
    room: StoryRoom,
) -> None:
    room.publish_night()
    room.actions.sign_in(by="person:an")
    room.advance_to("17:25")
    room.actions.sign_in(by="person:dee", post="secondary")
    room.advance_to("18:00")
    assert [row[1:3] for row in room.findings()] == [("stand_in", "dee")]


def test_signing_in_twice_is_refused(room: StoryRoom) -> None:
    room.publish_night()
    room.advance_to("17:25")
    room.actions.sign_in(by="person:an")
    room.actions.sign_in(by="person:bo")
    with pytest.raises(WrongState):
        room.actions.sign_in(by="person:an")


def test_acknowledging_what_nobody_was_told_is_refused(room: StoryRoom) -> None:
    room.publish_night()
    with pytest.raises(NotFound):
        room.actions.acknowledge_alert(owed_by="post:secondary", acknowledged_by="person:cy")
