"""The room of the stories, on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pytest

from records.database import Database
from tests.stories.duty_room import StoryRoom


@pytest.fixture
def room(database: Database) -> Iterator[StoryRoom]:
    """A duty room with its cast a quarter to five on Monday, 16 March 2026."""
    story = StoryRoom(database)
    yield story
    story.close()
