"""The pages say what the code does: commands, settings, catalogues, keys, errors, links, blocks."""

import inspect
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from records import errors, settings
from tests.repository import reference
from tests.repository.reference import DOCS, ROOT

PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"(?<!\!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
FILE = re.compile(r"`((?:console|docs|plans|records|schedules|tests)/[\w./-]+)`")
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", reference.PAGES)
def test_the_reference_tables_are_those_of_the_code(name: str) -> None:
    """Where this fails, run `make docs` and read what changed."""
    page = _page(name)
    assert reference.with_reference(page, reference.PAGES[name]()) == page


def test_every_command_and_option_explains_itself() -> None:
    silent = []
    for name, command in reference.commands():
        if not reference.english(command.help):
            silent.append(name)
        silent += [f"{name} {typed}" for typed, says in reference.parameters(command) if not says]
    assert silent == []


def test_every_key_that_a_widget_binds_is_documented() -> None:
    page = _page("keys.md")
    assert {key for key in reference.literal_keys() if f"`{key}`" not in page} == set()


def _settings_keys(model: type[BaseModel], above: str = "") -> Iterator[str]:
    for name, info in model.model_fields.items():
        key = f"{above}{info.alias or name}"
        annotation = info.annotation
        inner = [
            each
            for each in (annotation, *get_args(annotation))
            if isinstance(each, type) and issubclass(each, BaseModel)
        ]
        if inner:
            yield from _settings_keys(inner[0], f"{key}.")
        else:
            yield key


def test_every_settings_key_is_documented() -> None:
    page = _page("settings.md")
    documented = set(re.findall(r"^\| `([a-z_.]+)` \|", page, re.MULTILINE))
    known = set(_settings_keys(settings.Settings))
    assert {key for key in known if key.replace("mail.second.", "mail.") not in documented} == set()
    assert documented - known == set()


def test_every_catalogue_is_explained_by_its_opening_comment() -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in reference.catalogues()
        if not path.read_text(encoding="utf-8").startswith("#")
    ]
    assert silent == []


def test_every_error_is_documented() -> None:
    pages = _page("recovery.md") + _page("cli.md")
    tree = [
        name
        for name, each in inspect.getmembers(errors, inspect.isclass)
        if issubclass(each, errors.DutyError)
    ]
    assert [name for name in tree if f"`{name}`" not in pages] == []


def _anchors(page: str) -> set[str]:
    """Return the anchors that a page's headings give: lower case, blanks as hyphens."""
    headings = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_relative_link_resolves(path: Path) -> None:
    broken = []
    for groups in LINK.findall(path.read_text(encoding="utf-8")):
        target = next(filter(None, groups))
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        aim = (path.parent / file) if file else path
        if not aim.exists() or (anchor and anchor not in _anchors(aim.read_text(encoding="utf-8"))):
            broken.append(target)
    assert broken == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_that_a_page_names_is_there(path: Path) -> None:
    named = set(FILE.findall(path.read_text(encoding="utf-8")))
    assert {name for name in named if not (ROOT / name).exists()} == set()


def test_every_page_of_docs_is_reached_from_the_index() -> None:
    index = _page("index.md")
    pages = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md")} - {"index.md"}
    assert {page for page in pages if f"({page})" not in index} == set()


def _blocks() -> list[tuple[str, str, str]]:
    return [
        (path.relative_to(ROOT).as_posix(), language, text)
        for path in PAGES
        for language, text in BLOCK.findall(path.read_text(encoding="utf-8"))
    ]


@pytest.fixture(name="sample_room", scope="module")
def _sample_room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    room = tmp_path_factory.mktemp("docs") / "room"
    made = _run(["duty", "--data", str(room), "init", "--demo"], room.parent, room)
    assert made.returncode == 0, made.stderr
    return room


def _run(command: list[str], folder: Path, room: Path) -> subprocess.CompletedProcess[str]:
    """Run a program as a reader would, with our commands on the path and the room chosen."""
    surroundings = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DUTY_DATA": str(room),
    }
    return subprocess.run(
        command,
        cwd=folder,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "language", "text"), _blocks(), ids=lambda value: value.partition("\n")[0]
)
def test_every_block_that_a_reader_may_type_runs(
    page: str, language: str, text: str, sample_room: Path, tmp_path: Path
) -> None:
    """Blocks fenced as sh or python run; what cannot run in a test is fenced as console."""
    command = ["bash", "-euo", "pipefail", "-c", text]
    if language == "python":
        command = [sys.executable, "-c", text]
    done = _run(command, tmp_path, sample_room)
    assert done.returncode == 0, f"{page}:\n{text}\n{done.stdout}{done.stderr}"
