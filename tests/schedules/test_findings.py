"""Suspected by the program, explained by the person, judged by the shift lead: all kept."""

from collections.abc import Mapping

import pytest
from sqlalchemy import select

from records.errors import NotFound, WrongState
from records.tables import LogEntry
from schedules.findings import FindingKind, Judged, Suspicion, explain, judge, suspect
from schedules.tables import Finding
from tests.schedules.owing import act_of, owed, put, rows
from tests.stories.duty_room import ROOM, StoryRoom, local

DUE = local("2026-03-16 17:30")


def suspected(room: StoryRoom) -> int:
    """Store one suspected finding; return its number."""
    put(room, owed("post:primary", DUE))
    with room.database.write() as session:
        (row,) = rows(session)
        suspicion = Suspicion(FindingKind.UNCOVERED_POST, "primary", "an", row.id, DUE)
        suspect(session, ROOM, suspicion, operator=f"room:{ROOM}")
        suspect(session, ROOM, suspicion, operator=f"room:{ROOM}")
        return session.scalars(select(Finding.id)).one()


def acts(room: StoryRoom) -> list[str]:
    """Return the acts that the log holds about findings, in order."""
    with room.database.read() as session:
        found = session.scalars(
            select(LogEntry.act).where(LogEntry.act.like("%finding")).order_by(LogEntry.seq)
        )
        return list(found)


def stored(room: StoryRoom) -> Mapping[str, object]:
    with room.database.read() as session:
        row = session.scalars(select(Finding)).one()
        return {"judged": row.judged, "by": row.judged_by, "said": row.explanation}


@pytest.mark.rule("R-POST-03")
def test_the_same_suspicion_twice_is_stored_and_recorded_once(room: StoryRoom) -> None:
    suspected(room)
    assert acts(room) == ["suspect_finding"]
    assert stored(room) == {"judged": "suspected", "by": None, "said": ""}


@pytest.mark.parametrize("judged", [Judged.CONFIRMED, Judged.DISMISSED])
def test_a_finding_is_explained_and_judged_once(room: StoryRoom, judged: Judged) -> None:
    number = suspected(room)
    with room.database.write() as session:
        explain(session, act_of(room, "person:an"), number, "路上堵车")
        judge(session, act_of(room, "person:cy"), number, judged, "已核实")
        with pytest.raises(WrongState):
            judge(session, act_of(room, "person:cy"), number, Judged.CONFIRMED, "再次")
    assert stored(room) == {"judged": judged.value, "by": "person:cy", "said": "路上堵车"}
    assert acts(room) == ["suspect_finding", "explain_finding", f"{judged.value}_finding"]


def test_a_finding_of_another_room_or_of_no_room_is_not_found(room: StoryRoom) -> None:
    number = suspected(room)
    with room.database.write() as session:
        session.execute(Finding.__table__.update().values(room_key="elsewhere"))  # type: ignore[attr-defined]  # a Table
        for wrong in (number, number + 1):
            with pytest.raises(NotFound):
                judge(session, act_of(room), wrong, Judged.CONFIRMED, "")
