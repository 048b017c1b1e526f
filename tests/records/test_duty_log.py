"""The duty log is append-only, proves itself, and can be read in both languages."""

import json
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from records.database import Database
from records.duty_log import (
    NO_HASH,
    Entry,
    Recorded,
    append,
    canonical,
    chained_hash,
    head,
    instant_text,
    open_log,
    recorded,
    verify_chain,
)
from records.errors import ChainBreak
from records.language import Bilingual, Language, Sentence
from records.tables import LogEntry, LogHead
from tests.records.instants import AT

# Two sentences of the code itself, so that their English is in locale/en.po.
BROKEN = "值班日志第{seq}条校验不符,日志可能被改动。"
MISSING = "值班日志第{seq}条之后的记录缺失。"

UNPROTECT = {
    True: [
        "DROP TRIGGER log_entry_is_not_updated",
        "DROP TRIGGER log_entry_is_not_deleted",
        "DROP TRIGGER log_entry_is_not_replaced",
    ],
    False: ["SET LOCAL session_replication_role = replica"],
}


def entry(n: int) -> Entry:
    sentence = Sentence("{name}签到,第{n}次", {"name": "刘伟", "n": n})
    return Entry("sign_in", sentence, "person:p011", "shift:night:2026-03-16", {"minutes": n})


def room_with(database: Database, count: int, room_key: str = "demo") -> None:
    with database.write() as session:
        open_log(session, room_key)
        for n in range(1, count + 1):
            append(session, room_key, AT + timedelta(seconds=n), [entry(n)])


def tamper(database: Database, *statements: str) -> None:
    with database.write() as session:
        for statement in [*UNPROTECT[database.is_sqlite], *statements]:
            session.execute(text(statement))


def broken_at(database: Database) -> object:
    with database.read() as session, pytest.raises(ChainBreak) as found:
        verify_chain(session, "demo")
    return found.value.params["seq"]


def all_of(session: Session, room_key: str = "demo") -> list[Recorded]:
    query = select(LogEntry).where(LogEntry.room_key == room_key).order_by(LogEntry.seq)
    return [recorded(row) for row in session.scalars(query)]


def test_a_new_log_is_empty_and_verifies(database: Database) -> None:
    room_with(database, 0)
    with database.read() as session:
        assert verify_chain(session, "demo") == 0
        assert head(session, "demo") == (0, NO_HASH)


def test_the_chain_verifies(database: Database) -> None:
    room_with(database, 12)
    with database.read() as session:
        assert verify_chain(session, "demo") == 12
        assert head(session, "demo") == (12, all_of(session)[-1].hash)


def test_recording_nothing_leaves_the_head(database: Database) -> None:
    room_with(database, 3)
    with database.write() as session:
        before = head(session, "demo")
        assert append(session, "demo", AT, []) == 3
        assert head(session, "demo") == before


def test_the_head_moves_with_each_entry(database: Database) -> None:
    room_with(database, 1)
    seen = set()
    for n in range(3):
        with database.write() as session:
            append(session, "demo", AT, [entry(n)])
            seen.add(head(session, "demo"))
    assert len(seen) == 3


