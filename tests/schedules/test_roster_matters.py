"""A gap is alarmed a day ahead, a holiday's roster three days before, next year in December."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from console.acts.rosters import RosterWish
from schedules.holidays import load_year
from schedules.openers import Room
from schedules.openings import opened_until
from schedules.roster import Span
from schedules.roster_matters import RosterOpener, settle, uncovered_posts
from schedules.shifts import PlannedShift, publish
from schedules.tables import Obligation
from tests.schedules.owing import act_of
from tests.stories.duty_room import ROOM, ZONE, StoryRoom, local

HERE = Room(ROOM, ZONE)


def opened(room: StoryRoom, span: Span) -> int:
    with room.database.write() as session:
        return RosterOpener(room.rules.rosters).open(session, act_of(room), HERE, span)


def next_two_days(room: StoryRoom) -> Span:
    now = room.clock.now()
    return now, now + timedelta(hours=48)


def owed(room: StoryRoom) -> list[tuple[str, str, str, str]]:
    """Return (subject, owed by, local due, state) of what the roster owes."""
    with room.database.read() as session:
        rows = session.scalars(
            select(Obligation).where(Obligation.kind == "roster").order_by(Obligation.id)
        ).all()
        return [
            (
                row.subject,
                row.owed_by,
                row.due_at.astimezone(ZONE).strftime("%m-%d %H:%M"),
                row.state,
            )
            for row in rows
        ]


def night(room: StoryRoom, day: str, **people: str | None) -> None:
    begins = local(f"{day} 17:30")
    shift = PlannedShift("night", f"night:{day}", begins, begins + timedelta(hours=15), people)
    with room.database.write() as session:
        publish(session, act_of(room), [shift])


GAP = "roster:gap:night:2026-03-18:secondary"


@pytest.mark.rule("R-ROS-04")
@pytest.mark.rule("R-LAD-04")
def test_a_gap_is_owed_by_the_shift_lead_a_day_ahead_and_climbs(room: StoryRoom) -> None:
    room.publish_shift("lead", "08:30", 72, shift_lead="cy", shift_lead_b="eve")
    night(room, "2026-03-18", primary="an", secondary=None)
    until = local("2026-03-18 16:45")
    assert opened(room, (room.clock.now(), until)) == 0  # not before its own span is opened
    assert opened(room, (until, until + timedelta(hours=24))) == 1
    assert opened(room, (until, until + timedelta(hours=24))) == 0
    assert owed(room) == [(GAP, "post:shift_lead", "03-17 17:30", "open")]
    room.forget()
    room.advance_to("08:00")
    room.act_at("17:30")
    room.forget()
    room.advance_to("17:30")
    told = [alert for alert in room.alerts() if alert[3] == "cy"]
    assert ("17:30:00", "told", 1, "cy", "shift_lead") in told
    room.advance_to("18:30")
    assert ("18:30:00", "told", 2, "dee", "shift_lead") in room.alerts()
    room.forget()


@pytest.mark.rule("R-ROS-04")
def test_a_gap_that_is_filled_is_settled(room: StoryRoom) -> None:
    night(room, "2026-03-18", primary="an", secondary=None)
    opened(room, next_two_days(room))
    span = (room.clock.now(), local("2026-03-19 12:00"))
    opened(room, span)
    assert [row[3] for row in owed(room)] == ["open"]
    night(room, "2026-03-18", primary="an", secondary="bo")
    assert opened(room, next_two_days(room)) == 0
    assert [row[3] for row in owed(room)] == ["fulfilled"]


@pytest.mark.rule("R-ROS-04")
def test_a_gap_published_within_the_day_is_due_at_once(room: StoryRoom) -> None:
    night(room, "2026-03-16", primary="an", secondary=None)
    opened(room, next_two_days(room))
    assert [(row[2], row[3]) for row in owed(room)] == [("03-16 16:45", "open")]


def test_a_gap_at_a_post_on_call_is_not_alarmed(room: StoryRoom) -> None:
    room.publish_shift("lead", "17:30", 24, shift_lead="cy", shift_lead_b=None, driver=None)
    assert opened(room, next_two_days(room)) == 0
    room.forget()


@pytest.mark.rule("R-ROS-06")
def test_the_roster_of_a_holiday_is_due_three_days_before(room: StoryRoom) -> None:
    night(room, "2026-03-16", primary="an")
    span = (local("2026-04-01 00:00"), local("2026-04-02 00:00"))
    assert opened(room, (local("2026-03-31 00:00"), span[0])) == 0
    assert opened(room, span) == 1
    subject = "roster:holiday:2026-04-04:2026-04-06"
    assert owed(room) == [(subject, "post:duty_leader", "04-01 17:00", "open")]
    begins, ends = local("2026-04-04 00:00"), local("2026-04-07 00:00")
    whole = PlannedShift("full", "full:2026-04-04", begins, ends, {"primary": "bo"})
    with room.database.write() as session:
        publish(session, act_of(room), [whole])
        assert settle(session, act_of(room), ZONE) == [1]
    assert opened(room, span) == 0


@pytest.mark.rule("R-CAL-02")
def test_the_next_year_s_calendar_is_an_alarm_from_the_first_of_december(room: StoryRoom) -> None:
    before = (local("2026-11-29 00:00"), local("2026-12-01 00:00"))
    from_then = (before[1], local("2026-12-03 00:00"))
    assert opened(room, before) == 0
    assert opened(room, from_then) == 1
    assert owed(room) == [("holidays:2027", "post:duty_leader", "12-01 00:00", "open")]
    with room.database.write() as session:
        load_year(session, act_of(room), 2027, {date(2027, 1, 1): "元旦"}, {})
        settle(session, act_of(room), ZONE)
    assert [row[3] for row in owed(room)] == ["fulfilled"]
    assert opened(room, from_then) == 0


def test_uncovered_hours_are_named_by_post(room: StoryRoom) -> None:
    night(room, "2026-03-16", primary="an", secondary=None)
    span = (local("2026-03-16 12:00"), local("2026-03-17 12:00"))
    with room.database.read() as session:
        found = uncovered_posts(session, ROOM, span)
    assert found == {
        "primary": (
            (local("2026-03-16 12:00"), local("2026-03-16 17:30")),
            (local("2026-03-17 08:30"), local("2026-03-17 12:00")),
        ),
        "secondary": (span,),
    }


@pytest.mark.rule("R-ROS-04")
def test_publishing_without_gaps_settles_what_was_owed(room: StoryRoom) -> None:
    night(room, "2026-03-18", primary="an", secondary=None)
    opened(room, (room.clock.now(), local("2026-03-19 12:00")))
    wish = RosterWish(
        date(2026, 3, 17),
        date(2026, 3, 20),
        pattern="12x2",
        lead_pattern="",
        officers=tuple(f"person:{each}" for each in ("an", "bo", "cy", "dee", "eve")),
    )
    room.actions.publish_roster(wish, with_gaps=True)
    assert [row[3] for row in owed(room)] == ["fulfilled"]
    with room.database.read() as session:
        assert opened_until(session, ROOM) is not None
