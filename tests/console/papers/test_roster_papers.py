"""A roster goes out as XLSX and iCalendar and comes back with nothing lost."""

from datetime import date, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from icalendar import Calendar
from openpyxl import load_workbook

from console.imports.people import import_people
from console.imports.roster import import_roster
from console.papers.roster_calendar import roster_calendar
from console.papers.roster_xlsx import roster_xlsx
from records.database import Database
from records.errors import Refused
from records.language import Language
from schedules.shifts import PlannedShift
from tests.console.papers.rostered_rooms import (
    ACT,
    AT,
    clear,
    furnish,
    generated,
    put,
    rows,
    sheet_of,
    written,
)
from tests.schedules.fair_rosters import local

SAMPLE = Path(__file__).parents[3] / "tests" / "data"
HOUR = timedelta(hours=1)


@pytest.fixture
def room(sqlite_database: Database) -> Database:
    """A room with people and no roster."""
    furnish(sqlite_database)
    return sqlite_database


def goes_round(room: Database, folder: Path, seed: int) -> None:
    """Publish a generated roster, hand it on in both forms, take each in again, compare."""
    put(room, generated(seed))
    before, sheet = rows(room), sheet_of(room)
    papers = (("r.xlsx", roster_xlsx(sheet)), ("r.ics", roster_calendar(sheet, at=AT)))
    for name, content in papers:
        clear(room)
        report = import_roster(room, ACT, written(folder, name, content))
        assert report.refused == ()
        assert rows(room) == before
    clear(room)


@pytest.mark.parametrize("seed", range(30))
def test_a_generated_roster_loses_nothing_on_its_way_out_and_in(
    room: Database, tmp_path: Path, seed: int
) -> None:
    goes_round(room, tmp_path, seed)


@pytest.mark.long
@pytest.mark.slow
def test_a_thousand_generated_rosters_lose_nothing(room: Database, tmp_path: Path) -> None:
    for seed in range(30, 1000):
        goes_round(room, tmp_path, seed)


def test_on_postgresql_too(postgresql_database: Database, tmp_path: Path) -> None:
    furnish(postgresql_database)
    goes_round(postgresql_database, tmp_path, 1)


def cells(content: bytes | Path) -> tuple[str, list[list[object]], list[str]]:
    """Return title of the page, its rows, and its merged cells."""
    book = load_workbook(BytesIO(content) if isinstance(content, bytes) else content)
    page = book.worksheets[0]
    found: list[list[object]] = [[cell.value for cell in row] for row in page.iter_rows()]
    return page.title, found, sorted(str(span) for span in page.merged_cells.ranges)


def test_the_workbook_has_the_layout_of_the_sample(room: Database, tmp_path: Path) -> None:
    """The sample taken in and written again differs only where the sample is untidy."""
    with room.write() as session:
        for table in ("contact_point", "assignment", "person"):
            session.connection().exec_driver_sql(f"DELETE FROM {table}")
    import_people(room, ACT, SAMPLE / "people.xlsx")
    import_roster(room, ACT, SAMPLE / "roster-2026-02.xlsx")
    title, made, merged = cells(roster_xlsx(sheet_of(room)))
    wanted_title, wanted, wanted_merged = cells(SAMPLE / "roster-2026-02.xlsx")
    assert title == wanted_title
    assert made[:3] == wanted[:3]
    assert merged == wanted_merged or set(merged) <= set(wanted_merged)
    for own, theirs in zip(made[3:], wanted[3:], strict=True):
        day = own[0]
        assert isinstance(day, datetime)
        assert theirs[0] in (day, f"{day.month}月{day.day}日")
        assert own[1:8] == theirs[1:8]


def shift(kind: str, starts: str, hours: int, **people: str | None) -> PlannedShift:
    begins = local(starts)
    return PlannedShift(kind, f"{kind}:{starts[:10]}", begins, begins + hours * HOUR, people)


def refusal(room: Database) -> str:
    with pytest.raises(Refused) as caught:
        roster_xlsx(sheet_of(room))
    return caught.value.said_in(Language.ZH)


