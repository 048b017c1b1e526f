"""The two sides that generated histories are told to: the pure model, and the stored program."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.rooms import make_room
from console.wiring import load_rules
from records.act import Act
from records.database import Database
from records.duty_log import verify_chain
from records.errors import DutyError
from records.people import add_person
from schedules import handover, handover_state, obligations
from schedules.answering import read_answering, record_switch, responsible
from schedules.handover_openings import HandoverOpener
from schedules.handover_state import Answer, Handing, Relief
from schedules.handover_tables import HandoverMatter
from schedules.open_matters import read_open_matters
from schedules.openers import Room
from schedules.responsibility import Move, Switch, answering, responsible_at, takes
from schedules.shifts import OnDuty, PlannedShift, on_duty, publish
from schedules.sign_in import sign_in
from schedules.tables import Obligation
from tests.schedules.handover_reference import (
    BEGINS,
    OPENS,
    PEOPLE,
    SHIFT,
    Timetable,
)

SHIFTS = 5
POST = "primary"
RULES = load_rules()


def name_of(key: str) -> str:
    """Return the matter of a key such as routine_report/report:m1@03-16T08:05."""
    return key.partition("report:")[2].partition("@")[0]


class Side(Protocol):
    """The program under test: pure or stored."""

    def do(self, now: datetime, act: str, *words: str) -> bool: ...

    def holder(self, now: datetime) -> str | None: ...

    def carried(self) -> set[str]: ...

    def spans(self) -> list[tuple[datetime, str]]: ...


class PureSide:
    """`handover_state` and `responsibility`, with lists for rows."""

    def __init__(self, table: Timetable, on_from: datetime) -> None:
        self.table = table
        self.switches = [Switch(on_from, is_on=True)]
        self.moves: list[Move] = []
        self.latest: Handing | None = None
        self.matters: set[str] = set()
        self._carried: set[str] = set()

    def do(self, now: datetime, act: str, *words: str) -> bool:
        try:
            getattr(self, f"_{act}")(now, *words)
        except DutyError:
            return False
        return True

    def holder(self, now: datetime) -> str | None:
        return responsible_at(takes(self.moves, self.switches), now)

    def carried(self) -> set[str]:
        return self._carried

    def spans(self) -> list[tuple[datetime, str]]:
        found = answering(takes(self.moves, self.switches))
        for one, following in pairwise(found):
            assert one.until_at == following.from_at  # never two, never none
        return [(one.from_at, one.person) for one in found]

    def _relief(self, now: datetime) -> Relief:
        relief = self.table.relief(now)
        if relief is None or now < self.switches[0].at:
            raise DutyError("")
        starts_at = self.table.starts(relief[0])
        return Relief(str(relief[0]), starts_at - OPENS, starts_at, starts_at + SHIFT, relief[1])

    def _pending(self) -> Handing:
        if self.latest is None or not self.latest.is_pending:
            raise DutyError("")
        return self.latest

    def _move(self, at: datetime, person: str, by: str) -> None:
        self.moves.append(Move(at, len(self.moves), person, by))  # type: ignore[arg-type]

    def _sign_in(self, now: datetime, shift: str, person: str) -> None:
        if self.table.signed.get(int(shift)) == person:
            raise DutyError("")
        self._move(max(now, self.table.starts(int(shift))), person, "sign_in")

    def _swap(self, now: datetime, shift: str, person: str) -> None: ...

    def _arise(self, now: datetime, matter: str) -> None:
        self.matters.add(matter)

    def _end(self, now: datetime, matter: str) -> None:
        self.matters.discard(matter)

    def _open(self) -> dict[str, object]:
        return {matter: matter for matter in sorted(self.matters)}

    def _offer(self, now: datetime, by: str) -> None:
        relief = self._relief(now)
        self.latest = handover_state.offer(self.latest, self.holder(now), relief, by, now=now)

    def _answer(self, now: datetime, by: str, matter: str, said: str) -> None:
        answer = Answer.CONFIRMED if said == "yes" else Answer.REFUSED
        self.latest = handover_state.answer(self._pending(), self._open(), matter, answer, by)

    def _accept(self, now: datetime, by: str) -> None:
        there = self._pending()
        self._assumed(handover_state.accept(there, self.holder(now), self._open(), by, now=now))

    def _refuse(self, now: datetime, by: str) -> None:
        self.latest = handover_state.refuse(self._pending(), by, now=now)

    def _take_over(self, now: datetime, by: str) -> None:
        relief = replace(self._relief(now), incoming=by)
        self._assumed(
            handover_state.take_over(self.latest, self.holder(now), relief, self._open(), now=now)
        )

    def _assumed(self, handing: Handing) -> None:
        assert handing.assumed_at is not None
        self.latest = handing
        self._carried = set(handing.answers) & self.matters
        self._move(handing.assumed_at, handing.relief.incoming, "handover")

    def _review(self, now: datetime, by: str) -> None:
        if self.latest is None or self.latest.is_pending:
            raise DutyError("")
        self.latest = handover_state.review(self.latest, by, now=now)


class Crash(Exception):
    """The process dies before it commits."""


class StoredSide:
    """The real functions on a real file; it crashes when it is told to."""

    def __init__(
        self, database: Database, room_key: str, roster: list[str | None], on_from: datetime
    ) -> None:
        self.database = database
        self.room_key = room_key
        self.on_from = on_from
        self.crashes = False
        self._switched = False
        self._last_assumed: int | None = None
        self._make(roster)

    def _make(self, roster: list[str | None]) -> None:
        act = self._act(BEGINS - SHIFT)
        with self.database.write() as session:
            make_room(
                session,
                act,
                key=self.room_key,
                name="值班室",
                timezone="Asia/Shanghai",
                telephone="",
                site="duty.example",
                code_seed="history",
                is_sample=False,
                rules=RULES.schedules,
                posts=True,
            )
            for person in PEOPLE:
                add_person(session, act, name=person, body="局", title="", person_id=person)
            planned = [self._planned(number, person) for number, person in enumerate(roster)]
            publish(session, act, planned)

    def _planned(self, number: int, person: str | None) -> PlannedShift:
        starts = BEGINS + number * SHIFT
        return PlannedShift("hour", f"hour:{number}", starts, starts + SHIFT, {POST: person})

    def _act(self, now: datetime, person: str | None = None) -> Act:
        return Act(self.room_key, now, f"person:{person}" if person else f"room:{self.room_key}")

    def _switch(self, now: datetime) -> None:
        if self._switched or now < self.on_from:
            return
        with self.database.write() as session:
            act = self._act(self.on_from)
            record_switch(session, act, is_on=True, confirmed_by=act.operator)
            span = (self.on_from, BEGINS + SHIFTS * SHIFT)
            room = Room(self.room_key, ZoneInfo("Asia/Shanghai"))
            HandoverOpener(RULES.schedules).open(session, act, room, span)
        self._switched = True

    def do(self, now: datetime, act: str, *words: str) -> bool:
        self._switch(now)
        try:
            with self.database.write() as session:
                getattr(self, f"_{act}")(session, now, *words)
                if self.crashes:
                    raise Crash  # noqa: TRY301  in the middle of the transaction
        except Crash:
            self.database.close()  # and open again at the next statement, as a new process does
            raise
        except DutyError:
            return False
        return True

    def holder(self, now: datetime) -> str | None:
        self._switch(now)
        with self.database.read() as session:
            return responsible(session, self.room_key, POST, now)

    def spans(self) -> list[tuple[datetime, str]]:
        with self.database.read() as session:
            assert verify_chain(session, self.room_key) > 0
            found = read_answering(session, self.room_key).get(POST, [])
        return [(one.from_at, one.person) for one in found]

    def carried(self) -> set[str]:
        with self.database.read() as session:
            keys = session.scalars(
                select(HandoverMatter.key).where(
                    HandoverMatter.handover_id == self._last_assumed, HandoverMatter.is_carried
                )
            )
            return {name_of(key) for key in keys}

    def _place(self, session: Session, number: int, now: datetime) -> OnDuty:
        starts = BEGINS + number * SHIFT
        return next(
            each
            for each in on_duty(session, self.room_key, starts, starts)
            if each.post_key == POST and each.starts_at == starts
        )

    def _sign_in(self, session: Session, now: datetime, shift: str, person: str) -> None:
        place = self._place(session, int(shift), now)
        sign_in(session, self._act(now, person), place, person, "")

    def _swap(self, session: Session, now: datetime, shift: str, person: str) -> None:
        publish(session, self._act(now), [self._planned(int(shift), person)])

    def _arise(self, session: Session, now: datetime, matter: str) -> None:
        owed = obligations.Owed(
            kind="routine_report",
            subject=f"report:{matter}",
            owed_by="unit:north",
            rule="",
            source="",
            ladder=None,
            arose_at=now,
            due_at=now,
            grace=timedelta(hours=9),
        )
        obligations.open_all(session, self.room_key, [owed])

    def _end(self, session: Session, now: datetime, matter: str) -> None:
        ids = session.scalars(
            select(Obligation.id).where(
                Obligation.room_key == self.room_key,
                Obligation.subject == f"report:{matter}",
                Obligation.fulfilled_at.is_(None),
            )
        )
        for number in list(ids):
            obligations.fulfil(session, self._act(now), number, at=now)

    def _offer(self, session: Session, now: datetime, by: str) -> None:
        act = self._act(now, by)
        place = handover.relief_for(session, act, RULES.schedules, POST)
        handover.offer(session, act, RULES.schedules, place, "")

    def _answer(self, session: Session, now: datetime, by: str, matter: str, said: str) -> None:
        matters = read_open_matters(session, self.room_key, POST, now)
        keys = {name_of(one.key): one.key for one in matters}
        answer = Answer.CONFIRMED if said == "yes" else Answer.REFUSED
        answers = {keys.get(matter, matter): answer}
        act = self._act(now, by)
        handover.answer_matter(session, act, RULES.schedules, POST, answers, "")

    def _accept(self, session: Session, now: datetime, by: str) -> None:
        there = handover.offered(session, self.room_key, POST)
        handover.accept(session, self._act(now, by), RULES.schedules, POST, "")
        self._last_assumed = there.id

    def _refuse(self, session: Session, now: datetime, by: str) -> None:
        handover.refuse(session, self._act(now, by), POST, "")

    def _take_over(self, session: Session, now: datetime, by: str) -> None:
        act = self._act(now, by)
        place = handover.relief_for(session, act, RULES.schedules, POST)
        handover.take_over(session, act, RULES.schedules, place, "")
        there = handover.latest(session, self.room_key, POST)
        assert there is not None
        self._last_assumed = there.id

    def _review(self, session: Session, now: datetime, by: str) -> None:
        handover.review(session, self._act(now, by), POST, "")
