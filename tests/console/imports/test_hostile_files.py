"""Whatever a file holds: BadFile or a report, and nothing of it that could act is stored."""

import csv
import io
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import delete, select

from console.imports import spreadsheets
from console.imports.holidays import import_holidays
from console.imports.people import import_people
from console.imports.reading import LARGEST_FILE, MOST_ROWS
from console.imports.report import ImportReport
from console.imports.roster import import_roster
from console.imports.units import import_units
from records.act import Act
from records.clean_text import has_hostile
from records.database import Database
from records.errors import BadFile
from records.language import Language
from records.people import list_people, name_fault, person_card
from records.tables import ContactPoint, Person, Unit
from records.units import list_units, unit_card

IMPORTS = (import_people, import_units, import_roster, import_holidays)

HEADERS = {
    import_people: ["序号", "姓名", "单位/科室", "职务", "手机", "办公电话", "电子邮箱", "备注"],
    import_units: [
        "单位名称", "单位类别", "所属县区", "区划代码", "负责人", "值班电话", "电子邮箱",
        "风险等级",
    ],
    import_roster: ["日期", "星期", "带班领导(A角)", "白班主班", "白班副班", "夜班主班"],
    import_holidays: ["节日", "放假开始", "放假结束", "调休上班日"],
}  # fmt: skip


