"""A duty room for stories: a fixed cast, a manual clock, a postman that is a list.

An and Bo are the officers of the shift, Cy leads it, Dee is the bureau's duty leader, Eve the
second lead. North and South are county bodies that owe reports.
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select

from console.actions import Actions
from console.rooms import make_room
from console.wiring import build_watch, load_rules
from plans.channels.list_channel import ListChannel
from plans.mail_rules import load_mail_rules
from plans.postman import Rounds, deliver_due
from plans.tables import Alert
from records.act import Act
from records.clock import ManualClock
from records.database import Database
from records.duty_log import verify_chain
from records.people import add_contact_point, add_person
from records.signing import TakenAsGiven
from records.tables import Person, Unit
from schedules.deadlines import late_seconds
from schedules.holidays import load_year
from schedules.openings import reopen_from
from schedules.shifts import PlannedShift, publish
from schedules.tables import Finding, Obligation, PostHolder

ZONE = ZoneInfo("Asia/Shanghai")
ROOM = "room"
CAST = {"an": "安", "bo": "博", "cy": "岑", "dee": "迪", "eve": "伊"}
ROLES = {"primary": "an", "secondary": "bo", "shift_lead": "cy", "shift_lead_b": "eve"}


def local(text: str) -> datetime:
    """Return an instant from "2026-03-16 17:30[:ss]" in the room's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


