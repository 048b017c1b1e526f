"""Stories of routine reports: on time, late, missed, chased."""

import pytest

from records.database import Database
from records.errors import BadData, Refused, WrongState
from tests.stories.duty_room import StoryRoom

DAILY = "county_duty_situation"


@pytest.fixture(name="room")
def _manned_room(room: StoryRoom) -> StoryRoom:
    """North and South owe; An stands at the post by day."""
    room.add_units("north", "south")
    room.publish_shift("lead", "08:30", 24, shift_lead="cy", shift_lead_b="eve")
    room.publish_shift("day", "08:30", 9, primary="an", secondary="bo")
    return room


@pytest.mark.rule("R-REP-10")
@pytest.mark.rule("R-REP-12")
def test_a_report_at_the_limit_is_on_time_and_a_second_later_is_late(room: StoryRoom) -> None:
    """Vector 16."""
    room.act_at("17:00")
    room.actions.receive_report(by="post:primary", unit="unit:north", report=DAILY)
    room.tick()
    room.forget()
    room.advance_to("17:00:01")
    room.actions.receive_report(by="post:primary", unit="unit:south", report=DAILY)
    assert room.state_of("unit:north", "routine_report") == ("fulfilled", 0)
    assert room.state_of("unit:south", "routine_report") == ("late", 1)
    room.expect(("17:00:01", "over", 0, "an", "south"), ("17:00:01", "over", 0, "south", "south"))


@pytest.mark.rule("R-LAD-02")
@pytest.mark.rule("R-LAD-03")
@pytest.mark.rule("R-REP-11")
def test_the_unit_and_the_officer_at_once_and_the_shift_lead_after_an_hour(
    room: StoryRoom,
) -> None:
    room.actions.receive_report(by="post:primary", unit="north", report=DAILY, nil=True)
    room.advance_to("17:00")
    room.expect(("17:00:00", "told", 1, "south", "south"), ("17:00:00", "told", 1, "an", "south"))
    room.advance_to("18:00")
    room.expect(("18:00:00", "told", 2, "cy", "south"))
    assert room.state_of("unit:south", "routine_report") == ("missed", None)
    room.advance_to("23:00")
    room.expect_nothing_more()
    room.actions.receive_report(unit="south", report=DAILY)
    assert room.state_of("unit:south", "routine_report") == ("missed", 6 * 3600)
    room.expect(
        ("23:00:00", "over", 0, "south", "south"),
        ("23:00:00", "over", 0, "an", "south"),
        ("23:00:00", "over", 0, "cy", "south"),
    )


def test_three_minutes_late_bothers_nobody_above(room: StoryRoom) -> None:
    room.actions.receive_report(unit="north", report=DAILY)
    room.advance_to("17:03")
    room.actions.receive_report(unit="south", report=DAILY)
    room.forget()
    room.advance_to("20:00")
    room.expect_nothing_more()
    assert room.state_of("unit:south", "routine_report") == ("late", 180)


def test_a_chase_is_on_record_and_excuses_nothing(room: StoryRoom) -> None:
    room.actions.receive_report(unit="north", report=DAILY)
    room.advance_to("17:05")
    room.actions.chase_report(
        by="post:primary", unit="south", report=DAILY, words="发送中,5分钟内到"
    )
    room.forget()
    room.advance_to("18:00")
    room.expect(("18:00:00", "told", 2, "cy", "south"))


def test_what_is_not_owed_or_is_there_already_is_refused(room: StoryRoom) -> None:
    room.actions.receive_report(unit="north", report=DAILY)
    with pytest.raises(WrongState):
        room.actions.receive_report(unit="north", report=DAILY)
    with pytest.raises(Refused):
        room.actions.receive_report(unit="north", report="risk_commitment")
    with pytest.raises(BadData, match="county_duty_situation"):
        room.actions.receive_report(unit="north", report="county_duty")
    room.advance_to("16:51")
    room.actions.receive_report(unit="south", report=DAILY)


@pytest.mark.rule("R-MAIL-03")
def test_many_reports_late_at_once_are_one_mail_to_the_officer(room: StoryRoom) -> None:
    """Each unit gets its own mail, the officer one digest."""
    room.add_units(*[f"county-{number}" for number in range(10)])
    room.advance_to("16:50")
    before = len(room.letters.letters)
    room.advance_to("17:00")
    assert len(room.alerts()) == 24
    assert len(room.letters.letters) - before == 13
    room.forget()


@pytest.mark.rule("R-CAL-01")
def test_a_holiday_that_is_loaded_late_takes_back_what_was_opened(database: Database) -> None:
    """The dispatch of Monday moves to Tuesday when Monday turns out to be a holiday."""
    room = StoryRoom(database, begins="2026-03-22 12:00")
    room.add_units("north")
    assert room.owed("report:weekly_dispatch") == [("open", "2026-03-23 09:00")]
    room.load_holiday("2026-03-23")
    assert room.owed("report:weekly_dispatch") == [
        ("superseded", "2026-03-23 09:00"),
        ("open", "2026-03-24 09:00"),
    ]
    room.close()


@pytest.mark.rule("R-REP-11")
def test_a_report_of_the_next_morning_is_the_missed_one_and_not_the_next(room: StoryRoom) -> None:
    """It stays missed with its time of arrival; near the next deadline it is the next one."""
    room.actions.receive_report(unit="north", report=DAILY)
    room.advance_to("00:30")
    room.advance_to("07:30")
    room.actions.receive_report(unit="south", report=DAILY)
    assert room.state_of("unit:south", "routine_report") == ("missed", 14.5 * 3600)
    room.forget()
    room.advance_to("16:50")
    room.actions.receive_report(unit="south", report=DAILY)
    room.actions.receive_report(unit="north", report=DAILY)
    room.advance_to("17:00")
    assert room.state_of("unit:south", "routine_report") == ("fulfilled", 0)
    room.forget()
