"""The holiday calendar of a room, year by year, as it was imported."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from records.act import Act
from records.duty_log import Entry, append
from records.language import Sentence, mark
from schedules import openings
from schedules.calendar import WorkCalendar
from schedules.tables import HolidayYear, SpecialDay


def read_calendar(session: Session, room_key: str) -> WorkCalendar:
    """Return the room's holidays and make-up workdays of all loaded years.

    Rule: R-CAL-01
    """
    years = session.scalars(select(HolidayYear.year).where(HolidayYear.room_key == room_key))
    special = session.execute(
        select(SpecialDay.day, SpecialDay.is_workday).where(SpecialDay.room_key == room_key)
    ).all()
    return WorkCalendar(
        holidays=frozenset(date.fromisoformat(row.day) for row in special if not row.is_workday),
        makeup_workdays=frozenset(date.fromisoformat(row.day) for row in special if row.is_workday),
        years=frozenset(years),
    )


def load_year(
    session: Session,
    act: Act,
    year: int,
    days_off: Mapping[date, str],
    workdays: Mapping[date, str],
) -> bool:
    """Store a year's holidays and make-up workdays; return whether anything changed.

    Days of the neighbouring years that the same notice names belong to `year` too.
    """
    wanted = {day.isoformat(): (name, False) for day, name in days_off.items()}
    wanted |= {day.isoformat(): (name, True) for day, name in workdays.items()}
    in_year = (SpecialDay.room_key == act.room_key, SpecialDay.year == year)
    there = {
        row.day: (row.name, row.is_workday)
        for row in session.execute(
            select(SpecialDay.day, SpecialDay.name, SpecialDay.is_workday).where(*in_year)
        )
    }
    is_loaded = session.get(HolidayYear, (act.room_key, year)) is not None
    if is_loaded and there == wanted:
        return False
    session.execute(delete(SpecialDay).where(*in_year))
    if wanted:
        session.execute(
            insert(SpecialDay),
            [
                {
                    "room_key": act.room_key,
                    "year": year,
                    "day": day,
                    "name": name,
                    "is_workday": is_workday,
                }
                for day, (name, is_workday) in sorted(wanted.items())
            ],
        )
    if not is_loaded:
        session.execute(
            insert(HolidayYear).values(room_key=act.room_key, year=year, loaded_at=act.at)
        )
    openings.reopen_from(session, act, act.at)
    sentence = Sentence(
        mark("{year}年节假日已导入:放假{off}天,调休上班{on}天。"),
        {"year": year, "off": len(days_off), "on": len(workdays)},
    )
    data = {"days": {day: list(value) for day, value in wanted.items()}}
    append(
        session,
        act.room_key,
        act.at,
        [Entry("load_holidays", sentence, act.operator, f"holidays:{year}", data)],
    )
    return True