def test_what_a_month_s_table_cannot_say_is_refused_and_fits_a_calendar(room: Database) -> None:
    assert refusal(room) == "这段时间没有已发布的值班表,没有可导出的内容。"
    with pytest.raises(Refused):
        roster_calendar(sheet_of(room), at=AT)
    put(room, [shift("day", "2026-03-31 08:30", 9, primary="p01")])
    put(room, [shift("day", "2026-04-01 08:30", 9, primary="p01")])
    assert refusal(room) == (
        "XLSX 值班表一份只写一个月(2026-03-31至2026-04-01跨月),请分月导出或改用 ics。"
    )
    clear(room)
    put(room, [shift("day", "2026-03-30 08:30", 9, primary="p01")])
    put(room, [shift("day", "2026-03-31 08:00", 9, primary="p01")])
    assert refusal(room) == (
        "班次day:2026-03-31的起止时间与同类班次不同,XLSX 值班表写不下,请改用 ics。"
    )
    clear(room)
    put(room, [shift("week", "2026-03-30 08:30", 168, primary="p01")])
    assert refusal(room) == "XLSX 值班表没有班次“week”的列,请改用 ics。"
    clear(room)
    put(room, [shift("day", "2026-03-30 08:30", 9, driver="p01")])
    assert refusal(room) == "XLSX 值班表没有岗位“day/driver”的列,请改用 ics。"
    assert b"SUMMARY" in roster_calendar(sheet_of(room), at=AT)


def test_the_same_assignment_has_the_same_uid_whoever_stands_it(room: Database) -> None:
    def events() -> list[tuple[str, str]]:
        calendar = Calendar.from_ical(roster_calendar(sheet_of(room), at=AT))
        return [(str(each["UID"]), str(each["SUMMARY"])) for each in calendar.walk("VEVENT")]

    put(room, [shift("night", "2026-03-30 17:30", 15, primary="p01", secondary=None)])
    uid = "r.night.2026-03-30.{}@duty.example"
    assert events() == [
        (uid.format("primary"), "夜班主班 赵二"),
        (uid.format("secondary"), "夜班副班 —"),
    ]
    put(room, [shift("night", "2026-03-30 17:30", 15, primary="p02", secondary="p03")])
    assert events() == [
        (uid.format("primary"), "夜班主班 赵三"),
        (uid.format("secondary"), "夜班副班 赵四"),
    ]


def test_one_person_s_calendar_holds_only_their_shifts(room: Database) -> None:
    put(room, [shift("night", "2026-03-30 17:30", 15, primary="p01", secondary="p02")])
    calendar = Calendar.from_ical(roster_calendar(sheet_of(room), at=AT, person_id="p02"))
    (event,) = calendar.walk("VEVENT")
    assert str(event["SUMMARY"]) == "夜班副班 赵三"
    assert event.decoded("DTSTART") == local("2026-03-30 17:30")


def test_no_cell_can_act_as_a_formula(room: Database) -> None:
    put(room, [shift("day", "2026-03-30 08:30", 9, primary="p01")])
    with room.write() as session:
        session.connection().exec_driver_sql("UPDATE person SET name = '=1+1' WHERE id = 'p01'")
    page = load_workbook(BytesIO(roster_xlsx(sheet_of(room)))).worksheets[0]
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "d", "n"}
    assert page.cell(4, 3).value == "'=1+1"


def test_holidays_and_make_up_workdays_stand_in_the_remarks(room: Database) -> None:
    put(room, generated_february())
    remarks = {row[0].date(): row[-1] for row in cells(roster_xlsx(sheet_of(room)))[1][3:]}  # type: ignore[attr-defined]  # the first column holds days
    assert remarks[date(2026, 2, 14)] == "春节调休上班"
    assert remarks[date(2026, 2, 15)] == "春节假期"
    assert remarks[date(2026, 2, 13)] is None


def generated_february() -> list[PlannedShift]:
    return [
        shift("day", f"2026-02-{day:02d} 08:30", 9, primary="p01", secondary="p02")
        for day in range(1, 29)
    ]
