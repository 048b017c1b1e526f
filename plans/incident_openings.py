"""What open incidents owe daily, opened by the watch with all else that falls due ahead."""

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from plans.incident_clocks import News, keep_in_step
from plans.incident_facts import read_all_told
from plans.incident_owing import Ruling, owing_rule
from plans.incident_rules import IncidentRules
from plans.incident_tables import Incident
from records.act import Act
from schedules.openers import Room, Span
from schedules.rules import ScheduleRules


class IncidentOpener:
    """What open incidents owe daily is opened with all else that falls due ahead."""

    def __init__(self, rules: Callable[[], IncidentRules], schedules: ScheduleRules) -> None:
        """Take what gives the catalogues, which are read only where an incident is open."""
        self._rules = rules
        self._schedules = schedules

    def open(self, session: Session, act: Act, room: Room, span: Span) -> int:
        """Open the clocks of the incidents that are not closed; return how many were new."""
        incidents = session.scalars(
            select(Incident)
            .where(Incident.room_key == act.room_key, Incident.closed_at.is_(None))
            .order_by(Incident.id)
        ).all()
        if not incidents:
            return 0
        ruling = Ruling(self._rules(), owing_rule(self._schedules), room.zone)
        told = read_all_told(session, incidents)
        news = News(since=min(span[0], act.at))
        opened = 0
        for each in incidents:
            kept = keep_in_step(session, act, each, told[each.id], ruling, news)
            opened += len(kept.opened)
        return opened
