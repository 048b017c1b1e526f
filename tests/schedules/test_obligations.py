"""The obligation table: opened once, looked at in order, settled once; quick at any size."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from records.database import Database
from records.errors import Conflict
from schedules import obligations
from schedules.obligations import Looked
from schedules.outstanding import ObligationState
from tests.schedules.owing import GRACE, act_of, owed, put, rows
from tests.stories.duty_room import ROOM, StoryRoom, local

DUE = local("2026-03-16 17:00")
TICK = timedelta(microseconds=1)


def test_what_is_opened_twice_is_there_once(room: StoryRoom) -> None:
    items = [owed("unit:north", DUE), owed("unit:south", DUE), owed("unit:north", DUE)]
    with room.database.write() as session:
        assert obligations.open_all(session, ROOM, items) == 2
    with room.database.write() as session:
        assert obligations.open_all(session, ROOM, items) == 0
        assert obligations.open_all(session, ROOM, [owed("unit:north", DUE + TICK)]) == 1
        assert len(rows(session)) == 3
        assert obligations.open_all(session, ROOM, []) == 0


def test_more_than_one_statement_takes_are_opened(room: StoryRoom) -> None:
    items = [owed(f"unit:{n}", DUE) for n in range(1_201)]
    with room.database.write() as session:
        assert obligations.open_all(session, ROOM, items) == 1_201


def test_looks_come_in_order_and_no_more_than_are_wanted(room: StoryRoom) -> None:
    put(room, *(owed(f"unit:{n}", DUE + timedelta(seconds=60 - n)) for n in range(5)))
    with room.database.write() as session:
        assert obligations.earliest_look(session) == DUE + timedelta(seconds=56)
        assert obligations.due_for_a_look(session, now=DUE, most=10) == []
        found = obligations.due_for_a_look(session, now=DUE + timedelta(seconds=58), most=2)
        assert [item.owed_by for item in found] == ["unit:4", "unit:3"]
        assert [item.state for item in found] == [ObligationState.LATE] * 2
        assert [item.before for item in found] == [ObligationState.OPEN] * 2
        assert found[0].own_next_look_at == DUE + timedelta(seconds=56) + GRACE


def test_a_look_leaves_state_and_next_look_and_clears_what_stood_in_the_way(
    room: StoryRoom,
) -> None:
    put(room, owed("unit:north", DUE))
    with room.database.write() as session:
        number = rows(session)[0].id
        obligations.set_aside(session, number, "zone unknown", now=DUE)
    with room.database.read() as session:
        (row,) = rows(session)
        assert (row.set_aside, row.next_look_at) == ("zone unknown", DUE + timedelta(hours=1))
    with room.database.write() as session:
        obligations.store_looks(session, [])
        looked = Looked(number, ObligationState.MISSED, DUE, None)
        obligations.store_looks(session, [looked])
    with room.database.read() as session:
        (row,) = rows(session)
        assert (row.state, row.told_until, row.next_look_at) == ("missed", DUE, None)
        assert row.set_aside is None
        assert obligations.earliest_look(session) is None


@pytest.mark.rule("R-REP-10")
@pytest.mark.parametrize(
    ("after", "state", "late"),
    [
        (timedelta(0), ObligationState.FULFILLED, 0.0),
        (TICK, ObligationState.LATE, 0.000001),
        (GRACE, ObligationState.LATE, 900.0),
        (GRACE + TICK, ObligationState.MISSED, 900.000001),
    ],
)
def test_fulfilling_keeps_how_late_it_was(
    room: StoryRoom, after: timedelta, state: ObligationState, late: float
) -> None:
    put(room, owed("unit:north", DUE))
    with room.database.write() as session:
        (row,) = rows(session)
        settled = obligations.fulfil(session, act_of(room), row.id, at=DUE + after)
        assert (settled.state, settled.late_seconds) == (state, late)
    with room.database.read() as session:
        (row,) = rows(session)
        assert (row.state, row.fulfilled_at) == (state.value, DUE + after)
        assert row.next_look_at is None


def test_who_comes_second_is_told_that_it_is_settled(room: StoryRoom) -> None:
    put(room, owed("unit:north", DUE))
    with room.database.write() as session:
        (row,) = rows(session)
        obligations.fulfil(session, act_of(room), row.id, at=DUE)
        with pytest.raises(Conflict):
            obligations.fulfil(session, act_of(room), row.id, at=DUE)


def test_an_acknowledged_matter_is_looked_at_when_missed_and_when_it_returns(
    room: StoryRoom,
) -> None:
    put(room, owed("unit:north", DUE), owed("unit:south", DUE))
    back = DUE + timedelta(minutes=31)
    with room.database.write() as session:
        north, south = rows(session)
        obligations.store_looks(session, [Looked(south.id, ObligationState.MISSED, DUE, None)])
        obligations.acknowledge(
            session, [north.id, south.id], "person:cy", at=DUE + TICK, returns_at=back
        )
    with room.database.read() as session:
        north, south = rows(session)
        assert (north.next_look_at, south.next_look_at) == (DUE + GRACE, back)
        assert {row.acknowledged_by for row in (north, south)} == {"person:cy"}
        assert {row.told_until for row in (north, south)} == {DUE + TICK}


def test_an_acknowledgement_does_not_wake_what_is_settled(room: StoryRoom) -> None:
    put(room, owed("unit:north", DUE))
    with room.database.write() as session:
        (row,) = rows(session)
        obligations.fulfil(session, act_of(room), row.id, at=DUE)
        obligations.acknowledge(session, [row.id], "person:cy", at=DUE, returns_at=DUE + GRACE)
    with room.database.read() as session:
        (row,) = rows(session)
        assert (row.acknowledged_at, row.next_look_at) == (None, None)


def test_the_row_in_hand_is_found_again_unless_it_was_settled(room: StoryRoom) -> None:
    put(room, owed("unit:north", DUE), owed("unit:south", DUE + TICK))
    with room.database.write() as session:
        north, south = rows(session)
        later = DUE + GRACE
        first = obligations.first_due(session, now=later)
        assert first is not None
        assert first.id == north.id
        in_hand = obligations.first_due(session, now=later, among=[south.id])
        assert in_hand is not None
        assert in_hand.id == south.id
        obligations.fulfil(session, act_of(room), south.id, at=DUE)
        assert obligations.first_due(session, now=later, among=[south.id]) is None
        assert obligations.first_due(session, now=DUE - TICK) is None


def test_the_next_look_is_found_in_the_partial_index(sqlite_database: Database) -> None:
    """Whatever the table holds, the watch reads one end of the index of open looks."""
    asked: list[tuple[str, Any]] = []

    def note(_c: object, _k: object, statement: str, values: Any, *_: object) -> None:
        asked.append((statement, values))

    with sqlite_database.write() as session:
        event.listen(sqlite_database.engine, "before_cursor_execute", note)
        assert obligations.earliest_look(session) is None
        assert obligations.due_for_a_look(session, now=DUE, most=500) == []
        event.remove(sqlite_database.engine, "before_cursor_execute", note)
        assert len(asked) == 2
        for statement, values in asked:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
            told = " / ".join(row.detail for row in plan)
            assert "ix_obligation_next_look" in told, told
            assert "TEMP B-TREE" not in told, told
        stored = session.scalar(
            text("SELECT sql FROM sqlite_master WHERE name = 'ix_obligation_next_look'")
        )
        assert stored is not None
        assert "WHERE next_look_at IS NOT NULL" in stored


@pytest.mark.rule("R-REP-10")
def test_many_are_fulfilled_at_once_each_by_its_own_deadline(room: StoryRoom) -> None:
    put(
        room,
        owed("unit:early", DUE + TICK),
        owed("unit:sharp", DUE),
        owed("unit:late", DUE - TICK),
        owed("unit:missed", DUE - GRACE - TICK),
        owed("unit:settled", DUE),
    )
    with room.database.write() as session:
        ids = [row.id for row in rows(session)]
        obligations.fulfil(session, act_of(room), ids[4], at=DUE - TICK)
        found = obligations.fulfil_all(session, act_of(room), [*ids, 9_999], at=DUE)
        assert [item.id for item in found] == ids[:4]
        assert [item.state.value for item in found] == ["fulfilled", "fulfilled", "late", "missed"]
        assert [item.late_seconds for item in found] == [0.0, 0.0, 0.000001, 900.000001]
        assert obligations.fulfil_all(session, act_of(room), ids, at=DUE) == []
    with room.database.read() as session:
        assert obligations.earliest_look(session) is None
        assert [row.state for row in rows(session)][3:] == ["missed", "fulfilled"]
