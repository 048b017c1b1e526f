"""A random night told twice: by the program, and by the clerk; they must agree exactly."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from plans.tables import Alert
from records.database import Database
from records.errors import NotFound, WrongState
from records.tables import Base
from schedules.tables import Obligation
from tests.simulation.clerk import Clerk, Line, Matter
from tests.simulation.script import UNITS, Doing, Draw
from tests.stories.duty_room import ROLES, StoryRoom, local

BEGINS = local("2026-03-17 16:45")  # a Tuesday: no weekly dispatch
NIGHT = local("2026-03-17 17:30")
ENDS = local("2026-03-18 08:29")
REPORTS_AT = local("2026-03-17 17:00")


@dataclass(frozen=True, slots=True)
class Account:
    """Who was told what, and how everything ended."""

    lines: list[Line]
    states: list[tuple[str, str, datetime | None]]


def draw_night(seed: str) -> list[Doing]:
    """Return what is done in the night of a seed."""
    draw = Draw(f"night {seed}")
    doings = []
    for post in ("primary", "secondary"):
        low, high = {"early": (-44, 0), "late": (0, 15), "missed": (15, 700)}[
            draw.one_of("early", "late", "missed")
        ]
        if draw.percent(75):
            at = NIGHT if draw.percent(10) else NIGHT + draw.minutes(low, high)
            doings.append(Doing(at, "sign_in", {"by": f"post:{post}"}))
        doings += _taken(draw, NIGHT, f"post:{post}")
    for unit in UNITS:
        if draw.percent(75):
            low, high = ((-14, 3), (0, 61), (60, 400))[draw.below(3)]  # before midnight
            at = REPORTS_AT + draw.minutes(low, high)
            at = REPORTS_AT if draw.percent(10) else at
            fields = {"unit": unit, "report": "county_duty_situation"}
            doings.append(Doing(at, "receive_report", fields))
        doings += _taken(draw, REPORTS_AT, f"unit:{unit}")
    return sorted(doings, key=lambda doing: doing.at)


def _taken(draw: Draw, due_at: datetime, owed_by: str) -> list[Doing]:
    """Somebody takes it on, perhaps again and again; after the night has begun."""
    found = []
    for _ in range(3):
        if draw.percent(50):
            at = max(due_at, NIGHT) + draw.minutes(0, (40, 200, 800)[draw.below(3)])
            who = draw.one_of("post:primary", "post:shift_lead", "post:duty_leader")
            fields = {"owed_by": owed_by, "acknowledged_by": who}
            found.append(Doing(at, "acknowledge_alert", fields))
    return found


def by_the_program(doings: list[Doing]) -> Account:
    """Tell a night through the watch and the acts."""
    database = Database.in_memory()
    Base.metadata.create_all(database.engine)
    room = StoryRoom(database, "2026-03-17 16:45")
    room.add_units(*UNITS)
    room.publish_night()
    left = list(doings)
    while True:
        wanted = [room.watch.next_at(), left[0].at if left else None, ENDS]
        now = min(instant for instant in wanted if instant is not None)
        room.clock.move_to(max(now, room.clock.now()))
        while left and left[0].at <= now:
            _do(room, left.pop(0))
        room.tick()
        if now >= ENDS:
            break
    with database.read() as session:
        told = session.execute(
            select(Alert, Obligation.owed_by).join(Obligation, Obligation.id == Alert.obligation_id)
        )
        lines = [
            (row.at, row.stage, row.ladder_step, row.recipient.partition(":")[2], owed_by)
            for row, owed_by in told
        ]
        owed = session.scalars(select(Obligation).where(Obligation.due_at <= ENDS))
        states = [(row.owed_by, row.state, row.fulfilled_at) for row in owed]
    database.close()
    return Account(sorted(lines), sorted(states, key=str))


def _do(room: StoryRoom, doing: Doing) -> None:
    try:
        getattr(room.actions, doing.what)(**doing.fields)
    except (NotFound, WrongState):
        return  # there was nothing to take on, or it had come in before


def by_the_clerk(doings: list[Doing]) -> Account:
    """Tell a night by hand."""
    grace = timedelta(minutes=15)
    matters = [
        Matter("routine_report", f"unit:{unit}", REPORTS_AT, timedelta(hours=1)) for unit in UNITS
    ]
    matters += [
        Matter("sign_in", f"post:{post}", NIGHT, grace) for post in ("primary", "secondary")
    ]
    clerk = Clerk({**ROLES, "duty_leader": "dee"}, NIGHT, NIGHT + timedelta(hours=15), matters)
    clerk.work(BEGINS, ENDS, doings)
    states = [(matter.owed_by, matter.state, matter.done_at) for matter in matters]
    return Account(sorted(clerk.lines), sorted(states, key=str))


def differences(seed: str) -> list[str]:
    """Return in which lines and states the two accounts of a night differ."""
    doings = draw_night(seed)
    program, clerk = by_the_program(doings), by_the_clerk(doings)
    only = [f"program: {line}" for line in program.lines if line not in clerk.lines]
    only += [f"clerk: {line}" for line in clerk.lines if line not in program.lines]
    only += [f"program: {one}" for one in program.states if one not in clerk.states]
    only += [f"clerk: {one}" for one in clerk.states if one not in program.states]
    if not only and program != clerk:
        only = ["the same lines, but not as often"]
    return [f"night {seed}, {difference}" for difference in only]
