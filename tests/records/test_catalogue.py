"""A catalogue is read whole, strictly, and its faults say where they are."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError, model_validator

from records.catalogue import (
    Duration,
    Frozen,
    PositiveDuration,
    duration_text,
    load,
    parse_duration,
    shipped_files,
    wrong_value,
)
from records.errors import CatalogueError
from records.language import mark
from records.signing import SigningCatalogue


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Step(Frozen):
    after: Duration
    tell: tuple[str, ...] = ()
    colour: Colour = Colour.RED


class Ladder(Frozen):
    key: str
    grace: PositiveDuration = timedelta(minutes=15)
    steps: tuple[Step, ...] = Field(min_length=1)
    people: int = Field(default=1, ge=1)
    share: float = 1.0
    active: bool = True
    at: time | None = None
    from_day: date | None = Field(default=None, alias="from")
    since: datetime | None = None

    @model_validator(mode="after")
    def _steps_climb(self) -> "Ladder":
        if list(self.steps) != sorted(self.steps, key=lambda step: step.after):
            raise wrong_value(mark("各阶应按时间先后排列"))
        return self


class Ladders(Frozen):
    source: str
    ladder: tuple[Ladder, ...]
    options: dict[str, Step] = {}


GOOD = """
source = "test"
[[ladder]]
key = "manning"
grace = "10 min"
at = 17:30:00
from = 2026-01-01
since = 2026-01-01T00:00:00+08:00
[[ladder.steps]]
after = "0 min"
tell = ["officer", "partner"]
[[ladder.steps]]
after = "5 min"
colour = "blue"
[options.night]
after = "1 h"
"""


def read(folder: Path, text: str | bytes) -> Ladders:
    content = text if isinstance(text, bytes) else text.encode()
    (folder / "ladders.toml").write_bytes(content)
    return load("records", "ladders", Ladders, folder)


def sentence_of(folder: Path, text: str | bytes) -> str:
    with pytest.raises(CatalogueError) as caught:
        read(folder, text)
    said = str(caught.value)
    assert "ladders.toml" in said
    return said


def test_a_catalogue_becomes_frozen_values(tmp_path: Path) -> None:
    catalogue = read(tmp_path, GOOD)
    (ladder,) = catalogue.ladder
    assert ladder.grace == timedelta(minutes=10)
    assert ladder.at == time(17, 30)
    assert ladder.from_day == date(2026, 1, 1)
    assert ladder.steps[1] == Step(after=timedelta(minutes=5), colour=Colour.BLUE)
    assert catalogue.options["night"].after == timedelta(hours=1)
    with pytest.raises(ValidationError, match="frozen"):
        ladder.key = "other"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("grace =", "grase ="), ["[ladder#1(manning)]", "grase", "最接近的是 grace"]),
        (("colour =", "color ="), ["[ladder#1(manning).steps#2]", "color", "最接近的是 colour"]),
        (("from =", "form ="), ["[ladder#1(manning)]", "form", "最接近的是 from"]),
        (("source =", "zzz ="), ["(顶层)", "source", "缺少这一项"]),
        (('"blue"', '"green"'), ["steps#2] colour", "应为以下之一", "'red' or 'blue'"]),
        (('"5 min"', "5"), ["steps#2] after", "应为带单位的时长"]),
        (('"10 min"', '"0 min"'), ["[ladder#1(manning)] grace", "时长应大于零"]),
        (('"5 min"', '"-5 min"'), ["steps#2] after", "应为带单位的时长"]),
        (("17:30:00", '"half six"'), ["[ladder#1(manning)] at", "应为时刻"]),
        (("2026-01-01\n", '"soon"\n'), ["[ladder#1(manning)] from", "应为日期"]),
        (('"test"', "7"), ["(顶层) source", "应为文字"]),
        (('key = "manning"', "key = 3"), ["[ladder#1] key", "应为文字"]),
        (('key = "manning"', 'key = "x"\npeople = "3"'), ["people", "应为整数"]),
        (('key = "manning"', 'key = "x"\npeople = 2.5'), ["people", "应为整数"]),
        (('key = "manning"', 'key = "x"\npeople = 0'), ["people", "应不小于 1"]),
        (('key = "manning"', 'key = "x"\nactive = 1'), ["active", "应为 true 或 false"]),
        (('key = "manning"', 'key = "x"\nshare = "1"'), ["share", "应为数字"]),
        (('["officer", "partner"]', '"officer"'), ["steps#1] tell", "应为列表"]),
        (('"0 min"', '"6 min"'), ["[ladder#1(manning)]:", "各阶应按时间先后排列"]),
        (("[options.night]", "[options.night.sub]"), ["[options.night]", "after", "缺少"]),
        (("[options.night]", "[option.night]"), ["(顶层) option", "最接近的是 options"]),
    ],
)
def test_a_fault_names_table_key_and_what_was_expected(
    tmp_path: Path, change: tuple[str, str], expected: list[str]
) -> None:
    assert change[0] in GOOD
    said = sentence_of(tmp_path, GOOD.replace(*change, 1))
    assert [part for part in expected if part not in said] == [], said


def test_a_key_like_no_other_is_answered_with_all_of_them(tmp_path: Path) -> None:
    said = sentence_of(tmp_path, GOOD.replace("grace =", "qqqq ="))
    assert "可用的有 active, at, from, grace, key" in said


def test_an_empty_list_says_how_many_it_needs(tmp_path: Path) -> None:
    assert "应至少有 1 项" in sentence_of(
        tmp_path, 'source = ""\n[[ladder]]\nkey = "a"\nsteps = []'
    )


def test_a_fault_that_we_have_no_words_for_is_still_placed(tmp_path: Path) -> None:
    class Odd(Frozen):
        address: float = Field(multiple_of=2)

    (tmp_path / "odd.toml").write_text("address = 3.0")
    with pytest.raises(CatalogueError, match=r"address:.*multiple of 2"):
        load("records", "odd", Odd, tmp_path)


def test_broken_toml_names_the_line(tmp_path: Path) -> None:
    assert "line 2" in sentence_of(tmp_path, "source = 'a'\nladder = = 1\n")


def test_a_file_in_another_encoding_says_what_to_do(tmp_path: Path) -> None:
    assert "UTF-8" in sentence_of(tmp_path, 'source = "值班"'.encode("gb18030"))


def test_the_mark_of_a_windows_editor_is_no_fault(tmp_path: Path) -> None:
    assert read(tmp_path, b"\xef\xbb\xbf" + GOOD.encode()).source == "test"


def test_hostile_text_in_a_catalogue_is_cleaned(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD.replace('"test"', r'"a\u001b[2Jb"')).source == "a\ufffd[2Jb"
    said = sentence_of(tmp_path, GOOD.replace("grace =", r'"gr\u001bce" ='))
    assert "\x1b" not in said


def test_a_folder_in_the_place_of_the_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "ladders.toml").mkdir()
    with pytest.raises(CatalogueError, match=r"无法读取 .*ladders\.toml"):
        load("records", "ladders", Ladders, tmp_path)


def test_a_catalogue_that_nobody_ships_is_named() -> None:
    with pytest.raises(CatalogueError, match="nowhere"):
        load("records", "nowhere", Ladders)


def test_the_installations_file_replaces_the_shipped_one_whole(tmp_path: Path) -> None:
    shipped = load("records", "signing", SigningCatalogue, tmp_path)
    assert shipped == load("records", "signing", SigningCatalogue)
    (tmp_path / "signing.toml").write_text("[pin]\ntries = 3\n")
    with pytest.raises(CatalogueError, match="缺少这一项"):
        load("records", "signing", SigningCatalogue, tmp_path)


def test_the_shipped_files_can_be_listed() -> None:
    files = dict(shipped_files("records"))
    assert list(files) == sorted(files)
    assert b"[pin]" in files["signing.toml"]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30 s", timedelta(seconds=30)),
        ("15 min", timedelta(minutes=15)),
        ("24 h", timedelta(hours=24)),
        ("2 d", timedelta(days=2)),
        ("2d", timedelta(days=2)),
        ("0 min", timedelta(0)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    "wrong", ["15", 15, "", "min", "-1 min", "1.5 h", "1 h 30 min", "15 分", "１5 min", "9999999 d"]
)
def test_anything_else_is_no_duration(wrong: object) -> None:
    with pytest.raises(ValueError, match="应为带单位的时长"):
        parse_duration(wrong)


@given(st.integers(0, 999_999), st.sampled_from(["s", "min", "h", "d"]))
def test_a_duration_is_written_as_it_is_read(count: int, unit: str) -> None:
    span = parse_duration(f"{count} {unit}")
    if span < timedelta(days=999_999):
        assert parse_duration(duration_text(span)) == span
