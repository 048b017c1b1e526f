"""The catalogue of sending, `mail.toml`, read into a frozen model."""

from pathlib import Path
from typing import Annotated

from pydantic import Field

from plans.retries import RetryTable
from records.catalogue import Frozen, PositiveDuration, load
from schedules.rules import Confidence


class _Sourced(Frozen):
    rule: str
    source: str
    confidence: Confidence


class RetryRule(_Sourced):
    """The waits between attempts."""

    waits: Annotated[tuple[PositiveDuration, ...], Field(min_length=1)]


class FinalDotRule(_Sourced):
    """How long the answer to a whole message may take."""

    most: PositiveDuration


class PathRule(_Sourced):
    """When a relay counts as down."""

    troubles: int = Field(ge=1)


class MailRules(Frozen):
    """Everything `mail.toml` says."""

    retry: RetryRule
    final_dot: FinalDotRule
    path: PathRule

    @property
    def retry_table(self) -> RetryTable:
        """Return the waits as the postman uses them."""
        return RetryTable(self.retry.waits)


def load_mail_rules(override: Path | None = None) -> MailRules:
    """Return the catalogue, from the installation's folder if it is there; CatalogueError else."""
    return load("plans", "mail", MailRules, override)
