"""What comes from outside is made safe here, once: forms, files, mails, arguments.

A hostile character is replaced by U+FFFD, never dropped in silence: the mark shows that something
was there. Storing and wording of the cleaned text are not done here.
"""

import re
import unicodedata

REPLACEMENT = "\ufffd"
ELLIPSIS = "…"
SPREADSHEET_CELL_LIMIT = 32_767  # what one cell of a spreadsheet holds

# Controls, soft hyphen, bidirectional marks, invisible blanks, annotation marks, surrogates, tags.
_HOSTILE_RANGES = (
    (0x00, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x061C, 0x061C),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x2069),
    (0xFEFF, 0xFEFF),
    (0xFFF9, 0xFFFB),
    (0xD800, 0xDFFF),
    (0xE0000, 0xE007F),
)
_ON_ONE_LINE = {
    code: REPLACEMENT for first, last in _HOSTILE_RANGES for code in range(first, last + 1)
}
_ON_LINES = {code: mark for code, mark in _ON_ONE_LINE.items() if code != ord("\n")}

# The blanks that a person may type; the controls that Python counts as blanks are hostile.
_BLANKS = " \t\r\n\u00a0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
_LINE_ENDS = re.compile(r"\r\n?")
_RUN_OF_BREAKS = re.compile(r"[\r\n\t]+")
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def clean(text: str, *, lines: bool = False, limit: int = 200) -> str:
    """Return the text in NFC, without hostile characters, without blanks at its ends.

    Args:
        text: Anything from outside, lone surrogates included.
        lines: Whether line breaks may stay; every kind of them becomes a line feed.
        limit: The most characters that come back, at least 1; a longer text ends in an ellipsis.
    """
    if lines:
        text = _LINE_ENDS.sub("\n", text)
    text = unicodedata.normalize("NFC", text).strip(_BLANKS)
    text = text.translate(_ON_LINES if lines else _ON_ONE_LINE)
    if len(text) > limit:
        text = text[: limit - 1].rstrip(_BLANKS) + ELLIPSIS
    return text


def has_hostile(text: str, *, lines: bool = False) -> bool:
    """Return whether the text holds a character that `clean` would replace inside a text."""
    table = _ON_LINES if lines else _ON_ONE_LINE
    return any(ord(character) in table for character in text)


def for_header(text: str, *, limit: int = 200) -> str:
    """Return the text fit for a mail header: one line, no control character at all."""
    return clean(_RUN_OF_BREAKS.sub(" ", text), limit=limit)


def for_cell(text: str) -> str:
    """Return the text fit for a cell of a CSV or XLSX file: never taken for a formula.

    What could start a formula gets an apostrophe before it.
    """
    cleaned = clean(text, lines=True, limit=SPREADSHEET_CELL_LIMIT - 1)
    return f"'{cleaned}" if cleaned.startswith(_FORMULA_STARTS) else cleaned


def key_of(text: str) -> str:
    """Return what two spellings of one name have in common: NFKC, caseless, without blanks.

    `梁 凤` and `梁凤`, `Ａ座` and `a座` have the same key; a hidden character keeps them apart.
    """
    safe = unicodedata.normalize("NFC", text).strip(_BLANKS).translate(_ON_ONE_LINE)
    folded = unicodedata.normalize("NFKC", safe)
    folded = unicodedata.normalize("NFKC", "".join(folded.split()).casefold())
    return unicodedata.normalize("NFKC", folded.casefold())
