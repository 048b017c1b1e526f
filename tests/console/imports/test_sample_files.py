"""Every sample file is taken as it stands; twice changes nothing, a dry run writes nothing."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from console.imports.holidays import import_holidays
from console.imports.people import import_people
from console.imports.report import ImportReport, Outcome
from console.imports.roster import import_roster
from console.imports.units import import_units
from records import duty_log
from records.act import Act
from records.clean_text import has_hostile
from records.database import Database
from records.language import Language
from records.people import contact_points, list_people, person_card
from records.tables import Base, LogEntry
from records.units import list_units, unit_card
from schedules.shifts import on_duty_at
from schedules.tables import SpecialDay

Import = Callable[..., ImportReport]

FILES: list[tuple[Import, str]] = [
    (import_people, "people.xlsx"),
    (import_people, "phone-contacts.vcf"),
    (import_units, "units.csv"),
    (import_units, "units-with-faults.csv"),
    (import_roster, "roster-2026-02.xlsx"),
    (import_holidays, "holidays-2026.csv"),
]


def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables."""
    with database.read() as session:
        return {
            name: sorted(map(tuple, session.execute(select(table)).all()), key=repr)
            for name, table in Base.metadata.tables.items()
        }


def test_all_files_import_in_a_row_on_both_engines(
    either_room: Database, act: Act, data: Path
) -> None:
    for take_in, name in FILES:
        empty = everything(either_room)
        trial = take_in(either_room, act, data / name, dry_run=True)
        assert everything(either_room) == empty
        report = take_in(either_room, act, data / name, dry_run=False)
        assert report.exit_status == trial.exit_status == 0
        assert (report.taken, report.changed, report.known) == (
            trial.taken,
            trial.changed,
            trial.known,
        )
        assert report.understood == trial.understood
        full = everything(either_room)
        again = take_in(either_room, act, data / name, dry_run=False)
        assert (again.taken, again.changed) == (0, 0)
        assert again.known == report.good
        assert everything(either_room) == full
    with either_room.read() as session:
        assert duty_log.verify_chain(session, "r") == duty_log.head(session, "r")[0]


def test_the_address_book_gives_sixty_four_people(room: Database, act: Act, data: Path) -> None:
    report = import_people(room, act, data / "people.xlsx")
    assert (report.taken, report.refused, report.notes) == (64, (), ())
    with room.read() as session:
        cards = list_people(session, "r")
        assert [card.id for card in cards] == [f"p{number:03d}" for number in range(1, 65)]
        assert person_card(session, "r", "p016").name == "梁凤"
        assert person_card(session, "r", "p005").telephones == ("10000000005", "0375-0900005")
        assert person_card(session, "r", "p017").telephones[0] == "10000000017"
        assert person_card(session, "r", "p023").emails == ("p023@duty.example",)
        assert person_card(session, "r", "p014").note == "夜班优先"


def test_a_telephones_cards_add_further_contact_points(
    room: Database, act: Act, data: Path
) -> None:
    import_people(room, act, data / "people.xlsx")
    report = import_people(room, act, data / "phone-contacts.vcf")
    assert (report.taken, report.changed, report.known) == (0, 12, 0)
    with room.read() as session:
        assert len(list_people(session, "r")) == 64
        assert contact_points(session, "r", "person:p029", "email") == [
            "p029@duty.example",
            "c01@duty.example",
        ]
        assert contact_points(session, "r", "person:p029", "telephone") == [
            "10000000029",
            "0375-0900029",
            "10000000101",
        ]


def test_cards_alone_are_people_in_file_order(room: Database, act: Act, data: Path) -> None:
    report = import_people(room, act, data / "phone-contacts.vcf")
    assert report.taken == 12
    with room.read() as session:
        assert person_card(session, "r", "p001").name == "邓江雪"
        assert person_card(session, "r", "p012").body == "抗震救灾指挥部"


def test_the_list_of_units_keeps_the_identities_of_the_contract(
    room: Database, act: Act, data: Path
) -> None:
    report = import_units(room, act, data / "units.csv")
    assert (report.taken, report.refused, report.notes) == (2680, (), ())
    with room.read() as session:
        bodies = [card.id for card in list_units(session, "r", kind="county_body")]
        producers = [card.id for card in list_units(session, "r", kind="chem_producer")]
        counts = {
            kind: len(list_units(session, "r", kind=kind))
            for kind in ("mine", "fireworks_store", "chem_trader", "industry")
        }
        first_mine = unit_card(session, "r", "u-0047")
    assert " ".join(bodies) == (
        "410402 410403 410404 410411 410421 410422 410423 410425 410471 410472 410481 410482"
    )
    assert producers == [f"chem-{number:02d}" for number in range(1, 35)]
    assert counts == {"mine": 33, "fireworks_store": 8, "chem_trader": 508, "industry": 2085}
    assert first_mine.name == "鲁山县泰通矿业有限公司0035号"
    assert first_mine.parent_id == "410423"
    assert first_mine.risk_level == "red"
    assert first_mine.emails == ("f0035@duty.example",)


