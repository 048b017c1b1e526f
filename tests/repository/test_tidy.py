"""The house stays tidy; each rule is itself tested on made-up sources first."""

import re

import pytest

from tests.repository import tidy
from tests.repository.tidy import ROOT, Source

# A banned word that names another thing than the one in its row; each with its reason.
EXCEPTIONS = {
    "class Call": "one call of the command line; refused for a telephone report only",
    "class Done": "what an action did, as told to its operator; refused for fulfilled only",
    "class Event": "iCalendar's and the timeline's own word; refused for shift and incident only",
    "class Finding": "what the watch suspects and the shift lead judges; refused for Outstanding",
    "column hash": "the SHA-256 of a log entry; refused for an alert key only",
    "column rule": "a number of docs/rules.md; refused for a ladder step only",
    "column site": "the right side of our Message-IDs; refused for a duty room only",
    "column state": "ObligationState is the glossary's own; refused for the board only",
    "class Grade": "the glossary's own word for it; refused for ResponseLevel only",
    "module event": "a timeline's own word (the contract's [[event]]); refused for an incident",
    "module env": "Alembic reads a file of this name; refused for our settings only",
    "module call": "as the class Call",
    "module options": "the options that several commands share; refused for settings only",
    "table finding": "as the class Finding",
}


@pytest.fixture(name="ours", scope="module")
def _ours() -> list[Source]:
    return tidy.python_sources(*tidy.PACKAGES)


@pytest.fixture(name="everything", scope="module")
def _everything(ours: list[Source]) -> list[Source]:
    return [*ours, *tidy.python_sources("tests")]


def _faults_of(rule, *sources: Source) -> list[str]:
    return rule(list(sources))


def test_a_file_over_the_limit_is_found_and_one_at_the_limit_is_not() -> None:
    at_limit = Source("records/a.py", "x = 1\n" * tidy.MAX_FILE_LINES)
    over = Source("records/b.py", "x = 1\n" * (tidy.MAX_FILE_LINES + 1))
    assert _faults_of(tidy.long_files, at_limit, over) == ["records/b.py: 401 lines"]


def test_a_function_over_the_limit_is_found() -> None:
    body = "    x = 1\n"
    at_limit = "def fits():\n" + body * (tidy.MAX_FUNCTION_LINES - 1)
    over = "async def long():\n" + body * tidy.MAX_FUNCTION_LINES
    faults = _faults_of(tidy.long_functions, Source("records/a.py", at_limit + over))
    assert faults == ["records/a.py: long has 61 lines"]


def test_banned_words_are_read_from_tables_whose_last_column_is_not() -> None:
    page = (
        "| 中文 | identifier | not |\n|---|---|---|\n"
        "| 总部 | `general_hq` | head office, root |\n| 岗位 | `Post` | |\n"
        "\n| word | other words | where |\n|---|---|---|\n| a | b | law |\n"
    )
    assert tidy.banned_words(page) == {"head_office", "root"}


def test_a_class_table_column_or_module_with_a_banned_word_is_found() -> None:
    text = (
        "class HeadOffice:\n    __tablename__ = 'root'\n    root: Mapped[int]\n"
        "    other: Mapped[str]\n\nclass RootCause:\n    root: int\n"
    )
    banned = frozenset({"head_office", "root"})
    found = tidy.wrong_words([Source("records/root.py", text)], banned, {})
    assert [line.split("(")[0].split(": ")[1].strip() for line in found] == [
        "module root",
        "class HeadOffice",
        "table root",
        "column root",
    ]
    assert (
        tidy.wrong_words([Source("a/b.py", "class Root: ...")], banned, {"class Root": "x"}) == []
    )


def test_a_drawer_for_everything_is_found() -> None:
    fine, bad = Source("records/settings.py", ""), Source("plans/helpers/mail.py", "")
    assert _faults_of(tidy.drawers, fine, bad) == ["plans/helpers/mail.py"]


def test_a_promise_needs_an_issue() -> None:
    word = "TO" + "DO"
    text = f'# {word} #12: later\nx = "{word}"\n# {word}: some day\n'
    assert _faults_of(tidy.promises_without_issue, Source("a.py", text)) == [
        f"a.py:3: # {word}: some day"
    ]


