"""A roster is published once, changed where it changed, and says who stands where."""

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import select

from records.duty_log import head
from records.tables import LogEntry
from schedules.shifts import PlannedShift, Published, on_duty_at, publish, standing_holder
from schedules.tables import Obligation
from tests.schedules.owing import act_of
from tests.stories.duty_room import ROOM, StoryRoom, local

NIGHT = local("2026-03-16 17:30")


def planned(people: Mapping[str, str | None], day: int = 16) -> PlannedShift:
    begins = NIGHT + timedelta(days=day - 16)
    return PlannedShift(
        "night", f"night:2026-03-{day}", begins, begins + timedelta(hours=15), people
    )


def published(room: StoryRoom, *shifts: PlannedShift) -> Published:
    with room.database.write() as session:
        return publish(session, act_of(room), shifts)


def head_of(room: StoryRoom) -> tuple[int, str]:
    with room.database.read() as session:
        return head(session, ROOM)


def holders(room: StoryRoom, instant: str) -> dict[str, str | None]:
    with room.database.read() as session:
        places = on_duty_at(session, ROOM, local(instant))
        return {place.post_key: place.present_person for place in places}


def test_the_same_roster_twice_changes_nothing_and_is_not_recorded(room: StoryRoom) -> None:
    shifts = [planned({"primary": "an", "secondary": "bo"}, day) for day in (16, 17)]
    assert published(room, *shifts) == Published(2, 0, 0)
    before = head_of(room)
    assert published(room, *shifts) == Published(0, 0, 2)
    assert published(room) == Published(0, 0, 0)
    assert head_of(room) == before


def test_a_changed_roster_is_stored_and_recorded_with_the_shifts_it_changes(
    room: StoryRoom,
) -> None:
    published(room, planned({"primary": "an"}, 16), planned({"primary": "an"}, 17))
    changed = planned({"primary": "dee", "secondary": "bo"}, 16)
    assert published(room, changed, planned({"primary": "an"}, 17)) == Published(0, 1, 1)
    assert holders(room, "2026-03-16 18:00") == {"primary": "dee", "secondary": "bo"}
    with room.database.read() as session:
        data = session.scalars(
            select(LogEntry.data)
            .where(LogEntry.act == "publish_roster")
            .order_by(LogEntry.seq.desc())
        ).first()
    assert data is not None
    assert '"key":"night:2026-03-16"' in data
    assert '"night:2026-03-17"' not in data.replace('"last":"night:2026-03-17"', "")


def test_a_post_added_to_a_coming_shift_owes_its_sign_in_too(room: StoryRoom) -> None:
    published(room, planned({"primary": "an"}))
    room.tick()
    published(room, planned({"primary": "an", "secondary": None}))
    room.tick()
    with room.database.read() as session:
        owing = session.scalars(
            select(Obligation.owed_by).where(Obligation.kind == "sign_in").order_by(Obligation.id)
        ).all()
    assert owing == ["post:primary", "post:secondary"]


def test_a_shift_holds_from_its_start_to_before_its_end(room: StoryRoom) -> None:
    published(room, planned({"primary": "an"}))
    assert holders(room, "2026-03-16 17:29:59") == {}
    assert holders(room, "2026-03-16 17:30") == {"primary": "an"}
    assert holders(room, "2026-03-17 08:29:59") == {"primary": "an"}
    assert holders(room, "2026-03-17 08:30") == {}


def test_a_standing_post_has_the_holder_of_the_instant(room: StoryRoom) -> None:
    with room.database.read() as session:
        now = room.clock.now()
        assert standing_holder(session, ROOM, "duty_leader", now) == "dee"
        before = now - timedelta(microseconds=1)
        assert standing_holder(session, ROOM, "duty_leader", before) is None
        assert standing_holder(session, ROOM, "commander", now) is None
