"""A rule that the code or a catalogue cites stands in docs/rules.md and has a test of its own."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NUMBER = re.compile(r"R-[A-Z]+-\d\d")
MARKED = re.compile(r'mark\.rule\(\s*"(R-[A-Z]+-\d\d)"')
PARTS = ("**Rule.**", "**Source.**", "**Default.**", "**Change it in.**")


def _cited() -> dict[str, set[str]]:
    """Return each cited number and the files that cite it."""
    found: dict[str, set[str]] = {}
    for package in ("console", "plans", "records", "schedules"):
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix in {".py", ".toml"}:
                for number in NUMBER.findall(path.read_text(encoding="utf-8")):
                    found.setdefault(number, set()).add(path.relative_to(ROOT).as_posix())
    return found


def _entries() -> dict[str, str]:
    """Return each entry of docs/rules.md by its number."""
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    parts = re.split(r"^### (R-[A-Z]+-\d\d)\b", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _tested() -> set[str]:
    tests = sorted((ROOT / "tests").rglob("test_*.py"))
    return {number for path in tests for number in MARKED.findall(path.read_text(encoding="utf-8"))}


def test_every_rule_that_is_cited_is_written_down() -> None:
    assert {number: files for number, files in _cited().items() if number not in _entries()} == {}


def test_every_rule_that_is_cited_has_a_test() -> None:
    assert {n: files for n, files in _cited().items() if n not in _tested()} == {}


def test_every_mark_on_a_test_names_a_rule_that_is_written_down() -> None:
    assert _tested() <= set(_entries())


def test_every_rule_says_its_source_its_default_and_where_to_change_it() -> None:
    incomplete = [
        number for number, text in _entries().items() if any(part not in text for part in PARTS)
    ]
    assert incomplete == []


def test_no_number_is_used_twice() -> None:
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    numbers = re.findall(r"^### (R-[A-Z]+-\d\d)\b", page, flags=re.MULTILINE)
    assert len(numbers) == len(set(numbers))