def written(tmp_path: Path, text: str, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


def sheet(tmp_path: Path, rows: list[list[object]], merge: str | None = None) -> Path:
    book = Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    if merge:
        book.active.merge_cells(merge)
    path = tmp_path / "file.xlsx"
    book.save(path)
    return path


def said(report: ImportReport) -> list[str]:
    return [each.said_in(Language.ZH) for each in report.complaints]


@pytest.mark.parametrize("take_in", IMPORTS)
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("blank.csv", b" \r\n "),
        ("zeros.csv", b"\x00\x01\x02"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        ("broken.xlsx", b"PK\x03\x04nothing"),
        ("no-header.csv", "甲,乙\n丙,丁".encode()),
        ("undecodable.csv", b"\xff\xff\xff"),
        ("half.vcf", b"BEGIN:VCARD\r\nFN:x"),
        ("half.ics", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT"),
        ("page.xls", b"<html><table><tr><td>x</td></tr></table></html>"),
    ],
)
def test_a_file_of_no_use_is_one_sentence(
    room: Database, act: Act, tmp_path: Path, take_in, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadFile) as caught:
        take_in(room, act, tmp_path / name)
    assert caught.value.exit_status == 2
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("take_in", IMPORTS)
def test_what_is_no_file_is_one_sentence(room: Database, act: Act, tmp_path: Path, take_in) -> None:
    for path in (tmp_path, tmp_path / "missing.csv", Path("a\x00b")):
        with pytest.raises(BadFile):
            take_in(room, act, path)


def test_a_file_that_is_too_large_is_not_read(room: Database, act: Act, tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(BadFile, match="20 MB"):
        import_people(room, act, path)


def test_too_many_rows_are_refused(room: Database, act: Act, tmp_path: Path) -> None:
    path = written(tmp_path, "姓名,单位\n" * (MOST_ROWS + 1))
    with pytest.raises(BadFile, match="100000"):
        import_people(room, act, path)


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(
    room: Database, act: Act, tmp_path: Path
) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w") as part:
                for _ in range(spreadsheets.LARGEST_UNPACKED // (2 << 20)):
                    part.write(b" " * (1 << 20))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(BadFile, match="解压后"):
        import_people(room, act, path)


def test_a_merge_over_the_whole_sheet_costs_nothing(
    room: Database, act: Act, tmp_path: Path
) -> None:
    rows: list[list[object]] = [["姓名", "单位"], ["安建国", "指挥中心"]]
    path = sheet(tmp_path, rows, merge="A5:B6")
    hostile_path = tmp_path / "merged.xlsx"
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(hostile_path, "w") as forged:
        for part in archive.infolist():
            content = archive.read(part).replace(b"A5:B6", b"A5:XFD900000")
            forged.writestr(part, content.replace(b"A1:B6", b"A1:XFD1048576"))
    assert import_people(room, act, hostile_path).taken == 1


def test_a_body_merged_downwards_holds_for_each_row(
    room: Database, act: Act, tmp_path: Path
) -> None:
    rows: list[list[object]] = [["姓名", "单位"], ["安建国", "指挥中心"], ["博文", None]]
    import_people(room, act, sheet(tmp_path, rows, merge="B2:B3"))
    with room.read() as session:
        assert {card.body for card in list_people(session, "r")} == {"指挥中心"}


def test_a_formula_in_a_spreadsheet_is_refused(room: Database, act: Act, tmp_path: Path) -> None:
    rows: list[list[object]] = [["姓名", "单位"], ['=HYPERLINK("http://x","安")', "指挥中心"]]
    report = import_people(room, act, sheet(tmp_path, rows))
    assert report.exit_status == 2
    assert "公式" in said(report)[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_every_usual_encoding_and_delimiter_is_read(
    room: Database, act: Act, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    text = "通讯录\r\n\r\n姓 名,所在单位,手机\r\n安建国,指挥中心,１３８００００００００\r\n"
    path = written(tmp_path, text.replace(",", delimiter), encoding=encoding)
    report = import_people(room, act, path)
    assert [each.row for each in report.understood] == [4]
    with room.read() as session:
        assert person_card(session, "r", "p001").telephones == ("13800000000",)


def test_people_in_a_file_may_repeat_themselves(room: Database, act: Act, tmp_path: Path) -> None:
    text = "姓名,单位,手机\n安建国,甲,13800000001\n安 建国,甲,13800000002\n安建国,乙,13800000003\n"
    report = import_people(room, act, written(tmp_path, text))
    assert (report.taken, report.changed) == (2, 1)
    with room.read() as session:
        assert person_card(session, "r", "p001").telephones == ("13800000001", "13800000002")


def test_a_number_that_is_taken_gives_the_next_free_one(
    room: Database, act: Act, tmp_path: Path
) -> None:
    import_people(room, act, written(tmp_path, "序号,姓名,单位\n1,安建国,甲\n"))
    import_people(room, act, written(tmp_path, "序号,姓名,单位\n1,博文,甲\n"))
    with room.read() as session:
        assert [card.id for card in list_people(session, "r")] == ["p001", "p002"]


def test_a_code_column_gives_the_ids(room: Database, act: Act, tmp_path: Path) -> None:
    header = "单位名称,单位类别,区划代码,单位编码\n"
    import_units(room, act, written(tmp_path, header + "某矿,矿山,410422,MINE-7\n"))
    report = import_units(room, act, written(tmp_path, header + "某矿(新名),矿山,410422,mine-7\n"))
    assert report.known == 1
    with room.read() as session:
        assert unit_card(session, "r", "mine-7").name == "某矿"


def test_a_newer_risk_level_is_taken_over(room: Database, act: Act, tmp_path: Path) -> None:
    header = "单位名称,单位类别,所属县区,风险等级\n"
    import_units(room, act, written(tmp_path, header + "某矿,矿山,叶县,蓝\n"))
    report = import_units(room, act, written(tmp_path, header + "某矿,矿山,叶县,红色\n"))
    assert report.changed == 1
    with room.read() as session:
        assert [card.risk_level for card in list_units(session, "r")] == ["red"]


def test_a_region_that_contradicts_its_code_is_refused(
    room: Database, act: Act, tmp_path: Path
) -> None:
    text = "单位名称,单位类别,所属县区,区划代码\n某矿,矿山,叶县,410423\n"
    report = import_units(room, act, written(tmp_path, text))
    assert report.exit_status == 2
    assert "410423是鲁山县,与所属县区叶县不符" in said(report)[0]


def test_cards_of_all_versions_are_read(room: Database, act: Act, tmp_path: Path) -> None:
    text = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:欧阳;建国;;;\r\nORG:市局;防汛科\r\n"
        "TEL;TYPE=CELL:138 0000 0001\r\n"
        "PHOTO;ENCODING=b;TYPE=JPEG:AAAA\r\n AAAA\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:博文\r\nORG:市局\r\nTEL;VALUE=uri:tel:+86-138-0000-0002\r\n"
        "item1.EMAIL;TYPE=work:b@duty.example\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=B5=A5=\r\n=D1=F4\r\n"
        "ORG:x\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:[bold]x[/]\r\nORG:甲\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nnonsense\r\nEND:VCARD\r\n"
    )
    report = import_people(room, act, written(tmp_path, text, "a.vcf"))
    assert report.taken == 3
    assert [each.row for each in report.refused] == [4, 5]
    with room.read() as session:
        names = [(card.name, card.body, card.telephones) for card in list_people(session, "r")]
    assert names == [
        ("欧阳建国", "防汛科", ("13800000001",)),
        ("博文", "市局", ("13800000002",)),
        ("单阳", "x", ()),
    ]


hostile = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "=1+1", "@SUM(1)", "[bold]x[/]", "[/]", "[@click=app.quit]x[/]", "a\nBcc: x@y.example",
            "\x1b[31m红", "甲\u202e乙", "\x00", "长" * 1200, "2026-02-30", "0000年0月0日",
            "安建国", "工贸企业", "410422", "叶县", "蓝", "2026-02-15", "a@duty.example",
            "0375-1234", "99999999999999999999", "{name}", "%s", "²", "①", "一二三",
        ]
    ),
)  # fmt: skip


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(rows=st.lists(st.lists(hostile, max_size=10), max_size=6), which=st.sampled_from(IMPORTS))
def test_no_cell_ever_acts(room: Database, act: Act, tmp_path: Path, rows, which) -> None:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADERS[which])
    for row in rows:
        writer.writerow([cell.replace("\x00", "\x01") for cell in row])
    text = ("白班08:30-17:30,夜班17:30-08:30\n" + file.getvalue()).encode()
    (tmp_path / "f.csv").write_bytes(text)
    with room.write() as session:
        for table in (ContactPoint, Unit):
            session.execute(delete(table))
    try:
        report = which(room, act, tmp_path / "f.csv")
    except BadFile:
        return
    for language in Language:
        for line in (*report.complaints, *(each.sentence for each in report.understood)):
            assert not has_hostile(line.said_in(language))
    with room.read() as session:
        people = session.execute(select(Person.name, Person.body, Person.title, Person.note)).all()
        units = session.execute(select(Unit.name, Unit.head)).all()
        addresses = session.scalars(select(ContactPoint.address)).all()
    for text_ in (cell for row in (*people, *units) for cell in row if cell):
        assert not has_hostile(text_)
        assert text_.isdigit() or name_fault(text_, limit=200) is None
    assert all(address.isprintable() and " " not in address for address in addresses)


def test_a_date_as_a_spreadsheet_stores_it_is_read(
    room: Database, act: Act, tmp_path: Path
) -> None:
    rows: list[list[object]] = [
        ["节日", "放假开始", "放假结束", "调休上班日"],
        ["元旦", datetime(2027, 1, 1), datetime(2027, 1, 3), None],  # noqa: DTZ001
        ["倒着", datetime(2027, 5, 3), datetime(2027, 5, 1), None],  # noqa: DTZ001
        ["太长", datetime(2027, 6, 1), datetime(2027, 9, 1), None],  # noqa: DTZ001
        ["矛盾", datetime(2027, 7, 1), datetime(2027, 7, 1), "7月1日"],  # noqa: DTZ001
    ]
    report = import_holidays(room, act, sheet(tmp_path, rows))
    assert report.taken == 3
    assert [each.row for each in report.refused] == [3, 4, 5]
