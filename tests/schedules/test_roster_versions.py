"""A published roster has a number, takes back what it replaces, and names gaps before."""

from datetime import date

import pytest
from sqlalchemy import func, select

from console.acts.rosters import RosterWish, SwapWish
from records.errors import BadData, DutyError, NotFound, Refused
from records.language import Language
from records.people import add_person
from schedules.roster_tables import RosterVersion, SwapRequest
from schedules.shifts import on_duty
from schedules.tables import Assignment, Obligation, Shift
from tests.schedules.owing import act_of
from tests.stories.duty_room import ROOM, StoryRoom, local

OFFICERS = tuple(f"person:o{number}" for number in range(1, 9))
LEADERS = ("person:bo", "person:cy", "person:dee", "person:eve")


@pytest.fixture
def staffed(room: StoryRoom) -> StoryRoom:
    """Eight officers beside the cast."""
    with room.database.write() as session:
        for party in OFFICERS:
            id_ = party.removeprefix("person:")
            add_person(session, act_of(room), name=f"员{id_}", body="局", title="", person_id=id_)
    return room


def wish(first: int = 17, last: int = 31, pattern: str = "day_night", **changes) -> RosterWish:
    values = {"officers": OFFICERS, "leaders": LEADERS, **changes}
    return RosterWish(date(2026, 3, first), date(2026, 3, last), pattern, **values)


def keys(room: StoryRoom) -> list[str]:
    """Return the shifts that anybody stands, in order."""
    with room.database.read() as session:
        rows = session.scalars(
            select(Shift.key)
            .where(select(Assignment.id).where(Assignment.shift_id == Shift.id).exists())
            .order_by(Shift.starts_at, Shift.kind)
        )
        return list(rows)


def versions(room: StoryRoom) -> list[tuple[int, str, str, str]]:
    with room.database.read() as session:
        rows = session.scalars(select(RosterVersion).order_by(RosterVersion.number))
        return [(row.number, row.first_day, row.last_day, row.patterns) for row in rows]


def counted(room: StoryRoom, table: type) -> int:
    with room.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.mark.rule("R-ROS-07")
def test_a_roster_from_a_pattern_is_published_as_version_one(staffed: StoryRoom) -> None:
    room = staffed
    done = room.actions.publish_roster(wish(), by="person:dee")
    assert done.sentence.said_in(Language.ZH) == (
        "值班表第1版已发布:2026-03-17至2026-03-31,45个班次,空岗0个。"
    )
    assert versions(room) == [(1, "2026-03-17", "2026-03-31", "day_night lead")]
    with room.database.read() as session:
        places = on_duty(session, ROOM, local("2026-03-20 20:00"), local("2026-03-20 20:00"))
    assert [(each.post_key, each.kind) for each in places] == [
        ("shift_lead", "lead"),
        ("shift_lead_b", "lead"),
        ("primary", "night"),
        ("secondary", "night"),
    ]
    room.tick()
    with room.database.read() as session:
        signed = session.scalar(
            select(func.count()).select_from(Obligation).where(Obligation.kind == "sign_in")
        )
    assert signed


@pytest.mark.rule("R-ROS-07")
def test_the_same_roster_again_keeps_its_number(staffed: StoryRoom) -> None:
    room = staffed
    assert room.actions.publish_roster(wish()).ids == (1,)
    assert room.actions.publish_roster(wish()).ids == (1,)
    assert len(versions(room)) == 1


@pytest.mark.rule("R-ROS-07")
def test_another_pattern_takes_back_the_shifts_it_replaces(staffed: StoryRoom) -> None:
    room = staffed
    room.actions.publish_roster(wish(17, 18))
    room.tick()
    room.actions.publish_roster(wish(18, 18, "24h", lead_pattern=""))
    assert keys(room) == [
        "day:2026-03-17",
        "lead:2026-03-17",
        "night:2026-03-17",
        "full:2026-03-18",
        "lead:2026-03-18",
    ]
    with room.database.read() as session:
        states = session.execute(
            select(Obligation.subject, Obligation.state)
            .where(Obligation.subject.like("shift:%2026-03-18"))
            .distinct()
        ).all()
    assert dict(states).get("shift:day:2026-03-18", "superseded") == "superseded"
    assert [version[0] for version in versions(room)] == [1, 2]


