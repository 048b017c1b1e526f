"""Every exception of the project, in one tree.

DutyError
  Refused            the request breaks a rule; the sentence says which and what to do instead
    NotOnDuty        the person has no shift at that post now
    NotAuthorised    wrong PIN, or this person may not do this
    WrongState       already done, already closed, not yet begun
  NotFound           no such thing
  Conflict           someone else was first; look again
  BadData            the words or the data of the call are wrong
    CatalogueError   file, key, reason
    SettingsError    file, key, reason
    BadFile          an import that cannot be read at all
  DeliveryFailed     permanent or not; stored with the mail, decides retry or next contact point
  ChainBreak         the duty log does not verify; never handled
  LostLease          another watch has taken over; this one stands by
  Unreachable        the database or the watch cannot be reached
"""

from collections.abc import Mapping

from records.language import Language, Sentence


class DutyError(Exception):
    """Anything the project itself raises; `sentence` is what a person reads."""

    exit_status = 1

    def __init__(self, template: str, /, **params: object) -> None:
        """Keep the Chinese template and what fills it, so that either language can be shown."""
        self.sentence = Sentence(template, params)
        super().__init__(self.sentence.said_in(Language.ZH))

    def said_in(self, language: Language) -> str:
        """Return the sentence for a person, in that language."""
        return self.sentence.said_in(language)

    @property
    def params(self) -> Mapping[str, object]:
        """Return what fills the sentence."""
        return self.sentence.params


class Refused(DutyError):
    """The request breaks a rule."""


class NotOnDuty(Refused):
    """The person has no shift at that post now."""


class NotAuthorised(Refused):
    """Wrong PIN, or this person may not do this."""


class WrongState(Refused):
    """Already done, already closed, or not yet begun."""


class NotFound(DutyError):
    """There is no such thing."""


class Conflict(DutyError):
    """Someone else was first; look again."""


class BadData(DutyError):
    """The words or the data of the call are wrong."""

    exit_status = 2


class CatalogueError(BadData):
    """A catalogue is wrong: file, key, reason."""


class SettingsError(BadData):
    """The settings are wrong: file, key, reason."""


class BadFile(BadData):
    """A file cannot be read at all."""


class DeliveryFailed(DutyError):
    """A mail was not accepted."""

    def __init__(self, template: str, /, *, permanent: bool, **params: object) -> None:
        """Say also whether trying the same address again makes sense."""
        super().__init__(template, **params)
        self.permanent = permanent


class ChainBreak(DutyError):
    """The duty log does not verify."""

    exit_status = 3


class LostLease(DutyError):
    """Another watch has taken over."""


class Unreachable(DutyError):
    """The database or the watch cannot be reached."""

    exit_status = 4
