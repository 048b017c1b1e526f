"""Read-backs: what was ordered laid beside what was read back; pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, fields

_DIGITS = {each: value for value, each in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_MYRIADS = {"万": 10_000, "亿": 100_000_000}
_NUMERAL = re.compile("[零〇一二两三四五六七八九十百千万亿]+")
_ARABIC_MYRIAD = re.compile(r"(\d+(?:\.\d+)?)([万亿])")
_CLOCK = re.compile(r"(\d{1,2})[:时点](?:(\d{1,2})分?|(半))?")
_DAY = re.compile(r"(?:\d{4}[-年])?(\d{1,2})[-月](\d{1,2})日?")
_SILENT = re.compile(r"[\s,。、;.()\-—·“”\"']+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")


@dataclass(frozen=True, slots=True)
class Spoken:
    """The three things that must not be misheard; empty is not said."""

    place: str = ""
    quantity: str = ""
    time: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that was read back wrong: which, what was ordered, what was read."""

    what: str  # place, quantity or time
    ordered: str
    read: str


def differences(ordered: Spoken, read: Spoken) -> tuple[Difference, ...]:
    """Return what was read back wrong or not at all; what was not ordered need not be read.

    Widths, blanks, marks and the way in which numbers and hours are written make no difference:
    "二百米" is "200 米", "18点30分" is "18:30".

    Rule: R-ORD-02
    """
    return tuple(_different(ordered, read))


def _different(ordered: Spoken, read: Spoken) -> Iterator[Difference]:
    for field in fields(Spoken):
        wanted, said = getattr(ordered, field.name), getattr(read, field.name)
        same = _same_time if field.name == "time" else _same_words
        if wanted and not same(wanted, said):
            yield Difference(field.name, wanted, said)


def _same_words(ordered: str, read: str) -> bool:
    return spoken_form(ordered) == spoken_form(read)


def _same_time(ordered: str, read: str) -> bool:
    """Return whether the same hour is meant; a day that one side leaves out makes no difference."""
    days = [_DAY.search(_in_digits(text)) for text in (ordered, read)]
    bare = [spoken_form(_DAY.sub("", _in_digits(text))) for text in (ordered, read)]
    if bare[0] != bare[1]:
        return False
    one, other = (None if day is None else (int(day[1]), int(day[2])) for day in days)
    return one is None or other is None or one == other


def spoken_form(text: str) -> str:
    """Return a text as it is compared: one width, no blanks, numbers and hours in one form."""
    return _SILENT.sub("", _CLOCK.sub(_clock, _in_digits(text)))


def _in_digits(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = _THOUSANDS.sub("", plain)
    plain = _ARABIC_MYRIAD.sub(_multiplied, plain)
    return _NUMERAL.sub(_counted, plain)


def _multiplied(found: re.Match[str]) -> str:
    return f"{float(found[1]) * _MYRIADS[found[2]]:.0f}"


def _counted(found: re.Match[str]) -> str:
    """Return a Chinese numeral in digits; a row of digits ("二〇二六") keeps its zeros."""
    numeral = found[0]
    if not set(numeral) & (_UNITS.keys() | _MYRIADS.keys()):
        return "".join(str(_DIGITS[each]) for each in numeral)
    total, section, digit = 0, 0, 0
    for each in numeral:
        if each in _DIGITS:
            digit = _DIGITS[each]
        elif each in _UNITS:
            section += (digit or 1) * _UNITS[each]
            digit = 0
        else:
            total += ((section + digit) or 1) * _MYRIADS[each]
            section, digit = 0, 0
    return str(total + section + digit)


def _clock(found: re.Match[str]) -> str:
    minutes = 30 if found[3] else int(found[2] or 0)
    return f"{int(found[1]):02d}:{minutes:02d}"
