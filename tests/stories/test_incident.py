"""Stories of incidents: from the first call to the end, with their alarms."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from plans.grades import Grade
from plans.grading import Counts
from plans.incident_reports import Reported
from plans.incident_tables import Incident
from plans.incidents import Intake, Said
from plans.reporting_levels import ReportForm, ReportingLevel, ReportKind
from records.errors import BadData, NotAuthorised, NotFound, Refused, WrongState
from records.tables import LogEntry
from schedules.tables import Obligation
from tests.stories.duty_room import ROOM, ZONE, StoryRoom, local

CITY, PROVINCE = ReportingLevel.CITY, ReportingLevel.PROVINCE


@pytest.fixture(name="room")
def _manned_room(room: StoryRoom) -> StoryRoom:
    """An and Bo are on the night shift, Cy leads."""
    room.publish_night()
    room.act_at("17:20")
    for post in ("primary", "secondary"):
        room.actions.sign_in(by=f"post:{post}")
    room.advance_to("19:59")
    room.act_at("20:00")
    room.forget()
    return room


def receive(room: StoryRoom, *, dead: int | None = None, occurred: str = "19:55") -> None:
    said = Said(
        kind="acc.industry",
        occurred_at=local(f"2026-03-16 {occurred}"),
        place="某厂",
        counts=Counts(dead=dead),
    )
    room.actions.receive_incident(Intake(said, handle="a"), by="post:primary")


def report(
    room: StoryRoom,
    kind: ReportKind = ReportKind.FIRST,
    form: ReportForm = ReportForm.WRITTEN,
    at: datetime | None = None,
) -> None:
    reported = Reported(kind, form, CITY, PROVINCE, at)
    room.actions.report_incident(incident="a", reported=reported)


def clocks(room: StoryRoom) -> dict[str, str]:
    """State by rule of what is owed at limits; of several the last."""
    with room.database.read() as session:
        rows = session.execute(
            select(Obligation.rule, Obligation.state)
            .where(Obligation.subject == "incident:a")
            .order_by(Obligation.due_at)
        ).all()
    return {row.rule.removeprefix("R-CLOCK-"): row.state for row in rows}


def state_of(room: StoryRoom) -> str:
    with room.database.read() as session:
        return session.scalars(select(Incident.state)).one()


def log(room: StoryRoom) -> list[str]:
    with room.database.read() as session:
        return list(
            session.scalars(
                select(LogEntry.act).where(LogEntry.subject == "incident:a").order_by(LogEntry.seq)
            )
        )


@pytest.mark.rule("R-INC-05")
@pytest.mark.rule("R-LAD-31")
def test_an_unreported_large_accident_climbs_to_the_duty_leader(room: StoryRoom) -> None:
    """Written report within an hour of 19:55; the telephone one counts from our receipt."""
    receive(room, dead=3)
    room.advance_to("20:54")
    room.expect_nothing_more()
    room.advance_to("20:55")
    room.expect(("20:55:00", "told", 1, "an", ROOM), ("20:55:00", "told", 1, "bo", ROOM))
    room.advance_to("20:59")
    room.expect_nothing_more()
    room.act_at("21:00")
    report(room)
    room.tick()
    room.expect(("21:00:00", "over", 0, "an", ROOM), ("21:00:00", "over", 0, "bo", ROOM))
    assert clocks(room)["09"] == "late"
    room.advance_to("23:00")
    room.expect_nothing_more()


@pytest.mark.rule("R-INC-06")
def test_the_alarm_of_a_missed_follow_up_goes_over_to_the_next(room: StoryRoom) -> None:
    """Nobody follows up for two days: one repeating alarm a clock, not one for each day."""
    receive(room, dead=1)
    report(room)
    for _ in range(3):
        room.advance_to("20:00" if room.clock.now().astimezone(ZONE).hour < 20 else "19:59")
    with room.database.read() as session:
        alarms = session.execute(
            select(Obligation.rule, Obligation.due_at)
            .where(Obligation.subject == "incident:a", Obligation.state == "missed")
            .where(Obligation.next_look_at.is_not(None), Obligation.fulfilled_at.is_(None))
        ).all()
    assert len(alarms) <= 1
    room.forget()


@pytest.mark.rule("R-INC-04")
def test_only_a_shift_lead_with_a_reason_decides_lower(room: StoryRoom) -> None:
    receive(room, dead=3)
    with pytest.raises(NotAuthorised):
        room.actions.assess_incident(
            incident="a", grade=Grade.ORDINARY, reason="误计", by="post:primary"
        )
    with pytest.raises(Refused, match="理由"):
        room.actions.assess_incident(incident="a", grade=Grade.ORDINARY, by="post:shift_lead")
    room.actions.assess_incident(
        incident="a", grade=Grade.ORDINARY, reason="误计", by="post:shift_lead"
    )
    assert clocks(room)["09"] == "superseded"
    assert clocks(room)["10"] == "open"
    room.actions.update_incident(incident="a", said=Said(counts=Counts(dead=10)))
    assert clocks(room)["07"] == "open"  # more than was known when it was decided
    room.actions.assess_incident(incident="a", by="post:primary")
    assert clocks(room)["07"] == "open"


@pytest.mark.rule("R-INC-01")
@pytest.mark.rule("R-INC-02")
@pytest.mark.rule("R-INC-03")
def test_every_act_is_in_the_log_and_nothing_is_overwritten(room: StoryRoom) -> None:
    receive(room)
    room.actions.learn_of_incident(
        incident="a", level=ReportingLevel.COUNTY, learned_at=local("2026-03-16 19:57")
    )
    room.actions.update_incident(
        incident="incident:a", said=Said(counts=Counts(dead=1), place="某厂二车间")
    )
    report(room)
    assert [act for act in log(room) if act != "start_clocks"] == [
        "receive_incident",
        "learn_of_incident",
        "update_incident",
        "grade_incident",
        "withdraw_clocks",
        "report_incident",
    ]
    assert state_of(room) == "graded"


def test_what_cannot_be_is_refused(room: StoryRoom) -> None:
    receive(room, dead=1)
    ahead = datetime(2026, 3, 17, tzinfo=UTC)
    with pytest.raises(WrongState, match="a"):
        receive(room, dead=1)
    with pytest.raises(NotFound, match="最接近的是a"):
        room.actions.update_incident(incident="aa", said=Said(counts=Counts(dead=1)))
    with pytest.raises(BadData, match="至少一项"):
        room.actions.update_incident(incident="a", said=Said(reason="无"))
    with pytest.raises(BadData, match="dead"):
        room.actions.update_incident(incident="a", said=Said(counts=Counts(dead=-1)))
    with pytest.raises(Refused, match="晚于此刻"):
        report(room, at=ahead)
    with pytest.raises(Refused, match="晚于此刻"):
        room.actions.update_incident(incident="a", said=Said(occurred_at=ahead))
    with pytest.raises(BadData, match="同一级"):
        room.actions.report_incident(
            incident="a", reported=Reported(ReportKind.FIRST, ReportForm.WRITTEN, CITY, CITY)
        )
    with pytest.raises(BadData, match="不能为空"):
        report_without_handle(room)


def report_without_handle(room: StoryRoom) -> None:
    reported = Reported(ReportKind.FIRST, ReportForm.WRITTEN, CITY, PROVINCE)
    room.actions.report_incident(incident=" ", reported=reported)


@pytest.mark.rule("R-INC-08")
def test_it_ends_with_its_final_report_and_opens_again_by_a_death(room: StoryRoom) -> None:
    receive(room, dead=1)
    with pytest.raises(Refused, match="终报"):
        room.actions.close_incident(incident="a")
    report(room)
    report(room, ReportKind.FINAL)
    room.actions.close_incident(incident="a")
    assert state_of(room) == "closed"
    assert "open" not in clocks(room).values()
    with pytest.raises(WrongState):
        room.actions.close_incident(incident="a")
    room.clock.move_to(local("2026-04-14 10:00"))
    room.tick()
    room.forget()
    room.actions.update_incident(incident="a", said=Said(counts=Counts(dead=2)))
    assert state_of(room) == "graded"
    assert clocks(room)["14"] == "open"
    report(room, ReportKind.SUPPLEMENT, ReportForm.TELEPHONE)
    assert clocks(room)["14"] == "fulfilled"
    room.forget()


@pytest.mark.rule("R-INC-08")
def test_what_is_late_stays_late_when_it_is_closed_for_a_reason(room: StoryRoom) -> None:
    receive(room, dead=1, occurred="13:00")
    room.advance_to("22:00")
    room.forget()
    report(room, ReportKind.FINAL, ReportForm.TELEPHONE)
    with pytest.raises(Refused, match="逾期"):
        room.actions.close_incident(incident="a")
    room.actions.close_incident(incident="a", reason="已并入他案")
    assert clocks(room)["10"] == "late"
    room.advance_to("23:00")
    room.expect_nothing_more()


def test_a_false_alarm_wants_a_reason_and_owes_nothing_more(room: StoryRoom) -> None:
    receive(room)
    with pytest.raises(Refused, match="误报"):
        room.actions.close_incident(incident="a", false_alarm=True)
    room.actions.close_incident(incident="a", false_alarm=True, reason="演习烟雾")
    assert state_of(room) == "false_alarm"
    assert set(clocks(room).values()) == {"superseded"}


def test_incidents_without_a_handle_are_numbered_by_the_year(room: StoryRoom) -> None:
    for _ in range(2):
        room.actions.receive_incident(Intake(Said(kind="acc.fire")))
    with room.database.read() as session:
        handles = session.scalars(select(Incident.handle).order_by(Incident.id)).all()
    assert handles == ["2026-001", "2026-002"]
