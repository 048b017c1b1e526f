"""How often a room checks presence: its settings, changed by two persons."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from records.act import Act
from records.duty_log import Entry, append
from records.errors import BadData
from records.language import Sentence, mark
from schedules import obligations, openings
from schedules.answering import require_two
from schedules.outstanding import ObligationState
from schedules.party_words import party_words
from schedules.presence_state import LONGEST, SHORTEST, PresenceTimes, checks_due
from schedules.presence_tables import PresenceSetting
from schedules.tables import Obligation

KIND = "presence_check"


def read_times(session: Session, room_key: str) -> PresenceTimes | None:
    """Return how often a room checks presence; None where it does not."""
    row = session.get(PresenceSetting, room_key)
    if row is None or not row.is_on:
        return None
    return PresenceTimes(
        time.fromisoformat(row.night_from),
        time.fromisoformat(row.night_until),
        timedelta(minutes=row.night_minutes),
        None if row.day_minutes is None else timedelta(minutes=row.day_minutes),
        None if row.incident_minutes is None else timedelta(minutes=row.incident_minutes),
    )


def change_settings(
    session: Session, act: Act, times: PresenceTimes | None, confirmed_by: str, zone: ZoneInfo
) -> None:
    """Store how often presence is checked from now on (None: not at all), signed by two.

    Raises NotAuthorised where one person signs twice, BadData outside 3 to 60 minutes.

    Rule: R-PRES-05
    """
    require_two(act.operator, confirmed_by)
    for every in () if times is None else (times.night, times.day, times.incident):
        if every is not None and not SHORTEST <= every <= LONGEST:
            raise BadData(mark("在岗确认的间隔应为3至60分钟。"))
    store_settings(session, act, times, confirmed_by)
    _take_back(session, act, times, zone)
    openings.reopen_from(session, act, act.at)


def store_settings(
    session: Session, act: Act, times: PresenceTimes | None, confirmed_by: str
) -> None:
    """Store the settings with their log entry; what is open already stays."""
    said = times or read_times(session, act.room_key) or PresenceTimes()
    values: dict[str, object] = {
        "is_on": times is not None,
        "night_from": said.night_from.strftime("%H:%M"),
        "night_until": said.night_until.strftime("%H:%M"),
        "night_minutes": _minutes(said.night),
        "day_minutes": _minutes(said.day),
        "incident_minutes": _minutes(said.incident),
        "changed_at": act.at,
        "changed_by": act.operator,
        "confirmed_by": confirmed_by,
    }
    there = session.get(PresenceSetting, act.room_key)
    if there is None:
        session.execute(insert(PresenceSetting).values(room_key=act.room_key, **values))
    else:
        where = PresenceSetting.room_key == act.room_key
        session.execute(update(PresenceSetting).where(where).values(**values))
        session.expire(there)
    words = party_words(session, act.room_key, [act.operator, confirmed_by])
    template = (
        mark("停用在岗确认({one}、{other})。")
        if times is None
        else mark("在岗确认:{start}至{end}每{minutes}分钟一次({one}、{other})。")
    )
    params = {
        "start": values["night_from"],
        "end": values["night_until"],
        "minutes": values["night_minutes"],
        "one": words[act.operator],
        "other": words[confirmed_by],
    }
    data = {key: value for key, value in values.items() if key != "changed_at"}
    entry = Entry(
        "change_presence", Sentence(template, params), act.operator, f"room:{act.room_key}", data
    )
    append(session, act.room_key, act.at, [entry])


def _minutes(span: timedelta | None) -> int | None:
    return None if span is None else int(span.total_seconds() // 60)


def _take_back(session: Session, act: Act, times: PresenceTimes | None, zone: ZoneInfo) -> None:
    """Supersede the checks ahead that the new settings do not ask for."""
    rows = session.execute(
        select(Obligation.id, Obligation.due_at).where(
            Obligation.room_key == act.room_key,
            Obligation.kind == KIND,
            Obligation.state == ObligationState.OPEN.value,
            Obligation.due_at > act.at,
        )
    ).all()
    if not rows:
        return
    last = max(row.due_at for row in rows) + timedelta(minutes=1)
    wanted = set() if times is None else set(checks_due(times, zone, (act.at, last)))
    obligations.supersede(session, [row.id for row in rows if row.due_at not in wanted])
