"""Two writers on PostgreSQL: nobody waits for the other in a circle, nothing is overwritten."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from records.clock import pause
from records.database import Database
from records.duty_log import Entry, append, verify_chain
from records.language import Sentence
from schedules import obligations
from schedules.obligations import Looked
from schedules.outstanding import ObligationState
from schedules.tables import Obligation
from tests.schedules.owing import GRACE, act_of, owed, put, rows
from tests.stories.duty_room import ROOM, StoryRoom, local

DUE = local("2026-03-16 17:30")


@pytest.fixture
def room(postgresql_database: Database) -> StoryRoom:
    return StoryRoom(postgresql_database)


class Meanwhile:
    """Something that another thread does; its error, if any, is raised at the end."""

    def __init__(self, what: Callable[[], object]) -> None:
        self._what = what
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._what()
        except Exception as error:  # noqa: BLE001  raised again in the test's own thread
            self._error = error

    def end(self) -> None:
        self._thread.join(20)
        assert not self._thread.is_alive()
        if self._error is not None:
            raise self._error


def wait_for_a_lock(room: StoryRoom) -> None:
    """Wait until somebody waits for a lock."""
    query = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    for _ in range(500):
        with room.database.read() as session:
            if session.scalar(query):
                return
        pause(0.01)
    raise AssertionError("nobody waits")


def test_a_look_and_a_sign_in_of_one_instant_do_not_wait_in_a_circle(room: StoryRoom) -> None:
    """The look holds the row and wants the log; the sign-in must not hold the log already."""
    room.publish_night()
    room.clock.move_to(DUE)
    with room.database.write() as session:
        (item, _) = obligations.due_for_a_look(session, now=DUE, most=10)
        assert item.owed_by == "post:primary"
        officer = Meanwhile(lambda: room.actions.sign_in(by="person:an"))
        wait_for_a_lock(room)
        entry = Entry("note", Sentence("{text}", {"text": "迟"}), f"room:{ROOM}")
        append(session, ROOM, DUE, [entry])
    officer.end()
    assert room.state_of("post:primary") == ("fulfilled", 0)
    with room.database.read() as session:
        verify_chain(session, ROOM)


def test_missed_stays_missed_although_somebody_fulfils_it_at_that_moment(room: StoryRoom) -> None:
    put(room, owed("unit:north", DUE))
    room.clock.move_to(DUE + GRACE)
    with room.database.write() as session:
        (item,) = obligations.due_for_a_look(session, now=DUE + GRACE, most=10)

        def fulfil() -> None:
            with room.database.write() as other:
                obligations.fulfil(other, act_of(room), item.id, at=DUE + GRACE)

        officer = Meanwhile(fulfil)
        wait_for_a_lock(room)
        obligations.store_looks(session, [Looked(item.id, ObligationState.MISSED, DUE, None)])
    officer.end()
    with room.database.read() as session:
        assert session.scalars(select(Obligation.state)).one() == "missed"


def test_a_look_passes_over_a_row_that_somebody_is_writing(room: StoryRoom) -> None:
    put(room, owed("unit:north", DUE), owed("unit:south", DUE))
    now = DUE + timedelta(seconds=1)
    with room.database.write() as officer:
        north, _ = rows(officer)
        obligations.fulfil(officer, act_of(room), north.id, at=DUE)
        with room.database.write() as watch:
            found = obligations.due_for_a_look(watch, now=now, most=10)
            assert [item.owed_by for item in found] == ["unit:south"]
            first = obligations.first_due(watch, now=now)
            assert first is not None
            assert first.owed_by == "unit:south"
