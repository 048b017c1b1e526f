"""Facts of an incident for the tests of clocks, told in Beijing hours of 16 March 2026."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from plans.clock_spells import GradeSince
from plans.grades import Grade
from plans.incident_rules import load_incident_rules
from plans.reporting_clocks import ClockDue, IncidentFacts, clocks_for
from plans.reporting_levels import ReportingLevel

RULES = load_incident_rules()
ZONE = ZoneInfo("Asia/Shanghai")
UNIT, COUNTY, CITY, PROVINCE, STATE = ReportingLevel
ES, S, L, O = Grade  # noqa: E741  the four grades, gravest first


def beijing(text: str, day: int = 16) -> datetime:
    """An instant of March 2026 by Beijing clocks; hour 24 is the end of the day."""
    hour, minute = map(int, text.split(":"))
    midnight = datetime(2026, 3, day, tzinfo=ZONE)
    return (midnight + timedelta(hours=hour, minutes=minute)).astimezone(UTC)


def facts(
    kind: str = "acc.industry",
    occurred: datetime | None = None,
    received: dict[ReportingLevel, datetime] | None = None,
    grades: Sequence[tuple[datetime, Grade | None]] = (),
    **more,
) -> IncidentFacts:
    history = tuple(GradeSince(at, grade) for at, grade in grades)
    return IncidentFacts(RULES.kinds.by_slug(kind), occurred, received or {}, history, **more)


def clocks(known: IncidentFacts, now: datetime) -> dict[str, list[ClockDue]]:
    found: dict[str, list[ClockDue]] = {}
    for due in clocks_for(known, RULES.clocks, ZONE, now=now):
        found.setdefault(due.clock, []).append(due)
    return found


def only(known: IncidentFacts, now: datetime, clock: str) -> ClockDue:
    (due,) = clocks(known, now)[clock]
    return due


def running(known: IncidentFacts, now: datetime) -> set[str]:
    return set(clocks(known, now))


SERIOUS = facts(
    occurred=beijing("14:49"),
    received={CITY: beijing("15:02")},
    grades=[(beijing("15:02"), S)],
)
