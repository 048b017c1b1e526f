"""vCards 2.1 to 4 as telephones export them; each card is read by itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from console.imports.cells import BadCell
from console.imports.reading import SourceFile
from records.errors import BadFile
from records.language import Sentence, mark

MOST_CARDS = 10_000
LONGEST_CARD = 200_000  # characters; a card with a photograph is longer and is read without it
CARD = mark("名片")

_CARD = re.compile(r"^BEGIN:VCARD\s*$.*?^END:VCARD\s*$", re.MULTILINE | re.DOTALL | re.IGNORECASE)
# A picture or sound in base64 runs over many indented lines and says nothing about a person.
_PICTURE = re.compile(
    r"^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[;:].*(?:\r?\n[ \t].*)*\r?\n",
    re.MULTILINE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says of a person, not yet judged."""

    name: str
    body: str
    title: str
    note: str
    telephones: tuple[str, ...]
    emails: tuple[str, ...]


def cards(source: SourceFile) -> Iterator[str]:
    """Give the text of each card; BadFile if there is none or there are too many."""
    found = _CARD.findall(source.text)
    if not found or len(found) > MOST_CARDS:
        raise BadFile(
            mark("{file} 里应有 1 至 {limit} 张名片。"), file=source.name, limit=MOST_CARDS
        )
    yield from found


def read_card(text: str) -> Card:
    """Return what one card says; BadCell if it is no vCard or has no name."""
    import vobject  # noqa: PLC0415  takes 0.1 s; only for vCards

    plain = _PICTURE.sub("", text + "\r\n")
    if len(plain) > LONGEST_CARD:
        raise BadCell(CARD, Sentence(mark("名片过长")))
    try:
        card = next(vobject.readComponents(plain, allowQP=True))
        contents: dict[str, list[Any]] = card.contents  # vobject has no types
        return Card(
            name=_first(contents, "fn") or _family_first(contents),
            body=_body(contents),
            title=_first(contents, "title"),
            note=_first(contents, "note"),
            telephones=tuple(_text(each.value) for each in contents.get("tel", ())),
            emails=tuple(_text(each.value) for each in contents.get("email", ())),
        )
    except (
        vobject.base.ParseError,
        vobject.base.VObjectError,
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        StopIteration,
        TypeError,
        ValueError,
    ) as error:
        raise BadCell(CARD, Sentence(mark("不是完好的 vCard"))) from error


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _first(contents: dict[str, list[Any]], key: str) -> str:
    return next((_text(each.value).strip() for each in contents.get(key, ())), "")


def _family_first(contents: dict[str, list[Any]]) -> str:
    for each in contents.get("n", ()):
        family, given = getattr(each.value, "family", ""), getattr(each.value, "given", "")
        if isinstance(family, str) and isinstance(given, str):
            return family + given
    return ""


def _body(contents: dict[str, list[Any]]) -> str:
    """Return the innermost part of the organisation: a bureau's sections are its bodies here."""
    for each in contents.get("org", ()):
        parts = each.value if isinstance(each.value, list) else [each.value]
        named = [part for part in parts if isinstance(part, str) and part.strip()]
        if named:
            return named[-1]
    return ""
