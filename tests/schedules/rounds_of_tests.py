"""Third rounds and openings that fail as a test wants, and listen to what they are given."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from console.wiring import load_rules
from plans.rounds import DecideAndRaise
from records.database import Database
from schedules.lease import LeaseKeeper
from schedules.obligations import Looked
from schedules.outstanding import Outstanding
from schedules.rounds import LookAtDue, OpenDue
from schedules.watch import Watch

RULES = load_rules()


class Broken(Exception):
    """A row that cannot be told."""


class Listening:
    """The real third round; it raises for some parties and calls `before` with its items."""

    def __init__(
        self,
        bad: Collection[str] = (),
        before: Callable[[Sequence[Outstanding]], None] = lambda _items: None,
    ) -> None:
        self.bad = set(bad)
        self.chunks: list[tuple[int, bool]] = []
        self._before = before
        self._real = DecideAndRaise(RULES.plans)

    def run(
        self, session: Session, items: Sequence[Outstanding], *, now: datetime, more_to_come: bool
    ) -> list[Looked]:
        self.chunks.append((len(items), more_to_come))
        looked = self._real.run(session, items, now=now, more_to_come=more_to_come)
        self._before(items)
        for item in items:
            if item.owed_by in self.bad:
                raise Broken(item.owed_by)
        return looked


class OpensBadly(OpenDue):
    """An opening that raises while it is told to."""

    def __init__(self) -> None:
        super().__init__(RULES.schedules)
        self.is_broken = True
        self.runs = 0

    def run(self, session: Session, *, now: datetime) -> int:
        self.runs += 1
        if self.is_broken:
            raise Broken("calendar")
        return super().run(session, now=now)


def watch_with(
    database: Database,
    third_round: Listening | None = None,
    *,
    open_due: OpenDue | None = None,
    lease: LeaseKeeper | None = None,
) -> Watch:
    """Return a watch with some of its rounds replaced."""
    return Watch(
        database,
        open_due or OpenDue(RULES.schedules),
        LookAtDue(RULES.schedules),
        third_round or Listening(),
        lease,
    )
