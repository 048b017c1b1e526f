"""A duty room for the screens' tests: an evening on which one post and some reports are missing.

Monday, 16 March 2026, in an invented city. 欧阳建国 leads, 梁凤 and 张三丰 have the day, 王五 and
赵敏 the night. Everybody's PIN is 246810.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert, update

from console.actions import Actions
from console.board_reading import BoardReader
from console.mail_texts import words_of
from console.rooms import make_room
from console.wiring import build_watch, load_rules
from plans.channels.list_channel import ListChannel
from plans.mail_rules import load_mail_rules
from plans.postman import Rounds, deliver_due
from records.act import Act
from records.clock import ManualClock
from records.database import Database
from records.language import Language
from records.people import add_contact_point, add_person
from records.signing import PinSigning, hash_pin
from records.tables import Person, Unit
from schedules.openings import reopen_from
from schedules.shifts import PlannedShift, publish
from schedules.tables import PostHolder, WatchLease

ZONE = ZoneInfo("Asia/Shanghai")
ROOM = "room"
PIN = "246810"
PEOPLE = (
    ("p001", "欧阳建国", "副局长"),
    ("p002", "梁凤", "科员"),
    ("p003", "张三丰", "科员"),
    ("p004", "王五", "科员"),
    ("p005", "赵敏", "科员"),
    ("p006", "孙丽", "局长"),
    ("p007", "钱涛", "副局长"),
)
UNITS = (
    ("410402", "新华区", "xhq xinhuaqu"),
    ("410403", "卫东区", "wdq weidongqu"),
    ("410404", "石龙区", "slq shilongqu"),
    ("410411", "湛河区", "zhq zhanhequ"),
)
DAY = {"primary": "p002", "secondary": "p003"}
NIGHT = {"primary": "p004", "secondary": "p005"}
LEAD = {"shift_lead": "p001", "shift_lead_b": "p007", "driver": None}


def local(text: str) -> datetime:
    """Return an instant from "2026-03-16 17:30" in the room's zone."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


class Scene:
    """The room, its watch, its postman, its operator."""

    def __init__(self, database: Database, begins: str = "2026-03-16 16:00") -> None:
        """Stand at an instant in a room that is made, or will be."""
        self.database = database
        self.clock = ManualClock(local(begins))
        self.rules = load_rules()
        self.letters = ListChannel()
        self.letters.name = "spool"
        words = words_of(Language.ZH, self.rules.schedules, self.rules.plans)
        self._rounds = Rounds(words, load_mail_rules().retry_table)
        self.watch = build_watch(database, self.rules)
        self.actions = Actions(database, self.clock, ROOM, self.rules, PinSigning(self.rules.pins))
        self.reader = BoardReader(
            database, self.clock, ROOM, self.rules.schedules, self.rules.plans
        )

    @classmethod
    def reopened(cls, database: Database) -> "Scene":
        """Return the scene at 17:41 on a database in which the evening was told."""
        return cls(database, "2026-03-16 17:41")

    def make(self, *, is_sample: bool = False) -> None:
        """Make the room, its people, units and roster."""
        act = Act(ROOM, self.clock.now(), f"room:{ROOM}")
        with self.database.write() as session:
            make_room(
                session,
                act,
                key=ROOM,
                name="平川市应急局值班室",
                timezone="Asia/Shanghai",
                telephone="0375-1",
                site="duty.example",
                code_seed="scene",
                is_sample=is_sample,
                rules=self.rules.schedules,
                posts=True,
            )
            for person_id, name, title in PEOPLE:
                add_person(session, act, name=name, body="应急局", title=title, person_id=person_id)
                owner = f"person:{person_id}"
                add_contact_point(session, act, owner, "email", f"{person_id}@duty.example")
                number = f"138000000{person_id[2:]}"
                add_contact_point(session, act, owner, "telephone", number)
            session.execute(update(Person).values(pin_hash=hash_pin(PIN, cheap=True)))
            session.execute(
                insert(PostHolder).values(
                    room_key=ROOM, post_key="duty_leader", person_id="p006", from_at=act.at
                )
            )
            self._add_units(session, act)
            publish(session, act, list(_shifts()))
            reopen_from(session, act, act.at)
        self.tick()

    def _add_units(self, session, act: Act) -> None:
        for unit_id, name, pinyin in UNITS:
            session.execute(
                insert(Unit).values(
                    room_key=ROOM,
                    id=unit_id,
                    name=name,
                    kind="county_body",
                    region_code=unit_id,
                    head="",
                    pinyin=pinyin,
                    added_at=act.at,
                )
            )
            owner = f"unit:{unit_id}"
            add_contact_point(session, act, owner, "email", f"{unit_id}@duty.example")

    def tick(self) -> None:
        """Look once and deliver; the pulse is written as a watch with a lease writes it."""
        now = self.clock.now()
        self.watch.tick(now)
        with self.database.write() as session:
            deliver_due(session, self.letters, self._rounds, now=now)
        self.beat()

    def beat(self) -> None:
        """Write the pulse of this instant."""
        now = self.clock.now()
        with self.database.write() as session:
            if session.get(WatchLease, "watch") is None:
                session.add(
                    WatchLease(
                        name="watch",
                        holder="host-1/4711",
                        fence=1,
                        renewals=1,
                        expires_at=now + timedelta(seconds=3),
                        started_at=now,
                        stands_by="",
                    )
                )
                session.flush()
            session.execute(
                update(WatchLease).values(pulse_at=now, expires_at=now + timedelta(seconds=3))
            )

    def advance_to(self, text: str) -> None:
        """Let time pass to a local time of the evening, looking whenever a look is wanted."""
        until = local(text if "-" in text else f"2026-03-16 {text}")
        while (due := self.watch.next_at()) is not None and due <= until:
            self.clock.move_to(max(due, self.clock.now()))
            self.tick()
        self.clock.move_to(until)
        self.tick()

    def evening(self) -> None:
        """Tell the evening to 17:41: one post unsigned, two units missing, one of them chased."""
        self.advance_to("16:10")
        for post in ("primary", "secondary", "shift_lead"):
            self.actions.sign_in(by=f"post:{post}", pin=PIN)
        self.advance_to("16:50")
        self.actions.receive_report(
            unit="unit:410402", report="county_duty_situation", by="post:primary"
        )
        self.advance_to("17:20")
        self.actions.receive_report(
            unit="unit:410403", report="county_duty_situation", by="post:primary", nil=True
        )
        self.actions.chase_report(
            unit="unit:410404",
            report="county_duty_situation",
            words="半小时内报",
            by="post:primary",
            promised_at=local("2026-03-16 17:50"),
        )
        self.advance_to("17:25")
        self.actions.sign_in(by="post:primary", pin=PIN)
        self.advance_to("17:41")


def _shifts():
    for date in ("2026-03-15", "2026-03-16", "2026-03-17"):
        begins = local(f"{date} 08:30")
        yield PlannedShift("lead", f"lead:{date}", begins, begins + timedelta(hours=24), LEAD)
        yield PlannedShift("day", f"day:{date}", begins, begins + timedelta(hours=9), DAY)
        night = begins + timedelta(hours=9)
        yield PlannedShift("night", f"night:{date}", night, night + timedelta(hours=15), NIGHT)


def told_evening(folder: Path, template: Path) -> Scene:
    """Return a scene whose evening was told, in a fresh file."""
    path = Path(shutil.copy(template, folder / "scene.sqlite"))
    scene = Scene(Database.at_path(path, durable=False))
    scene.make(is_sample=True)
    scene.evening()
    return scene
