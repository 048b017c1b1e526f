"""What the doctor finds, as values; how each is looked for stands in the other doctor modules."""

from dataclasses import dataclass
from enum import StrEnum

from records.language import Language, Sentence, mark

# The worst comes first: a broken log before a database that is not there before any other fault.
_GRAVEST_FIRST = (3, 4, 1)


class Health(StrEnum):
    """How a thing that was looked at stands."""

    FINE = "fine"
    WARNING = "warning"
    FAULT = "fault"


_SHOWN = {Health.FINE: mark("正常"), Health.WARNING: mark("注意"), Health.FAULT: mark("故障")}


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was looked at, how it stands, and what to do where it is not well."""

    key: str
    health: Health
    sentence: Sentence
    remedy: Sentence | None = None
    exit_status: int = 1

    @property
    def line(self) -> Sentence:
        """Return it as one line for people."""
        shown = {"health": Sentence(_SHOWN[self.health]), "found": self.sentence}
        if self.remedy is None:
            return Sentence(mark("{health}  {found}"), shown)
        return Sentence(mark("{health}  {found}  → {remedy}"), {**shown, "remedy": self.remedy})


@dataclass(frozen=True, slots=True)
class Examined:
    """Everything that was looked at."""

    findings: tuple[Found, ...]

    @property
    def exit_status(self) -> int:
        """Return 0 without faults, 3 if the log does not verify, 4 without a database, else 1."""
        statuses = {each.exit_status for each in self.findings if each.health is Health.FAULT}
        return next((status for status in _GRAVEST_FIRST if status in statuses), 0)

    def as_data(self, language: Language) -> dict[str, object]:
        """Return it for `--json`."""
        return {
            "findings": [
                {
                    "key": each.key,
                    "health": each.health.value,
                    "found": each.sentence.said_in(language),
                    "remedy": None if each.remedy is None else each.remedy.said_in(language),
                }
                for each in self.findings
            ],
            "healthy": self.exit_status == 0,
        }
