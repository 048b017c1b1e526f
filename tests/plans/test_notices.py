"""Notices tell people of their duty, once, in either language, and are no alerts."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from console.acts.rosters import SwapWish
from plans.notices import DutyNotices
from plans.tables import Alert, Mail
from records.act import Act
from records.database import Database
from records.language import Language
from schedules.openers import Room
from schedules.shifts import PlannedShift, publish
from tests.stories.duty_room import ROOM, ZONE, StoryRoom, local

HERE = Room(ROOM, ZONE)


@pytest.fixture
def room(database: Database) -> StoryRoom:
    """A duty room with its cast on each engine."""
    return StoryRoom(database)


def act_of(room: StoryRoom) -> Act:
    return Act(ROOM, room.clock.now(), f"room:{ROOM}")


def nights(room: StoryRoom, *days: tuple[str, str | None]) -> None:
    shifts = [
        PlannedShift(
            "night",
            f"night:{day}",
            local(f"{day} 17:30"),
            local(f"{day} 17:30") + timedelta(hours=15),
            {"primary": person},
        )
        for day, person in days
    ]
    with room.database.write() as session:
        publish(session, act_of(room), shifts)


def told(
    room: StoryRoom, starts: str, ends: str, language: Language = Language.ZH
) -> list[tuple[str, str]]:
    """Open a span and return all (recipient, subject) stored so far."""
    with room.database.write() as session:
        span = (local(starts), local(ends))
        assert DutyNotices(language).open(session, act_of(room), HERE, span) == 0
    return subjects(room)


def subjects(room: StoryRoom) -> list[tuple[str, str]]:
    with room.database.read() as session:
        rows = session.execute(select(Mail.recipient, Mail.subject).order_by(Mail.id))
        return [(row.recipient, row.subject or "") for row in rows]


@pytest.mark.rule("R-MAIL-05")
def test_who_comes_on_duty_is_told_once_a_day_ahead(room: StoryRoom) -> None:
    nights(room, ("2026-03-17", "an"), ("2026-03-18", "bo"), ("2026-03-19", None))
    span = ("2026-03-17 12:00", "2026-03-18 12:00")
    wanted = [("person:an", "【值班通知】您03-17 17:30起值班:值班员(主班)")]
    assert told(room, *span) == wanted
    assert told(room, *span) == wanted
    assert told(room, "2026-03-18 12:00", "2026-03-20 12:00") == [
        *wanted,
        ("person:bo", "【值班通知】您03-18 17:30起值班:值班员(主班)"),
    ]
    room.tick()
    with room.database.read() as session:
        mail = session.scalars(select(Mail).order_by(Mail.id)).first()
        assert mail is not None
        assert mail.state == "accepted"
        assert mail.body is not None
        assert "时间:03-17 17:30至03-18 08:30" in mail.body
        assert session.scalars(select(Alert.id)).all() == []
    assert [letter.subject for letter in room.letters.letters] == [
        subject for _, subject in subjects(room)
    ]


@pytest.mark.rule("R-MAIL-05")
def test_the_week_is_told_when_monday_comes_into_the_span(room: StoryRoom) -> None:
    nights(room, ("2026-03-24", "an"), ("2026-03-26", "an"), ("2026-03-25", "bo"))
    assert told(room, "2026-03-22 12:00", "2026-03-23 12:00") == [
        ("person:an", "【值班通知】2026-03-23这一周您有2个班"),
        ("person:bo", "【值班通知】2026-03-23这一周您有1个班"),
    ]
    with room.database.read() as session:
        body = session.scalars(select(Mail.body).order_by(Mail.id)).first() or ""
    assert body.splitlines()[:2] == [
        "03-24 17:30至03-25 08:30 值班员(主班)",
        "03-26 17:30至03-27 08:30 值班员(主班)",
    ]


@pytest.mark.rule("R-MAIL-05")
def test_both_are_told_when_a_shift_moves(room: StoryRoom) -> None:
    nights(room, ("2026-03-10", "bo"), ("2026-03-18", "an"))
    room.actions.cover_shift(SwapWish("night:2026-03-18", replacement="person:bo"), by="person:an")
    room.actions.accept_swap(by="person:bo")
    assert subjects(room) == []
    room.actions.approve_swap(by="post:duty_leader")
    assert subjects(room) == [
        ("person:an", "【值班通知】您03-18 17:30的班已由他人接替:值班员(主班)"),
        ("person:bo", "【值班通知】您接替03-18 17:30的班:值班员(主班)"),
    ]


def test_who_has_no_address_gets_none(room: StoryRoom) -> None:
    with room.database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM contact_point WHERE owner = 'person:an'")
    nights(room, ("2026-03-17", "an"))
    assert told(room, "2026-03-17 12:00", "2026-03-18 12:00") == []
