"""One call of the command line: whose data, in which language, how answers are printed.

Answers go to standard output, messages for people to standard error; whatever comes from data is
cleaned before a terminal sees it.
"""

import json
import os
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO
from zoneinfo import ZoneInfo

import typer

from records.clean_text import clean, has_hostile
from records.errors import Unreachable
from records.installation import FOLDER_VARIABLE, Installation, default_folder
from records.language import Bilingual, Language, Sentence, mark

if TYPE_CHECKING:  # what reads the database is imported by the commands that need it
    from console.actions import Actions, Done
    from console.wiring import House
    from records.act import Act

LONGEST_LINE = 4_000
LOCAL = "%Y-%m-%d %H:%M:%S"
_WIDE = "WF"

Said = str | Sentence | Bilingual


@dataclass(slots=True)
class Call:
    """What every command is given: where the data lies, in which language to speak."""

    installation: Installation
    is_pointed: bool
    chosen: Language | None = None
    _house: "House | None" = field(default=None, repr=False)

    @property
    def language(self) -> Language:
        """Return the language that was asked for, else the one of the settings, else Chinese."""
        return self.chosen or language_of(self.installation) or Language.ZH

    def house(self) -> "House":
        """Return the installation, opened once; Unreachable if there is none."""
        from sqlalchemy.exc import DatabaseError

        from console.wiring import open_house

        if self._house is None:
            try:
                self._house = open_house(self.installation)
            except DatabaseError as error:
                raise Unreachable(
                    mark("数据库无法使用:{reason}。请运行 duty doctor 检查。"), reason=error.orig
                ) from error
        return self._house

    def require_installation(self) -> None:
        """Raise Unreachable if `duty init` has not been here."""
        if not self.installation.exists:
            self.house()

    def close(self) -> None:
        """Give the database back."""
        if self._house is not None:
            self._house.database.close()
            self._house = None

    def actions(self) -> "Actions":
        """Return the operator's acts in this installation's room."""
        return self.house().actions()

    def act(self, operator: str | None = None) -> "Act":
        """Return an act of this instant, by the room itself where nobody is named."""
        from records.act import Act

        house = self.house()
        return Act(house.room_key, house.clock.now(), operator or f"room:{house.room_key}")

    def local(self, instant: object) -> str | None:
        """Return an instant of a document as the room's clocks show it; None stays None."""
        if instant is None:
            return None
        zone = ZoneInfo(self.house().loaded.settings.room.timezone)
        return datetime.fromisoformat(str(instant)).astimezone(zone).strftime(LOCAL)

    def said(self, words: Said) -> str:
        """Return words in the language of this call, fit for a terminal."""
        text = words if isinstance(words, str) else words.said_in(self.language)
        return "\n".join(clean(line, limit=LONGEST_LINE) for line in text.split("\n"))

    def say(self, words: Said) -> None:
        """Tell a person something, on standard error."""
        _write(sys.stderr, self.said(words))

    def show(self, words: Said) -> None:
        """Print one line of an answer for people, on standard output."""
        _write(sys.stdout, self.said(words))

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Print rows below their headings; `headings` are marked Chinese words."""
        lines = [[self.said(Sentence(heading)) for heading in headings]]
        lines += [[self._cell(value) for value in row] for row in rows]
        widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            padded = [_padded(text, width) for text, width in zip(line, widths, strict=True)]
            _write(sys.stdout, "  ".join(padded).rstrip())

    def _cell(self, value: object) -> str:
        if value is None:
            return "-"
        if isinstance(value, Sentence | Bilingual):
            return self.said(value)
        return self.said(str(value))

    def answer(self, document: Mapping[str, object]) -> None:
        """Print one JSON document on standard output."""
        _write_utf8(sys.stdout, json_text(document))

    def done(self, done: "Done", *, as_json: bool) -> None:
        """Tell what an act did; with `as_json` also as a document."""
        if as_json:
            self.answer({"done": done.sentence.said_in(self.language), "ids": list(done.ids)})
        self.say(done.sentence)


def call_of(context: typer.Context) -> Call:
    """Return the call that a command belongs to."""
    call = context.find_object(Call)
    assert call is not None
    return call


def new_call(data: Path | None, language: Language | None) -> Call:
    """Return the call for `--data` (else DUTY_DATA, else the platform's folder) and `--lang`."""
    is_pointed = data is not None or bool(os.environ.get(FOLDER_VARIABLE))
    folder = default_folder(os.environ) if data is None else data.expanduser().absolute()
    return Call(Installation(folder), is_pointed, language)


def language_of(installation: Installation) -> Language | None:
    """Return the language that the settings name; None if they name none or cannot be read."""
    try:
        room = tomllib.loads(installation.settings_file.read_text(encoding="utf-8-sig"))["room"]
        return Language(room["language"])
    except (OSError, ValueError, LookupError, TypeError):
        # Whoever really needs the settings says what is wrong with them.
        return None


def json_text(document: Mapping[str, object]) -> str:
    """Return JSON whose text holds no control or hidden character but as an escape."""
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    if not has_hostile(text, lines=True):
        return text
    return "".join(
        json.dumps(each)[1:-1] if each != "\n" and has_hostile(each) else each for each in text
    )


def _write_utf8(stream: TextIO, text: str) -> None:
    """Write what programs read: the same octets whatever this machine's locale is."""
    octets = getattr(stream, "buffer", None)
    if octets is None:
        _write(stream, text)
        return
    stream.flush()
    octets.write(f"{text}\n".encode())


def _write(stream: TextIO, text: str) -> None:
    stream.write(text + "\n")


def _width(text: str) -> int:
    from unicodedata import east_asian_width

    return sum(2 if east_asian_width(each) in _WIDE else 1 for each in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
