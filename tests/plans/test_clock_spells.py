"""Since when a clock applies through a history of grades, and which report it takes."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from plans.clock_spells import GradeSince, Spell, spell_at
from plans.grades import Grade
from plans.reporting_clocks import is_fulfilled_by
from plans.reporting_levels import LevelReport, ReportForm, ReportKind
from tests.plans.clock_facts import (
    CITY,
    COUNTY,
    ES,
    PROVINCE,
    SERIOUS,
    STATE,
    L,
    O,
    S,
    beijing,
    clocks,
    facts,
    only,
)


def test_a_downgrade_brings_clocks_that_count_from_their_own_start() -> None:
    assert spell_at([L], [GradeSince(beijing("9:00"), S), GradeSince(beijing("9:30"), L)],
                    now=beijing("9:31")) == Spell(beijing("9:30"), None)  # fmt: skip
    assert spell_at([S], [GradeSince(beijing("9:00"), L)], now=beijing("9:31")) is None
    assert spell_at([ES, S], [], now=beijing("9:31")) == Spell()


def report(
    lower=CITY, upper=PROVINCE, text="15:05", kind=ReportKind.FIRST, form=ReportForm.TELEPHONE
) -> LevelReport:
    return LevelReport(lower, upper, beijing(text), kind, form)


def test_which_report_fulfils_which_clock() -> None:
    now = beijing("15:02")
    telephone, written = only(SERIOUS, now, "C07"), only(SERIOUS, now, "C08")
    chain = only(SERIOUS, now, "C03.city")
    in_writing = report(form=ReportForm.WRITTEN)
    assert is_fulfilled_by(telephone, report())
    assert is_fulfilled_by(chain, report())
    assert not is_fulfilled_by(telephone, in_writing)
    assert is_fulfilled_by(written, in_writing)
    assert not is_fulfilled_by(written, report())
    assert not is_fulfilled_by(chain, report(upper=STATE))
    assert not is_fulfilled_by(chain, report(lower=COUNTY))
    assert is_fulfilled_by(telephone, report(text="14:55"))


def test_what_is_asked_anew_is_not_done_by_a_report_made_before() -> None:
    follow_up = clocks(SERIOUS, beijing("6:00", 17))["C11"][0]
    late = LevelReport(
        CITY, PROVINCE, beijing("7:00", 17), ReportKind.FOLLOW_UP, ReportForm.WRITTEN
    )
    early = LevelReport(CITY, PROVINCE, beijing("16:00"), ReportKind.FOLLOW_UP, ReportForm.WRITTEN)
    first = LevelReport(CITY, PROVINCE, beijing("7:00", 17), ReportKind.FIRST, ReportForm.WRITTEN)
    assert is_fulfilled_by(follow_up, late)
    assert not is_fulfilled_by(follow_up, early)
    assert not is_fulfilled_by(follow_up, first)
    history = [(beijing("10:00"), L), (beijing("10:40"), S)]
    known = facts(occurred=beijing("9:30"), received={CITY: beijing("9:50")}, grades=history)
    upgraded = only(known, beijing("10:41"), "C07")
    assert not is_fulfilled_by(upgraded, report(text="10:39"))
    assert is_fulfilled_by(upgraded, report(text="10:40"))


@given(
    st.lists(st.tuples(st.integers(0, 300), st.sampled_from([None, *Grade])), max_size=6),
    st.integers(0, 400),
    st.sampled_from([[ES], [S], [L], [O], [ES, S], [ES, S, L], [L, O]]),
)
def test_a_spell_begins_where_its_clock_last_began_to_apply(told, minute, grades) -> None:
    history = [GradeSince(beijing("0:00") + timedelta(minutes=m), g) for m, g in sorted(
        told, key=lambda each: each[0])]  # fmt: skip
    now = beijing("0:00") + timedelta(minutes=minute)
    found = spell_at(grades, history, now=now)
    in_force = [None, *(each.grade for each in history if each.at <= now)]
    applies = [(grade or ES) in grades for grade in in_force]
    assert (found is not None) == applies[-1]
    if found is not None and found.since is None:
        assert all(applies)
    if found is not None and found.upgraded_at is not None:
        pairs = [
            (before, each)
            for before, each in pairwise([GradeSince(beijing("0:00"), None), *history])
            if each.at == found.upgraded_at
        ]
        assert any(b.grade and e.grade and b.grade < e.grade for b, e in pairs)
