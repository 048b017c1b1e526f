"""What every event of a timeline has: when, what, by whom; and how it becomes an act."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator

from console.actions import Actions, Done
from records.catalogue import Frozen
from records.errors import BadData
from records.language import mark


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("2026-03-16T17:30:00+08:00")
    return instant.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_aware)]


class Event(Frozen):
    """What every event says: when, and by whom."""

    at: Instant
    do: str
    by: str | None = None

    def signer(self) -> str:
        """Return who acts; BadData where the act needs somebody and nobody is named."""
        if self.by is None:
            raise BadData(mark("动作“{do}”须写明 by(由谁)。"), do=self.do)
        return self.by


@dataclass(frozen=True, slots=True)
class EventKind:
    """The fields of one kind of event, and the act it stands for."""

    model: type[Event]
    act: Callable[[Actions, Event], Done]
