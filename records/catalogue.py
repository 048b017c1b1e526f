"""Catalogues: TOML files of the field's rules, read into frozen models.

Each fault names file, table, key and what was expected. A file of the same name in the
installation's folder replaces the shipped one whole; nothing is merged. What the rules say is in
the files and in the models of the packages that own them, not here.
"""

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from records.clean_text import clean
from records.errors import BadData, CatalogueError
from records.language import Sentence, mark

M = TypeVar("M", bound=BaseModel)

# Long enough for any text of a plan, short enough that a wrong file does not fill a screen.
TEXT_LIMIT = 20_000
WRONG_VALUE = "wrong_value"

_DURATION = re.compile(r"(\d{1,6}) ?(s|min|h|d)", re.ASCII)
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}


class Frozen(BaseModel):
    """A part of a catalogue or of the settings: never changed, and no key but the known ones."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def wrong_value(template: str, /, **params: object) -> PydanticCustomError:
    """Return the error by which a model's own validator says what it expected.

    Args:
        template: A marked Chinese sentence without a full stop, such as mark("应早于{end}").
        **params: What fills its placeholders.
    """
    return PydanticCustomError(WRONG_VALUE, "{sentence}", {"sentence": Sentence(template, params)})


def parse_duration(text: object) -> timedelta:
    """Return the span of "30 s", "15 min", "24 h" or "2 d"; never negative.

    Raises:
        PydanticCustomError: Anything else, a bare number included; it is a ValueError.
    """
    found = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if found is None:
        raise wrong_value(mark('应为带单位的时长,如 "30 s"、"15 min"、"24 h"、"2 d"'))
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def duration_text(span: timedelta) -> str:
    """Return the text that `parse_duration` reads as this span, in the largest whole unit."""
    seconds = int(span.total_seconds())
    if seconds == 0:
        return "0 min"
    unit = next(unit for unit in ("d", "h", "min", "s") if seconds % _SECONDS[unit] == 0)
    return f"{seconds // _SECONDS[unit]} {unit}"


def _duration(value: object) -> timedelta:
    return value if isinstance(value, timedelta) else parse_duration(value)


def _positive_duration(value: object) -> timedelta:
    span = _duration(value)
    if span <= timedelta(0):
        raise wrong_value(mark("时长应大于零"))
    return span


Duration = Annotated[timedelta, PlainValidator(_duration)]
PositiveDuration = Annotated[timedelta, PlainValidator(_positive_duration)]


def load(package: str, name: str, model: type[M], override: Path | None = None) -> M:
    """Return the catalogue `name` as its model.

    Args:
        package: The package that ships `catalogue/<name>.toml`.
        name: The file's name without its ending; may hold a folder ("contingency_plans/flood").
        model: A `Frozen` model of the whole file.
        override: The folder of the installation's own catalogues, if there is one.

    Raises:
        CatalogueError: The file cannot be read or breaks the model.
    """
    own = None if override is None else override / f"{name}.toml"
    if own is not None and own.exists():
        return read_toml(own, model, CatalogueError)
    shipped = resources.files(package).joinpath(f"catalogue/{name}.toml")
    try:
        content = shipped.read_bytes()
    except FileNotFoundError as error:
        raise CatalogueError(mark("没有名为 {name} 的规则目录。"), name=name) from error
    file = f"{package}/catalogue/{name}.toml"
    return validated(parsed(content, file, CatalogueError), model, file, CatalogueError)


def shipped_files(package: str) -> Iterator[tuple[str, bytes]]:
    """Give the name (with its ending) and content of each catalogue the package ships, sorted."""
    folder = resources.files(package).joinpath("catalogue")
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            yield entry.name, entry.read_bytes()


def read_toml(path: Path, model: type[M], fault: type[BadData]) -> M:
    """Return a TOML file as its model; each fault is raised as `fault`, with file and place."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise fault(
            mark("无法读取 {file}:{reason}。"), file=str(path), reason=error.strerror
        ) from error
    return validated(parsed(content, str(path), fault), model, str(path), fault)


def parsed(content: bytes, file: str, fault: type[BadData]) -> dict[str, object]:
    """Return the tables of a TOML text; every text in it is cleaned."""
    try:
        data = tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise fault(mark("{file} 不是 UTF-8 编码,请另存为 UTF-8。"), file=file) from error
    except tomllib.TOMLDecodeError as error:
        raise fault(
            mark("{file} 不是有效的 TOML:{reason}。"), file=file, reason=clean(str(error))
        ) from error
    return {clean(key): _cleaned(value) for key, value in data.items()}


def _cleaned(value: object) -> object:
    match value:
        case str():
            return clean(value, lines=True, limit=TEXT_LIMIT)
        case list():
            return [_cleaned(each) for each in value]
        case dict():
            return {clean(key): _cleaned(each) for key, each in value.items()}
        case _:
            return value


