"""Incidents as `duty incident list` and `show` answer them: facts, grade, clocks, legs, reports."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.acts.desk import Rules
from console.incident_answer import Answer, incident_json
from console.json_values import instant_json, obligation_json, seconds_json
from plans.grading import Counts
from plans.incident_clocks import clock_words
from plans.incident_facts import OURS, Told, read_all_told
from plans.incident_rules import IncidentRules
from plans.incident_tables import (
    Incident,
    IncidentClock,
    IncidentReport,
    IncidentVersion,
)
from plans.incidents import require_incident
from plans.reporting_clocks import elapsed
from records.tables import DutyRoom
from schedules.outstanding import ObligationState
from schedules.tables import Obligation

MOST_ROWS = 200


def read_list(
    session: Session, room_key: str, rules: Rules, *, now: datetime, everything: bool
) -> list[Answer]:
    """Return the open incidents, or with `everything` the latest 200, oldest first."""
    query = (
        select(Incident)
        .where(Incident.room_key == room_key)
        .order_by(Incident.id.desc())
        .limit(MOST_ROWS)
    )
    if not everything:
        query = query.where(Incident.closed_at.is_(None))
    rows = session.scalars(query).all()[::-1]
    if not rows:
        return []
    zone = _zone(session, room_key)
    told = read_all_told(session, rows)
    places = _places(session, rows)
    return [
        {
            **_head(row, told[row.id], rules.incidents, zone, now),
            "place": places.get(row.id),
            "next_due_at": instant_json(_next_due(session, row)),
        }
        for row in rows
    ]


def read_one(
    session: Session, room_key: str, rules: Rules, handle: str, *, now: datetime
) -> Answer:
    """Return all that stands on record about one incident; NotFound names the nearest."""
    row = require_incident(session, room_key, handle)
    told = read_all_told(session, [row])[row.id]
    zone = _zone(session, room_key)
    return {
        **_head(row, told, rules.incidents, zone, now),
        "received_by": row.received_by,
        "source": row.source,
        "first_seen_online_at": instant_json(row.first_seen_online_at),
        "counts": _counts(told.known.counts),
        **{key: incident_json(told, rules.incidents, zone, now=now)[key] for key in _JUDGED},
        "clocks": _clocks(session, row, rules.incidents, now),
        "reports": _reports(session, row),
        "versions": _versions(session, row),
    }


_JUDGED = ("grades", "legs")


def _zone(session: Session, room_key: str) -> ZoneInfo:
    return ZoneInfo(session.get_one(DutyRoom, room_key).timezone)


def _head(row: Incident, told: Told, rules: IncidentRules, zone: ZoneInfo, now: datetime) -> Answer:
    judged = incident_json(told, rules, zone, now=now)
    facts = told.facts(rules, zone)
    passed = None if facts is None else elapsed(facts, OURS, now=now)
    return {
        "incident": row.handle,
        "state": row.state,
        "kind": judged["kind"],
        "kind_words": None if facts is None else facts.kind.words.zh,
        "grade": judged["grade"],
        "decided_grade": judged["decided_grade"],
        "required_reach": judged["required_reach"],
        "is_near_miss": judged["is_near_miss"],
        "is_drill": row.is_drill,
        "occurred_at": instant_json(told.known.occurred_at),
        "received_at": instant_json(row.received_at),
        "reported_by": row.reported_by or None,
        "closed_at": instant_json(row.closed_at),
        "seconds_since_occurrence": _seconds(None if passed is None else passed.since_occurrence),
        "seconds_since_receipt": _seconds(None if passed is None else passed.since_receipt),
    }


def _seconds(span: timedelta | None) -> int | float | None:
    return None if span is None else seconds_json(span.total_seconds())


def _counts(counts: Counts) -> Answer:
    return {each.name: getattr(counts, each.name) for each in fields(counts)}


def _places(session: Session, rows: Sequence[Incident]) -> dict[int, str]:
    """Return the place that each incident was last said to be at."""
    found = session.execute(
        select(IncidentVersion.incident_id, IncidentVersion.place)
        .where(
            IncidentVersion.incident_id.in_([row.id for row in rows]),
            IncidentVersion.place.is_not(None),
        )
        .order_by(IncidentVersion.seq)
    )
    return {row.incident_id: row.place or "" for row in found}


def _next_due(session: Session, row: Incident) -> datetime | None:
    return session.scalar(
        select(Obligation.due_at)
        .join(IncidentClock, IncidentClock.obligation_id == Obligation.id)
        .where(
            IncidentClock.incident_id == row.id,
            Obligation.owed_by == f"room:{row.room_key}",
            Obligation.state == ObligationState.OPEN.value,
        )
        .order_by(Obligation.due_at)
        .limit(1)
    )


def _clocks(session: Session, row: Incident, rules: IncidentRules, now: datetime) -> list[Answer]:
    """Return every clock that is or was owed; `used` is the part of its time that has passed."""
    rows = session.execute(
        select(IncidentClock, Obligation)
        .join(Obligation, Obligation.id == IncidentClock.obligation_id)
        .where(IncidentClock.incident_id == row.id)
        .order_by(Obligation.due_at, Obligation.id)
    )
    return [
        {
            "clock": clock.clock,
            "name": clock_words(rules, clock.clock).zh,
            "from": clock.from_party,
            "to": clock.to_party,
            "form": clock.form,
            "counted_from": clock.counted_from,
            **obligation_json(owed),
            "due_from_receipt_at": instant_json(clock.due_from_receipt_at),
            "used": _used(owed, now),
        }
        for clock, owed in rows
    ]


def _used(owed: Obligation, now: datetime) -> float | None:
    """Return which part of a running clock's time has passed, from 0; None once it is settled."""
    if owed.state != ObligationState.OPEN.value or owed.due_at <= owed.arose_at:
        return None
    return round(max(0.0, (now - owed.arose_at) / (owed.due_at - owed.arose_at)), 3)


def _reports(session: Session, row: Incident) -> list[Answer]:
    found = session.scalars(
        select(IncidentReport)
        .where(IncidentReport.incident_id == row.id)
        .order_by(IncidentReport.reported_at, IncidentReport.id)
    )
    return [
        {
            "kind": each.kind,
            "number": each.number,
            "form": each.form,
            "from": each.from_level,
            "to": each.to_level,
            "reported_at": instant_json(each.reported_at),
            "entered_at": instant_json(each.entered_at),
            "entered_by": each.entered_by,
            "text": each.summary,
        }
        for each in found
    ]


def _versions(session: Session, row: Incident) -> list[Answer]:
    """Return each entry with what it said; what it did not say is left out."""
    found = session.scalars(
        select(IncidentVersion)
        .where(IncidentVersion.incident_id == row.id)
        .order_by(IncidentVersion.seq)
    )
    shown = []
    for each in found:
        said: Answer = {"kind": each.kind, "place": each.place, "summary": each.summary}
        said |= {"occurred_at": instant_json(each.occurred_at), "as_of": instant_json(each.as_of)}
        said |= {name.name: getattr(each, name.name) for name in fields(Counts)}
        said |= {"died_on": each.died_on, "reason": each.reason or None}
        shown.append(
            {
                "seq": each.seq,
                "entered_at": instant_json(each.entered_at),
                "entered_by": each.entered_by,
                **{name: value for name, value in said.items() if value is not None},
            }
        )
    return shown
