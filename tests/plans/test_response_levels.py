"""Who may sign which response level, what a grade suggests, how strongly a centre is staffed."""

from itertools import pairwise
from pathlib import Path

import pytest

from plans.grades import Grade, ResponseLevel
from plans.response_levels import IssuingAuthority, load_response_levels, signed_at
from records.errors import CatalogueError

I, II, III, IV = ResponseLevel  # noqa: E741  the levels bear Roman numbers
LEVELS = load_response_levels()
HQ = "general_hq"


@pytest.mark.rule("R-RESP-01")
@pytest.mark.parametrize(
    ("level", "post", "may"),
    [
        (IV, "mine.office", True),
        (IV, "mine.deputy", True),
        (IV, "mine.commander", True),
        (IV, "flood.office", False),
        (III, "mine.office", False),
        (III, "mine.deputy", False),
        (III, "mine.commander", True),
        (II, "mine.commander", False),
        (II, "general_hq.office", False),
        (II, "general_hq.deputy", True),
        (I, "general_hq.deputy", False),
        (I, "general_hq.commander", True),
        (IV, "shift_lead", False),
    ],
)
def test_who_may_sign_a_level(level: ResponseLevel, post: str, may: bool) -> None:
    assert LEVELS.may_sign(level, "mine", HQ, {post, "driver"}) == (post if may else None)


@pytest.mark.rule("R-RESP-01")
def test_whoever_may_sign_a_fuller_level_may_sign_each_lower_one() -> None:
    for lower, fuller in pairwise((IV, III, II, I)):
        assert set(LEVELS.signers(fuller, "mine", HQ)) < set(LEVELS.signers(lower, "mine", HQ))


def test_where_general_hq_leads_its_own_people_sign() -> None:
    assert LEVELS.signers(III, HQ, HQ) == (f"{HQ}.commander", f"{HQ}.deputy")


@pytest.mark.rule("R-RESP-01")
@pytest.mark.parametrize(
    ("grade", "level"),
    [
        (Grade.ORDINARY, IV),
        (Grade.LARGE, III),
        (Grade.SERIOUS, II),
        (Grade.ESPECIALLY_SERIOUS, I),
        (None, None),
    ],
)
def test_a_grade_suggests_a_level(grade: Grade | None, level: ResponseLevel | None) -> None:
    assert LEVELS.suggested_by(grade) is level


@pytest.mark.rule("R-RESP-02")
@pytest.mark.parametrize(
    ("before", "after", "decisive"),
    [(None, III, III), (III, II, II), (II, III, II), (II, None, II), (None, None, None)],
)
def test_raising_is_signed_at_the_new_level_lowering_and_ending_at_the_old_one(
    before: ResponseLevel | None, after: ResponseLevel | None, decisive: ResponseLevel | None
) -> None:
    assert signed_at(before, after) is decisive


@pytest.mark.rule("R-CMD-07")
def test_the_share_of_people_at_their_posts_grows_with_the_level_and_is_rounded_up() -> None:
    assert [LEVELS.rule_of(level).staffing_percent for level in (IV, III, II, I)] == [
        50,
        60,
        80,
        100,
    ]
    required = {level: LEVELS.required_strength(level)["medical"] for level in ResponseLevel}
    assert required == {I: 5, II: 4, III: 3, IV: 3}


def test_a_level_names_whose_it_is() -> None:
    assert LEVELS.rule_of(III).issuing_authority is IssuingAuthority.CENTRE
    assert LEVELS.rule_of(II).issuing_authority is IssuingAuthority.GENERAL_HQ
    assert all(authority.words.zh for authority in IssuingAuthority)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('key = "IV"', 'key = "III"', "I、II、III、IV"),
        ('key = "IV"', 'key = "V"', "key"),
        ('"centre.office", "centre.deputy"]', '"centre.driver"]', "centre.driver"),
        ("staffing_percent = 50", "staffing_percent = 150", "staffing_percent"),
        ('key = "rescue"', 'key = "medical"', "medical"),
    ],
)
def test_a_wrong_table_of_levels_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    shipped = Path(__file__).parents[2] / "plans/catalogue/response_levels.toml"
    text = shipped.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "response_levels.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"response_levels\.toml") as refused:
        load_response_levels(tmp_path)
    assert said in str(refused.value)
