"""What happens in a simulated room: drawn from a seed before anything is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from records.chance import SeededChance
from schedules.calendar import local_instant
from schedules.shifts import PlannedShift
from tests.stories.duty_room import ZONE

PEOPLE = ("an", "bo", "cy", "dee", "eve")
UNITS = ("north", "south", "east")
REPORTS = ("county_duty_situation", "weekly_dispatch", "monthly_statistics")
POSTS = ("primary", "secondary", "shift_lead", "shift_lead_b")
CRASHES = ("looking", "looked", "claimed", "sent", "ticked")
MANNED = {"primary", "secondary", "shift_lead"}


@dataclass(frozen=True, slots=True)
class Doing:
    """One thing that somebody does, or that befalls the machine, at a true instant."""

    at: datetime
    what: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Script:
    """A room's days: when they begin and end, the roster, and all that is done."""

    seed: str
    begins: datetime
    ends: datetime
    shifts: Sequence[PlannedShift]
    doings: Sequence[Doing]


class Draw:
    """A seed's choices."""

    def __init__(self, seed: str) -> None:
        self._chance = SeededChance(seed)

    def below(self, bound: int) -> int:
        """Return a whole number below the bound."""
        return self._chance.below(bound)

    def percent(self, wanted: int) -> bool:
        """Return True in so many of a hundred cases."""
        return self._chance.below(100) < wanted

    def one_of(self, *choices: str) -> str:
        """Return one of the choices."""
        return choices[self._chance.below(len(choices))]

    def span(self, low: timedelta, high: timedelta) -> timedelta:
        """Return a span of whole seconds from low up to, not including, high."""
        return low + timedelta(seconds=self._chance.below(int((high - low).total_seconds())))

    def minutes(self, low: float, high: float) -> timedelta:
        """Return a span of whole seconds, its bounds in minutes."""
        return self.span(timedelta(minutes=low), timedelta(minutes=high))


def write_script(seed: str, days: int, *, with_faults: bool = True) -> Script:
    """Return the days of a seed; each seed begins on another day of 2026."""
    draw = Draw(seed)
    first = datetime(2026, 1, 2, tzinfo=ZONE) + draw.span(timedelta(0), timedelta(days=330))
    begins = local_instant(first.date(), time(7), ZONE)
    ends = begins + timedelta(days=days)
    shifts = [
        shift for day in range(days) for shift in _shifts_of(draw, begins + timedelta(days=day))
    ]
    doings = [doing for shift in shifts for doing in _arrivals(draw, shift)]
    for day in range(days):
        doings += _reports_of(draw, begins + timedelta(days=day))
        doings += _moods_of(draw, begins + timedelta(days=day))
        if with_faults:
            doings += _faults_of(draw, begins + timedelta(days=day))
    doings = sorted((doing for doing in doings if doing.at < ends), key=lambda doing: doing.at)
    return Script(seed, begins, ends, shifts, doings)


def _shifts_of(draw: Draw, day: datetime) -> list[PlannedShift]:
    where = day.astimezone(ZONE).date()
    morning = local_instant(where, time(8, 30), ZONE)
    evening = local_instant(where, time(17, 30), ZONE)
    found = []
    for kind, starts_at, hours, posts in (
        ("day", morning, 9, POSTS[:2]),
        ("night", evening, 15, POSTS[:2]),
        ("lead", morning, 24, POSTS[2:]),
    ):
        people = {post: None if draw.percent(4) else draw.one_of(*PEOPLE) for post in posts}
        ends_at = starts_at + timedelta(hours=hours)
        found.append(PlannedShift(kind, f"{kind}:{where}", starts_at, ends_at, people))
    return found


