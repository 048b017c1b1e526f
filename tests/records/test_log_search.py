"""The duty log is searched by any piece of its text, and read page by page, on both engines."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from records.database import Database
from records.duty_log import Entry, append, open_log
from records.language import Sentence
from records.log_reading import last_seq_at, page
from records.log_search import index_tail, search
from records.tables import LogHead
from tests.records.instants import AT

FOUR = [
    "刘伟在主班岗位签到",
    "市水利局漏报每日平安报告",
    "张桂英迟到十六分钟",
    "刘伟在副班岗位签退",
]


def record(session: Session, texts: list[str], room_key: str = "demo") -> None:
    entries = [Entry("note", Sentence("{words}", {"words": words}), "room:demo") for words in texts]
    append(session, room_key, AT, entries)


def index_all(session: Session, room_key: str = "demo") -> None:
    while index_tail(session, room_key):
        pass


@pytest.fixture(params=["indexed", "not yet indexed", "half indexed"])
def session(request: pytest.FixtureRequest, database: Database) -> Iterator[Session]:
    """Four entries, whatever the state of the index."""
    with database.write() as writing:
        open_log(writing, "demo")
        record(writing, FOUR)
        if request.param != "not yet indexed":
            index_tail(writing, "demo", 2 if request.param == "half indexed" else 2000)
    with database.read() as reading:
        yield reading


def found(session: Session, sought: str, **more: int) -> list[int]:
    return [row.seq for row in search(session, "demo", sought, **more)]


@pytest.mark.parametrize(
    ("sought", "expected"),
    [
        ("刘伟", [4, 1]),
        ("签到", [1]),
        ("伟在", [4, 1]),
        ("市水利局漏报每日平安报告", [2]),
        ("十", [3]),
        ("钟", [3]),
        ("岗位签", [4, 1]),
        ("岗位到", []),
        ("到签", []),
        ("刘 签到", [1]),
        ("签到 刘伟", [1]),
        ("刘伟\u3000副班", [4]),
        ("刘伟 漏报", []),
        ("", []),
        (" \t\u3000", []),
    ],
)
def test_a_piece_of_the_text_is_found(session: Session, sought: str, expected: list[int]) -> None:
    assert found(session, sought) == expected


def test_a_search_goes_on_before_the_last_one_found(session: Session) -> None:
    assert found(session, "刘伟", limit=1) == [4]
    assert found(session, "刘伟", limit=1, before_seq=4) == [1]
    assert found(session, "刘伟", limit=1, before_seq=1) == []
    assert found(session, "刘伟", before_seq=0) == []
    assert found(session, "刘伟", before_seq=100) == [4, 1]


HOSTILE = [
    "\"引号\" 'single' `back`",
    "a' OR '1'='1",
    "漏报' | '签到",
    "NEAR(签到 漏报) AND NOT OR",
    "grams : 签到*",
    "签到 & !漏报 <-> :*",
    "反斜\\杠\\\\ %percent_ {brace} [bold]x[/bold]",
    "100%_完成",
    "\x01\x1f控制\x7f符",
    "👩‍👩‍👧家庭 🇨🇳",
    "ＡＢＣ１２３",
    "Straße İstanbul ΣΊΣΥΦΟΣ",
    "é é",
    "\u202e反向\u202c \u200b零宽",
    "--;/*注释*/",
    "#12:0 #crowded",
    "^-+~@$",
    "\ue000\ue020私用区\ufffd",
    "哈" * 700,
]


@pytest.mark.parametrize("is_indexed", [True, False])
def test_hostile_text_is_found_as_it_stands(database: Database, *, is_indexed: bool) -> None:
    with database.write() as session:
        open_log(session, "demo")
        record(session, HOSTILE)
        if is_indexed:
            index_all(session)
        for seq, words in enumerate(HOSTILE, start=1):
            assert seq in found(session, words)
            assert seq in found(session, words[-1])
            assert seq in found(session, words[1:4])


@pytest.mark.parametrize(
    "sought", ["\0", "\ud800", "\ud800\udc00x", "x" * 5000, "签 " * 500, '"', "*"]
)
def test_no_search_fails(session: Session, sought: str) -> None:
    assert found(session, sought) in ([], [4, 1])


@pytest.mark.parametrize(
    ("stored", "sought"),
    [
        ("ABC局", "abc局"),
        ("abc局", "ＡＢＣ局"),
        ("１７:３０签到", "17:30"),
        ("STRASSE", "straße"),
        ("第P011号", "p011"),
    ],
)
def test_width_and_case_of_letters_do_not_matter(
    database: Database, stored: str, sought: str
) -> None:
    with database.write() as session:
        open_log(session, "demo")
        record(session, [stored])
        index_all(session)
        assert found(session, sought) == [1]


def test_a_long_entry_is_found_by_its_end(database: Database) -> None:
    long = "".join(chr(0x4E00 + n % 3000) for n in range(18_000)) + "末尾在此"
    with database.write() as session:
        open_log(session, "demo")
        record(session, [long, "哈" * 500 + "不停"])
        index_all(session)
        assert found(session, "末尾在此") == [1]
        assert found(session, "哈不停") == [2]
        assert found(session, "不哈") == []


def test_rooms_do_not_find_each_other(database: Database) -> None:
    with database.write() as session:
        for room_key in ("demo", "henan"):
            open_log(session, room_key)
            record(session, [f"{room_key}签到"], room_key)
            index_all(session, room_key)
        assert [row.text for row in search(session, "demo", "签到")] == ["demo签到"]
        assert [row.text for row in search(session, "henan", "签到")] == ["henan签到"]


def test_the_index_follows_the_log_by_pieces(database: Database) -> None:
    with database.write() as session:
        open_log(session, "demo")
        record(session, FOUR)
        assert [index_tail(session, "demo", 3) for _ in range(3)] == [3, 1, 0]
        assert session.scalars(select(LogHead.indexed_seq)).one() == 4
        record(session, ["刘伟又签到"])
        assert found(session, "刘伟") == [5, 4, 1]
        assert index_tail(session, "demo") == 1
        assert found(session, "刘伟") == [5, 4, 1]


def test_what_is_rolled_back_is_not_indexed(database: Database) -> None:
    with database.write() as session:
        open_log(session, "demo")
        record(session, FOUR)
    with database.read() as session:
        index_all(session)
    with database.write() as session:
        assert index_tail(session, "demo") == 4
        assert found(session, "签到") == [1]


pieces = st.text(st.sampled_from("签到刘aB1 :'\"\\%é哈"), max_size=8)


@given(texts=st.lists(pieces, min_size=1, max_size=12), sought=pieces, indexed=st.integers(0, 12))
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_search_finds_what_reading_everything_finds(
    database: Database, texts: list[str], sought: str, indexed: int
) -> None:
    with database.read() as session:  # rolled back, so that each example begins anew
        open_log(session, "demo")
        record(session, texts)
        if indexed:
            index_tail(session, "demo", indexed)
        words = sought.casefold().split()
        expected = [
            seq
            for seq, words_of in enumerate(texts, start=1)
            if words and all(word in words_of.casefold() for word in words)
        ]
        assert found(session, sought) == expected[::-1]


COUNT = 20_000


@pytest.fixture
def long_log(database: Database) -> Database:
    """Of 20,000 entries each is a sign-in, each 1,000th also a 漏岗, the 17th alone a 替岗."""
    with database.write() as session:
        open_log(session, "demo")
        texts = [
            f"第{n}号人员签到{',漏岗' if n % 1000 == 0 else ''}{',替岗' if n == 17 else ''}"
            for n in range(1, COUNT + 1)
        ]
        record(session, texts)
        index_all(session)
    return database


def test_twenty_thousand_entries_are_searched_from_their_newest_end(long_log: Database) -> None:
    with long_log.read() as session:
        assert found(session, "签到") == list(range(COUNT, COUNT - 200, -1))
        assert found(session, "漏岗") == list(range(COUNT, 0, -1000))
        assert found(session, "漏岗", limit=3, before_seq=5001) == [5000, 4000, 3000]
        assert found(session, "替岗") == [17]
        assert found(session, "第17号") == [17]
        assert found(session, "脱岗") == []
        assert found(session, "员签", before_seq=3) == [2, 1]


def test_all_pages_of_a_search_give_each_entry_once(long_log: Database) -> None:
    seen: list[int] = []
    with long_log.read() as session:
        before: int | None = None
        while batch := search(session, "demo", "9号", before_seq=before, limit=150):
            before = batch[-1].seq
            seen += [row.seq for row in batch]
    assert seen == [n for n in range(COUNT, 0, -1) if n % 10 == 9]


@pytest.fixture
def reading(database: Database) -> Iterator[Session]:
    """Ten entries, one a minute; the odd ones are sign-ins of shift:a."""
    with database.write() as writing:
        open_log(writing, "demo")
        for n in range(10):
            act, subject = ("note", "shift:b") if n % 2 else ("sign_in", "shift:a")
            line = Entry(act, Sentence("{n}", {"n": n}), "room:demo", subject)
            append(writing, "demo", AT + timedelta(minutes=n), [line])
    with database.read() as session:
        yield session


def seqs(session: Session, **which: object) -> list[int]:
    return [row.seq for row in page(session, "demo", **which)]  # type: ignore[arg-type]


def test_a_page_is_the_newest_entries(reading: Session) -> None:
    assert seqs(reading, limit=3) == [10, 9, 8]
    assert seqs(reading, limit=3, before_seq=8) == [7, 6, 5]


def test_a_page_can_be_turned_back(reading: Session) -> None:
    assert seqs(reading, limit=3, after_seq=4) == [7, 6, 5]
    assert seqs(reading, after_seq=8) == [10, 9]
    assert seqs(reading, after_seq=4, before_seq=6) == [5]


def test_a_page_can_begin_at_an_instant(reading: Session) -> None:
    assert seqs(reading, at=AT + timedelta(minutes=4), limit=2) == [5, 4]
    assert seqs(reading, at=AT + timedelta(seconds=200), limit=2) == [4, 3]
    assert seqs(reading, at=AT - timedelta(seconds=1)) == []
    assert last_seq_at(reading, "demo", AT + timedelta(days=1)) == 10


def test_a_page_can_be_of_one_act_or_subject(reading: Session) -> None:
    assert seqs(reading, act="sign_in", limit=2) == [9, 7]
    assert seqs(reading, subject="shift:b", before_seq=6) == [4, 2]
    assert seqs(reading, act="sign_in", subject="shift:b") == []
