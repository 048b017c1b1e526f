"""The reference tables of docs/, written from the code: commands, catalogues and keys.

`make docs` writes them between two marks in their pages; test_docs.py compares.
"""

import ast
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, cast

from typer.main import get_command

from records.language import Language, translate

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
BEGIN = "<!-- reference:begin (written by `make docs`) -->"
END = "<!-- reference:end -->"
MOST_FIELDS = 24


class Parameter(Protocol):
    """What is read of an option or argument of the command line."""

    name: str
    opts: list[str]
    secondary_opts: list[str]
    param_type_name: str
    required: bool
    hidden: bool
    help: str | None


class Command(Protocol):
    """What is read of a command; a group has `commands` besides."""

    help: str | None
    params: list[Parameter]
    hidden: bool


def commands() -> Iterator[tuple[str, Command]]:
    """Yield the full name and the command of everything that `duty` can be told to do."""
    from console.cli.main import app  # noqa: PLC0415  only this page needs the commands

    yield from _below("duty", cast("Command", get_command(app)))


def _below(name: str, command: Command) -> Iterator[tuple[str, Command]]:
    yield name, command
    inner: Mapping[str, Command] = getattr(command, "commands", {})
    for word, each in sorted(inner.items()):
        if not each.hidden:
            yield from _below(f"{name} {word}", each)


def parameters(command: Command) -> Iterator[tuple[str, str]]:
    """Yield each option or argument as it is typed, and its help in English."""
    for parameter in command.params:
        if getattr(parameter, "hidden", False) or parameter.name == "help":
            continue
        if parameter.param_type_name == "argument":
            typed = parameter.name.upper()
        else:
            typed = ", ".join([*parameter.opts, *parameter.secondary_opts])
        yield typed, english(getattr(parameter, "help", None))


def english(text: str | None) -> str:
    """Return a help text in English on one line; empty where there is none."""
    return " ".join(translate((text or "").strip(), Language.EN).split())


def command_reference() -> str:
    """Return a heading and a table for each command."""
    lines = []
    for name, command in commands():
        if getattr(command, "commands", None) and not list(parameters(command)):
            continue
        lines += [f"### {name}", "", english(command.help), ""]
        rows = [f"| `{typed}` | {_cell(says)} |" for typed, says in parameters(command)]
        if rows:
            lines += ["| option | what it is |", "|---|---|", *rows, ""]
    return "\n".join(lines).strip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def catalogues() -> list[Path]:
    """Return the catalogue files that the packages ship, in order of path."""
    return sorted(
        path
        for package in ("records", "schedules", "plans")
        for path in (ROOT / package).rglob("*.toml")
    )


def catalogue_reference() -> str:
    """Return for each catalogue its opening comment and its keys with the fields below them."""
    lines = []
    for path in catalogues():
        text = path.read_text(encoding="utf-8")
        lines += [f"### {path.relative_to(ROOT).as_posix()}", "", *_opening_comment(text), ""]
        lines += ["| key | fields |", "|---|---|"]
        for key, value in tomllib.loads(text).items():
            lines.append(f"| `{key}` | {_described(_fields(value))} |")
        lines.append("")
    return "\n".join(lines).strip()


def _described(fields: list[str]) -> str:
    """Return the fields for a cell; a list of words, such as surnames, is only counted."""
    if len(fields) > MOST_FIELDS:
        return f"{len(fields)} entries"
    return ", ".join(f"`{field}`" for field in fields) or "one value"


def _opening_comment(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if not line.startswith("#"):
            return
        yield line.lstrip("# ")


def _fields(value: object, above: str = "") -> list[str]:
    """Return the dotted names of the fields in a table or in all entries of an array."""
    found: list[str] = []
    for entry in value if isinstance(value, list) else [value]:
        if not isinstance(entry, dict):
            continue
        for key, inner in entry.items():
            names = _fields(inner, f"{above}{key}.") or [f"{above}{key}"]
            found += [name for name in names if name not in found]
    return found


def key_reference() -> str:
    """Return one table for each group of keys, in the order of console/ui/keys.py."""
    from console.ui import keys  # noqa: PLC0415  only this page needs the screens

    lines = []
    for name, group in vars(keys).items():
        rules = (group,) if isinstance(group, keys.KeyRule) else group
        if name == "ALL" or not isinstance(rules, tuple) or not rules:
            continue
        if not all(isinstance(rule, keys.KeyRule) for rule in rules):
            continue
        lines += [f"### {name.replace('_', ' ').capitalize()}", ""]
        lines += ["| key | also | 中文 | does | id |", "|---|---|---|---|---|"]
        for rule in rules:
            also = ", ".join(f"`{key}`" for key in rule.keys)
            says = _cell(english(rule.help))
            lines.append(f"| {_cell(rule.shown)} | {also} | {rule.words} | {says} | `{rule.id}` |")
        lines.append("")
    return "\n".join(lines).strip()


def literal_keys() -> Iterator[str]:
    """Yield each key that a widget binds by itself, outside the table of keys."""
    for path in sorted((ROOT / "console/ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Binding":
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant):
                    yield from str(first.value).split(",")


PAGES: Mapping[str, Callable[[], str]] = {
    "cli.md": command_reference,
    "catalogues.md": catalogue_reference,
    "keys.md": key_reference,
}


def with_reference(page: str, reference: str) -> str:
    """Return the page with the text between its marks replaced; ValueError without marks."""
    pattern = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    if not pattern.search(page):
        raise ValueError(f"the page has no {BEGIN} ... {END}")
    return pattern.sub(lambda _: f"{BEGIN}\n{reference}\n{END}", page)


def main() -> None:
    """Write every page anew."""
    for name, reference in PAGES.items():
        path = DOCS / name
        path.write_text(
            with_reference(path.read_text(encoding="utf-8"), reference()), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