def _arrivals(draw: Draw, shift: PlannedShift) -> list[Doing]:
    found = []
    for post, person in shift.people.items():
        if post not in MANNED:
            continue
        fields: dict[str, object] = {"by": f"post:{post}"}
        if person is None or draw.percent(5):
            fields = {"by": f"person:{draw.one_of(*PEOPLE)}", "post": post}
        how = draw.one_of(*["early"] * 6, "sharp", "late", "late", "missed", "never")
        after = {
            "early": draw.minutes(-59, 0),
            "sharp": timedelta(0),
            "late": draw.minutes(0, 15),
            "missed": draw.minutes(15, 300),
            "never": None,
        }[how]
        if after is not None:
            found.append(Doing(shift.starts_at + after, "sign_in", fields))
        found += _taken_on(draw, shift.starts_at, f"post:{post}")
        if draw.percent(10):
            leaves = {"by": f"post:{post}"}
            found.append(Doing(shift.starts_at + draw.minutes(60, 500), "sign_out", leaves))
    return found


def _taken_on(draw: Draw, due_at: datetime, owed_by: str) -> list[Doing]:
    """Somebody acknowledges, sooner or later; often there is nothing to acknowledge."""
    found = []
    for low, high, percent in ((0, 40, 70), (40, 300, 100)):
        if draw.percent(percent):
            who = draw.one_of("post:shift_lead", "post:shift_lead_b", "post:duty_leader")
            fields = {"owed_by": owed_by, "acknowledged_by": who}
            found.append(Doing(due_at + draw.minutes(low, high), "acknowledge_alert", fields))
    return found


def _reports_of(draw: Draw, day: datetime) -> list[Doing]:
    found = []
    where = day.astimezone(ZONE).date()
    for report, due in (
        ("county_duty_situation", time(17)),
        ("weekly_dispatch", time(9)),
        ("monthly_statistics", time(17)),
    ):
        due_at = local_instant(where, due, ZONE)
        for unit in UNITS:
            how = draw.one_of(*["early"] * 6, "sharp", "late", "missed", "never", "twice")
            fields = {"unit": unit, "report": report, "nil": draw.percent(20)}
            after = {
                "early": draw.minutes(-300, 0),
                "sharp": timedelta(0),
                "late": draw.minutes(0, 60),
                "missed": draw.minutes(60, 2_000),
                "twice": draw.minutes(-300, 60),
            }.get(how)
            if after is not None:
                found.append(Doing(due_at + after, "receive_report", fields))
            if how == "twice":
                found.append(Doing(due_at + draw.minutes(60, 100), "receive_report", fields))
            if draw.percent(40):
                found += _taken_on(draw, due_at, f"unit:{unit}")[:1]
            if draw.percent(20):
                asked = {"unit": unit, "report": report, "words": "请速报"}
                found.append(Doing(due_at + draw.minutes(-30, 90), "chase_report", asked))
    return found


def _moods_of(draw: Draw, day: datetime) -> list[Doing]:
    """Absences, and a line in the log now and then."""
    found = []
    if draw.percent(40):
        away: dict[str, object] = {
            "person_id": draw.one_of(*PEOPLE),
            "stand_in_id": draw.one_of(*PEOPLE) if draw.percent(70) else None,
            "span": draw.minutes(60, 3_000),
        }
        found.append(Doing(day + draw.minutes(0, 1_400), "send_away", away))
    if draw.percent(30):
        found.append(Doing(day + draw.minutes(0, 1_400), "add_log", {"text": "巡查正常"}))
    return found


def _faults_of(draw: Draw, day: datetime) -> list[Doing]:
    found = []
    for _ in range(3):
        if draw.percent(70):
            crash = {"point": draw.one_of(*CRASHES), "down": draw.minutes(0, 3)}
            found.append(Doing(day + draw.minutes(0, 1_400), "crash", crash))
    if draw.percent(30):
        slept = {"span": draw.minutes(1, 300)}
        found.append(Doing(day + draw.minutes(0, 1_400), "sleep", slept))
    if draw.percent(30):
        span = draw.minutes(-60, 60)
        at = day + draw.minutes(0, 1_000)
        found.append(Doing(at, "step", {"span": span}))
        found.append(Doing(at + draw.minutes(1, 300), "step", {"span": -span}))
    if draw.percent(60):
        at = day + draw.minutes(0, 1_300)
        trouble = draw.one_of("refused", "delayed", "unknown")
        found.append(Doing(at, "mail_trouble", {"outcome": trouble}))
        found.append(Doing(at + draw.minutes(1, 90), "mail_trouble", {"outcome": "accepted"}))
    return found
