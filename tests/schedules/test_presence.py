"""Presence checks: when they are due, which answers count, when they are put off, when missed."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.chance import SeededChance, SystemChance
from records.errors import BadData, NotAuthorised, WrongState
from schedules import presence
from schedules.presence_settings import change_settings, read_times
from schedules.presence_state import (
    EarlierCheck,
    PresenceTimes,
    Question,
    ask,
    checks_due,
    is_absence,
    is_right,
    put_off_until,
)
from tests.schedules.owing import act_of, rows
from tests.stories.duty_room import ROOM, ZONE, StoryRoom, local

AT = datetime(2026, 3, 16, 14, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NIGHTLY = PresenceTimes()
SECOND = timedelta(seconds=1)
MISSED = EarlierCheck(is_missed=True, is_answered=False, is_suspected=False)
SUSPECTED = EarlierCheck(is_missed=True, is_answered=False, is_suspected=True)
CAME_BACK = EarlierCheck(is_missed=True, is_answered=True, is_suspected=True)
ANSWERED = EarlierCheck(is_missed=False, is_answered=True, is_suspected=False)


def shown(instants: list[datetime]) -> list[str]:
    return [at.astimezone(ZONE).strftime("%d %H:%M") for at in instants]


@pytest.mark.rule("R-PRES-01")
def test_by_default_the_night_is_asked_every_half_hour_from_ten_to_six() -> None:
    due = checks_due(PresenceTimes(), ZONE, (local("2026-03-16 12:00"), local("2026-03-17 12:00")))
    assert shown(due)[:2] == ["16 22:00", "16 22:30"]
    assert shown(due)[-1] == "17 05:30"
    assert len(due) == 16


def test_day_night_and_an_open_incident_have_intervals_of_their_own() -> None:
    times = PresenceTimes(day=60 * MINUTE, incident=12 * MINUTE)
    span = (local("2026-03-16 20:30"), local("2026-03-16 22:31"))
    assert shown(checks_due(times, ZONE, span)) == ["16 21:00", "16 22:00", "16 22:30"]
    assert shown(checks_due(times, ZONE, span, has_incident=True))[:3] == [
        "16 20:36",
        "16 20:48",
        "16 21:00",
    ]


def test_a_night_within_one_day_and_spans_that_touch_leave_nothing_out() -> None:
    times = PresenceTimes(time(0), time(6), 30 * MINUTE)
    whole = checks_due(times, ZONE, (local("2026-03-16 00:00"), local("2026-03-18 00:00")))
    parts = [
        at
        for hour in range(48)
        for at in checks_due(
            times,
            ZONE,
            (
                local("2026-03-16 00:00") + hour * timedelta(hours=1),
                local("2026-03-16 00:00") + (hour + 1) * timedelta(hours=1),
            ),
        )
    ]
    assert whole == parts
    assert len(whole) == 24


def test_a_night_with_a_clock_change_is_asked_by_the_hours_that_pass() -> None:
    zone = ZoneInfo("Europe/Berlin")
    span = (
        datetime.combine(date(2026, 3, 28), time(12), tzinfo=zone),
        datetime.combine(date(2026, 3, 29), time(12), tzinfo=zone),
    )
    assert len(checks_due(PresenceTimes(), zone, span)) == 14  # the night has seven hours


@pytest.mark.rule("R-PRES-02")
@given(st.integers(0, 9), st.text(max_size=4))
def test_a_held_key_never_answers(held: int, seed: str) -> None:
    """However often it repeats and however long it is held, each question bars the digit."""
    chance = SeededChance(seed)
    question: Question | None = None
    now = AT
    for _ in range(50):
        now += timedelta(milliseconds=33)
        assert not is_right(question, held, now=now)
        question = ask(question, held, chance, now=now)
    assert question is not None
    assert not is_right(question, held, now=now + MINUTE)


@pytest.mark.rule("R-PRES-02")
def test_an_answer_counts_once_the_digit_could_be_read_and_the_next_digit_is_another() -> None:
    question = ask(None, None, SystemChance(), now=AT)
    assert not is_right(question, question.digit, now=AT + timedelta(milliseconds=499))
    assert is_right(question, question.digit, now=AT + timedelta(milliseconds=500))
    assert not is_right(question, (question.digit + 1) % 10, now=AT + SECOND)
    assert not is_right(None, 3, now=AT)
    assert ask(question, None, SystemChance(), now=AT).digit != question.digit


@pytest.mark.rule("R-PRES-03")
@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        ([], False),
        ([ANSWERED, MISSED], False),
        ([MISSED], True),
        ([SUSPECTED, MISSED], False),  # the same absence goes on
        ([MISSED, SUSPECTED, MISSED], False),
        ([CAME_BACK, MISSED], True),  # came back, and is away again
        ([MISSED, ANSWERED], True),
        ([MISSED, CAME_BACK], True),
    ],
)
def test_two_missed_in_a_row_make_one_suspected_absence(
    earlier: list[EarlierCheck], expected: bool
) -> None:
    assert is_absence(earlier) is expected


@pytest.mark.rule("R-PRES-04")
def test_a_check_is_put_off_by_ten_minutes_and_never_beyond_twenty() -> None:
    assert put_off_until(AT, now=AT - MINUTE) == AT + 9 * MINUTE
    assert put_off_until(AT, now=AT + 15 * MINUTE) == AT + 20 * MINUTE


def switch_on(room: StoryRoom, times: PresenceTimes | None = NIGHTLY) -> None:
    with room.database.write() as session:
        change_settings(session, act_of(room, "person:cy"), times, "person:dee", ZONE)
    room.tick()


def due_of(room: StoryRoom, state: str = "open") -> list[str]:
    with room.database.read() as session:
        found = [
            row.due_at for row in rows(session) if row.kind == presence.KIND and row.state == state
        ]
    return shown(sorted(found))


@pytest.mark.rule("R-PRES-05")
def test_settings_are_changed_by_two_persons_and_hold_from_then_on(room: StoryRoom) -> None:
    room.publish_night()
    with room.database.write() as session, pytest.raises(NotAuthorised):
        change_settings(session, act_of(room, "person:cy"), PresenceTimes(), "person:cy", ZONE)
    for minutes in (2, 61):
        wrong = PresenceTimes(night=minutes * MINUTE)
        with room.database.write() as session, pytest.raises(BadData):
            change_settings(session, act_of(room, "person:cy"), wrong, "person:dee", ZONE)
    assert due_of(room) == []
    switch_on(room)
    assert len(due_of(room)) == 16
    switch_on(room, PresenceTimes(night=60 * MINUTE))
    assert due_of(room)[:2] == ["16 22:00", "16 23:00"]
    assert len(due_of(room, "superseded")) == 8
    switch_on(room, None)
    assert due_of(room) == []
    with room.database.read() as session:
        assert read_times(session, ROOM) is None


def test_nobody_on_shift_is_not_asked(room: StoryRoom) -> None:
    room.publish_shift("evening", "17:30", 5, primary="an", secondary="bo")
    switch_on(room)
    assert due_of(room) == ["16 22:00"]


@pytest.mark.rule("R-PRES-02")
def test_an_answer_settles_what_was_asked_until_now_and_nothing_that_was_not(
    room: StoryRoom,
) -> None:
    room.publish_night()
    switch_on(room)
    room.advance_to("17:20")
    room.actions.sign_in(by="person:an")
    room.advance_to("21:54:59")
    with room.database.write() as session, pytest.raises(WrongState):
        presence.confirm(session, act_of(room, "person:an"), room.rules.schedules, "primary")
    room.advance_to("21:55")
    with room.database.read() as session:
        asked = presence.read_asked(session, ROOM, room.rules.schedules, room.clock.now())
    assert [each.due_at for each in asked] == [local("2026-03-16 22:00")]
    with room.database.write() as session:
        presence.confirm(session, act_of(room, "person:an"), room.rules.schedules, "primary")
    assert room.state_of("post:primary", "sign_in")[0] == "fulfilled"
    assert due_of(room, "fulfilled") == ["16 22:00"]
    room.forget()


@pytest.mark.rule("R-PRES-04")
def test_while_something_is_entered_the_check_waits_and_is_asked_within_twenty_minutes(
    room: StoryRoom,
) -> None:
    room.publish_night()
    switch_on(room)

    def put_off(at: str) -> int:
        room.act_at(at)
        with room.database.write() as session:
            return presence.put_off(
                session, act_of(room, "person:an"), room.rules.schedules, "primary"
            )

    assert put_off("21:49") == 0  # nothing in the next ten minutes
    assert put_off("21:58") == 1
    assert due_of(room)[0] == "16 22:08"
    assert put_off("22:07") == 1
    assert due_of(room)[0] == "16 22:17"
    assert put_off("22:16") == 1
    assert due_of(room)[0] == "16 22:20"
    assert put_off("22:19") == 0
    assert len(due_of(room, "superseded")) == 3
    room.forget()
