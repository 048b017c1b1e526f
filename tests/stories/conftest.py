"""The room of the stories, on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pytest

from console.acts.presence import PresenceChanges
from records.chance import SeededChance
from records.database import Database
from tests.stories.duty_room import StoryRoom


@pytest.fixture
def room(database: Database) -> Iterator[StoryRoom]:
    """A duty room with its cast a quarter to five on Monday, 16 March 2026."""
    story = StoryRoom(database)
    yield story
    story.close()


@pytest.fixture
def night(room: StoryRoom) -> StoryRoom:
    """A room at ten to ten in the evening: An and Bo are signed in, presence is checked."""
    room.publish_night()
    room.actions.chance = SeededChance("night")
    room.act_at("17:25")
    for person in ("an", "bo"):
        room.actions.sign_in(by=f"person:{person}")
    room.actions.change_presence(
        by="person:cy", confirmed_by="person:dee", changes=PresenceChanges()
    )
    room.advance_to("21:50")
    room.forget()
    return room
