"""Spot checks as they are stored: drawn inside the window, asked by the watch, hidden before."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from records.chance import SeededChance, SystemChance
from schedules.presence_tables import SpotCheck
from schedules.rounds import OpenDue
from schedules.spot_checks import manned_posts, plan
from tests.schedules.owing import act_of, rows
from tests.stories.duty_room import ROOM, StoryRoom, local

WINDOW = (local("2026-03-16 20:00"), local("2026-03-16 22:00"))


@pytest.mark.rule("R-SPOT-01")
def test_the_instant_lies_inside_the_window_and_every_plan_draws_anew(room: StoryRoom) -> None:
    with room.database.write() as session:
        for _ in range(60):
            plan(
                session, act_of(room), SystemChance(), ["post:primary"], WINDOW, is_roll_call=False
            )
        drawn = session.scalars(select(SpotCheck.drawn_at)).all()
    assert all(WINDOW[0] <= each <= WINDOW[1] for each in drawn)
    assert len(set(drawn)) > 50
    spread = max(drawn) - min(drawn)
    assert spread > timedelta(minutes=60)


def test_the_same_chance_draws_the_same_instant(room: StoryRoom) -> None:
    found = []
    with room.database.write() as session:
        for _ in range(2):
            chance = SeededChance("again")
            plan(session, act_of(room), chance, ["post:primary"], WINDOW, is_roll_call=False)
        found = list(session.scalars(select(SpotCheck.drawn_at)))
    assert found[0] == found[1]


def test_a_roll_call_calls_all_manned_posts_at_one_instant(room: StoryRoom) -> None:
    with room.database.write() as session:
        parties = manned_posts(session, ROOM)
        ids = plan(session, act_of(room), SystemChance(), parties, WINDOW, is_roll_call=True)
        found = session.scalars(select(SpotCheck).order_by(SpotCheck.id)).all()
    assert parties == ["post:primary", "post:secondary", "post:shift_lead"]
    assert {row.roll_call for row in found} == {ids[0]}
    assert len({row.drawn_at for row in found}) == 1


def test_the_watch_wakes_at_the_drawn_instant_and_asks_then(room: StoryRoom) -> None:
    room.publish_night()
    with room.database.write() as session:
        plan(session, act_of(room), SystemChance(), ["post:primary"], WINDOW, is_roll_call=False)
        drawn = session.scalars(select(SpotCheck.drawn_at)).one()
        wanted = OpenDue(room.rules.schedules).next_at(session)
        assert "spot_check" not in {row.kind for row in rows(session)}
    assert wanted == drawn
    room.sleep_until("22:30")  # the machine slept through it: it is asked when it wakes
    with room.database.read() as session:
        (asked,) = [(row.arose_at, row.due_at) for row in rows(session) if row.kind == "spot_check"]
    assert asked == (local("2026-03-16 22:30"), local("2026-03-16 22:32"))
    room.forget()
