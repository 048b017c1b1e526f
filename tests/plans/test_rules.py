"""The ladders of the catalogue, and what is refused in one that an installation brings."""

from datetime import timedelta
from pathlib import Path

import pytest

from plans.rules import load_plan_rules
from records.errors import CatalogueError
from schedules.rules import load_schedule_rules

LADDERS = """
returns_after = "30 min"
digest_from = 4

[[ladder]]
key = "manning"
name = "在岗"
name_en = "manning"
rule = "R-LAD-01"
source = "本局"
confidence = "high"

[[ladder.step]]
after = "0 min"
tell = ["owed_by"]

[[ladder.step]]
after = "{after}"
tell = {tell}
"""


def written(folder: Path, after: str = "5 min", tell: str = '["post:shift_lead"]') -> Path:
    (folder / "ladders.toml").write_text(LADDERS.format(after=after, tell=tell), encoding="utf-8")
    return folder


def test_every_kind_of_obligation_and_report_has_a_ladder_that_exists() -> None:
    ladders = load_plan_rules().ladders
    schedules = load_schedule_rules()
    wanted = {rule.ladder for rule in schedules.obligations.values()}
    wanted |= {rule.ladder for rule in schedules.reports.values()}
    assert wanted <= set(ladders)


def test_the_shipped_ladders_tell_the_shift_lead_and_then_the_leader() -> None:
    rules = load_plan_rules()
    manning = rules.ladders["manning"]
    assert [step.after for step in manning.steps] == [timedelta(minutes=n) for n in (0, 5, 10)]
    assert manning.repeats_every == timedelta(minutes=5)
    assert rules.ladders["reporting"].repeats_every is None
    assert (rules.returns_after, rules.digest_from) == (timedelta(minutes=30), 4)


def test_a_file_of_the_installation_replaces_the_shipped_ladders(tmp_path: Path) -> None:
    rules = load_plan_rules(written(tmp_path, "7 min"))
    assert set(rules.ladders) == {"manning"}
    assert rules.ladders["manning"].steps[1].after == timedelta(minutes=7)


@pytest.mark.parametrize("after", ["0 min", "-5 min"])
def test_steps_that_do_not_climb_are_refused_by_name(tmp_path: Path, after: str) -> None:
    with pytest.raises(CatalogueError, match=r"ladders\.toml"):
        load_plan_rules(written(tmp_path, after))


def test_a_step_that_tells_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"ladders\.toml"):
        load_plan_rules(written(tmp_path, tell="[]"))


@pytest.mark.parametrize("role", ["sheriff", "post:", "shift_lead", "room:demo"])
def test_a_role_that_nobody_can_stand_behind_is_refused(tmp_path: Path, role: str) -> None:
    with pytest.raises(CatalogueError, match=r"ladders\.toml"):
        load_plan_rules(written(tmp_path, tell=f'["{role}"]'))


def test_a_span_of_nothing_between_two_tellings_is_refused(tmp_path: Path) -> None:
    """A step repeated every 0 min would be told without end."""
    for wrong in (
        LADDERS.replace('returns_after = "30 min"', 'returns_after = "0 min"'),
        LADDERS.replace('key = "manning"', 'key = "manning"\nrepeats_every = "0 min"'),
    ):
        text = wrong.format(after="5 min", tell='["partner"]')
        (tmp_path / "ladders.toml").write_text(text, encoding="utf-8")
        with pytest.raises(CatalogueError, match=r"ladders\.toml"):
            load_plan_rules(tmp_path)
