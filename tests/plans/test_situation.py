"""Who holds what: by the roster, by who came, by standing posts, and by stand-ins."""

from datetime import timedelta

import pytest

from plans.decisions import Situation
from plans.situation import read_situation
from records.absences import send_away
from records.act import Act
from records.database import Database
from schedules.outstanding import ObligationState, Outstanding
from tests.stories.duty_room import ROOM, StoryRoom, local

NIGHT = "shift:night:2026-03-16"


@pytest.fixture
def room(database: Database) -> StoryRoom:
    """A duty room a quarter to five, with the night and its leads published."""
    found = StoryRoom(database)
    found.publish_night()
    return found


def item(subject: str, acknowledged_by: str | None = None) -> Outstanding:
    due = local("2026-03-16 17:30")
    return Outstanding(
        id=1,
        room_key=ROOM,
        kind="sign_in",
        subject=subject,
        owed_by="post:primary",
        rule="",
        ladder="manning",
        is_top_priority=False,
        is_drill=False,
        due_at=due,
        missed_at=due,
        before=ObligationState.OPEN,
        state=ObligationState.LATE,
        told_until=None,
        acknowledged_at=None if acknowledged_by is None else due,
        acknowledged_by=acknowledged_by,
        own_next_look_at=None,
    )


def seen(room: StoryRoom, *items: Outstanding, at: str = "2026-03-16 17:31") -> Situation:
    with room.database.read() as session:
        return read_situation(session, ROOM, items, now=local(at))


def test_the_roster_names_the_holders_of_the_running_shifts(room: StoryRoom) -> None:
    found = seen(room)
    assert dict(found.holders) == {
        "primary": "an",
        "secondary": "bo",
        "shift_lead": "cy",
        "shift_lead_b": "eve",
        "duty_leader": "dee",
    }
    assert found.partners["primary"] == "secondary"
    assert found.capacities["shift_lead_b"] == "shift_lead"
    assert dict(found.shift_holders) == {}


def test_before_the_night_only_leads_and_standing_posts_are_held(room: StoryRoom) -> None:
    found = seen(room, at="2026-03-16 17:29:59")
    assert set(found.holders) == {"shift_lead", "shift_lead_b", "duty_leader"}


def test_a_matter_of_a_shift_goes_to_the_people_of_that_shift(room: StoryRoom) -> None:
    found = seen(room, item(NIGHT), item("report:daily"), at="2026-03-16 17:00")
    assert found.person_at(NIGHT, "primary") == "an"
    assert found.person_at("report:daily", "primary") is None
    assert found.person_at("report:daily", "shift_lead") == "cy"


def test_whoever_signed_in_holds_the_post_until_signing_out(room: StoryRoom) -> None:
    room.clock.move_to(local("2026-03-16 17:25"))
    room.actions.sign_in(by="person:dee", post="primary")
    found = seen(room, item(NIGHT))
    assert found.holders["primary"] == "dee"
    assert found.person_at(NIGHT, "primary") == "dee"
    room.actions.sign_out(by="person:dee")
    assert seen(room, item(NIGHT)).person_at(NIGHT, "primary") == "an"


def test_a_gap_in_the_roster_has_no_holder(room: StoryRoom) -> None:
    room.publish_shift("night", "17:30", 15, primary=None, secondary="bo")
    found = seen(room, item(NIGHT))
    assert found.person_at(NIGHT, "primary") is None
    assert found.person_at(NIGHT, "secondary") == "bo"


def test_who_is_away_is_replaced_also_as_the_one_who_acknowledged(room: StoryRoom) -> None:
    now = room.clock.now()
    with room.database.write() as session:
        act = Act(ROOM, now, f"room:{ROOM}")
        send_away(session, act, "cy", now, now + timedelta(days=1), "eve", "出差")
        send_away(session, act, "bo", now, now + timedelta(days=1), None, "病假")
    found = seen(room, item(NIGHT, acknowledged_by="person:cy"))
    assert found.person_at(NIGHT, "shift_lead") == "eve"
    assert found.person_at(NIGHT, "secondary") is None
    assert found.stand_ins["cy"] == "eve"
    assert found.person_at(NIGHT, "primary") == "an"
