"""Acts on an incident: received, learned, changed; each keeps its clocks in step.

Decisions and endings are in `incident_decisions`, reports in `incident_reports`.
Nothing is overwritten: what changes is a further version.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from plans.grade_history import NOTHING_SAID
from plans.grades import Grade
from plans.grading import Counts, Graded
from plans.incident_clocks import Kept, keep_in_step
from plans.incident_facts import COUNTED, Told, read_told
from plans.incident_owing import Ruling
from plans.incident_states import IncidentState
from plans.incident_tables import (
    Incident,
    IncidentLearned,
    IncidentVersion,
)
from plans.incident_words import changes_words, counts_words, grade_words, level_words
from plans.reporting_levels import ReportingLevel
from records.act import Act
from records.catalogue import nearest
from records.duty_log import Entry, append
from records.errors import BadData, NotFound, Refused, WrongState
from records.language import Sentence, mark
from schedules.calendar import local_day, local_minute


@dataclass(frozen=True, slots=True)
class Said:
    """What one entry says of an incident; None is not said."""

    kind: str | None = None
    occurred_at: datetime | None = None
    place: str | None = None
    summary: str | None = None
    counts: Counts = NOTHING_SAID
    as_of: datetime | None = None
    died_on: date | datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Intake:
    """A call that comes in; without a handle the incident gets the next number of the year."""

    said: Said
    handle: str | None = None
    reported_by: str = ""
    source: str = ""
    first_seen_online_at: datetime | None = None
    is_socially_significant: bool = False
    is_drill: bool = False


@dataclass(frozen=True, slots=True)
class Entered:
    """What an act on an incident did: to which, its computed grade, and to its clocks."""

    id: int
    handle: str
    graded: Graded
    kept: Kept


def receive(session: Session, act: Act, ruling: Ruling, intake: Intake) -> Entered:
    """Record an incident within the minute: what is known first, the rest later.

    Raises WrongState if the handle is taken, BadData for an unknown kind or a negative number,
    Refused for an instant that lies ahead.

    Rule: R-INC-01
    """
    _check(intake.said, ruling, act.at)
    not_ahead(act.at, ruling.zone, first_seen_online_at=intake.first_seen_online_at)
    if intake.said.kind is None:
        raise BadData(mark("接报须写明事件种类 kind。"))
    number = _next_number(session, act, ruling.zone)
    year = local_day(act.at, ruling.zone).year
    handle = intake.handle or f"{year}-{number:03d}"
    if _found(session, act.room_key, handle) is not None:
        raise WrongState(
            mark("事件{incident}已有接报记录;情况有变请用 incident update。"), incident=handle
        )
    row = Incident(
        room_key=act.room_key,
        number=number,
        handle=handle,
        received_at=act.at,
        received_by=act.operator,
        reported_by=intake.reported_by,
        source=intake.source,
        first_seen_online_at=intake.first_seen_online_at,
        is_socially_significant=intake.is_socially_significant,
        is_drill=intake.is_drill,
        state=IncidentState.RECEIVED.value,
        handed_up_at=None,
        closed_at=None,
    )
    session.add(row)
    session.flush()
    _add_version(session, act, row, 1, intake.said)
    said = intake.said
    sentence = Sentence(
        mark("接报:事件{incident},{kind},{place},{counts}。"),
        {
            "incident": handle,
            "kind": ruling.rules.kinds.by_slug(intake.said.kind).words,
            "place": said.place or Sentence(mark("地点不详")),
            "counts": counts_words(said.counts),
        },
    )
    data = {**_data(said), "reported_by": intake.reported_by, "is_drill": intake.is_drill}
    append_entry(session, act, handle, "receive_incident", sentence, data)
    return settle(session, act, row, ruling, before=None)


def learned(
    session: Session,
    act: Act,
    ruling: Ruling,
    handle: str,
    level: ReportingLevel,
    learned_at: datetime | None,
) -> Entered:
    """Record when a level came to know; the instant is taken as said, but lies never ahead.

    Rule: R-INC-03
    """
    row = require_incident(session, act.room_key, handle)
    before = read_told(session, row)
    at = learned_at or act.at
    not_ahead(act.at, ruling.zone, learned_at=at)
    session.execute(
        insert(IncidentLearned).values(
            incident_id=row.id,
            reporting_level=level.value,
            learned_at=at,
            entered_at=act.at,
            entered_by=act.operator,
        )
    )
    sentence = Sentence(
        mark("事件{incident}:{level}于{at}得知。"),
        {
            "incident": row.handle,
            "level": level_words(level),
            "at": local_minute(at, ruling.zone),
        },
    )
    data = {"level": level.value, "learned_at": at}
    append_entry(session, act, row.handle, "learn_of_incident", sentence, data)
    return settle(session, act, row, ruling, before=before)


def update_facts(session: Session, act: Act, ruling: Ruling, handle: str, said: Said) -> Entered:
    """Record what has become known; only what is given changes, and what stood before stays.

    A change in the numbers of people opens a closed incident again.

    Rule: R-INC-02
    """
    row = require_incident(session, act.room_key, handle)
    if said == replace(Said(), as_of=said.as_of, died_on=said.died_on, reason=said.reason):
        raise BadData(mark("incident update 须写明至少一项变化,如 dead、missing、occurred_at。"))
    _check(said, ruling, act.at)
    before = read_told(session, row)
    _add_version(session, act, row, len(before.versions) + 1, said)
    after = read_told(session, row)
    sentence = Sentence(
        mark("事件{incident}情况更新:{changes}。"),
        {
            "incident": row.handle,
            "changes": changes_words(before.known, said, ruling.rules.kinds, ruling.zone),
        },
    )
    append_entry(session, act, row.handle, "update_incident", sentence, _data(said))
    is_changed = before.known.counts != after.known.counts
    if row.closed_at is not None and is_changed:
        row.closed_at = None
        row.state = IncidentState.RECEIVED.value
        session.flush()
        words = mark("事件{incident}伤亡有变,重新打开,须补报。")
        append_entry(
            session, act, row.handle, "reopen_incident", Sentence(words, {"incident": row.handle})
        )
    return settle(session, act, row, ruling, before=before)


def settle(
    session: Session, act: Act, row: Incident, ruling: Ruling, *, before: Told | None
) -> Entered:
    """Assess anew, record a change of the computed grade, and keep the clocks in step."""
    after = read_told(session, row)
    graded = after.computed(ruling.rules, ruling.zone)
    earlier = None if before is None else before.computed(ruling.rules, ruling.zone).grade
    if graded.grade is not earlier:
        sentence = Sentence(
            mark("事件{incident}按规则研判:{before}→{grade}(依据{rule})。"),
            {
                "incident": row.handle,
                "before": grade_words(earlier),
                "grade": grade_words(graded.grade),
                "rule": graded.rule or "—",
            },
        )
        data = {
            "grade": graded.grade and graded.grade.value,
            "rule": graded.rule,
            "criterion": graded.criterion,
            "counted": graded.counted,
        }
        append_entry(session, act, row.handle, "grade_incident", sentence, data)
    in_force = after.grades_in_force(ruling.rules, ruling.zone)
    if in_force and in_force[-1].grade is not None and row.state == IncidentState.RECEIVED.value:
        row.state = IncidentState.GRADED.value
        session.flush()
    kept = keep_in_step(session, act, row, after, ruling)
    return Entered(row.id, row.handle, graded, kept)


def require_incident(session: Session, room_key: str, handle: str) -> Incident:
    """Return the incident of that handle; NotFound naming the nearest one."""
    row = _found(session, room_key, handle)
    if row is None:
        known = session.scalars(select(Incident.handle).where(Incident.room_key == room_key)).all()
        raise NotFound(
            mark("没有事件{incident},最接近的是{near}。"),
            incident=handle,
            near=nearest(handle, known) or "—",
        )
    return row


def computed_grade(session: Session, act: Act, ruling: Ruling, handle: str) -> Grade | None:
    """Return the grade that the counts of an incident give at this moment."""
    row = require_incident(session, act.room_key, handle)
    return read_told(session, row).computed(ruling.rules, ruling.zone).grade


def not_ahead(now: datetime, zone: ZoneInfo, **instants: datetime | date | None) -> None:
    """Refuse an instant that lies ahead: nobody has learned or reported what is yet to come."""
    for name, at in instants.items():
        is_ahead = at > now if isinstance(at, datetime) else at and at > local_day(now, zone)
        if is_ahead:
            raise Refused(
                mark("{name} {at}晚于此刻,请核对。"),
                name=name,
                at=local_minute(at, zone) if isinstance(at, datetime) else at,
            )


def append_entry(
    session: Session,
    act: Act,
    handle: str,
    name: str,
    sentence: Sentence,
    data: Mapping[str, object] | None = None,
) -> None:
    """Record one act on an incident in the duty log."""
    entry = Entry(name, sentence, act.operator, f"incident:{handle}", data)
    append(session, act.room_key, act.at, [entry])


def _found(session: Session, room_key: str, handle: str) -> Incident | None:
    return session.scalars(
        select(Incident).where(Incident.room_key == room_key, Incident.handle == handle)
    ).first()


def _next_number(session: Session, act: Act, zone: ZoneInfo) -> int:
    """Return the next number of this year; writers take turns, so none comes twice."""
    begins = datetime(local_day(act.at, zone).year, 1, 1, tzinfo=zone)
    last = session.scalar(
        select(func.max(Incident.number)).where(
            Incident.room_key == act.room_key,
            Incident.received_at >= begins,
            Incident.received_at < act.at + timedelta(days=1),
        )
    )
    return (last or 0) + 1


def _check(said: Said, ruling: Ruling, now: datetime) -> None:
    if said.kind is not None:
        ruling.rules.kinds.by_slug(said.kind)
    for each in fields(said.counts):
        value = getattr(said.counts, each.name)
        if value is not None and value < 0:
            raise BadData(mark("{name} 应不小于 0,不是 {value}。"), name=each.name, value=value)
    not_ahead(
        now,
        ruling.zone,
        occurred_at=said.occurred_at,
        as_of=said.as_of,
        died_on=said.died_on,
    )


def _add_version(session: Session, act: Act, row: Incident, seq: int, said: Said) -> None:
    session.execute(
        insert(IncidentVersion).values(
            incident_id=row.id,
            seq=seq,
            entered_at=act.at,
            entered_by=act.operator,
            kind=said.kind,
            occurred_at=said.occurred_at,
            place=said.place,
            summary=said.summary,
            **{name: getattr(said.counts, name) for name in COUNTED},
            as_of=said.as_of,
            died_on=None if said.died_on is None else said.died_on.isoformat(),
            reason=said.reason,
        )
    )


def _data(said: Said) -> dict[str, object]:
    """Return what was said, for the log; what was not said is left out."""
    whole = {
        "kind": said.kind,
        "occurred_at": said.occurred_at,
        "place": said.place,
        "summary": said.summary,
        **{name: getattr(said.counts, name) for name in COUNTED},
        "as_of": said.as_of,
        "died_on": None if said.died_on is None else said.died_on.isoformat(),
        "reason": said.reason or None,
    }
    return {name: value for name, value in whole.items() if value is not None}
