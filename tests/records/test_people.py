"""People are entered once, found by any spelling, and stood in for."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from records import people
from records.act import Act
from records.database import Database
from records.duty_log import head, open_log, verify_chain
from records.errors import BadData, NotFound, Refused, WrongState
from records.tables import DutyRoom, Person
from tests.records.instants import AT

ACT = Act("r", AT, "room:r")
DAY = timedelta(days=1)


def open_room(session: Session) -> None:
    session.execute(
        insert(DutyRoom).values(
            key="r",
            name="值班室",
            timezone="Asia/Shanghai",
            telephone="",
            site="duty.example",
            code_seed="0",
            is_sample=True,
            opened_at=AT,
        )
    )
    open_log(session, "r")


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A write session in a room with four people."""
    with database.write() as session:
        open_room(session)
        for name in ("安建国", "博文", "崔长", "单庆生"):
            people.add_person(session, ACT, name=name, body="指挥中心", title="科员")
        yield session
        assert verify_chain(session, "r") == head(session, "r")[0]


def found(session: Session, text: str) -> list[str]:
    return [card.name for card in people.find_people(session, "r", text)]


def test_the_same_name_in_the_same_body_is_the_same_person(session: Session) -> None:
    assert people.add_person(session, ACT, name="安 建国", body="指挥中心", title="主任") == (
        "p001",
        False,
    )
    assert people.add_person(session, ACT, name="安建国", body="办公室", title="") == (
        "p005",
        True,
    )


def test_what_is_known_already_is_not_recorded_again(session: Session) -> None:
    before = head(session, "r")
    people.add_person(session, ACT, name="安建国", body="指挥中心", title="主任")
    people.add_contact_point(session, ACT, "person:p001", "email", "a@duty.example")
    after = head(session, "r")
    assert after[0] == before[0] + 1
    assert not people.add_contact_point(session, ACT, "person:p001", "email", "a＠Duty.example ")
    assert head(session, "r") == after


def test_somebody_elses_id_is_refused(session: Session) -> None:
    with pytest.raises(Refused, match="已属于别人"):
        people.add_person(session, ACT, name="新人", body="甲", title="", person_id="p001")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "  ",
        "=1+1",
        "＝1",
        "@SUM(1)",
        "[bold]x[/]",
        "[/]",
        "甲\n乙",
        "甲\x1b[31m",
        "甲\u202e乙",
        "123",
        "长" * 101,
        "甲\ufffd",
        "\x1f甲",
        "[@click=app.quit]走[/]",
    ],
)
def test_what_is_no_name_is_refused(session: Session, name: str) -> None:
    with pytest.raises(BadData):
        people.add_person(session, ACT, name=name, body="甲科", title="")


def test_a_square_bracket_with_chinese_in_it_is_a_name() -> None:
    assert people.name_fault("某某公司[总部]") is None


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("安建国", "安建国"),
        ("建国", "安建国"),
        ("安国", "安建国"),
        ("ajg", "安建国"),
        ("aj", "安建国"),
        ("anjian", "安建国"),
        ("ＡＪＧ", "安建国"),
        ("sq", "单庆生"),
        ("dq", "单庆生"),
        ("cz", "崔长"),
        ("cc", "崔长"),
        ("P002", "博文"),
        ("0002", "博文"),
        ("800-002", ""),
    ],
)
def test_a_person_is_found_by(session: Session, typed: str, name: str) -> None:
    people.add_contact_point(session, ACT, "person:p002", "telephone", "138-0000-0002")
    assert found(session, typed) == ([name] if name else [])


def test_wildcards_are_no_wildcards(session: Session) -> None:
    assert found(session, "%") == []
    assert found(session, "_") == []
    assert found(session, "安\\国") == []
    assert found(session, "") == []


def test_the_best_match_comes_first(session: Session) -> None:
    people.add_person(session, ACT, name="张安建", body="甲", title="")
    assert found(session, "安建") == ["安建国", "张安建"]
    assert [card.id for card in people.find_people(session, "r", "安建", limit=1)] == ["p001"]


def test_a_retired_person_is_kept_and_not_found(session: Session) -> None:
    people.retire_person(session, ACT, "p001")
    assert found(session, "安建国") == []
    assert [card.id for card in people.list_people(session, "r")] == ["p002", "p003", "p004"]
    assert len(people.list_people(session, "r", with_retired=True)) == 4
    assert people.person_card(session, "r", "p001").retired_at == AT
    with pytest.raises(WrongState):
        people.retire_person(session, ACT, "p001")
    with pytest.raises(NotFound):
        people.retire_person(session, ACT, "p999")


