"""A timeline told again: the same acts and the same watch, on a virtual clock.

Replay runs in a fresh in-memory room and goes from look to look; mails go to a list. The same
timeline gives the same answer, byte for byte.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from console.actions import Actions, Rules
from console.events.event import Event
from console.events.incidents import check_kinds, speaks_of_incidents
from console.incident_answer import read_incidents
from console.replay_answer import Answer, Told, read_answer
from console.rooms import make_room
from console.sample.room import fill_sample_room, make_sample_room
from console.timeline import EVENTS, Timeline
from console.wiring import build_watch, load_rules, open_database
from plans.channels.list_channel import ListChannel
from plans.mail_rules import load_mail_rules
from plans.postman import Rounds, deliver_due
from records.act import Act
from records.chance import SeededChance
from records.clock import ManualClock
from records.database import Database
from records.duty_log import open_log
from records.errors import BadData, DutyError
from records.installation import Installation
from records.language import Language, Sentence, mark
from records.migrate import upgrade
from records.settings import read_settings
from records.signing import TakenAsGiven
from records.tables import Absence, Base, ContactPoint, DutyRoom, Person, Unit
from schedules import obligations, openings
from schedules.answering import record_switch
from schedules.calendar import days, local_day
from schedules.holidays import read_calendar
from schedules.presence_settings import store_settings
from schedules.presence_state import PresenceTimes
from schedules.rounds import OpenDue
from schedules.shifts import on_duty_at
from schedules.sign_in import count_as_signed_in
from schedules.tables import (
    Assignment,
    HolidayYear,
    Obligation,
    Post,
    PostHolder,
    Shift,
    SpecialDay,
)

DEMO = "demo"
EMPTY = "empty"
ZONE = "Asia/Shanghai"

# What a room is made of, in the order in which it refers to each other.
_OF_A_ROOM: tuple[type[Base], ...] = (
    DutyRoom,
    Person,
    Absence,
    Unit,
    ContactPoint,
    Post,
    PostHolder,
    Shift,
    Assignment,
    HolidayYear,
    SpecialDay,
)


@dataclass(frozen=True, slots=True)
class Stage:
    """The in-memory room in which a timeline is told."""

    database: Database
    clock: ManualClock
    room_key: str
    rules: Rules


def replay(timeline: Timeline, *, catalogues: Path | None, language: Language) -> Answer:
    """Tell a timeline; return the contract's answer.

    Raises BadData if the timeline speaks of something that cannot be told.
    """
    stage = _set_stage(timeline, catalogues)
    try:
        if speaks_of_incidents(timeline.events):
            check_kinds(timeline.events, stage.rules.incidents.kinds)
        return _tell(stage, timeline, language)
    finally:
        stage.database.close()


def _tell(stage: Stage, timeline: Timeline, language: Language) -> Answer:
    actions = Actions(stage.database, stage.clock, stage.room_key, stage.rules, TakenAsGiven())
    actions.chance = SeededChance(f"{timeline.title}/{timeline.starts_at.isoformat()}")
    watch = build_watch(stage.database, stage.rules)
    post = _Post(stage)
    refused: list[Told] = []
    _begin(stage, timeline)
    events = list(timeline.events)
    now: datetime | None = timeline.starts_at
    while now is not None and now <= timeline.ends_at:
        if now > stage.clock.now():
            stage.clock.move_to(now)
        while events and events[0].at <= now:
            refused += _do(actions, events.pop(0), language)
        next_look = watch.tick(now).next_at
        post.deliver(now)
        coming = [events[0].at] if events else []
        now = min([*coming, *([next_look] if next_look else [])], default=None)
    stage.clock.move_to(timeline.ends_at)
    with stage.database.read() as session:
        return read_answer(
            session,
            stage.room_key,
            timeline,
            refused,
            _warnings(stage, timeline, session, language),
            read_incidents(session, stage.room_key, stage.rules, now=timeline.ends_at),
        )


class _Post:
    """The postman of a replay: every mail is taken by a list, at once."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._list = ListChannel()
        self._rounds = Rounds(None, load_mail_rules().retry_table)

    def deliver(self, now: datetime) -> None:
        """Deliver what is due at `now`."""
        with self._stage.database.write() as session:
            deliver_due(session, self._list, self._rounds, now=now)


def _do(actions: Actions, event: Event, language: Language) -> list[Told]:
    """Run one event; return it as refused if a rule forbids it."""
    try:
        EVENTS[event.do].act(actions, event)
    except BadData:
        raise
    except DutyError as error:
        return [Told(event.at, event.do, error.said_in(language))]
    return []


