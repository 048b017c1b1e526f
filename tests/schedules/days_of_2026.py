"""Holidays and make-up workdays of 2026, written out by hand from the yearly notice."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from schedules.calendar import WorkCalendar, days

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def on(text: str) -> date:
    """Return a date."""
    return date.fromisoformat(text)


_HOLIDAYS = (
    ("2026-01-01", "2026-01-03"),
    ("2026-02-15", "2026-02-23"),
    ("2026-04-04", "2026-04-06"),
    ("2026-05-01", "2026-05-05"),
    ("2026-06-19", "2026-06-21"),
    ("2026-09-25", "2026-09-27"),
    ("2026-10-01", "2026-10-07"),
)
_MAKEUP = (
    "2026-01-04",
    "2026-02-14",
    "2026-02-28",
    "2026-05-09",
    "2026-09-20",
    "2026-10-10",
)

CALENDAR = WorkCalendar(
    holidays=frozenset(day for span in _HOLIDAYS for day in days(on(span[0]), on(span[1]))),
    makeup_workdays=frozenset(map(on, _MAKEUP)),
    years=frozenset({2026}),
)


def at(text: str, zone: ZoneInfo = SHANGHAI, fold: int = 0) -> datetime:
    """Return an instant from local wall time, "2026-03-16 17:30"."""
    return datetime.fromisoformat(text).replace(tzinfo=zone, fold=fold)


def hour(text: str) -> time:
    """Return a local hour."""
    return time.fromisoformat(text)
