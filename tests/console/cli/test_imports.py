"""`duty import` on the sample files: good rows taken, each bad one named, twice is once."""

from pathlib import Path

import pytest

from tests.console.cli.running import duty

DATA = Path(__file__).resolve().parents[2] / "data"

FILES = [
    ("people", "people.xlsx"),
    ("people", "phone-contacts.vcf"),
    ("units", "units.csv"),
    ("units", "units-with-faults.csv"),
    ("roster", "roster-2026-02.xlsx"),
    ("holidays", "holidays-2026.csv"),
]


def _head(data: Path) -> object:
    return duty("log", "verify", "--json", data=data).document["head"]


def test_every_sample_file_is_taken_once_and_the_second_time_changes_nothing(own: Path) -> None:
    for kind, name in FILES:
        before = _head(own)
        trial = duty("import", kind, DATA / name, "--dry-run", "--json", data=own)
        assert (trial.status, _head(own)) == (0, before), trial.err
        assert trial.document["dry_run"] is True
        taken = duty("import", kind, DATA / name, "--json", data=own)
        assert taken.status == 0, taken.err
        assert taken.document["taken"] == trial.document["taken"]
        after = _head(own)
        again = duty("import", kind, DATA / name, data=own)
        assert (again.status, again.out) == (0, "")
        assert _head(own) == after


def test_bad_rows_are_one_line_each_on_standard_error(own: Path) -> None:
    ran = duty("import", "units", DATA / "units-with-faults.csv", "--json", data=own)
    assert ran.status == 0
    assert ran.document["taken"] == 2
    lines = ran.err.splitlines()
    assert len(lines) == len(ran.document["refused"]) + len(ran.document["notes"]) + 1
    assert "Traceback" not in ran.err
    assert "\x1b" not in ran.err


def test_a_gap_of_the_roster_is_named(own: Path) -> None:
    assert duty("import", "people", DATA / "people.xlsx", data=own).status == 0
    ran = duty("import", "roster", DATA / "roster-2026-02.xlsx", "--json", data=own)
    assert ran.document["gaps"]
    assert len(ran.err.splitlines()) > len(ran.document["gaps"])


def test_a_dry_run_shows_what_was_understood(own: Path) -> None:
    ran = duty("import", "people", DATA / "people.xlsx", "--dry-run", data=own)
    assert ran.status == 0
    assert "p064" in ran.out
    assert duty("person", "list", "--json", data=own).document == {"people": []}


@pytest.mark.parametrize("kind", ["people", "units", "roster", "holidays"])
def test_a_file_of_which_nothing_can_be_taken_ends_with_2(
    kind: str, own: Path, tmp_path: Path
) -> None:
    nonsense = tmp_path / "nonsense.csv"
    nonsense.write_text("a,b\n1,2\n", encoding="utf-8")
    before = _head(own)
    for path in (nonsense, tmp_path / "nothing.csv"):
        ran = duty("import", kind, path, data=own)
        assert (ran.status, ran.out) == (2, "")
        assert ran.err.strip()
    assert _head(own) == before