def test_contact_points_keep_their_turn(session: Session) -> None:
    for address in ("a@duty.example", "b@duty.example"):
        assert people.add_contact_point(session, ACT, "person:p001", "email", address)
    assert people.add_contact_point(
        session, ACT, "person:p001", "telephone", "１３８００００００００"
    )
    assert people.contact_points(session, "r", "person:p001", "email") == [
        "a@duty.example",
        "b@duty.example",
    ]
    owners = ["person:p001", "person:p002"]
    assert people.contact_points_of(session, "r", owners, "telephone") == {
        "person:p001": ["13800000000"],
        "person:p002": [],
    }


@pytest.mark.parametrize(
    ("channel", "address"),
    [
        ("email", "no-at-sign"),
        ("email", "a@b@c.example"),
        ("email", "a@duty.example\nBcc: x@duty.example"),
        ("email", "-a@duty.example"),
        ("email", "a@localhost"),
        ("email", "a" * 300 + "@duty.example"),
        ("telephone", "=1"),
        ("telephone", "12"),
        ("telephone", "请打张三"),
        ("telephone", "1" * 30),
    ],
)
def test_what_is_no_address_is_refused(session: Session, channel: str, address: str) -> None:
    with pytest.raises(BadData, match="地址有误"):
        people.add_contact_point(session, ACT, "person:p001", channel, address)


def test_a_contact_point_needs_its_owner(session: Session) -> None:
    for owner in ("person:p999", "unit:u-0001", "post:primary", "x"):
        with pytest.raises(NotFound):
            people.add_contact_point(session, ACT, owner, "email", "a@duty.example")


def away(
    session: Session, person: str, stand_in: str | None, first: int = 0, last: int = 2
) -> None:
    people.send_away(session, ACT, person, AT + first * DAY, AT + last * DAY, stand_in, "出差")


def test_a_present_person_stands_in_for_nobody_else(session: Session) -> None:
    assert people.stand_in_for(session, "r", "p001", AT) == "p001"
    assert people.stand_in_for(session, "r", "p999", AT) is None


def test_the_span_of_an_absence_is_half_open(session: Session) -> None:
    away(session, "p001", "p002")
    assert people.stand_in_for(session, "r", "p001", AT - timedelta(microseconds=1)) == "p001"
    assert people.stand_in_for(session, "r", "p001", AT) == "p002"
    assert people.stand_in_for(session, "r", "p001", AT + 2 * DAY) == "p001"


def test_stand_ins_of_stand_ins_are_followed(session: Session) -> None:
    away(session, "p001", "p002")
    away(session, "p002", "p003", last=1)
    assert people.present(session, "r", ["p001", "p002", "p004"], AT) == {
        "p001": "p003",
        "p002": "p003",
        "p004": "p004",
    }
    assert people.stand_in_for(session, "r", "p001", AT + DAY) == "p002"
    away(session, "p003", None)
    assert people.stand_in_for(session, "r", "p001", AT) is None


def test_a_retired_stand_in_is_nobody(session: Session) -> None:
    away(session, "p001", "p002")
    people.retire_person(session, ACT, "p002")
    assert people.stand_in_for(session, "r", "p001", AT) is None


def test_an_absence_that_helps_nobody_is_refused(session: Session) -> None:
    with pytest.raises(Refused, match="不能替自己"):
        away(session, "p001", "p001")
    with pytest.raises(Refused, match="晚于"):
        away(session, "p001", "p002", first=2, last=2)
    with pytest.raises(NotFound):
        away(session, "p001", "p999")
    with pytest.raises(NotFound):
        away(session, "p999", "p001")
    people.retire_person(session, ACT, "p004")
    with pytest.raises(Refused, match="停用"):
        away(session, "p001", "p004")


def test_a_circle_of_stand_ins_is_refused_only_where_it_closes(session: Session) -> None:
    away(session, "p001", "p002")
    away(session, "p002", "p003", first=1)
    with pytest.raises(Refused, match="互相替班"):
        away(session, "p003", "p001", first=1, last=3)
    away(session, "p003", "p001", first=2, last=4)
    with pytest.raises(WrongState, match="已登记外出"):
        away(session, "p001", "p004", first=1)


def test_who_comes_back_early_is_told_again(session: Session) -> None:
    away(session, "p001", "p002")
    later = Act("r", AT + timedelta(hours=1), "room:r")
    people.come_back(session, later, "p001")
    assert people.stand_in_for(session, "r", "p001", later.at) == "p001"
    with pytest.raises(WrongState):
        people.come_back(session, later, "p001")


def test_keys_for_a_search_are_stored(session: Session) -> None:
    assert session.scalar(select(Person.pinyin).where(Person.id == "p001")) == "ajg anjianguo"
