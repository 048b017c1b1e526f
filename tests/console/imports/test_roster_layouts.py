"""Rosters as bureaus write them: what is told is taken, what is not told is said."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.imports.holidays import import_holidays
from console.imports.hours import Hours, month
from console.imports.people import import_people
from console.imports.roster import import_roster
from console.imports.roster_columns import post_column_of
from records.act import Act
from records.database import Database
from records.errors import BadFile
from records.language import Language
from schedules.shifts import on_duty_at

PEOPLE = "姓名,单位\n安建国,甲\n博文,甲\n崔长,甲\n崔长,乙\n"


@pytest.fixture
def staffed(room: Database, act: Act, tmp_path: Path) -> Database:
    """A room that knows 安建国 p001, 博文 p002 and two 崔长."""
    import_people(room, act, written(tmp_path, PEOPLE))
    return room


def written(tmp_path: Path, text: str, name: str = "roster.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def said(report) -> list[str]:
    return [each.said_in(Language.ZH) for each in report.complaints]


def standing(room: Database, day: int, hour: int) -> dict[str, str | None]:
    with room.read() as session:
        found = on_duty_at(session, "r", datetime(2026, 2, day, hour, tzinfo=UTC))
    return {each.post_key: each.person_id for each in found}


def test_hours_that_the_roster_does_not_tell_come_from_the_pattern(
    staffed: Database, act: Act, tmp_path: Path
) -> None:
    path = written(tmp_path, "2026年2月值班表\n日期,白班主班\n2月3日,安建国\n")
    report = import_roster(staffed, act, path)
    assert said(report) == ["没有写白班的起止时间,按本室班制08:30-17:30。"]
    assert standing(staffed, 3, 4) == {"primary": "p001"}


def test_hours_that_differ_from_the_pattern_hold_and_are_named(
    staffed: Database, act: Act, tmp_path: Path
) -> None:
    path = written(tmp_path, "2026年2月,夜班18:00至24:00\n日期,夜班主班\n2月3日,安建国\n")
    report = import_roster(staffed, act, path)
    assert said(report) == ["夜班写的是18:00-次日00:00,本室班制是17:30-次日08:30;按表中所写。"]
    assert standing(staffed, 3, 15) == {"primary": "p001"}
    assert standing(staffed, 3, 16) == {}


def test_each_bad_row_and_cell_is_named(staffed: Database, act: Act, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "2026年2月 白班08:30-17:30\n"
        "日期,星期,白班主班,白班副班\n"
        "2月3日,二,安建国,博文\n"
        "2月3日,二,博文,安建国\n"
        "2月30日,一,安建国,博文\n"
        "2月4日,四,崔长,无名氏\n"
        "3月1日,周日,[b]x[/b],—\n"
        "2月5日,四,博文,博文\n"
        "注:以上人员请准时到岗,,,\n",
    )
    report = import_roster(staffed, act, path)
    assert said(report) == [
        "第4行 日期:2026-02-03与第3行重复,只取第3行。",
        "第5行 日期:“2月30日”不是日期,应如 2026-02-15 或 2月15日。",
        "第6行 白班主班:“崔长”有2人同名,分不清是谁。",
        "第6行 白班副班:“无名氏”不在人员名册里,请先登记或改正姓名。",
        "第7行 白班主班:含方括号标记,应为普通文字。",
        "第7行 白班副班:空缺,day:2026-03-01 此岗无人,请补排。",
        "第6行 星期:2026-02-04是星期三,表中写的是四。",
        "第7行 2026-03-01不在标题所写的2026年2月。",
        "第8行 白班副班:博文在同一班次排了两个岗。",
    ]
    assert report.exit_status == 0
    assert standing(staffed, 3, 4) == {"primary": "p001", "secondary": "p002"}


def test_a_name_nobody_knows_does_not_send_the_rostered_one_home(
    staffed: Database, act: Act, tmp_path: Path
) -> None:
    header = "2026年2月 白班08:30-17:30\n日期,白班主班,白班副班\n"
    import_roster(staffed, act, written(tmp_path, header + "2月3日,安建国,博文\n"))
    report = import_roster(staffed, act, written(tmp_path, header + "2月3日,安健国,\n"))
    assert report.changed == 1
    assert standing(staffed, 3, 4) == {"primary": "p001", "secondary": None}


def test_a_month_and_day_without_a_year_is_refused(
    staffed: Database, act: Act, tmp_path: Path
) -> None:
    report = import_roster(
        staffed, act, written(tmp_path, "白班08:30-17:30\n日期,白班主班\n2月3日,安建国\n")
    )
    assert report.exit_status == 2
    assert "没有年份" in said(report)[0]


def test_a_table_without_a_post_is_no_roster(staffed: Database, act: Act, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="没有本室的岗位"):
        import_roster(staffed, act, written(tmp_path, "日期,星期\n2月3日,二\n"))


def test_a_calendar_of_events_is_a_roster(staffed: Database, act: Act, tmp_path: Path) -> None:
    events = [
        ("夜班主班 安建国", "20260203T173000", "20260204T083000"),
        ("夜班副班:博文", "20260203T093000Z", "20260204T003000Z"),
        ("开会", "20260203T173000", "20260204T083000"),
        ("夜班主班 博文", "20260205", "20260206"),
    ]
    text = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" + "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nSUMMARY:{summary}\r\nDTSTART:{start}\r\n"
        f"DTEND:{end}\r\nEND:VEVENT\r\n"
        for number, (summary, start, end) in enumerate(events)
    )
    path = written(tmp_path, text + "END:VCALENDAR\r\n", "roster.ics")
    report = import_roster(staffed, act, path)
    assert report.taken == 1
    assert [each.row for each in report.refused] == [3, 4]
    assert standing(staffed, 3, 15) == {"primary": "p001", "secondary": "p002"}
    assert import_roster(staffed, act, path).known == 1


def test_a_calendar_of_days_is_a_years_holidays(room: Database, act: Act, tmp_path: Path) -> None:
    text = (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
        "BEGIN:VEVENT\r\nSUMMARY:春节(休)\r\nDTSTART;VALUE=DATE:20270206\r\n"
        "DTEND;VALUE=DATE:20270213\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nSUMMARY:春节(班)\r\nDTSTART;VALUE=DATE:20270214\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nSUMMARY:每年\r\nDTSTART;VALUE=DATE:20270301\r\nRRULE:FREQ=YEARLY\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    report = import_holidays(room, act, written(tmp_path, text, "h.ics"))
    assert report.taken == 8
    assert [each.row for each in report.refused] == [3]


def test_a_heading_and_a_name_are_told_apart() -> None:
    found = post_column_of("带班领导（B角）：安建国")
    assert found is not None
    assert (found[0].post, found[1]) == ("shift_lead_b", "安建国")
    assert post_column_of("开会") is None


def test_a_title_gives_year_and_month() -> None:
    assert month("２０２６年２月份值班表") == (2026, 2)
    assert month("2026年13月") is None
    assert month("值班表") is None


def test_hours_are_written_as_a_roster_writes_them() -> None:
    at = datetime(2026, 2, 3, 17, 30, tzinfo=UTC).time()
    assert str(Hours(at, at, True)) == "17:30-次日17:30"
