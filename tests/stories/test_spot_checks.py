"""Stories of spot checks and roll calls: drawn, asked, tried twice, counted; units by telephone."""

import pytest
from sqlalchemy import select

from records.errors import NotAuthorised, Refused, WrongState
from schedules.presence_tables import SpotCheck
from tests.stories.duty_room import ZONE, StoryRoom, local


def checks(room: StoryRoom) -> list[tuple[str, str, int | None]]:
    """Return (party, outcome, seconds) of all spot checks."""
    with room.database.read() as session:
        rows = session.scalars(select(SpotCheck).order_by(SpotCheck.id))
        return [(row.party, row.outcome, row.answer_seconds) for row in rows]


@pytest.mark.rule("R-SPOT-01")
def test_a_roll_call_comes_inside_its_window_and_no_list_shows_it_before(night: StoryRoom) -> None:
    night.act_at("21:51")
    night.actions.sign_in(by="person:cy")
    night.forget()
    with pytest.raises(NotAuthorised):
        night.actions.plan_spot_check(
            by="person:an",
            window_from=local("2026-03-16 21:52"),
            window_until=local("2026-03-16 21:58"),
        )
    with pytest.raises(Refused):  # nine minutes could be guessed
        night.actions.plan_spot_check(
            by="person:cy",
            window_from=local("2026-03-16 21:40"),
            window_until=local("2026-03-16 22:00"),
        )
    night.actions.plan_spot_check(
        by="person:cy",
        window_from=local("2026-03-16 18:00"),
        window_until=local("2026-03-16 23:30"),
    )
    assert night.owed("spot_check:1") == []
    with night.database.read() as session:
        drawn = session.scalars(select(SpotCheck.drawn_at)).all()
    assert len(set(drawn)) == 1
    assert night.clock.now() <= drawn[0] <= local("2026-03-16 23:30")
    night.advance_to(drawn[0].astimezone(ZONE).strftime("%H:%M:%S"))
    assert [outcome for _, outcome, _ in checks(night)] == ["asked"] * 3
    night.forget()


@pytest.mark.rule("R-SPOT-01")
def test_a_miss_counts_only_after_the_second_try(night: StoryRoom) -> None:
    """The first try waits two minutes, the second three."""
    night.act_at("21:52")
    night.actions.plan_spot_check(
        party="post:secondary",
        window_from=local("2026-03-16 22:02"),
        window_until=local("2026-03-16 22:12"),
    )
    night.act_at("22:00")
    night.actions.confirm_presence(by="person:an")
    with night.database.read() as session:
        drawn = session.scalars(select(SpotCheck.drawn_at)).one()
    seconds = int((drawn - local("2026-03-16 22:00")).total_seconds())

    def clock(after: int) -> str:
        return f"22:{(seconds + after) // 60:02}:{(seconds + after) % 60:02}"

    night.advance_to(clock(134))
    assert drawn.astimezone(ZONE).strftime("%H:%M:%S") == clock(0)
    night.expect_nothing_more()
    night.advance_to(clock(136))
    night.expect((clock(135), "told", 1, "bo", "secondary"))
    assert night.findings() == []
    night.act_at(clock(200))
    night.actions.answer_spot_check(by="post:secondary")
    assert checks(night) == [("post:secondary", "answered", 200)]
    assert night.state_of("post:secondary", "spot_check") == ("late", 80)
    with pytest.raises(WrongState):
        night.actions.answer_spot_check(by="person:bo")
    night.forget()


@pytest.mark.rule("R-SPOT-01")
def test_a_spot_check_missed_twice_is_a_suspected_absence(night: StoryRoom) -> None:
    night.act_at("21:52")
    night.actions.plan_spot_check(
        by="person:dee",
        party="post:secondary",
        window_from=local("2026-03-16 22:02"),
        window_until=local("2026-03-16 22:12"),
    )
    night.act_at("22:00")
    night.actions.confirm_presence(by="person:an")
    night.advance_to("22:25")
    assert checks(night) == [("post:secondary", "missed", None)]
    assert [row[1:] for row in night.findings()] == [("absent_from_post", "bo", None)]
    night.forget()


@pytest.mark.rule("R-SPOT-02")
def test_a_unit_that_does_not_answer_is_called_again_before_it_counts(night: StoryRoom) -> None:
    night.add_units("north")
    call = night.actions.call_unit
    call(unit="unit:north", answered=False, by="post:primary")
    night.act_at("21:54")
    call(unit="unit:north", answered=False, by="post:primary")
    assert checks(night) == [("unit:north", "missed", None)]
    call(unit="north", answered=True, seconds=9, answered_by="北局值班员", words="情况清楚")
    assert checks(night)[1] == ("unit:north", "answered", 9)
    call(unit="north", answered=False)
    night.act_at("21:59:01")  # more than five minutes: it begins anew
    call(unit="north", answered=False)
    assert checks(night)[2][1] == "second_try"
    night.forget()


@pytest.mark.rule("R-SPOT-02")
def test_a_drawn_call_is_owed_by_the_duty_officer_until_it_is_made(night: StoryRoom) -> None:
    night.add_units("north")
    night.act_at("21:51")
    night.actions.plan_spot_check(
        party="unit:north",
        window_from=local("2026-03-16 22:05"),
        window_until=local("2026-03-16 22:15"),
    )
    night.act_at("22:00")
    night.actions.confirm_presence(by="person:an")
    night.act_at("22:16")
    night.actions.call_unit(unit="unit:north", answered=True, seconds=5, by="post:primary")
    night.advance_to("22:26")
    assert night.state_of("post:primary", "unit_check")[0] == "fulfilled"
    night.expect_nothing_more()


def test_visits_and_patrols_are_lines_of_the_log(night: StoryRoom) -> None:
    night.actions.record_visit(by="person:dee", words="检查值守")
    night.actions.record_patrol(by="person:cy", words="走廊照明损坏")
