"""Chinese first, English one switch away: sentences are written in Chinese and translated.

The Chinese sentence is its own key; `locale/en.po` holds the English ones. A test fails if a
sentence of the code has no English.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources


class Language(StrEnum):
    """The two languages of every screen, mail and document."""

    ZH = "zh"
    EN = "en"


@functools.cache
def _english() -> Mapping[str, str]:
    from babel.messages.pofile import read_po  # noqa: PLC0415  only English needs the reader

    with resources.files("records").joinpath("locale/en.po").open("rb") as file:
        catalog = read_po(file)
    return {
        str(message.id): str(message.string) for message in catalog if message.id and message.string
    }


def translate(chinese: str, language: Language) -> str:
    """Return the sentence in that language; one without a translation comes back unchanged."""
    if language is Language.ZH:
        return chinese
    return _english().get(chinese, chinese)


def mark(chinese: str) -> str:
    """Return the same sentence; marks it for translation where it is only stored."""
    return chinese


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A name that a catalogue gives in both languages."""

    zh: str
    en: str

    def said_in(self, language: Language) -> str:
        """Return the name in that language."""
        return self.zh if language is Language.ZH else self.en or self.zh


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in both languages: a Chinese template with `{names}`, and what fills it.

    A parameter that is itself a Sentence or Bilingual is said in the same language.
    """

    template: str
    params: Mapping[str, object] = field(default_factory=dict)

    def said_in(self, language: Language) -> str:
        """Return the filled sentence."""
        filled = {
            name: value.said_in(language) if isinstance(value, Sentence | Bilingual) else value
            for name, value in self.params.items()
        }
        return translate(self.template, language).format(**filled)
