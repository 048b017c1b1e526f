"""Stories of the night: the bell, the rungs above it, absence; spot checks and roll calls."""

import pytest
from sqlalchemy import select

from console.acts.presence import PresenceChanges
from records.chance import SeededChance
from records.errors import NotAuthorised, NotOnDuty, Refused, WrongState
from schedules.presence_tables import SpotCheck
from tests.stories.duty_room import StoryRoom, local


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


@pytest.mark.rule("R-PRES-01")
def test_the_rungs_of_an_unanswered_check_come_on_the_second(night: StoryRoom) -> None:
    """Warned without an alert, due, bell +15 s, partner +30 s, lead +120 s, leader +5 min."""
    night.advance_to("22:00:14")
    night.expect_nothing_more()
    night.advance_to("22:20")
    night.expect(
        ("22:00:15", "told", 1, "an", "primary"),
        ("22:00:30", "told", 2, "bo", "primary"),
        ("22:02:00", "told", 3, "cy", "primary"),
        ("22:05:00", "told", 4, "dee", "primary"),
    )
    assert night.state_of("post:primary", "presence_check") == ("missed", None)


@pytest.mark.rule("R-PRES-02")
def test_an_answer_in_time_wakes_nobody_and_one_after_the_bell_ends_the_ladder(
    night: StoryRoom,
) -> None:
    night.act_at("22:00")
    night.actions.confirm_presence(by="post:primary")
    night.advance_to("22:29")
    assert night.state_of("post:primary", "presence_check") == ("fulfilled", 0)
    night.expect_nothing_more()
    night.act_at("22:30:20")
    night.actions.confirm_presence(by="person:an")
    night.advance_to("22:59")
    assert night.state_of("post:primary", "presence_check") == ("late", 20)
    night.expect(("22:30:15", "told", 1, "an", "primary"), ("22:30:20", "over", 0, "an", "primary"))


@pytest.mark.rule("R-PRES-02")
def test_a_wrong_digit_or_a_held_key_is_refused_and_asks_another(night: StoryRoom) -> None:
    night.act_at("21:58")
    first = night.actions.ask_presence(by="post:primary")
    for _ in range(5):  # held down: nobody has read the digit in no time
        with pytest.raises(Refused):
            night.actions.answer_presence(by="post:primary", digit=first)
    night.advance_to("21:58:05")
    with pytest.raises(Refused):
        night.actions.answer_presence(by="post:primary", digit=first)
    shown = night.actions.ask_presence(by="post:primary")
    assert shown != first
    night.advance_to("21:58:07")
    with pytest.raises(NotOnDuty):
        night.actions.answer_presence(by="person:eve", digit=shown)
    night.actions.answer_presence(by="person:an", digit=shown)
    with pytest.raises(WrongState):  # the same answer once more does not count
        night.actions.confirm_presence(by="person:an")


def test_the_partner_does_not_answer_for_the_watch_keeper(night: StoryRoom) -> None:
    night.act_at("22:00")
    with pytest.raises(WrongState):
        night.actions.confirm_presence(by="person:bo")
    night.actions.confirm_presence(by="person:an")


@pytest.mark.rule("R-PRES-03")
def test_two_missed_in_a_row_make_one_suspect_absence_once(night: StoryRoom) -> None:
    night.advance_to("22:31:59")
    assert night.findings() == []
    night.advance_to("23:45")
    assert night.findings() == [("22:32:00", "absent_from_post", "an", None)]
    night.actions.confirm_presence(by="person:an")
    night.advance_to("00:20")
    assert len(night.findings()) == 2  # back, and away again: midnight is the second in a row
    night.forget()


def test_who_never_came_is_not_absent_from_the_post_besides(room: StoryRoom) -> None:
    room.publish_night()
    room.actions.change_presence(
        by="person:cy", confirmed_by="person:dee", changes=PresenceChanges()
    )
    room.advance_to("23:40")
    assert {kind for _, kind, _, _ in room.findings()} == {"uncovered_post"}
    room.forget()


@pytest.mark.rule("R-PRES-04")
def test_while_a_call_is_entered_nobody_is_asked(night: StoryRoom) -> None:
    night.act_at("21:59")
    night.actions.put_off_presence(by="post:primary")
    night.advance_to("22:08:59")
    night.expect_nothing_more()
    night.act_at("22:09")
    night.actions.confirm_presence(by="post:primary")
    night.advance_to("22:29")
    night.expect_nothing_more()


@pytest.mark.rule("R-PRES-05")
def test_one_person_alone_cannot_change_the_settings(night: StoryRoom) -> None:
    with pytest.raises(NotAuthorised):
        night.actions.change_presence(
            by="person:cy", confirmed_by="person:cy", changes=PresenceChanges(on=False)
        )


def checks(room: StoryRoom) -> list[tuple[str, str, int | None]]:
    """Return (party, result, seconds) of all spot checks."""
    with room.database.read() as session:
        rows = session.scalars(select(SpotCheck).order_by(SpotCheck.id))
        return [(row.party, row.result, row.answer_seconds) for row in rows]


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
    night.advance_to(
        drawn[0].astimezone(night.rules and local("2026-03-16 00:00").tzinfo).strftime("%H:%M:%S")
    )
    assert [result for _, result, _ in checks(night)] == ["asked"] * 3
    night.forget()


@pytest.mark.rule("R-SPOT-01")
def test_a_miss_counts_only_after_the_second_try(night: StoryRoom) -> None:
    """Asked at 23:10 or so: the first try waits two minutes, the second three."""
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
    zone = local("2026-03-16 00:00").tzinfo
    seconds = int((drawn - local("2026-03-16 22:00")).total_seconds())

    def clock(after: int) -> str:
        return f"22:{(seconds + after) // 60:02}:{(seconds + after) % 60:02}"

    night.advance_to(clock(134))
    assert drawn.astimezone(zone).strftime("%H:%M:%S") == clock(0)
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