@pytest.mark.rule("R-ROS-07")
def test_hours_that_change_under_the_same_start_are_stored(staffed: StoryRoom) -> None:
    room = staffed
    room.actions.publish_roster(wish(18, 18, "24h", lead_pattern=""))
    room.actions.publish_roster(wish(18, 18, "weekly", lead_pattern="lead"), with_gaps=True)
    assert "full:2026-03-18" in keys(room)  # no week begins on a Wednesday: nothing replaces it


@pytest.mark.rule("R-ROS-07")
def test_a_new_version_closes_the_open_requests_of_its_days(staffed: StoryRoom) -> None:
    room = staffed
    room.actions.publish_roster(wish(17, 20))
    with room.database.read() as session:
        holder = session.scalars(
            select(Assignment.person_id)
            .join(Shift, Shift.id == Assignment.shift_id)
            .where(Shift.key == "day:2026-03-20", Assignment.post_key == "primary")
        ).one()
        stands = session.scalars(
            select(Assignment.person_id)
            .join(Shift, Shift.id == Assignment.shift_id)
            .where(Shift.key.in_(["night:2026-03-19", "day:2026-03-20", "night:2026-03-20"]))
        ).all()
    free = next(each for each in OFFICERS if each.removeprefix("person:") not in stands)
    room.actions.cover_shift(SwapWish("day:2026-03-20", replacement=free), by=f"person:{holder}")
    room.actions.publish_roster(wish(19, 21, officers=OFFICERS[:7]))
    with room.database.read() as session:
        assert session.scalars(select(SwapRequest.state)).all() == ["withdrawn"]


@pytest.mark.rule("R-ROS-04")
def test_gaps_are_named_and_not_published_unless_they_are_accepted(staffed: StoryRoom) -> None:
    room = staffed
    two = wish(17, 17, officers=OFFICERS[:2], lead_pattern="")
    with pytest.raises(Refused) as caught:
        room.actions.publish_roster(two)
    assert caught.value.said_in(Language.ZH) == (
        "有2处空岗,未发布:night:2026-03-17/primary、night:2026-03-17/secondary。"
        "请补充人员,或注明接受空岗后再发布。"
    )
    assert counted(room, RosterVersion) == counted(room, Shift) == 0
    draft = room.actions.draft_roster(two)
    assert [gap.key for gap in draft.gaps] == ["night:2026-03-17", "night:2026-03-17"]
    done = room.actions.publish_roster(two, with_gaps=True)
    assert "空岗2个" in done.sentence.said_in(Language.ZH)


def test_what_cannot_be_published_is_refused_with_the_reason(staffed: StoryRoom) -> None:
    room = staffed

    def told(wanted: RosterWish, fault: type[DutyError]) -> str:
        with pytest.raises(fault) as caught:
            room.actions.publish_roster(wanted)
        return caught.value.said_in(Language.ZH)

    assert told(wish(16), Refused) == ("班次day:2026-03-16已经开始,值班表须从尚未开始的日期排起。")
    assert told(wish(18, 17), BadData) == "值班表的末日应不早于首日,且不超过400天。"
    assert told(wish(pattern="day_nite"), BadData) == ("没有班制“day_nite”,最接近的是“day_night”。")
    assert told(wish(officers=("person:o99",)), NotFound).startswith("没有编号为o99的人员")
    nobody = wish(officers=(), leaders=())
    assert told(nobody, Refused) == "没有可排班的人员,请写明值班员和带班领导。"


@pytest.mark.rule("R-KEY-01")
def test_a_draft_says_what_a_key_period_asks_for_and_which_year_is_unknown(
    staffed: StoryRoom,
) -> None:
    festival = RosterWish(date(2027, 3, 30), date(2027, 4, 2), officers=OFFICERS, leaders=LEADERS)
    notes = [note.said_in(Language.ZH) for note in staffed.actions.draft_roster(festival).notes]
    assert notes == [
        "2027年的节假日安排尚未导入:节假日未知,只按周末排班;导入后请重新排。",
    ]
    labour = RosterWish(date(2026, 9, 28), date(2026, 10, 7), officers=OFFICERS, leaders=LEADERS)
    notes = [note.said_in(Language.ZH) for note in staffed.actions.draft_roster(labour).notes]
    assert notes == ["重点时段国庆节(2026-10-01至2026-10-07):带班领导须在岗带班。"]
