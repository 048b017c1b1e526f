"""The four scales are four types: neither a comparison nor the type checker mixes them."""

import subprocess
import sys
from pathlib import Path

import pytest

from plans.grades import Grade, ResponseLevel, RiskLevel, WarningLevel

ROOT = Path(__file__).resolve().parents[2]
SCALES = (Grade, ResponseLevel, WarningLevel, RiskLevel)

MIXED = """
from plans.grades import Grade, ResponseLevel, RiskLevel, WarningLevel

def assess(grade: Grade) -> None: ...
def warn(level: WarningLevel) -> None: ...

assess(ResponseLevel.I)
warn(RiskLevel.RED)
assess("large")
WarningLevel.RED < RiskLevel.BLUE
WarningLevel.RED == RiskLevel.RED
"""


@pytest.mark.parametrize("scale", SCALES)
def test_each_scale_has_four_members_listed_from_the_gravest_down(scale) -> None:
    members = list(scale)
    assert [member.rank for member in members] == [4, 3, 2, 1]
    assert sorted(members, reverse=True) == members
    assert max(members) is members[0]
    assert all(member.words.zh and member.words.en for member in members)


def test_a_colour_of_one_scale_is_not_the_same_colour_of_another() -> None:
    assert WarningLevel.RED != RiskLevel.RED
    assert WarningLevel.RED != "red"
    with pytest.raises(TypeError):
        assert WarningLevel.RED < RiskLevel.BLUE


@pytest.mark.slow
def test_the_type_checker_refuses_to_mix_them(tmp_path: Path) -> None:
    mixed = tmp_path / "mixed.py"
    mixed.write_text(MIXED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(mixed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    refused = [line.split(":")[1] for line in done.stdout.splitlines() if "mixed.py:" in line]
    assert refused == ["7", "8", "9", "10", "11"], done.stdout
