"""One act: in which room, at which instant, by whom; handed to everything that writes."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Act:
    """One act of one operator at one instant; `operator` is person:ID, unit:ID or room:KEY."""

    room_key: str
    at: datetime
    operator: str
