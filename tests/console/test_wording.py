"""Instants, countdowns and states in words, in both languages."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from console import wording
from console.board import Presence
from records.language import Language
from schedules.findings import FindingKind
from schedules.outstanding import ObligationState

ZONE = ZoneInfo("Asia/Shanghai")
DUE = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0, "00:00:00"),
        (0.4, "00:00:01"),
        (760, "00:12:40"),
        (24_353, "06:45:53"),
        (86_399, "23:59:59"),
        (86_400 + 11_045, "1天 03:04"),
        (-0.4, "-00:00:00"),
        (-192, "-00:03:12"),
        (-90_000, "-1天 01:00"),
    ],
)
def test_a_countdown_lines_up_and_never_flatters(seconds, shown) -> None:
    now = DUE - timedelta(seconds=seconds)
    assert wording.countdown(DUE, now, Language.ZH) == shown


def test_days_of_a_countdown_are_said_in_english_too() -> None:
    now = DUE - timedelta(days=1, hours=3, minutes=4)
    assert wording.countdown(DUE, now, Language.EN) == "1d 03:04"


@pytest.mark.parametrize(
    ("seconds", "chinese", "english"),
    [
        (40, "40秒", "40 s"),
        (720, "12分", "12 min"),
        (11_100, "3小时05分", "3 h 05 min"),
        (187_200, "2天4小时", "2 d 4 h"),
        (-5, "0秒", "0 s"),
    ],
)
def test_a_span_is_said_no_finer_than_people_say_it(seconds, chinese, english) -> None:
    span = timedelta(seconds=seconds)
    assert wording.span_words(span, Language.ZH) == chinese
    assert wording.span_words(span, Language.EN) == english


def test_lateness_is_said_to_the_second_below_an_hour() -> None:
    assert wording.lateness(192, Language.ZH) == "3分12秒"
    assert wording.lateness(3_660, Language.ZH) == "1小时01分"


def test_instants_are_local_and_name_their_day_when_it_is_not_today() -> None:
    assert wording.clock_time(DUE, ZONE) == "17:30:00"
    assert wording.day(DUE, ZONE, Language.ZH) == "2026-03-16 周一"
    assert wording.short_day(DUE, ZONE, Language.EN) == "03-16 Mon"
    assert wording.when(DUE, ZONE, DUE) == "17:30"
    assert wording.when(DUE, ZONE, DUE + timedelta(hours=7)) == "03-16 17:30"
    assert wording.hours(DUE, DUE + timedelta(hours=15), ZONE) == "17:30-08:30"
    assert wording.minutes_and_seconds(timedelta(seconds=75)) == "01:15"
    assert wording.minutes_and_seconds(timedelta(seconds=3_675)) == "1:01:15"


def test_no_two_states_of_an_obligation_look_alike() -> None:
    """Each has a symbol and a word of its own: colour is never the only sign."""
    looks = [
        wording.obligation_look(state, DUE, DUE - timedelta(hours=2), is_fulfilled=fulfilled)
        for state in ObligationState
        for fulfilled in (False, True)
    ]
    assert len({look.word for look in looks}) == 8
    alarms = {look.symbol for look in looks if look.tone == wording.OVERDUE}
    assert alarms.isdisjoint(look.symbol for look in looks if look.tone != wording.OVERDUE)


def test_what_falls_due_soon_is_marked_before_it_is_late() -> None:
    look = wording.obligation_look(
        ObligationState.OPEN, DUE, DUE - wording.SOON, is_fulfilled=False
    )
    assert (look.symbol, look.word) == ("△", "临期")
    over = wording.obligation_look(
        ObligationState.OPEN, DUE, DUE + timedelta(seconds=1), is_fulfilled=False
    )
    assert over.tone == wording.OVERDUE


def test_every_presence_has_its_own_symbol() -> None:
    looks = [wording.presence_look(each, is_owed=False) for each in Presence]
    assert len({look.symbol for look in looks}) == len(Presence)
    assert wording.presence_look(Presence.NOT_SIGNED_IN, is_owed=True).tone == wording.OVERDUE
    assert wording.presence_look(Presence.GAP, is_owed=False, is_manned=False).tone == wording.NEAR


@pytest.mark.parametrize("kind", list(FindingKind))
def test_every_finding_has_a_word(kind) -> None:
    assert wording.finding_word(kind, Language.ZH).endswith("岗")


def test_a_relay_of_another_name_names_itself() -> None:
    assert wording.relay_word("first", Language.ZH) == "主邮路"
    assert wording.relay_word("third", Language.ZH) == "third"