def test_a_failed_act_leaves_no_entry(database: Database) -> None:
    room_with(database, 2)

    def act_and_fail() -> None:
        with database.write() as session:
            append(session, "demo", AT, [entry(3)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act_and_fail()
    with database.read() as session:
        assert verify_chain(session, "demo") == 2


def test_rooms_have_chains_of_their_own(database: Database) -> None:
    room_with(database, 3)
    room_with(database, 5, "henan")
    with database.read() as session:
        assert verify_chain(session, "demo") == 3
        assert verify_chain(session, "henan") == 5


@pytest.mark.parametrize(
    "change",
    [
        "text = '平安'",
        "act = 'note'",
        "operator = 'person:p999'",
        "subject = ''",
        "data = '{}'",
        "at = at + 1",
        "at = 9000000000000000000",
        "at = -9000000000000000000",
        f"hash = '{NO_HASH}'",
        f"prev_hash = '{NO_HASH}'",
    ],
)
def test_a_changed_entry_is_named(database: Database, change: str) -> None:
    room_with(database, 6)
    tamper(database, f"UPDATE log_entry SET {change} WHERE seq = 4")
    assert broken_at(database) == 4


def test_an_instant_that_is_no_number_is_a_break(sqlite_database: Database) -> None:
    room_with(sqlite_database, 3)
    tamper(sqlite_database, "UPDATE log_entry SET at = 'gestern' WHERE seq = 2")
    assert broken_at(sqlite_database) == 2


def test_a_changed_entry_with_its_hash_made_again_is_named(database: Database) -> None:
    room_with(database, 6)
    with database.read() as session:
        row = session.scalars(select(LogEntry).where(LogEntry.seq == 3)).one()
        line = (instant_text(row.at), row.act, row.operator, row.subject, "平安", row.data)
        forged = chained_hash(row.prev_hash, "demo", 3, line)
    tamper(database, f"UPDATE log_entry SET text = '平安', hash = '{forged}' WHERE seq = 3")
    assert broken_at(database) == 4


def test_a_deleted_entry_is_named(database: Database) -> None:
    room_with(database, 6)
    tamper(database, "DELETE FROM log_entry WHERE seq = 3")
    assert broken_at(database) == 3


def test_a_deleted_first_entry_is_named(database: Database) -> None:
    room_with(database, 6)
    tamper(database, "DELETE FROM log_entry WHERE seq = 1")
    assert broken_at(database) == 1


def test_a_deleted_entry_is_named_though_the_others_are_numbered_again(database: Database) -> None:
    room_with(database, 6)
    renumber = [f"UPDATE log_entry SET seq = {n - 1} WHERE seq = {n}" for n in (4, 5, 6)]
    tamper(database, "DELETE FROM log_entry WHERE seq = 3", *renumber)
    assert broken_at(database) == 3


COPY = (
    "INSERT INTO log_entry SELECT room_key, {to}, at, act, operator, subject, text, data,"
    " prev_hash, hash FROM log_entry WHERE seq = {origin}"
)


def test_an_inserted_entry_is_named(database: Database) -> None:
    room_with(database, 4)
    move = [
        "UPDATE log_entry SET seq = 5 WHERE seq = 4",
        "UPDATE log_entry SET seq = 4 WHERE seq = 3",
    ]
    tamper(database, *move, COPY.format(to=3, origin=2))
    assert broken_at(database) == 3


def test_an_entry_added_without_the_head_is_named(database: Database) -> None:
    room_with(database, 4)
    tamper(database, COPY.format(to=5, origin=4))
    assert broken_at(database) == 5


def test_entries_in_another_order_are_named(database: Database) -> None:
    room_with(database, 6)
    swap = [(2, 100), (3, 2), (100, 3)]
    swaps = [f"UPDATE log_entry SET seq = {to} WHERE seq = {n}" for n, to in swap]
    tamper(database, *swaps)
    assert broken_at(database) == 2


def test_a_cut_tail_is_named(database: Database) -> None:
    room_with(database, 6)
    tamper(database, "DELETE FROM log_entry WHERE seq > 4")
    assert broken_at(database) == 4


def test_a_log_without_its_head_is_broken(database: Database) -> None:
    room_with(database, 6)
    tamper(database, "DELETE FROM log_head")
    assert broken_at(database) == 6


def test_an_entry_moved_from_another_room_is_named(database: Database) -> None:
    room_with(database, 2)
    room_with(database, 3, "henan")
    tamper(
        database,
        "UPDATE log_entry SET room_key = 'demo' WHERE room_key = 'henan' AND seq = 3",
    )
    assert broken_at(database) == 3


def said(database: Database, sentence: Sentence, language: Language) -> str:
    with database.write() as session:
        open_log(session, "demo")
        append(session, "demo", AT, [Entry("note", sentence, "room:demo")])
    with database.read() as session:
        return all_of(session)[0].said_in(language)


def test_an_entry_is_said_in_chinese_as_it_was_recorded(sqlite_database: Database) -> None:
    assert said(sqlite_database, Sentence(BROKEN, {"seq": 7}), Language.ZH) == BROKEN.format(seq=7)


def test_an_entry_is_said_in_english(database: Database) -> None:
    sentence = Sentence(BROKEN, {"seq": 7})
    english = said(database, sentence, Language.EN)
    assert english == sentence.said_in(Language.EN)
    assert "7" in english
    assert english.isascii()


def test_a_sentence_within_a_sentence_is_said_in_english_too(database: Database) -> None:
    name = Bilingual("市水利局", "Water Bureau")
    sentence = Sentence(BROKEN, {"seq": Sentence(MISSING, {"seq": name})})
    english = said(database, sentence, Language.EN)
    assert english == sentence.said_in(Language.EN)
    assert "Water Bureau" in english
    assert english.isascii()


def test_a_sentence_without_english_stays_chinese(sqlite_database: Database) -> None:
    sentence = Sentence("没有译文的{name}", {"name": "刘伟"})
    assert said(sqlite_database, sentence, Language.EN) == "没有译文的刘伟"


# What the border lets through: no half surrogate pairs, no zero.
lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
plain_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | lines,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(lines, inner, max_size=3),
    max_leaves=6,
)
data = st.dictionaries(lines.filter(lambda key: not key.startswith("_")), plain_values, max_size=4)


@given(words=lines, subject=lines, data=data)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_and_data_come_back_and_verify(
    database: Database, words: str, subject: str, data: dict[str, object]
) -> None:
    room_key = canonical([words, subject, data])
    sentence = Sentence("{words}", {"words": words})
    with database.write() as session:
        if session.get(LogHead, room_key) is None:
            open_log(session, room_key)
        seq = append(session, room_key, AT, [Entry("note", sentence, "room:demo", subject, data)])
    with database.read() as session:
        assert verify_chain(session, room_key) == seq
        found = all_of(session, room_key)[-1]
    assert (found.text, found.subject, found.at) == (words, subject, AT)
    assert {name: found.data[name] for name in data} == data
    assert found.said_in(Language.ZH) == found.said_in(Language.EN) == words


@given(st.datetimes(timezones=st.timezones()))
def test_the_log_writes_every_instant_in_utc_with_six_digits(at: datetime) -> None:
    written = instant_text(at)
    assert written.endswith("+00:00")
    assert len(written) == len("2026-03-16T09:30:00.000000+00:00")


def test_the_canonical_form_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"乙": 1, "甲": AT}) == canonical({"甲": AT, "乙": 1})
    assert json.loads(canonical({"甲": AT})) == {"甲": "2026-03-16T09:30:00.000000+00:00"}
