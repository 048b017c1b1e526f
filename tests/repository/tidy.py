"""The rules of a tidy house: each takes sources and returns its faults as sentences."""

import ast
import fnmatch
import io
import re
import tokenize
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("console", "plans", "records", "schedules")
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
DRAWERS = frozenset(
    {"util", "utils", "common", "helper", "helpers", "manager", "managers", "service", "services"}
    | {"core", "misc", "shared", "tools"}
)
TOP_LEVEL = frozenset(
    {".ci", ".git", ".gitattributes", ".gitignore", ".pre-commit-config.yaml"}
    | {"CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "README.md"}
    | {"constraints.txt", "docs", "pyproject.toml", "tests", *PACKAGES}
)
# Read by a program by their place, not by an import.
ENTRY_POINTS = frozenset({"console.cli.main", "records.migrations.env"})
# Steps of the database, written once and never edited; Alembic reads them by their folder.
STEPS = "records/migrations/versions"
# Build files name packages and versions only; an address there would be an index.
BUILD_FILES = frozenset(
    {"Makefile", "constraints.txt", "pyproject.toml", ".pre-commit-config.yaml", ".ci/run"}
)


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the repository: its path below the root, and its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """Return the parsed module."""
        return ast.parse(self.text, self.path)

    @property
    def module(self) -> str:
        """Return the dotted name: records/tables.py is records.tables."""
        parts = self.path.removesuffix(".py").split("/")
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def python_sources(*folders: str, root: Path = ROOT) -> list[Source]:
    """Return every Python file below the folders, in order of path."""
    return [
        Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
        for folder in folders
        for path in sorted((root / folder).rglob("*.py"))
    ]


def long_files(sources: Iterable[Source]) -> list[str]:
    """Return files of more lines than a reader holds in mind; a database step may be long."""
    counted = (
        (source.path, len(source.text.splitlines()))
        for source in sources
        if not source.path.startswith(STEPS)
    )
    return [f"{path}: {lines} lines" for path, lines in counted if lines > MAX_FILE_LINES]


def long_functions(sources: Iterable[Source]) -> list[str]:
    """Return functions that do not fit on one screen; a database step may be long."""
    faults = []
    for source in sources:
        if source.path.startswith(STEPS):
            continue
        for node in ast.walk(source.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    faults.append(f"{source.path}: {node.name} has {lines} lines")
    return faults


def banned_words(glossary: str) -> frozenset[str]:
    """Return the words of the glossary's last columns, as whole names in snake_case.

    A table counts if its heading ends with the column "not".
    """
    words: set[str] = set()
    counts = False
    for line in glossary.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            counts = False
        elif cells[-1] == "not":
            counts = True
        elif counts and not set(cells[-1]) <= set("-: "):
            words.update(snake(word) for word in re.split(r"[,;]", cells[-1]))
    return frozenset(words - {""})


def snake(name: str) -> str:
    """Return a name or phrase in snake_case: "HeadOffice" and "head office" are head_office."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\s-]+", "_", spaced).lower()


def names(source: Source) -> list[tuple[str, str]]:
    """Return kind and name of the module, its classes, tables and columns."""
    found = [("module", source.module.rpartition(".")[2])]
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            found.append(("class", node.name))
            found.extend(_names_of_columns(node))
    return found


def _names_of_columns(node: ast.ClassDef) -> list[tuple[str, str]]:
    found = []
    for line in node.body:
        if (
            isinstance(line, ast.AnnAssign)
            and isinstance(line.target, ast.Name)
            and ast.unparse(line.annotation).startswith("Mapped[")
        ):
            found.append(("column", line.target.id))
        elif (
            isinstance(line, ast.Assign)
            and ast.unparse(line.targets[0]) == "__tablename__"
            and isinstance(line.value, ast.Constant)
        ):
            found.append(("table", str(line.value.value)))
    return found


def wrong_words(
    sources: Iterable[Source], banned: frozenset[str], exceptions: Mapping[str, str]
) -> list[str]:
    """Return names that use a word which the glossary refuses; `exceptions` gives reasons."""
    return [
        f"{source.path}: {kind} {name} (see docs/glossary.md)"
        for source in sources
        for kind, name in names(source)
        if snake(name) in banned and f"{kind} {name}" not in exceptions
    ]


def drawers(sources: Iterable[Source]) -> list[str]:
    """Return modules and folders with a name under which anything could be put."""
    return [
        source.path
        for source in sources
        if DRAWERS & set(source.path.removesuffix(".py").lower().split("/"))
    ]


def promises_without_issue(sources: Iterable[Source]) -> list[str]:
    """Return comments that promise work later and name no issue, such as #12."""
    promise = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b(?!.*#\d+)")
    return [
        f"{source.path}:{token.start[0]}: {token.string}"
        for source in sources
        for token in tokenize.generate_tokens(io.StringIO(source.text).readline)
        if token.type == tokenize.COMMENT and promise.search(token.string)
    ]


def silent_packages(sources: Sequence[Source]) -> list[str]:
    """Return folders with modules that have no __init__.py with a docstring.

    Alembic's folder of versions is a list of steps, not a package.
    """
    folders = {source.path.rpartition("/")[0] for source in sources} - {STEPS}
    speaking = {
        source.path.rpartition("/")[0]
        for source in sources
        if source.path.endswith("/__init__.py") and ast.get_docstring(source.tree)
    }
    return sorted(folders - speaking)


def used_names(source: Source) -> set[str]:
    """Return what a source imports, or names in a string as a program's argument does."""
    used: set[str] = set()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            used.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            used.add(node.module)
            used.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            used.add(node.value)
    return used


def unused_files(sources: Sequence[Source], entry_points: frozenset[str]) -> list[str]:
    """Return modules that no other source imports; an entry point needs no importer."""
    uses = {source.path: used_names(source) for source in sources}
    return [
        source.path
        for source in sources
        if not source.path.endswith(("/__init__.py", "/__main__.py"))
        and not source.path.startswith(STEPS)
        and source.module not in entry_points
        and not any(source.module in used for path, used in uses.items() if path != source.path)
    ]


def strays(entries: Iterable[str], ignored: Sequence[str]) -> list[str]:
    """Return what lies at the top level without having a place there.

    Args:
        entries: Names at the top level.
        ignored: Patterns of .gitignore.
    """
    patterns = [line.strip().strip("/") for line in ignored if line.strip()]
    return [
        entry
        for entry in sorted(entries)
        if entry not in TOP_LEVEL
        and not any(fnmatch.fnmatch(entry, pattern) for pattern in patterns)
    ]


def index_addresses(sources: Iterable[Source]) -> list[str]:
    """Return lines that say where packages come from: that is the machine's own affair.

    A build file may hold no address at all; elsewhere an address may not be an index's.
    """
    option = re.compile(r"--(extra-)?index-url|--find-links|--trusted-host|\bregistry\s*=")
    index = re.compile(r"https?://[^\s\"')]*/(simple|pypi|npm)\b")
    address = re.compile(r"https?://")
    return [
        f"{source.path}:{number}: {line.strip()}"
        for source in sources
        for number, line in enumerate(source.text.splitlines(), start=1)
        if option.search(line)
        or index.search(line)
        or (source.path in BUILD_FILES and address.search(line))
    ]