def _switch_on(session: Session, act: Act, timeline: Timeline) -> None:
    """Switch on the kinds of obligations that the timeline asks for."""
    if timeline.handovers:
        record_switch(session, act, is_on=True, confirmed_by=act.operator)
    if timeline.presence_checks:
        store_settings(session, act, PresenceTimes(), act.operator)


def _begin(stage: Stage, timeline: Timeline) -> None:
    """Open what is owed from the first instant on; whoever is on the roster then is signed in."""
    act = Act(stage.room_key, timeline.starts_at, f"room:{stage.room_key}")
    with stage.database.write() as session:
        count_as_signed_in(session, act)
        _switch_on(session, act, timeline)
        OpenDue(stage.rules.schedules).run(session, now=act.at)
        starting = {
            (f"post:{place.post_key}", f"shift:{place.shift_key}")
            for place in on_duty_at(session, stage.room_key, act.at)
            if place.starts_at == act.at and place.signed_in_by is not None
        }
        owed = session.execute(
            select(Obligation.id, Obligation.owed_by, Obligation.subject).where(
                Obligation.kind.in_(("sign_in", "handover")), Obligation.due_at == act.at
            )
        ).all()
        for row in owed:
            if (row.owed_by, row.subject) in starting:
                obligations.fulfil(session, act, row.id, at=act.at)


def _set_stage(timeline: Timeline, catalogues: Path | None) -> Stage:
    database = Database.in_memory()
    upgrade(database)
    clock = ManualClock(timeline.starts_at)
    if timeline.room in (DEMO, EMPTY):
        rules = load_rules(catalogues)
        _make_room(database, timeline, rules)
        return Stage(database, clock, timeline.room, rules)
    folder = Path(timeline.room)
    installation = Installation(folder)
    if not installation.exists:
        raise BadData(
            mark("room 应为 demo、empty 或一个数据目录,{room}都不是。"), room=timeline.room
        )
    loaded = read_settings(installation)
    rules = load_rules(installation.catalogues)
    source = open_database(installation, loaded)
    _copy_room(source, database, loaded.settings.room.key, timeline)
    source.close()
    return Stage(database, clock, loaded.settings.room.key, rules)


def _make_room(database: Database, timeline: Timeline, rules: Rules) -> None:
    """Make the sample room for the days of the timeline, or a room with catalogues only."""
    act = Act(timeline.room, timeline.starts_at, f"room:{timeline.room}")
    with database.write() as session:
        if timeline.room == DEMO:
            make_sample_room(session, act, rules.schedules)
            first = local_day(timeline.starts_at, ZoneInfo(ZONE))
            span = local_day(timeline.ends_at, ZoneInfo(ZONE)) - first
            fill_sample_room(
                session,
                act,
                rules.schedules,
                around=first,
                days_before=2,
                days_after=span.days + 3,
                pin_hash=None,
            )
            return
        make_room(
            session,
            act,
            key=timeline.room,
            name="空值班室",
            timezone=ZONE,
            telephone="",
            site="duty.example",
            code_seed="replay",
            is_sample=False,
            rules=rules.schedules,
            posts=False,
        )


def _copy_room(source: Database, target: Database, room_key: str, timeline: Timeline) -> None:
    """Copy what a room is, not what happened in it."""
    with source.read() as reading, target.write() as writing:
        for table in _OF_A_ROOM:
            key = "key" if table is DutyRoom else "room_key"
            columns = table.__table__.c
            rows = reading.execute(select(table.__table__).where(columns[key] == room_key))
            copied = [dict(row) for row in rows.mappings()]
            if copied:
                writing.execute(insert(table), copied)
        _begin_records(writing, room_key, timeline)


def _begin_records(session: Session, room_key: str, timeline: Timeline) -> None:
    session.execute(
        update(DutyRoom).where(DutyRoom.key == room_key).values(opened_at=timeline.starts_at)
    )
    open_log(session, room_key)
    openings.begin(session, room_key, timeline.starts_at)


def _warnings(stage: Stage, timeline: Timeline, session: Session, language: Language) -> list[str]:
    room = session.get(DutyRoom, stage.room_key)
    assert room is not None
    zone = ZoneInfo(room.timezone)
    calendar = read_calendar(session, stage.room_key)
    first, last = local_day(timeline.starts_at, zone), local_day(timeline.ends_at, zone)
    unknown = sorted({day.year for day in days(first, last) if not calendar.knows(day)})
    sentence = mark("{year}年的节假日安排没有载入,只按周末计算。")
    return [Sentence(sentence, {"year": year}).said_in(language) for year in unknown]
