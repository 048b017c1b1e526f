"""Who owes a clock's report, and as which obligation: this room, or the unit that called."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from plans.incident_facts import OURS
from plans.incident_rules import IncidentRules
from plans.incident_tables import Incident
from plans.reporting_clocks import ClockDue, CountedFrom
from plans.reporting_levels import ReportingLevel
from records.act import Act
from records.errors import CatalogueError
from records.language import mark
from records.tables import DutyRoom, Unit
from schedules.obligations import Owed
from schedules.rules import ObligationRule, ScheduleRules
from schedules.tables import Post

KIND = "incident_report"
OF_UNITS = "reporting"  # the ladder of what units owe us
COUNTY_BODY = "county_body"
_NOTHING = timedelta(0)


@dataclass(frozen=True, slots=True)
class Ruling:
    """By what an incident is judged: the catalogues, grace and ladder, and the room's zone."""

    rules: IncidentRules
    owing: ObligationRule
    zone: ZoneInfo


def owing_rule(schedules: ScheduleRules) -> ObligationRule:
    """Return grace and ladder of our own reports; CatalogueError where there are none."""
    found = schedules.obligations.get(KIND)
    if found is None:
        raise CatalogueError(mark("obligations.toml 缺少 kind = {kind} 的一项。"), kind=KIND)
    return found


@dataclass(frozen=True, slots=True)
class Owing:
    """Who of those we know owes reports on one incident."""

    room_key: str
    incident: Incident
    reporter: str | None  # unit:ID
    level: ReportingLevel | None  # of the reporter
    ruling: Ruling
    owed_from: datetime
    has_posts: bool

    def owner(self, due: ClockDue) -> str | None:
        """Return who owes it: this room, the unit that reported, or nobody that we know.

        Of a unit only what comes to our level or stays below is owed: what it tells those above us
        we do not see.
        """
        levels = {level.value for level in ReportingLevel}
        if due.is_optional or due.to_party.value not in levels or due.due_at < self.owed_from:
            return None
        if due.from_party.value == OURS.value:
            return f"room:{self.room_key}"
        is_seen = not OURS.is_below(ReportingLevel(due.to_party.value))
        if self.level is not None and due.from_party.value == self.level.value and is_seen:
            return self.reporter
        return None

    def owed(self, due: ClockDue, owner: str) -> Owed:
        """Return the obligation; our own lateness is judged from our receipt.

        Rule: R-INC-05, R-CLOCK-30
        """
        ours = owner.startswith("room:")
        own_time = max((due.due_from_receipt_at or due.due_at) - due.due_at, _NOTHING)
        ladder = self.ruling.owing.ladder if ours else OF_UNITS
        change = ""
        if due.counted_from is CountedFrom.CASUALTIES_CHANGED:
            change = f"@{due.arose_at.isoformat()}"
        return Owed(
            kind=KIND,
            subject=f"incident:{self.incident.handle}",
            owed_by=owner,
            rule=due.rule,
            source=due.source,
            ladder=ladder if self.has_posts else None,
            arose_at=due.arose_at,
            due_at=due.due_at,
            grace=own_time + self.ruling.owing.grace,
            is_top_priority=ours,
            is_drill=self.incident.is_drill,
            distinction=f"{due.clock}#{due.number}{change}",
        )


def read_owing(session: Session, act: Act, incident: Incident, ruling: Ruling) -> Owing:
    """Return who owes reports on an incident, as the room's registers have it."""
    room = session.get_one(DutyRoom, act.room_key)
    unit_id = incident.reported_by.removeprefix("unit:")
    unit = None
    if incident.reported_by.startswith("unit:"):
        unit = session.get(Unit, (act.room_key, unit_id))
    level = None
    if unit is not None:
        level = ReportingLevel.COUNTY if unit.kind == COUNTY_BODY else ReportingLevel.UNIT
    has_posts = session.scalar(select(Post.key).where(Post.room_key == act.room_key).limit(1))
    return Owing(
        room_key=act.room_key,
        incident=incident,
        reporter=None if unit is None else f"unit:{unit.id}",
        level=level,
        ruling=ruling,
        owed_from=room.opened_at,
        has_posts=has_posts is not None,
    )
