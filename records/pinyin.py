"""Pinyin keys of names, made once when a name is stored, so that a search needs no dictionary."""

import functools
import itertools
import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, or_

from records.catalogue import Frozen, load

# So many readings of one name are kept; a name of many ambiguous characters stays searchable.
READINGS_KEPT = 16
LONGEST_SURNAME = 2
# Longer texts are names of organisations: the words around a character settle its reading.
LONGEST_PERSON_NAME = 4

_KEY = re.compile(r"[a-z0-9]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Surnames(Frozen):
    """Readings of characters as surnames; a compound surname gives its syllables with blanks."""

    source: str
    readings: dict[str, tuple[str, ...]]


@functools.cache
def _surnames() -> Surnames:
    return load("records", "surnames", Surnames)


def search_key(text: str) -> str:
    """Return what was typed as a pinyin key: full-width folded, lower case, letters and digits.

    Empty if the text holds anything else, Chinese characters for one.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).lower().split())
    folded = folded.replace("'", "").replace("ü", "v")
    return folded if _KEY.fullmatch(folded) else ""


def person_keys(name: str) -> str:
    """Return the keys of a person's name, separated by blanks: initials, then full pinyin.

    Every reading of every character gives a key, up to sixteen, the reading of the character as
    a surname first: 欧阳建国 gives "oyjg ouyangjianguo", 单庆生 begins with "sqs".
    """
    characters = _characters(name)
    if not characters or len(characters) > LONGEST_PERSON_NAME:
        return unit_keys(name)
    surname, syllables = _as_surname(characters)
    given = [_readings(character) for character in characters[len(surname) :]]
    plain = [_readings(character) for character in surname]
    spelled = [
        [*reading.split(), *rest]
        for reading in syllables
        for rest in _product(given, READINGS_KEPT)
    ]
    spelled += [[*first, *rest] for first in _product(plain, 4) for rest in _product(given, 4)]
    return _keys(spelled[:READINGS_KEPT])


def unit_keys(name: str) -> str:
    """Return the keys of an organisation's name: initials, then full pinyin; digits are kept."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  takes 0.2 s; only where names are stored

    spelled: list[str] = []
    for part in lazy_pinyin(name, style=Style.NORMAL):
        folded = search_key(part)
        if _HAN.search(part) or not folded:
            continue
        # A number is no word: each of its digits counts as its own initial.
        spelled.extend(folded if folded.isdigit() else [folded])
    return _keys([spelled])


def _characters(name: str) -> list[str]:
    return [character for character in name if _HAN.match(character)]


def _as_surname(characters: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    known = _surnames().readings
    for length in range(LONGEST_SURNAME, 0, -1):
        surname = "".join(characters[:length])
        if surname in known and len(characters) > length - 1:
            return surname, known[surname]
    return characters[0], tuple(_readings(characters[0]))


def _readings(character: str) -> list[str]:
    from pypinyin import Style, pinyin  # noqa: PLC0415  takes 0.2 s; only where names are stored

    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    readings = [search_key(reading) for reading in found[0]] if found else []
    return [reading for reading in readings if reading] or [""]


def _product(choices: Sequence[Sequence[str]], most: int) -> list[list[str]]:
    return [list(each) for each in itertools.islice(itertools.product(*choices), most)]


def _keys(spelled: Sequence[Sequence[str]]) -> str:
    """Return initials before full pinyin, each once; `lv` is also found as `lu`."""
    initials = ["".join(syllable[:1] for syllable in reading) for reading in spelled]
    full = ["".join(reading) for reading in spelled]
    without_v = [key.replace("lv", "lu").replace("nv", "nu") for key in full]
    return " ".join(key for key in dict.fromkeys([*initials, *full, *without_v]) if key)


def name_match(
    name: ColumnElement[str], pinyin: ColumnElement[str], typed: str
) -> tuple[ColumnElement[bool], ColumnElement[int]]:
    """Return the condition under which a stored name is meant, and its rank (0 is best).

    Args:
        name: The column of names.
        pinyin: The column of pinyin keys beside it.
        typed: Chinese characters in their order, gaps allowed, or pinyin or its initials.
    """
    text = "".join(unicodedata.normalize("NFC", typed).split())
    apart = "%".join(_escaped(character) for character in text)
    conditions: list[ColumnElement[bool]] = [name.like(f"%{apart}%", escape="\\")]
    ranks = [
        (name == text, 0),
        (name.startswith(text, autoescape=True), 1),
        (name.contains(text, autoescape=True), 3),
    ]
    if key := search_key(typed):
        begins = or_(pinyin.startswith(key), pinyin.contains(f" {key}"))
        conditions.append(pinyin.contains(key))
        ranks += [(begins, 2), (pinyin.contains(key), 4)]
    ranks.sort(key=lambda each: each[1])
    return or_(*conditions), case(*ranks, else_=5)


def _escaped(character: str) -> str:
    return f"\\{character}" if character in "%_\\" else character
