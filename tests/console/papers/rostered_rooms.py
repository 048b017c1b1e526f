"""Rooms with generated rosters, and what stands in them, for round trips."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import delete, select

from console.papers.roster_sheet import Sheet, read_sheet
from console.rooms import make_room
from records.act import Act
from records.chance import SeededChance
from records.database import Database
from records.people import add_person
from schedules.roster_rules import load_roster_rules
from schedules.rules import load_schedule_rules
from schedules.shifts import PlannedShift, publish
from schedules.tables import Assignment, Shift
from tests.schedules.fair_rosters import ZONE

ROOM = "r"
AT = datetime.fromisoformat("2025-12-01T00:00+00:00")
ACT = Act(ROOM, AT, "room:r")
PATTERNS = ("day_night", "12x2")
_SURNAMES, _GIVEN = "赵钱孙李周吴郑王", "一二三四五六七八九十"

# (kind, key, starts, ends) -> post -> person
Rows = dict[tuple[str, str, datetime, datetime], dict[str, str | None]]


def furnish(database: Database) -> None:
    """Make a room with eighty people whose names differ."""
    with database.write() as session:
        make_room(
            session,
            ACT,
            key=ROOM,
            name="值班室",
            timezone="Asia/Shanghai",
            telephone="",
            site="duty.example",
            code_seed="0",
            is_sample=True,
            rules=load_schedule_rules(),
            posts=True,
        )
        for number in range(80):
            name = _SURNAMES[number // 10] + _GIVEN[number % 10]
            add_person(session, ACT, name=name, body="局", title="", person_id=f"p{number:02d}")


def generated(seed: int) -> list[PlannedShift]:
    """Return a month of some year with some pattern, posts, people, and gaps."""
    chance = SeededChance(f"roster {seed}")
    rules = load_roster_rules()
    first = date(2024 + chance.below(7), 1 + chance.below(12), 1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    pattern = rules.patterns[PATTERNS[chance.below(len(PATTERNS))]]
    shifts = [*pattern.shifts]
    if chance.below(10) < 8:
        shifts += rules.patterns["lead"].shifts
    left_out = {post for post in ("secondary", "shift_lead_b", "driver") if chance.below(10) < 3}
    gaps = (0, 5, 50)[chance.below(3)]  # of a hundred places
    people = [f"p{number:02d}" for number in range(80)]
    found = []
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        for shift in shifts:
            span = shift.span_on(day, ZONE)
            assert span is not None
            standing = {
                post: None if chance.below(100) < gaps else people[chance.below(len(people))]
                for post in shift.posts
                if post not in left_out
            }
            found.append(PlannedShift(shift.kind, f"{shift.kind}:{day}", *span, standing))
    return found


def put(database: Database, shifts: Sequence[PlannedShift]) -> None:
    """Publish a roster in the room."""
    with database.write() as session:
        publish(session, ACT, shifts)


def sheet_of(database: Database) -> Sheet:
    """Return all that is published in the room."""
    with database.read() as session:
        return read_sheet(session, ROOM, AT - timedelta(days=1000), AT + timedelta(days=4000))


def rows(database: Database) -> Rows:
    """Return every assignment of the room."""
    found: Rows = {}
    with database.read() as session:
        for shift, post, person in session.execute(
            select(Shift, Assignment.post_key, Assignment.person_id).join(
                Assignment, Assignment.shift_id == Shift.id
            )
        ):
            key = (shift.kind, shift.key, shift.starts_at, shift.ends_at)
            found.setdefault(key, {})[post] = person
    return found


def clear(database: Database) -> None:
    """Take every shift out of the room."""
    with database.write() as session:
        session.execute(delete(Assignment))
        session.execute(delete(Shift))


def written(folder: Path, name: str, content: bytes) -> Path:
    """Return a file with this content."""
    path = folder / name
    path.write_bytes(content)
    return path