def validated(data: Mapping[str, object], model: type[M], file: str, fault: type[BadData]) -> M:
    """Return the data as its model; the first fault is raised as `fault`, with its place.

    No value is bent into another type: a number in quotation marks is not a number.
    """
    # Only the JSON form is both strict about numbers and lenient about lists and enumerations.
    text = json.dumps(data, ensure_ascii=False, default=lambda instant: instant.isoformat())
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        raise _placed(found, data, model, file, fault) from error


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Return the known word that looks most like `word`, or None if none looks alike."""
    return next(iter(difflib.get_close_matches(word, known, n=1, cutoff=0.5)), None)


def _placed(
    found: ErrorDetails,
    data: Mapping[str, object],
    model: type[BaseModel],
    file: str,
    fault: type[BadData],
) -> BadData:
    table, key = _place(found["loc"], data, of_table=found["type"] == WRONG_VALUE)
    if found["type"] == "extra_forbidden":
        reason = _unknown(key, _known_keys(found["loc"], model))
    else:
        reason = _expected(found)
    where = Sentence("[{table}]", {"table": table}) if table else Sentence(mark("(顶层)"))
    if not key:
        return fault(mark("{file} {table}:{reason}。"), file=file, table=where, reason=reason)
    return fault(
        mark("{file} {table} {key}:{reason}。"), file=file, table=where, key=key, reason=reason
    )


def _place(loc: Sequence[int | str], data: object, *, of_table: bool) -> tuple[str, str]:
    """Return the table, rows counted from 1 and named if they have a name, and the key in it.

    A fault of a table as a whole (`of_table`) has no key.
    """
    table: list[str] = []
    key = ""
    for part in loc:
        if isinstance(part, int) and isinstance(data, list):
            data = data[part]
            table.append(f"{key}#{part + 1}{_name_of(data)}")
            key = ""
        elif isinstance(part, str) and isinstance(data, dict):
            if key:
                table.append(key)
            key = part
            data = data.get(part)
        # Anything else is the tag of a union, which no file contains.
    if of_table and isinstance(data, dict) and key:
        return ".".join([*table, key]), ""
    return ".".join(table), key


def _name_of(row: object) -> str:
    if isinstance(row, dict):
        for naming in ("key", "slug", "kind", "name"):
            if isinstance(row.get(naming), str):
                return f"({row[naming]})"
    return ""


def _unknown(key: str, known: Sequence[str]) -> Sentence:
    like = nearest(key, known)
    if like is None:
        return Sentence(mark("没有这一项;可用的有 {known}"), {"known": ", ".join(known)})
    return Sentence(mark("没有这一项;最接近的是 {nearest}"), {"nearest": like})


def _known_keys(loc: Sequence[int | str], model: type[BaseModel]) -> list[str]:
    models = {model}
    for part in loc[:-1]:
        if isinstance(part, str):
            inner = {
                reached
                for each in models
                for name, info in each.model_fields.items()
                if part in (name, info.alias)
                for reached in _models_in(info.annotation)
            }
            models = inner or models
    keys = {info.alias or name for each in models for name, info in each.model_fields.items()}
    return sorted(keys)


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:  # noqa: ANN401  annotations have no type
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)


_EXPECTED = {
    "missing": mark("缺少这一项"),
    "string_type": mark("应为文字"),
    "int_type": mark("应为整数"),
    "int_from_float": mark("应为整数"),
    "float_type": mark("应为数字"),
    "bool_type": mark("应为 true 或 false"),
    "list_type": mark("应为列表"),
    "tuple_type": mark("应为列表"),
    "frozen_set_type": mark("应为列表"),
    "dict_type": mark("应为一张表"),
    "model_type": mark("应为一张表"),
    "model_attributes_type": mark("应为一张表"),
    "enum": mark("应为以下之一:{expected}"),
    "literal_error": mark("应为以下之一:{expected}"),
    "greater_than": mark("应大于 {gt}"),
    "greater_than_equal": mark("应不小于 {ge}"),
    "less_than": mark("应小于 {lt}"),
    "less_than_equal": mark("应不大于 {le}"),
    "string_too_short": mark("应至少有 {min_length} 个字"),
    "string_too_long": mark("应至多有 {max_length} 个字"),
    "string_pattern_mismatch": mark("应符合格式 {pattern}"),
    "too_short": mark("应至少有 {min_length} 项"),
    "too_long": mark("应至多有 {max_length} 项"),
}
_EXPECTED_KIND = {
    "datetime": mark("应为日期和时刻,如 2026-03-16T17:00:00+08:00"),
    "timezone": mark("应为带时区的时刻,如 2026-03-16T17:00:00+08:00"),
    "date": mark("应为日期,如 2026-03-16"),
    "time": mark("应为时刻,如 17:30:00"),
}


def _expected(found: ErrorDetails) -> Sentence:
    context = found.get("ctx", {})
    if isinstance(context.get("sentence"), Sentence):
        said: Sentence = context["sentence"]
        return said
    template = _EXPECTED.get(found["type"]) or _EXPECTED_KIND.get(found["type"].split("_")[0])
    if template is None:
        # A fault that no model of ours makes yet: the library's own words are better than none.
        return Sentence("{reason}", {"reason": clean(found["msg"])})
    return Sentence(template, context)
