"""Patterns, people and counts for the tests of rosters."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from schedules.calendar import WorkCalendar, days
from schedules.fair_shares import RosterDraft, share_out
from schedules.roster import Measure, Place, Rosterable, ShiftPattern, Span, places_of
from schedules.roster_rules import load_roster_rules
from schedules.rules import load_schedule_rules

ZONE = ZoneInfo("Asia/Shanghai")
RULES = load_roster_rules()
REST = RULES.rest
NIGHT = RULES.night_hour
_NOTICE = load_schedule_rules().holidays[0]
CALENDAR = WorkCalendar(
    holidays=frozenset(day for span in _NOTICE.holiday for day in days(span.first, span.last)),
    makeup_workdays=frozenset(day for span in _NOTICE.holiday for day in span.workdays),
    years=frozenset({_NOTICE.year}),
)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def local(text: str) -> datetime:
    """Return an instant from "2026-03-16 17:30" in the room's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def officers(count: int, **away: Sequence[Span]) -> list[Rosterable]:
    """Return officers p01, p02, … qualified for both posts; `p01=[span]` are absences."""
    names = [f"p{number:02d}" for number in range(1, count + 1)]
    posts = frozenset({"primary", "secondary"})
    return [Rosterable(name, name, posts, tuple(away.get(name, ()))) for name in names]


def places(
    pattern: str | ShiftPattern = "day_night", first: date = YEAR[0], last: date = YEAR[1]
) -> list[Place]:
    """Return the places of a pattern in 2026."""
    made = RULES.patterns[pattern] if isinstance(pattern, str) else pattern
    return places_of(made, first, last, CALENDAR, ZONE, NIGHT)


def shared(
    people: Sequence[Rosterable], wanted: Sequence[Place], rest: timedelta = REST
) -> RosterDraft:
    """Return the roster of these people at these places."""
    return share_out(wanted, people, rest)


def spreads(draft: RosterDraft) -> Mapping[Measure, int]:
    """Return for each measure by how much the people differ."""
    return {
        m: max(c[m] for c in draft.counts.values()) - min(c[m] for c in draft.counts.values())
        for m in Measure
    }
