"""A duty room for stories of command: centres with holders, and a leak on record."""

from datetime import timedelta

from sqlalchemy import insert, select

from console.acts.centres import CentreStep, ResponseStepWanted
from console.acts.orders import OrderWanted
from console.rooms import add_posts
from console.sample.room import standing_posts
from plans.command_centres import load_command_centres
from plans.command_states import ActivationState, Step
from plans.grades import ResponseLevel
from plans.incidents import Intake, Said, require_incident
from records.act import Act
from records.database import Database
from records.people import add_contact_point, add_person
from records.tables import LogEntry
from schedules.tables import Obligation, PostHolder
from tests.stories.duty_room import ROOM, StoryRoom

INCIDENT = "a"
SUBJECT = f"incident:{INCIDENT}"
CALLED = "17:40"
HOLDERS = ("fire", "environment", "hazmat_industry", "general_hq")


class CommandRoom(StoryRoom):
    """A duty room at night whose four bodies of command have holders; a leak is on record."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        act = Act(ROOM, self.clock.now(), f"room:{ROOM}")
        with database.write() as session:
            add_posts(session, ROOM, standing_posts(load_command_centres()), turn=50)
            for centre in HOLDERS:
                for post in ("commander", "deputy", "office"):
                    person = f"{centre}-{post}"
                    add_person(session, act, name=person, body="市", title="", person_id=person)
                    owner = f"person:{person}"
                    add_contact_point(session, act, owner, "email", f"{person}@duty.example")
                    session.execute(
                        insert(PostHolder).values(
                            room_key=ROOM,
                            post_key=f"{centre}.{post}",
                            person_id=person,
                            from_at=act.at,
                        )
                    )
        self.publish_night()
        self.act_at("17:30")
        for party in ("post:primary", "post:secondary", "post:shift_lead"):
            self.actions.sign_in(by=party)
        self.advance_to(CALLED)
        said = Said(kind="acc.hazmat", place="2号罐区")
        self.actions.receive_incident(Intake(said, handle=INCIDENT), by="post:primary")
        self.forget()

    def told(self, *kinds: str) -> list[tuple[str, str, int, str, str]]:
        """Return the alerts of these kinds since the last time, and forget all."""
        with self.database.read() as session:
            owners = {
                owed_by.partition(":")[2]
                for owed_by in session.scalars(
                    select(Obligation.owed_by).where(Obligation.kind.in_(kinds))
                )
            }
        found = [alert for alert in self.alerts() if alert[4] in owners]
        self.forget()
        return found

    def centre(self, state: ActivationState = ActivationState.PROPOSED, **more: object) -> None:
        step = CentreStep(incident=INCIDENT, state=state, **more)  # type: ignore[arg-type]
        self.actions.move_centre(step, by="post:primary")

    def respond(self, step: Step, level: str | None, signed_by: str) -> None:
        wanted = ResponseStepWanted(
            incident=INCIDENT,
            step=step,
            level=None if level is None else ResponseLevel(level),
            signed_by=signed_by,
        )
        self.actions.step_response(wanted, by="post:primary")

    def order(self, *to: str, confirmed: bool = True, **more: object) -> None:
        wanted = OrderWanted(
            addressees=to,
            words="下风向居民转移",
            due_at=self.clock.now() + timedelta(minutes=30),
            place="张村",
            quantity="500米",
            incident=INCIDENT,
            **more,  # type: ignore[arg-type]
        )
        self.actions.issue_order(wanted, is_confirmed=confirmed, by="post:primary")

    def states(self, kind: str) -> dict[tuple[str, str], str]:
        """Return the state of every obligation of a kind by (subject, who owes it)."""
        with self.database.read() as session:
            rows = session.execute(
                select(Obligation.subject, Obligation.owed_by, Obligation.state).where(
                    Obligation.kind == kind
                )
            ).all()
        return {(row.subject, row.owed_by): row.state for row in rows}

    def incident_state(self) -> str:
        """Return where the incident stands."""
        with self.database.read() as session:
            return require_incident(session, ROOM, INCIDENT).state

    def log(self, act: str) -> list[str]:
        with self.database.read() as session:
            return list(session.scalars(select(LogEntry.text).where(LogEntry.act == act)))