class StoryRoom:
    """The room, its people, and what a story may ask and expect."""

    def __init__(self, database: Database, begins: str = "2026-03-16 16:45") -> None:
        self.database = database
        self.clock = ManualClock(local(begins))
        self.rules = load_rules()
        self.day = local(begins).date()
        self.letters = ListChannel()
        self._rounds = Rounds(None, load_mail_rules().retry_table)
        self._expected: set[int] = set()
        act = Act(ROOM, self.clock.now(), f"room:{ROOM}")
        with database.write() as session:
            make_room(
                session,
                act,
                key=ROOM,
                name="值班室",
                timezone="Asia/Shanghai",
                telephone="0375-1",
                site="duty.example",
                code_seed="story",
                is_sample=False,
                rules=self.rules.schedules,
                posts=True,
            )
            for person_id, name in CAST.items():
                add_person(session, act, name=name, body="局", title="", person_id=person_id)
                owner = f"person:{person_id}"
                add_contact_point(session, act, owner, "email", f"{person_id}@duty.example")
            session.execute(
                insert(PostHolder).values(
                    room_key=ROOM, post_key="duty_leader", person_id="dee", from_at=act.at
                )
            )
        self.watch = build_watch(database, self.rules)
        self.actions = Actions(database, self.clock, ROOM, self.rules, TakenAsGiven())

    def add_units(self, *ids: str) -> None:
        """Add county bodies; they owe the county's routine reports."""
        act = Act(ROOM, self.clock.now(), f"room:{ROOM}")
        with self.database.write() as session:
            for unit_id in ids:
                session.execute(
                    insert(Unit).values(
                        room_key=ROOM,
                        id=unit_id,
                        name=f"{unit_id}局",
                        kind="county_body",
                        region_code="",
                        head="",
                        pinyin="",
                        added_at=act.at,
                    )
                )
                owner = f"unit:{unit_id}"
                add_contact_point(session, act, owner, "email", f"{unit_id}@duty.example")
            reopen_from(session, act, act.at)
        self.tick()

    def load_holiday(self, day: str) -> None:
        """Make one day of the year a holiday, as a notice that comes late does."""
        act = Act(ROOM, self.clock.now(), f"room:{ROOM}")
        wanted = date.fromisoformat(day)
        with self.database.write() as session:
            load_year(session, act, wanted.year, {wanted: "假"}, {})
        self.tick()

    def owed(self, subject: str) -> list[tuple[str, str]]:
        """Return (state, local due) of everything under a subject, in order."""
        with self.database.read() as session:
            rows = session.execute(
                select(Obligation.state, Obligation.due_at)
                .where(Obligation.subject == subject)
                .order_by(Obligation.due_at)
            ).all()
        return [(row.state, row.due_at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")) for row in rows]

    def publish_shift(self, kind: str, starts: str, hours: float, **people: str | None) -> None:
        """Publish one shift that begins at a local time of the story's day."""
        begins = local(f"{self.day} {starts}")
        key = f"{kind}:{begins.date()}"
        shift = PlannedShift(kind, key, begins, begins + timedelta(hours=hours), people)
        with self.database.write() as session:
            publish(session, Act(ROOM, self.clock.now(), f"room:{ROOM}"), [shift])
        self.tick()

    def publish_night(self) -> None:
        """Publish the night of the story's day with An and Bo, and Cy and Eve leading."""
        self.publish_shift("lead", "08:30", 24, shift_lead="cy", shift_lead_b="eve")
        self.publish_shift("night", "17:30", 15, primary="an", secondary="bo")

    def at(self, text: str) -> datetime:
        """Return the next instant at which the room's clocks show "17:30" or "17:30:05"."""
        wanted = time.fromisoformat(text)
        day = self.clock.now().astimezone(ZONE).date()
        instant = datetime.combine(day, wanted, tzinfo=ZONE)
        if instant < self.clock.now():
            instant = datetime.combine(day + timedelta(days=1), wanted, tzinfo=ZONE)
        return instant

    def advance_to(self, text: str) -> None:
        """Let time pass to a local time, looking whenever a look is wanted on the way."""
        until = self.at(text)
        while True:
            due = self.watch.next_at()
            if due is None or due > until:
                break
            self.clock.move_to(max(due, self.clock.now()))
            self.tick()
        self.clock.move_to(until)
        self.tick()

    def act_at(self, text: str) -> None:
        """Let time pass to just before the looks of a local time: what is done next comes first."""
        until = self.at(text)
        while True:
            due = self.watch.next_at()
            if due is None or due >= until:
                break
            self.clock.move_to(max(due, self.clock.now()))
            self.tick()
        self.clock.move_to(until)

    def sleep_until(self, text: str) -> None:
        """Let time pass while the machine sleeps: no look on the way, one at the end."""
        self.clock.move_to(self.at(text))
        self.tick()

    def tick(self) -> None:
        """Look once and deliver what there is to deliver."""
        now = self.clock.now()
        self.watch.tick(now)
        with self.database.write() as session:
            deliver_due(session, self.letters, self._rounds, now=now)

    def alerts(self) -> list[tuple[str, str, int, str, str]]:
        """Return (local time, stage, step, who, about) of all alerts nobody expected yet."""
        with self.database.read() as session:
            rows = session.execute(
                select(Alert, Obligation.owed_by)
                .join(Obligation, Obligation.id == Alert.obligation_id)
                .order_by(Alert.id)
            ).all()
            return [
                (
                    alert.at.astimezone(ZONE).strftime("%H:%M:%S"),
                    alert.stage,
                    alert.ladder_step,
                    alert.recipient.partition(":")[2],
                    owed_by.partition(":")[2],
                )
                for alert, owed_by in rows
                if alert.id not in self._expected
            ]

    def expect(self, *wanted: tuple[str, str, int, str, str]) -> None:
        """Expect exactly these alerts since the last time, in any order."""
        assert sorted(self.alerts()) == sorted(wanted)
        self.forget()

    def forget(self) -> None:
        """Take all alerts so far as expected."""
        with self.database.read() as session:
            self._expected = set(session.scalars(select(Alert.id)))

    def expect_nothing_more(self) -> None:
        """Expect that nobody was told anything since the last time."""
        assert self.alerts() == []

    def findings(self) -> list[tuple[str, str, str | None, int | None]]:
        """Return (local time, kind, person, late seconds) of all findings."""
        with self.database.read() as session:
            rows = session.scalars(select(Finding).order_by(Finding.at, Finding.id)).all()
            return [
                (
                    row.at.astimezone(ZONE).strftime("%H:%M:%S"),
                    row.kind,
                    row.person_id,
                    row.late_seconds,
                )
                for row in rows
            ]

    def state_of(self, owed_by: str, kind: str = "sign_in") -> tuple[str, float | None]:
        """Return state and late seconds of the one obligation of that kind a party owed last."""
        with self.database.read() as session:
            row = session.scalars(
                select(Obligation)
                .where(
                    Obligation.owed_by == owed_by,
                    Obligation.kind == kind,
                    Obligation.due_at <= self.clock.now(),
                )
                .order_by(Obligation.due_at.desc())
                .limit(1)
            ).one()
            return row.state, late_seconds(row.due_at, row.fulfilled_at)

    def close(self) -> None:
        """End the story: the log verifies, and nobody was told what nobody expected."""
        with self.database.read() as session:
            assert verify_chain(session, ROOM) > 0
            assert session.scalar(select(Person.id).limit(1)) is not None
        self.expect_nothing_more()
