"""The roster of the sample room: a pattern that has a shift for any date; pure."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from console.sample.people import DRIVERS, LEADERS, OFFICERS
from schedules.calendar import ONE_DAY, days, local_instant
from schedules.shifts import PlannedShift

MORNING = time(8, 30)
EVENING = time(17, 30)
_GROUP = 4  # officers of one day: two by day, two by night; the next day has the next four
_B_BEHIND_A = 3  # so many days before somebody leads, they are second


def sample_shifts(first: date, last: date, zone: ZoneInfo) -> list[PlannedShift]:
    """Return the day, night and lead shifts that begin from first to last, both included.

    Nobody stands two shifts that touch, and holders of a post differ from one shift to the next.
    """
    return [shift for day in days(first, last) for shift in _shifts_of(day, zone)]


def _shifts_of(day: date, zone: ZoneInfo) -> list[PlannedShift]:
    primary, secondary, night_primary, night_secondary = officers_of(day)
    lead, lead_b = leaders_of(day)
    morning = local_instant(day, MORNING, zone)
    evening = local_instant(day, EVENING, zone)
    following = local_instant(day + ONE_DAY, MORNING, zone)
    by_day: dict[str, str | None] = {"primary": primary, "secondary": secondary}
    by_night: dict[str, str | None] = {"primary": night_primary, "secondary": night_secondary}
    led: dict[str, str | None] = {
        "shift_lead": lead,
        "shift_lead_b": lead_b,
        "driver": DRIVERS[day.toordinal() % len(DRIVERS)],
    }

    def shift(
        kind: str, starts_at: datetime, ends_at: datetime, people: dict[str, str | None]
    ) -> PlannedShift:
        return PlannedShift(kind, f"{kind}:{day.isoformat()}", starts_at, ends_at, people)

    return [
        shift("day", morning, evening, by_day),
        shift("lead", morning, following, led),
        shift("night", evening, following, by_night),
    ]


def officers_of(day: date) -> tuple[str, str, str, str]:
    """Return who is primary and secondary by day, then by night.

    Five groups take turns by the day; from round to round each member moves one place on, so
    that nobody has all the nights.
    """
    round_, group = divmod(day.toordinal(), len(OFFICERS) // _GROUP)
    members = OFFICERS[group * _GROUP : (group + 1) * _GROUP]
    turn = round_ % _GROUP
    one, two, three, four = members[turn:] + members[:turn]
    return one, two, three, four


def leaders_of(day: date) -> tuple[str, str]:
    """Return who leads and who is second; each week begins one leader further on."""
    week, weekday = divmod(day.toordinal(), len(LEADERS))
    turn = week + weekday
    return LEADERS[turn % len(LEADERS)], LEADERS[(turn + _B_BEHIND_A) % len(LEADERS)]
