"""What was told of an incident as values: grades in force, when casualties changed, the end."""

from datetime import datetime, timedelta

import pytest

from plans.grade_history import FactsVersion
from plans.grades import Grade
from plans.grading import Counts
from plans.incident_facts import Decision, Told
from plans.incident_words import changes_words, counts_words
from plans.incidents import Said
from plans.reporting_levels import LevelReport, ReportForm, ReportingLevel, ReportKind
from records.language import Language
from tests.plans.clock_facts import RULES, ZONE, beijing

LARGE, SERIOUS, ORDINARY = Grade.LARGE, Grade.SERIOUS, Grade.ORDINARY
CITY, PROVINCE = ReportingLevel.CITY, ReportingLevel.PROVINCE
BEGAN = beijing("10:00")


def version(after: int, **said: int) -> FactsVersion:
    kind = "acc.industry" if after == 0 else None
    return FactsVersion(BEGAN + timedelta(minutes=after), kind=kind, counts=Counts(**said))


def decision(after: int, seq: int, suggested: Grade | None, decided: Grade | None) -> Decision:
    return Decision(BEGAN + timedelta(minutes=after), seq, suggested, decided)


def made(after: int, kind: ReportKind = ReportKind.FIRST) -> LevelReport:
    at = BEGAN + timedelta(minutes=after)
    return LevelReport(CITY, PROVINCE, at, kind, ReportForm.WRITTEN)


def told(
    *versions: FactsVersion,
    decisions: tuple[Decision, ...] = (),
    reports: tuple[LevelReport, ...] = (),
    closed_at: datetime | None = None,
) -> Told:
    return Told(BEGAN, False, closed_at, versions, decisions, (), reports)


def in_force(story: Told) -> list[tuple[int, Grade | None]]:
    return [
        (int((each.at - BEGAN).total_seconds()) // 60, each.grade)
        for each in story.grades_in_force(RULES, ZONE)
    ]


@pytest.mark.rule("R-INC-04")
def test_a_decision_is_in_force_until_the_numbers_give_more_than_it_knew() -> None:
    lower = decision(5, 1, LARGE, ORDINARY)
    story = told(version(0, dead=3), version(9, dead=4), version(20, dead=10), decisions=(lower,))
    assert in_force(story) == [(0, LARGE), (5, ORDINARY), (20, SERIOUS)]


@pytest.mark.rule("R-INC-04")
def test_a_higher_decision_outlasts_a_lower_number() -> None:
    higher = decision(5, 1, None, SERIOUS)
    story = told(version(0), version(9, dead=3), version(20, dead=1), decisions=(higher,))
    assert in_force(story) == [(5, SERIOUS)]


@pytest.mark.rule("R-INC-04")
def test_a_decision_that_is_taken_back_leaves_the_computed_grade() -> None:
    back = (decision(5, 1, LARGE, SERIOUS), decision(6, 1, LARGE, None))
    story = told(version(0, dead=3), decisions=back)
    assert in_force(story) == [(0, LARGE), (5, SERIOUS), (6, LARGE)]
    assert story.decided is None


def test_casualties_change_only_after_our_first_report() -> None:
    before = told(version(0, dead=1), version(5, dead=2))
    after = told(
        version(0, dead=1), version(5, dead=2), version(9, evacuated=5), reports=(made(1),)
    )
    assert before.facts(RULES, ZONE).casualties_changed_at == ()
    assert after.facts(RULES, ZONE).casualties_changed_at == (BEGAN + timedelta(minutes=5),)


def test_it_ends_with_our_final_report_or_when_it_is_closed() -> None:
    final = told(version(0), reports=(made(7, ReportKind.FINAL),), closed_at=beijing("12:00"))
    assert final.facts(RULES, ZONE).ended_at == BEGAN + timedelta(minutes=7)
    assert told(version(0), closed_at=beijing("12:00")).facts(RULES, ZONE).ended_at == beijing(
        "12:00"
    )


def test_without_a_kind_no_clock_can_be_told() -> None:
    assert told(FactsVersion(BEGAN)).facts(RULES, ZONE) is None


def test_our_intake_is_a_receipt_for_our_clocks_and_none_for_the_legs() -> None:
    story = told(version(0, dead=3))
    assert story.facts(RULES, ZONE).received == {CITY: BEGAN}
    _, legs = story.legs(RULES, ZONE, now=beijing("18:00"))
    assert {leg.learned_at for leg in legs} == {None}


def test_changes_are_worded_with_what_stood_before() -> None:
    known = told(version(0, dead=2, missing=1)).known
    said = Said(counts=Counts(dead=4, missing=1, burnt_area_ha=0.5), place="二车间")
    words = changes_words(known, said, RULES.kinds, ZONE)
    assert words.said_in(Language.ZH) == "地点二车间、死亡2→4人、失踪1人、过火0.5公顷"
    assert counts_words(Counts()).said_in(Language.ZH) == "伤亡不详"
