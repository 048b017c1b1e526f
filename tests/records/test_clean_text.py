"""What comes from outside is made safe, once."""

import csv
import io
import unicodedata
from email.message import EmailMessage

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from records.clean_text import clean, for_cell, for_header, has_hostile, key_of

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=60)  # lone surrogates too
HOSTILE = [
    *map(chr, (*range(0x20), 0x7F, *range(0x80, 0xA0), 0xAD, 0x061C, 0xFEFF)),
    *map(chr, (*range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x206A))),
    *map(chr, (0xFFF9, 0xFFFA, 0xFFFB, 0xD800, 0xDFFF, 0xE0000, 0xE0041, 0xE007F)),
]
MIXED_TEXT = st.text(st.one_of(st.sampled_from([*HOSTILE, *"=+-@ 张凤é"]), st.characters()))


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda character: f"U+{ord(character):04X}")
def test_a_hostile_character_leaves_a_mark(hostile: str) -> None:
    assert clean(f"张{hostile}三") == "张\ufffd三"
    assert has_hostile(f"张{hostile}三")


@pytest.mark.parametrize(
    "text", ["张三", "平顶山市新华区", "a b", "𠮷野家", "e\u0301", "👍🏽", "[red]x[/]", "王·明"]
)
def test_harmless_text_stays_but_for_its_normal_form(text: str) -> None:
    assert clean(text) == unicodedata.normalize("NFC", text)
    assert not has_hostile(text)


@given(ANY_TEXT | MIXED_TEXT, st.booleans(), st.integers(1, 80))
@example("a" * 199 + " " + "b" * 9, False, 200)
def test_cleaned_text_is_safe_short_and_stays_as_it_is(text: str, lines: bool, limit: int) -> None:
    cleaned = clean(text, lines=lines, limit=limit)
    assert not has_hostile(cleaned, lines=lines)
    assert len(cleaned) <= limit
    assert cleaned == cleaned.strip()
    assert clean(cleaned, lines=lines, limit=limit) == cleaned
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert clean("值" * 201) == "值" * 199 + "…"
    assert clean("值" * 200) == "值" * 200
    assert clean("ab  cdef", limit=5) == "ab…"


def test_lines_stay_only_where_they_are_allowed() -> None:
    assert clean("一\r\n二\r三\n四\n", lines=True) == "一\n二\n三\n四"
    assert clean("一\n二\n") == "一\ufffd二"
    assert has_hostile("一\n二")
    assert not has_hostile("一\n二", lines=True)


def test_blanks_at_the_ends_go_and_those_inside_stay() -> None:
    assert clean(" \u3000梁 凤\u00a0\t\r\n") == "梁 凤"


@given(ANY_TEXT | MIXED_TEXT)
@example("晚报\r\nBcc: all@duty.example")
def test_a_header_cannot_be_split(text: str) -> None:
    header = for_header(text)
    assert not has_hostile(header)
    message = EmailMessage()
    message["Subject"] = header
    assert list(message.keys()) == ["Subject"]


def test_breaks_become_blanks_in_a_header() -> None:
    assert for_header("晚报\r\nBcc: x\ty") == "晚报 Bcc: x y"


@given(ANY_TEXT | MIXED_TEXT)
@example("\t=1+1")
@example("\r\n =cmd|' /C calc'!A0")
def test_a_cell_never_starts_a_formula(text: str) -> None:
    cell = for_cell(text)
    assert not cell.lstrip().startswith(tuple("=+-@＝＋－＠\t\r"))
    assert len(cell) <= 32_767
    assert not has_hostile(cell, lines=True)


@pytest.mark.parametrize("text", ["=1+1", "+86375", "-5", "@SUM(A1)", "＝1"])
def test_a_formula_prefix_is_guarded_and_survives_csv(text: str) -> None:
    file = io.StringIO()
    csv.writer(file).writerow([for_cell(text)])
    assert next(csv.reader(io.StringIO(file.getvalue()))) == [f"'{text}"]


def test_an_ordinary_cell_is_left_alone() -> None:
    assert for_cell("0375-2660000") == "0375-2660000"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("梁 凤", "梁凤"),
        ("梁\u3000凤", "梁凤"),
        ("Ａ座１号", "a座1号"),
        ("STRASSE", "Straße"),
        ("caf\u00e9", "CAFE\u0301"),
    ],
)
def test_two_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("张三", "张\u200b三"), ("张三", "张四"), ("卫东", "卫东区")]
)
def test_two_names_have_two_keys(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


@given(ANY_TEXT | MIXED_TEXT)
def test_a_key_has_no_blanks_and_is_its_own_key(text: str) -> None:
    key = key_of(text)
    assert "".join(key.split()) == key
    assert key_of(key) == key
    assert key_of(clean(text, limit=1000)) == key
