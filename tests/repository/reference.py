"""The reference tables of docs/, written from the code: commands, catalogues and keys.

`make docs` writes them between two marks in their pages; test_docs.py compares.
"""

import ast
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol, cast

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
    import typer  # noqa: PLC0415  the pages are also written where no console exists yet
    from console.cli.main import app  # noqa: PLC0415

    yield from _below("duty", cast("Command", typer.main.get_command(app)))


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


def bindings() -> Iterator[tuple[str, str, str]]:
    """Yield key, id and description of each key that a screen binds, as written in the code."""
    for path in sorted((ROOT / "console/ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Binding":
                given = {word.arg or "": word.value for word in node.keywords}
                names = ("key", "action", "description")
                given |= dict(zip(names, node.args, strict=False))
                key, identity, says = (_text(given.get(n)) for n in ("key", "id", "description"))
                yield key, identity or _text(given.get("action")), says


def _text(node: ast.expr | None) -> str:
    """Return the first text inside an expression, such as that of mark("...")."""
    if node is None:
        return ""
    found = (each for each in ast.walk(node) if isinstance(each, ast.Constant))
    return next((each.value for each in found if isinstance(each.value, str)), "")


def key_reference() -> str:
    """Return one table of every key."""
    rows = [
        f"| `{_cell(key)}` | {_cell(english(says))} | `{identity}` |"
        for key, identity, says in dict.fromkeys(bindings())
    ]
    return "\n".join(["| key | does | id |", "|---|---|---|", *rows])


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
