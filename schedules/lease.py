"""The lease that says which watch may work; every write of the watch carries its number."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from records.errors import LostLease
from records.language import mark
from schedules.tables import WatchLease

NAME = "watch"
GIVEN_BACK = ""  # the holder's name where nobody holds the lease


@dataclass(frozen=True, slots=True)
class LeaseState:
    """The lease as it stands: who holds it, since when it was last seen to work."""

    holder: str
    fence: int
    expires_at: datetime
    pulse_at: datetime | None
    started_at: datetime
    stands_by: str
    stands_by_at: datetime | None


def read_lease(session: Session) -> LeaseState | None:
    """Return the lease, or None if no watch has ever worked here."""
    row = session.get(WatchLease, NAME)
    if row is None:
        return None
    return LeaseState(
        row.holder,
        row.fence,
        row.expires_at,
        row.pulse_at,
        row.started_at,
        row.stands_by,
        row.stands_by_at,
    )


_LEASE = cast(Table, WatchLease.__table__)
_RENEW = (
    update(_LEASE)
    .where(
        _LEASE.c.name == NAME,
        _LEASE.c.holder == bindparam("our_name"),
        _LEASE.c.fence == bindparam("our_fence"),
    )
    .values(renewals=_LEASE.c.renewals + 1, expires_at=bindparam("until"))
)
_BEAT = _RENEW.values(pulse_at=bindparam("beat_at"))


class LeaseKeeper:
    """One process's side of the lease.

    Whether another holder is alive is judged by its renewals against this machine's monotonic
    time, so that a step of the wall clock neither steals a lease nor keeps a dead one.

    Rule: R-WATCH-01
    """

    def __init__(self, holder: str, ttl: timedelta) -> None:
        self.holder = holder
        self.fence: int | None = None
        self._ttl = ttl
        self._seen: tuple[int, int] | None = None
        self._seen_at = 0.0

    def try_to_take(self, session: Session, *, now: datetime, monotonic: float) -> bool:
        """Take the lease if nobody holds it or its holder has stopped renewing; say whether."""
        row = session.execute(
            select(WatchLease.fence, WatchLease.renewals, WatchLease.expires_at, WatchLease.holder)
            .where(WatchLease.name == NAME)
            .with_for_update()
        ).first()
        if row is None:
            return self._take_first(session, now)
        seen = (row.fence, row.renewals)
        is_first_look = self._seen is None
        if seen != self._seen:
            self._seen, self._seen_at = seen, monotonic
        has_stopped = monotonic - self._seen_at >= self._ttl.total_seconds()
        has_expired = (is_first_look and row.expires_at <= now) or row.holder == GIVEN_BACK
        if not has_stopped and not has_expired:
            return False
        session.execute(
            update(WatchLease)
            .where(WatchLease.name == NAME, WatchLease.fence == row.fence)
            .values(
                holder=self.holder,
                fence=row.fence + 1,
                renewals=0,
                expires_at=now + self._ttl,
                started_at=now,
            )
        )
        self.fence = row.fence + 1
        self._seen = None
        return True

    def _take_first(self, session: Session, now: datetime) -> bool:
        try:
            session.execute(
                insert(WatchLease).values(
                    name=NAME,
                    holder=self.holder,
                    fence=1,
                    renewals=0,
                    expires_at=now + self._ttl,
                    started_at=now,
                    stands_by="",
                )
            )
        except IntegrityError:  # another watch began in the same moment
            session.rollback()
            return False
        self.fence = 1
        return True

    def renew(self, session: Session, *, now: datetime, is_pulse: bool) -> None:
        """Prove inside this transaction that we still hold the lease, and prolong it.

        `is_pulse` also writes the pulse: only after a completed tick. Raises LostLease.
        """
        result = session.connection().execute(
            _BEAT if is_pulse else _RENEW,
            {
                "our_name": self.holder,
                "our_fence": self.fence,
                "until": now + self._ttl,
                **({"beat_at": now} if is_pulse else {}),
            },
        )
        if result.rowcount != 1:
            self.lose()
            raise LostLease(mark("值守程序已由另一进程接替,本进程转为备用。"))

    def give_back(self, session: Session, *, now: datetime) -> None:
        """End the lease at once on a clean stop, so that the next watch need not wait for it."""
        session.execute(
            update(WatchLease)
            .where(
                WatchLease.name == NAME,
                WatchLease.holder == self.holder,
                WatchLease.fence == self.fence,
            )
            .values(expires_at=now, holder=GIVEN_BACK)
        )
        self.lose()

    def lose(self) -> None:
        """Forget the lease; stand by from now on."""
        self.fence = None
        self._seen = None

    def stand_by(self, session: Session, *, now: datetime) -> None:
        """Leave word that this process is ready to take over."""
        session.execute(
            update(WatchLease)
            .where(WatchLease.name == NAME)
            .values(stands_by=self.holder, stands_by_at=now)
        )
