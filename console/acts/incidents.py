"""Acts on incidents: receive, learn, update, assess, report, close."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.acts.desk import LONGEST_WORDS, Desk, Done
from console.parties import holder_of
from records.act import Act
from records.clean_text import clean
from records.errors import BadData, NotAuthorised
from records.language import Sentence, mark
from records.tables import DutyRoom
from schedules.calendar import local_minute
from schedules.tables import Obligation, Post

# What incidents need is imported by the acts themselves: most commands never need it, and it takes
# as long to import as all the rest of them together.
if TYPE_CHECKING:
    from plans.grades import Grade
    from plans.incident_owing import Ruling
    from plans.incident_reports import Reported
    from plans.incidents import Entered, Intake, Said
    from plans.reporting_levels import ReportingLevel

LONGEST_HANDLE = 40
_LEADING = ("shift_lead", "shift_lead_b", "duty_leader")


class IncidentActs(Desk):
    """Acts on what happens outside, from the first call to the end."""

    def receive_incident(self, intake: "Intake", *, by: str | None = None) -> Done:
        """Record an incident; what is not known yet is said later by an update."""
        from plans import incidents  # noqa: PLC0415

        with self._act(by) as (session, act):
            told = replace(
                intake,
                said=_cleaned(intake.said),
                handle=None if intake.handle is None else _handle(intake.handle),
                reported_by=clean(intake.reported_by),
                source=clean(intake.source, limit=LONGEST_WORDS),
            )
            entered = incidents.receive(session, act, self._ruling(session), told)
            return self._done_to(
                session, act, entered, mark("已接报:事件{incident},{grade}。{next}")
            )

    def learn_of_incident(
        self,
        *,
        incident: str,
        level: "ReportingLevel",
        learned_at: datetime | None = None,
        by: str | None = None,
    ) -> Done:
        """Record when a level came to know of it."""
        from plans import incidents  # noqa: PLC0415

        with self._act(by) as (session, act):
            ruling = self._ruling(session)
            entered = incidents.learned(session, act, ruling, _handle(incident), level, learned_at)
            return self._done_to(
                session, act, entered, mark("已记录得知时间:事件{incident}。{next}")
            )

    def update_incident(self, *, incident: str, said: "Said", by: str | None = None) -> Done:
        """Record what has become known or changed; what stood before stays on record."""
        from plans import incidents  # noqa: PLC0415

        with self._act(by) as (session, act):
            ruling = self._ruling(session)
            entered = incidents.update_facts(
                session, act, ruling, _handle(incident), _cleaned(said)
            )
            return self._done_to(
                session, act, entered, mark("已更新:事件{incident},{grade}。{next}")
            )

    def assess_incident(
        self,
        *,
        incident: str,
        grade: "Grade | None" = None,
        reason: str = "",
        by: str | None = None,
        pin: str | None = None,
    ) -> Done:
        """Decide the grade beside the computed one; lower only by a shift lead, with a reason."""
        from plans import incident_decisions, incidents  # noqa: PLC0415

        with self._act(by) as (session, act):
            ruling = self._ruling(session)
            handle = _handle(incident)
            computed = incidents.computed_grade(session, act, ruling, handle)
            if incident_decisions.is_downgrade(computed, grade):
                self._require_lowering_lead(session, act)
            if act.operator.startswith("person:"):
                self._sign(session, act, act.operator.removeprefix("person:"), pin)
            entered = incident_decisions.assess_grade(
                session, act, ruling, handle, grade, clean(reason, limit=LONGEST_WORDS)
            )
            return self._done_to(session, act, entered, mark("已研判:事件{incident}。{next}"))

    def report_incident(
        self, *, incident: str, reported: "Reported", by: str | None = None
    ) -> Done:
        """Record a report between two levels; the clocks that it fulfils end."""
        from plans import incident_reports  # noqa: PLC0415

        with self._act(by) as (session, act):
            told = replace(reported, summary=clean(reported.summary, lines=True, limit=20_000))
            stored = incident_reports.report(
                session, act, self._ruling(session), _handle(incident), told
            )
            self._over(session, act, stored.kept.fulfilled)
            sentence = Sentence(
                mark("已登记事件{incident}的报告,完成{count}项时限。{next}"),
                {
                    "incident": stored.handle,
                    "count": len(stored.kept.fulfilled),
                    "next": self._next_clock(session, act, stored.handle),
                },
            )
            return Done(sentence, (stored.id,))

    def close_incident(
        self,
        *,
        incident: str,
        reason: str = "",
        false_alarm: bool = False,
        by: str | None = None,
        pin: str | None = None,
    ) -> Done:
        """End an incident; without final report or with reports overdue only for a reason."""
        from plans import incident_decisions  # noqa: PLC0415

        with self._act(by) as (session, act):
            if act.operator.startswith("person:"):
                self._sign(session, act, act.operator.removeprefix("person:"), pin)
            entered = incident_decisions.close(
                session,
                act,
                self._ruling(session),
                _handle(incident),
                reason=clean(reason, limit=LONGEST_WORDS),
                is_false_alarm=false_alarm,
            )
            return Done(
                Sentence(mark("事件{incident}已结束。"), {"incident": entered.handle}),
                (entered.id,),
            )

    def _ruling(self, session: Session) -> "Ruling":
        from plans.incident_owing import Ruling, owing_rule  # noqa: PLC0415

        room = session.get_one(DutyRoom, self._room_key)
        owing = owing_rule(self._rules.schedules)
        return Ruling(self._rules.incidents, owing, ZoneInfo(room.timezone))

    def _done_to(self, session: Session, act: Act, entered: "Entered", words: str) -> Done:
        from plans.incident_words import grade_words  # noqa: PLC0415

        self._over(session, act, entered.kept.fulfilled)
        params = {
            "incident": entered.handle,
            "grade": grade_words(entered.graded.grade),
            "next": self._next_clock(session, act, entered.handle),
        }
        return Done(Sentence(words, params), (entered.id,))

    def _next_clock(self, session: Session, act: Act, handle: str) -> Sentence:
        """Return which of our reports on it falls due next."""
        from plans.incident_clocks import clock_words  # noqa: PLC0415
        from plans.incident_tables import IncidentClock  # noqa: PLC0415

        row = session.execute(
            select(IncidentClock.clock, Obligation.due_at)
            .join(Obligation, Obligation.id == IncidentClock.obligation_id)
            .where(
                Obligation.room_key == act.room_key,
                Obligation.subject == f"incident:{handle}",
                Obligation.owed_by == f"room:{act.room_key}",
                Obligation.fulfilled_at.is_(None),
                Obligation.next_look_at.is_not(None),
            )
            .order_by(Obligation.due_at, Obligation.id)
            .limit(1)
        ).first()
        if row is None:
            return Sentence(mark("没有待报的报告。"))
        ruling = self._ruling(session)
        return Sentence(
            mark("下一时限:{due} {clock}。"),
            {
                "due": local_minute(row.due_at, ruling.zone),
                "clock": clock_words(ruling.rules, row.clock),
            },
        )

    def _require_lowering_lead(self, session: Session, act: Act) -> None:
        """Refuse unless a shift lead or leader on duty acts; a room without posts has none."""
        has_posts = session.scalar(select(Post.key).where(Post.room_key == act.room_key).limit(1))
        person_id = act.operator.removeprefix("person:")
        if has_posts is None or any(
            holder_of(session, act, post) == person_id
            for post in _LEADING
            if session.get(Post, (act.room_key, post)) is not None
        ):
            return
        raise NotAuthorised(mark("只有当班带班领导或值班局领导可以研判为低于规则得出的级别。"))


def _handle(text: str) -> str:
    handle = clean(text.removeprefix("incident:"), limit=LONGEST_HANDLE)
    if not handle:
        raise BadData(mark("incident 应为事件的代号或编号,不能为空。"))
    return handle


def _cleaned(said: "Said") -> "Said":
    return replace(
        said,
        place=None if said.place is None else clean(said.place),
        summary=None if said.summary is None else clean(said.summary, lines=True, limit=20_000),
        reason=clean(said.reason, limit=LONGEST_WORDS),
    )