def test_of_the_faulty_list_two_rows_are_taken_and_ten_are_named(
    room: Database, act: Act, data: Path
) -> None:
    report = import_units(room, act, data / "units-with-faults.csv")
    assert report.exit_status == 0
    assert [(each.row, each.outcome) for each in report.understood] == [
        (2, Outcome.NEW),
        (13, Outcome.NEW),
    ]
    lines = [each.sentence.said_in(Language.ZH) for each in report.refused]
    expected = (
        "与第2行重复",
        "不能为空",
        "419999",
        "公式",
        "控制字符",
        "方括号标记",
        "电子邮箱:含换行",
        "有1200个字",
        "紫",
        "列数不够",
    )
    assert len(lines) == len(expected)
    for number, (line, words) in enumerate(zip(lines, expected, strict=True), start=3):
        assert line.startswith(f"第{number}行 ")
        assert words in line
        assert not has_hostile(line)
    with room.read() as session:
        assert [card.id for card in list_units(session, "r")] == ["410402", "u-0012"]


def test_the_roster_gives_three_shifts_a_day_and_one_gap(
    room: Database, act: Act, data: Path
) -> None:
    import_people(room, act, data / "people.xlsx")
    report = import_roster(room, act, data / "roster-2026-02.xlsx")
    assert (report.taken, report.refused, report.notes) == (84, (), ())
    assert [(gap.row, gap.shift, gap.post) for gap in report.gaps] == [
        (12, "night:2026-02-09", "secondary")
    ]
    with room.read() as session:
        night = on_duty_at(session, "r", datetime(2026, 2, 9, 20, 0, tzinfo=UTC))
        first = on_duty_at(session, "r", datetime(2026, 2, 1, 0, 30, tzinfo=UTC))
    assert {each.post_key: each.person_id for each in night} == {
        "shift_lead": "p001",
        "shift_lead_b": "p004",
        "primary": "p023",
        "secondary": None,
    }
    assert {each.post_key: each.person_id for each in first} == {
        "shift_lead": "p001",
        "shift_lead_b": "p004",
        "primary": "p009",
        "secondary": "p010",
    }
    lead = next(each for each in night if each.post_key == "shift_lead")
    officer = next(each for each in night if each.post_key == "primary")
    assert lead.starts_at == datetime(2026, 2, 9, 0, 30, tzinfo=UTC)
    assert lead.ends_at == datetime(2026, 2, 10, 0, 30, tzinfo=UTC)
    assert officer.starts_at == datetime(2026, 2, 9, 9, 30, tzinfo=UTC)
    assert officer.ends_at == datetime(2026, 2, 10, 0, 30, tzinfo=UTC)


def test_a_roster_without_people_names_each_and_guesses_none(
    room: Database, act: Act, data: Path
) -> None:
    report = import_roster(room, act, data / "roster-2026-02.xlsx")
    assert len(report.refused) == 28 * 6 - 1
    assert "“王桂东”不在人员名册里" in report.refused[0].sentence.said_in(Language.ZH)
    with room.read() as session:
        standing = on_duty_at(session, "r", datetime(2026, 2, 1, 4, 0, tzinfo=UTC))
    assert {each.person_id for each in standing} == {None}


def test_the_holidays_of_2026_are_read_day_by_day(room: Database, act: Act, data: Path) -> None:
    with room.write() as session:
        session.query(SpecialDay).delete()
    report = import_holidays(room, act, data / "holidays-2026.csv")
    assert report.refused == ()
    with room.read() as session:
        days = dict(session.execute(select(SpecialDay.day, SpecialDay.is_workday)).all())
    assert sorted(day for day, is_workday in days.items() if is_workday) == [
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ]
    assert days["2026-02-15"] is False
    assert days["2026-02-23"] is False
    assert "2026-02-24" not in days
    assert report.taken == len(days) == 39


def test_an_import_is_one_entry_with_the_files_own_hash(
    room: Database, act: Act, data: Path
) -> None:
    report = import_people(room, act, data / "people.xlsx")
    with room.read() as session:
        entries = session.execute(
            select(LogEntry.data, LogEntry.text).where(LogEntry.act == "import_people")
        ).all()
    assert len(entries) == 1
    assert report.sha256 in entries[0].data
    assert "people.xlsx" in entries[0].text


@pytest.mark.parametrize(("take_in", "name"), FILES)
def test_a_report_is_plain_data_in_both_languages(
    room: Database, act: Act, data: Path, take_in: Import, name: str
) -> None:
    report = take_in(room, act, data / name, dry_run=True)
    for language in Language:
        told = report.as_data(language)
        assert told["dry_run"] is True
        assert told["file"] == name
        assert report.summary.said_in(language)
        assert all(line.said_in(language) for line in report.complaints)
