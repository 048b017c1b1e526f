"""The incidents in the answer of a replay, as the contract of the command line has them."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.acts.desk import Rules
from console.json_values import instant_json
from plans.incident_facts import Told, read_all_told
from plans.incident_rules import IncidentRules
from plans.incident_tables import Incident
from plans.report_legs import Leg
from records.tables import DutyRoom

Answer = dict[str, object]


def read_incidents(
    session: Session, room_key: str, house_rules: Rules, *, now: datetime
) -> list[Answer]:
    """Return each incident of the room, in the order of intake, as it stands at `now`."""
    rows: Sequence[Incident] = session.scalars(
        select(Incident).where(Incident.room_key == room_key).order_by(Incident.id)
    ).all()
    if not rows:
        return []
    rules = house_rules.incidents
    zone = ZoneInfo(session.get_one(DutyRoom, room_key).timezone)
    told = read_all_told(session, rows)
    return [
        {"incident": row.handle, **incident_json(told[row.id], rules, zone, now=now)}
        for row in rows
    ]


def incident_json(told: Told, rules: IncidentRules, zone: ZoneInfo, *, now: datetime) -> Answer:
    """Return what was computed of one incident: grade, its changes, reach and legs."""
    computed = told.computed(rules, zone).grade
    decided = told.decided
    reach, legs = told.legs(rules, zone, now=now)
    return {
        "kind": told.known.kind,
        "grade": None if computed is None else computed.value,
        "decided_grade": None if decided is None else decided.value,
        "required_reach": None if reach is None else reach.value,
        "is_near_miss": told.is_near_miss(rules),
        "grades": [
            {
                "at": instant_json(change.at),
                "grade": None if change.graded.grade is None else change.graded.grade.value,
                "rule": change.graded.rule,
                "criterion": change.graded.criterion,
            }
            for change in told.computed_changes(rules, zone)
        ],
        "legs": [_leg(leg) for leg in legs],
    }


def _leg(leg: Leg) -> Answer:
    return {
        "from": leg.from_level.value,
        "to": leg.to_level.value,
        "learned_at": instant_json(leg.learned_at),
        "reported_at": instant_json(leg.reported_at),
        "limit_minutes": _number(leg.limit_minutes),
        "elapsed_minutes": _number(leg.elapsed_minutes),
        "rule": leg.rule,
        "source": leg.source,
        "verdict": leg.verdict.value,
    }


def _number(minutes: float | None) -> int | float | None:
    """Return minutes as a whole number where they are whole."""
    if minutes is None:
        return None
    return int(minutes) if minutes == int(minutes) else minutes
