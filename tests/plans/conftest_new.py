"""The room of these tests, on SQLite and on PostgreSQL."""

from collections.abc import Iterator

import pytest

from records.database import Database
from records.duty_log import verify_chain
from tests.stories.duty_room import ROOM, StoryRoom


@pytest.fixture
def room(database: Database) -> Iterator[StoryRoom]:
    """A duty room with its cast a quarter to five on Monday, 16 March 2026; its log verifies."""
    found = StoryRoom(database)
    yield found
    with database.read() as session:
        assert verify_chain(session, ROOM) > 0
