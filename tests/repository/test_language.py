"""Every sentence of the code has its English, with the same placeholders, and nothing is idle."""

import ast
import re
import string
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from records import errors
from records.language import Language, Sentence, translate

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("console", "plans", "records", "schedules")
SENTENCE_CLASSES = {"Sentence"} | {
    name
    for name, each in vars(errors).items()
    if isinstance(each, type) and issubclass(each, errors.DutyError)
}


def is_chinese(text: str) -> bool:
    return any("\u3400" <= character <= "\u9fff" for character in text)


def calls(source: str) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Name(id=name) | ast.Attribute(attr=name):
                    yield name, node
                case _:
                    pass


def marked_in(source: str) -> list[str]:
    """The literals of mark("..."); anything else given to mark cannot be found by a translator."""
    found = []
    for name, call in calls(source):
        if name == "mark":
            match call.args:
                case [ast.Constant(value=str(text))] if not call.keywords:
                    found.append(text)
                case _:
                    raise AssertionError(f"line {call.lineno}: mark wants one literal sentence")
    return found


def unmarked_in(source: str) -> list[str]:
    """Chinese sentences given to a Sentence or an error without mark."""
    return [
        f"line {call.lineno}: {text}"
        for name, call in calls(source)
        if name in SENTENCE_CLASSES and call.args
        for text in [_words_of(call.args[0])]
        if is_chinese(text)
    ]


def _words_of(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_words_of, parts))
        case _:
            return ""


def placeholders(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None}


def faults_of(chinese: str, english: str) -> list[str]:
    """What is wrong with one translation, in words."""
    faults = []
    if not chinese.strip():
        faults.append("an empty sentence")
    if placeholders(chinese) != placeholders(english):
        faults.append(
            f"placeholders differ: {sorted(placeholders(chinese))} {sorted(placeholders(english))}"
        )
    # English may quote what stands in a Chinese file, such as the heading of a column.
    bare = string.Formatter().vformat(english, (), _Blank())
    if is_chinese(bare) and not re.search("[A-Za-z]{3}", bare):
        faults.append("the English is Chinese")
    return [f"{chinese!r}: {fault}" for fault in faults]


class _Blank(dict[str, object]):
    def __missing__(self, name: str) -> "_Blank":
        return _Blank()

    def __format__(self, _form: str) -> str:
        return ""

    def __getattr__(self, name: str) -> "_Blank":
        return _Blank()


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def sentences_of_the_code() -> set[str]:
    return {text for path in sources() for text in marked_in(path.read_text(encoding="utf-8"))}


def entries() -> list[tuple[str, str]]:
    with resources.files("records").joinpath("locale/en.po").open("rb") as file:
        return [(str(message.id), str(message.string)) for message in read_po(file) if message.id]


def test_every_sentence_of_the_code_has_its_english() -> None:
    translated = {chinese for chinese, english in entries() if english}
    assert sorted(sentences_of_the_code() - translated) == []


def test_the_english_file_holds_nothing_that_the_code_no_longer_says() -> None:
    assert sorted({chinese for chinese, _ in entries()} - sentences_of_the_code()) == []


def test_both_languages_are_filled_with_the_same_values() -> None:
    assert [fault for entry in entries() for fault in faults_of(*entry)] == []


def test_the_english_file_is_sorted_so_that_two_changes_rarely_meet() -> None:
    chinese = [each for each, _ in entries()]
    assert chinese == sorted(chinese)


def test_a_chinese_sentence_for_people_is_always_marked() -> None:
    found = [
        f"{path.relative_to(ROOT)} {fault}"
        for path in sources()
        for fault in unmarked_in(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_sentence_is_said_in_english_with_its_values() -> None:
    sentence = Sentence("无法读取 {file}:{reason}。", {"file": "a.toml", "reason": "no"})
    assert sentence.said_in(Language.EN) == "Cannot read a.toml: no."
    assert translate("没有译文", Language.EN) == "没有译文"


def test_the_scanner_finds_marks_however_they_are_called() -> None:
    assert marked_in('mark("一" "二")\nlanguage.mark("三")\nmake("四")') == ["一二", "三"]


@pytest.mark.parametrize("source", ['mark(f"{x}")', "mark(x)", "mark()", 'mark("a", "b")'])
def test_the_scanner_refuses_what_it_cannot_read(source: str) -> None:
    with pytest.raises(AssertionError, match="line 1"):
        marked_in(source)


def test_the_scanner_finds_sentences_without_a_mark() -> None:
    source = 'Refused("一")\nSentence(f"二{x}")\nSentence("{a}")\nRefused(mark("三"))\nprint("四")'
    assert unmarked_in(source) == ["line 1: 一", "line 2: 二"]


@pytest.mark.parametrize(
    ("chinese", "english", "fault"),
    [
        ("{a}迟", "{b} is late", "placeholders differ"),
        ("{a}迟", "late", "placeholders differ"),
        ("{a}迟", "{a}迟", "the English is Chinese"),
        (" ", " ", "an empty sentence"),
    ],
)
def test_a_wrong_translation_is_found(chinese: str, english: str, fault: str) -> None:
    assert any(fault in each for each in faults_of(chinese, english))


def test_a_right_translation_has_no_fault() -> None:
    assert faults_of("{a}迟{b:.0f}分", "{a} is {b:.1f} min late") == []
