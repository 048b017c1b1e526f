"""Tell a script through the real watch, acts and mails; hold the invariants on the way."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from plans.channels.letters import Outcome
from plans.mail_states import MailState, Stage
from plans.tables import Alert, Mail
from records.absences import send_away
from records.act import Act
from records.database import Database
from records.duty_log import head, verify_chain
from records.errors import Conflict, DutyError, NotFound, Refused
from records.tables import Base, LogEntry
from schedules.holidays import read_calendar
from schedules.report_calendar import reports_due
from schedules.shifts import publish
from schedules.tables import Obligation
from tests.simulation.machine import Machine
from tests.simulation.script import MANNED, REPORTS, UNITS, Doing, Script
from tests.stories.duty_room import ROOM, ZONE, StoryRoom

SETTLING = timedelta(hours=3)
SECOND = timedelta(seconds=1)


@dataclass(slots=True)
class Told:
    """What became of a simulated room."""

    seed: str
    head: str
    entries: int = 0
    obligations: int = 0
    missed: int = 0
    alerts: int = 0
    mails: int = 0
    refused_mails: int = 0
    duplicates: int = 0
    crashes: int = 0
    refused_acts: int = 0
    turns: int = 0

    def as_json(self) -> dict[str, object]:
        """Return the figures by name."""
        return asdict(self)


class Broken(AssertionError):
    """An invariant does not hold; says which, and for which seed."""


class Days:
    """A small room on an in-memory database, told day by day."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.database = Database.in_memory()
        Base.metadata.create_all(self.database.engine)
        begins = script.begins.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")
        self.room = StoryRoom(self.database, begins)
        self.clock = self.room.clock
        self.machine = Machine(self.database, self.clock, self.room.rules)
        self.told = Told(script.seed, "")
        self._doings = list(script.doings)
        self._up_again_at: datetime | None = None
        self._seen_missed: set[int] = set()
        self._down = SECOND
        self.room.add_units(*UNITS)
        with self.database.write() as session:
            publish(session, self._act(), script.shifts)

    def tell(self) -> Told:
        """Tell everything; raise Broken where an invariant does not hold."""
        self._until(self.script.ends)
        self.machine.mail_answer = Outcome.ACCEPTED
        self.machine.die_at("")
        self._until(self.script.ends + SETTLING)
        self._judge()
        self.database.close()
        return self.told

    @property
    def _true_now(self) -> datetime:
        """The instant by a clock that nobody steps."""
        return self.script.begins + timedelta(seconds=self.clock.monotonic())

    def _act(self) -> Act:
        return Act(ROOM, self.clock.now(), f"room:{ROOM}")

    def _require(self, holds: object, what: str) -> None:
        if not holds:
            raise Broken(f"seed {self.script.seed}, {self.clock.now()}: {what}")

    def _until(self, end: datetime) -> None:
        wait = timedelta(0)
        while self._true_now < end:
            coming = [end - self._true_now, wait]
            coming += [doing.at - self._true_now for doing in self._doings[:1]]
            self._pass(max(timedelta(0), min(coming)))
            while self._doings and self._doings[0].at <= self._true_now:
                self._do(self._doings.pop(0))
            wait = self._turn()

    def _pass(self, span: timedelta) -> None:
        self.clock.move_to(self.clock.now() + span)

    def _turn(self) -> timedelta:
        """Let the machine do its turn; return how long nothing more is wanted of it."""
        if not self.machine.is_up:
            assert self._up_again_at is not None
            if self._true_now < self._up_again_at:
                return self._up_again_at - self._true_now
            self.machine.start_again()
        self.told.turns += 1
        wanted = self.machine.turn()
        if not self.machine.is_up:
            self._up_again_at = self._true_now + self._down
            return self._down
        if wanted is None:
            return SECOND
        self._check()
        self._require(wanted > self.clock.now(), f"a look is wanted at {wanted}, in the past")
        return wanted - self.clock.now()

    def _do(self, doing: Doing) -> None:
        fields = dict(doing.fields)
        match doing.what:
            case "crash":
                self.machine.die_at(str(fields["point"]))
                self._down = fields["down"]  # type: ignore[assignment]  # a span, by the script
            case "sleep":
                self._pass(fields["span"])  # type: ignore[arg-type]  # a span, by the script
            case "step":
                self.clock.step(fields["span"])  # type: ignore[arg-type]  # a span, by the script
            case "mail_trouble":
                self.machine.mail_answer = Outcome(str(fields["outcome"]))
            case _:
                self._try(doing.what, fields)

    def _try(self, what: str, fields: dict[str, object]) -> None:
        """Do what an operator does; what is refused in words is refused, and leaves nothing."""
        with self.database.read() as session:
            before = head(session, ROOM)
        try:
            if what == "send_away":
                self._send_away(fields)
            else:
                getattr(self.room.actions, what)(**fields)
        except (Refused, NotFound, Conflict) as error:
            self.told.refused_acts += 1
            with self.database.read() as session:
                self._require(head(session, ROOM) == before, f"{what} was refused, yet: {error}")
        except DutyError as error:
            raise Broken(f"seed {self.script.seed}: {what} {fields}: {error!r}") from error

    def _send_away(self, fields: dict[str, object]) -> None:
        now = self.clock.now()
        with self.database.write() as session:
            until = now + fields["span"]  # type: ignore[operator]  # a span, by the script
            stand_in = fields["stand_in_id"]
            person = str(fields["person_id"])
            send_away(
                session,
                self._act(),
                person,
                now,
                until,
                None if stand_in is None else str(stand_in),
                "出差",
            )

    def _check(self) -> None:
        """After a tick: whatever is due has been looked at, and missed has stayed missed."""
        now = self.clock.now()
        forgotten = select(func.count()).where(
            Obligation.fulfilled_at.is_(None),
            or_(
                and_(Obligation.state == "open", Obligation.due_at <= now),
                and_(Obligation.state == "late", Obligation.missed_at <= now),
                Obligation.set_aside.is_not(None),
            ),
        )
        with self.database.read() as session:
            self._require(session.scalar(forgotten) == 0, "something due was not looked at")
            is_missed = select(Obligation.id).where(Obligation.state == "missed")
            missed = set(session.scalars(is_missed))
        self._require(missed >= self._seen_missed, "what was missed is missed no longer")
        self._seen_missed = missed

    def _judge(self) -> None:
        """At the end: nothing owed was forgotten, nobody was told twice, no mail was lost."""
        with self.database.read() as session:
            self.told.entries = verify_chain(session, ROOM)
            self.told.head = head(session, ROOM)[1]
            self._judge_obligations(session)
            self._judge_alerts(session)
            self._judge_mails(session)
        self.told.missed = len(self._seen_missed)
        self.told.crashes = self.machine.crashes

    def _judge_obligations(self, session: Session) -> None:
        stored = session.execute(
            select(Obligation.owed_by, Obligation.subject, Obligation.due_at)
        ).all()
        owed = [(row.owed_by, row.subject, row.due_at) for row in stored]
        self._require(len(set(owed)) == len(owed), "something is owed twice")
        lacking = self._expected(session) - set(owed)
        self._require(not lacking, f"not owed: {sorted(lacking)[:3]}")
        self.told.obligations = len(owed)

    def _expected(self, session: Session) -> set[tuple[str, str, datetime]]:
        begins, ends = self.script.begins, self.script.ends
        calendar = read_calendar(session, ROOM)
        reports = {
            (f"unit:{unit}", f"report:{slug}", item.due_at)
            for unit in UNITS
            for slug in REPORTS
            for item in reports_due(
                self.room.rules.schedules.reports[slug], calendar, ZONE, begins, ends
            )
        }
        return reports | {
            (f"post:{post}", f"shift:{shift.key}", shift.starts_at)
            for shift in self.script.shifts
            for post in shift.people
            if post in MANNED
        }

    def _judge_alerts(self, session: Session) -> None:
        alerts = session.scalars(select(Alert)).all()
        self.told.alerts = len(alerts)
        places = [(row.obligation_id, row.ladder_step, row.alert_key) for row in alerts]
        self._require(len(set(places)) == len(places), "an alert was raised twice")
        told = {row.obligation_id for row in alerts if row.stage == Stage.TOLD.value}
        entries = session.scalars(select(LogEntry).where(LogEntry.act == "nobody_to_tell"))
        told |= {_number(entry.data, "obligation") for entry in entries}
        unsettled = session.scalars(
            select(Obligation.id).where(
                Obligation.state.in_(["late", "missed"]), Obligation.fulfilled_at.is_(None)
            )
        )
        silent = set(unsettled) - told
        self._require(not silent, f"nobody was told of {silent}")
        once = [
            (row.obligation_id, row.ladder_step, row.recipient)
            for row in alerts
            if row.stage == Stage.TOLD.value and row.ladder_step in (1, 2)
        ]
        self._require(len(set(once)) == len(once), "a step was told twice")

    def _judge_mails(self, session: Session) -> None:
        mails = session.scalars(select(Mail)).all()
        self.told.mails = len(mails)
        states = {row.id: row.state for row in mails}
        taken = [letter.mail_id for letter in self.machine.letters.letters]
        accepted = {id_ for id_, state in states.items() if state == MailState.ACCEPTED.value}
        refused = {id_ for id_, state in states.items() if state == MailState.REFUSED.value}
        self.told.refused_mails = len(refused)
        self.told.duplicates = len(taken) - len(set(taken))
        self._require(set(states) == accepted | refused, f"mails are left: {states}")
        self._require(accepted == set(taken), "a mail is accepted that nobody took, or the reverse")
        self._require(
            self.told.duplicates <= self.machine.perhaps_twice, "a mail went twice without need"
        )
        entries = session.scalars(select(LogEntry.data).where(LogEntry.act == "refuse_mail"))
        logged = {_number(data, "mail") for data in entries}
        self._require(refused == logged, "refused mails do not stand in the log")


def _number(data: str, name: str) -> int:
    found = json.loads(data)[name]
    assert isinstance(found, int)
    return found


def tell_days(script: Script) -> Told:
    """Tell a script in a fresh room."""
    return Days(script).tell()