def test_a_package_without_a_docstring_is_found() -> None:
    sources = [
        Source("records/__init__.py", '"""What is true."""'),
        Source("records/a.py", ""),
        Source("plans/__init__.py", ""),
        Source("plans/channels/email.py", ""),
    ]
    assert tidy.silent_packages(sources) == ["plans", "plans/channels"]


def test_a_module_that_nothing_imports_is_found() -> None:
    sources = [
        Source("records/a.py", "from records import b\nimport records.a"),
        Source("records/b.py", "from records.c import thing"),
        Source("records/c.py", "NAME = 'records.d'"),
        Source("records/d.py", ""),
        Source("records/e.py", ""),
    ]
    assert tidy.unused_files(sources, frozenset({"records.e"})) == ["records/a.py"]


def test_a_stray_at_the_top_level_is_found() -> None:
    ignored = [".venv/", "*.egg-info/", "/room/"]
    entries = ["records", "room", "x.egg-info", ".venv", "notes.txt"]
    assert tidy.strays(entries, ignored) == ["notes.txt"]


def test_an_address_of_a_package_index_is_found() -> None:
    address = "https" + "://"
    sources = [
        Source("Makefile", f"fetch {address}example.org/x\n"),
        Source("docs/install.md", f"see {address}example.org/x\npip install --index" + "-url x\n"),
        Source("a.py", f"u = '{address}example.org/simple'\n"),
    ]
    assert [line.split(": ")[0] for line in tidy.index_addresses(sources)] == [
        "Makefile:1",
        "docs/install.md:2",
        "a.py:1",
    ]


def test_no_file_has_more_lines_than_a_reader_holds_in_mind(everything: list[Source]) -> None:
    styles = [
        Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "console").rglob("*.tcss"))
    ]
    assert tidy.long_files([*everything, *styles]) == []


def test_no_function_is_longer_than_a_screen(everything: list[Source]) -> None:
    assert tidy.long_functions(everything) == []


def test_the_glossary_holds_in_the_code(ours: list[Source]) -> None:
    banned = tidy.banned_words((ROOT / "docs/glossary.md").read_text(encoding="utf-8"))
    assert {"tenant", "war_room", "config", "notification"} <= banned
    assert tidy.wrong_words(ours, banned, EXCEPTIONS) == []


def test_every_exception_to_the_glossary_is_still_needed(ours: list[Source]) -> None:
    used = {f"{kind} {name}" for source in ours for kind, name in tidy.names(source)}
    assert set(EXCEPTIONS) <= used


def test_no_module_is_a_drawer_for_everything(everything: list[Source]) -> None:
    assert tidy.drawers(everything) == []


def test_no_comment_promises_work_without_an_issue(everything: list[Source]) -> None:
    assert tidy.promises_without_issue(everything) == []


def test_every_package_says_what_belongs_in_it(ours: list[Source]) -> None:
    assert tidy.silent_packages(ours) == []


def test_no_file_of_the_packages_is_unused(ours: list[Source]) -> None:
    assert tidy.unused_files(ours, tidy.ENTRY_POINTS) == []


def test_no_file_of_the_tests_is_unused(everything: list[Source]) -> None:
    tests = [source for source in everything if source.path.startswith("tests/")]
    programs = frozenset(re.findall(r"-m (tests\.[\w.]+)", (ROOT / "Makefile").read_text()))
    unused = tidy.unused_files(tests, programs)
    collected = ("test_", "conftest.py")
    assert [path for path in unused if not path.rpartition("/")[2].startswith(collected)] == []


def test_everything_at_the_top_level_has_a_place_there() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert tidy.strays((entry.name for entry in ROOT.iterdir()), ignored) == []


def test_no_file_says_where_packages_come_from(everything: list[Source]) -> None:
    others = [ROOT / name for name in sorted(tidy.BUILD_FILES)]
    pages = [*others, ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    texts = [Source(p.relative_to(ROOT).as_posix(), p.read_text(encoding="utf-8")) for p in pages]
    code = [source for source in everything if source.path != "tests/repository/tidy.py"]
    assert tidy.index_addresses([*texts, *code]) == []
