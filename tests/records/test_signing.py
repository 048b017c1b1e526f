"""A signature needs the right PIN; wrong ones are counted, locked and told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy.orm import Session

from records import duty_log
from records.act import Act
from records.database import Database
from records.errors import CatalogueError, NotAuthorised, NotFound, Refused, WrongState
from records.language import Language
from records.signing import (
    PinAnswer,
    PinSigning,
    Signing,
    TakenAsGiven,
    check_pin,
    hash_pin,
    pin_rules,
    refusal,
    set_pin,
    set_pin_hash,
)
from records.tables import DutyRoom, LogEntry, Person

NOW = datetime(2026, 3, 16, 9, tzinfo=UTC)
RULES = pin_rules()
ACT = Act(room_key="r", at=NOW, operator="room:r")


def person(
    id_: str, name: str, *, pin_hash: str | None = None, retired_at: datetime | None = None
) -> Person:
    return Person(
        room_key="r",
        id=id_,
        name=name,
        body="",
        title="",
        note="",
        pinyin="",
        pin_hash=pin_hash,
        added_at=NOW,
        retired_at=retired_at,
    )


@pytest.fixture
def database(database: Database) -> Database:
    """A room with 安, who has a PIN, 博, who has none, and 崔, who is retired."""
    with database.write() as session:
        session.add(
            DutyRoom(
                key="r",
                name="值班室",
                parent_key=None,
                timezone="Asia/Shanghai",
                telephone="",
                site="duty.example",
                code_seed="0",
                is_sample=False,
                opened_at=NOW,
            )
        )
        session.flush()
        pin_hash = hash_pin("246810", cheap=True)
        session.add(person("p0", "安", pin_hash=pin_hash))
        session.add(person("p1", "博"))
        session.add(person("p2", "崔", retired_at=NOW))
        duty_log.open_log(session, "r")
    return database


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.write() as session:
        yield session


def tried(session: Session, pin: str, at: datetime = NOW) -> PinAnswer:
    return check_pin(session, "r", "p0", pin, at, RULES)


def log_of(session: Session) -> list[str]:
    return [row.text for row in session.query(LogEntry).order_by(LogEntry.seq)]


def test_the_rules_are_data() -> None:
    assert (RULES.digits, RULES.tries, RULES.locked_for) == (6, 5, timedelta(minutes=5))


def test_the_installation_may_change_the_rules_but_not_weaken_the_form(tmp_path: Path) -> None:
    text = 'source = "x"\nvalid_from = 2026-01-01\n[pin]\ndigits = {}\ntries = 3\n'
    file = tmp_path / "signing.toml"
    file.write_text(text.format(8) + 'locked_for = "10 min"')
    assert pin_rules(tmp_path).digits == 8
    file.write_text(text.format(4) + 'locked_for = "10 min"')
    with pytest.raises(CatalogueError, match="digits:应不小于 6"):
        pin_rules(tmp_path)


def test_the_right_pin_signs_and_leaves_no_trace(session: Session) -> None:
    assert tried(session, "246810") is PinAnswer.RIGHT
    assert log_of(session) == []


def test_full_width_digits_are_the_same_pin(session: Session) -> None:
    assert tried(session, " ２４６８１０ ") is PinAnswer.RIGHT


def test_a_wrong_pin_is_counted_logged_and_told(session: Session) -> None:
    assert tried(session, "135791") is PinAnswer.WRONG
    refused = refusal(session, PinAnswer.WRONG, "r", "p0", NOW, RULES)
    assert isinstance(refused, NotAuthorised)
    assert str(refused) == "安 的 PIN 不对,还可再试 4 次。"
    assert log_of(session) == ["安 的 PIN 输入错误,连续第 1 次"]
    assert "135791" not in str([row.data for row in session.query(LogEntry)])


def test_the_count_outlives_the_refusal(database: Database) -> None:
    for left in (4, 3):
        with database.write() as session:
            answer = tried(session, "000000")
        with database.read() as session:
            refused = refusal(session, answer, "r", "p0", NOW, RULES)
        assert f"还可再试 {left} 次" in str(refused)


def test_two_who_guess_at_once_are_both_counted(database: Database) -> None:
    def guess() -> None:
        for _ in range(2):
            with database.write() as session:
                tried(session, "000000")

    guessers = [Thread(target=guess) for _ in range(2)]
    for guesser in guessers:
        guesser.start()
    for guesser in guessers:
        guesser.join()
    with database.read() as session:
        assert "还可再试 1 次" in str(refusal(session, PinAnswer.WRONG, "r", "p0", NOW, RULES))
        assert duty_log.verify_chain(session, "r") == 4


def test_five_wrong_ones_lock_for_five_minutes_even_for_the_right_one(session: Session) -> None:
    answers = [tried(session, "135791") for _ in range(5)]
    assert answers == [*[PinAnswer.WRONG] * 4, PinAnswer.LOCKED]
    just_before = NOW + timedelta(minutes=5) - timedelta(microseconds=1)
    assert tried(session, "246810", just_before) is PinAnswer.LOCKED
    assert len(log_of(session)) == 5
    assert "已暂时锁定" in log_of(session)[-1]
    assert tried(session, "246810", NOW + timedelta(minutes=5)) is PinAnswer.RIGHT


def test_a_lock_says_how_long_it_lasts(session: Session) -> None:
    for _ in range(5):
        tried(session, "135791")
    for passed, minutes in ((0, 5), (1, 5), (60, 4), (299, 1)):
        at = NOW + timedelta(seconds=passed)
        said = str(refusal(session, PinAnswer.LOCKED, "r", "p0", at, RULES))
        assert f"请 {minutes} 分钟后再试" in said


def test_after_a_lock_the_count_begins_anew(session: Session) -> None:
    for _ in range(5):
        tried(session, "135791")
    later = NOW + timedelta(minutes=6)
    assert tried(session, "135791", later) is PinAnswer.WRONG
    refused = refusal(session, PinAnswer.WRONG, "r", "p0", later, RULES)
    assert "还可再试 4 次" in str(refused)


def test_a_right_pin_ends_the_count_and_the_log_says_so(session: Session) -> None:
    for _ in range(4):
        tried(session, "135791")
    assert tried(session, "246810") is PinAnswer.RIGHT
    assert log_of(session)[-1] == "安 输错 PIN 4 次后输入正确"
    assert tried(session, "135791") is PinAnswer.WRONG


def test_who_has_no_pin_is_told_how_to_get_one(session: Session) -> None:
    answer = check_pin(session, "r", "p1", "246810", NOW, RULES)
    assert answer is PinAnswer.NONE_SET
    assert "duty person pin" in str(refusal(session, answer, "r", "p1", NOW, RULES))
    assert log_of(session) == []


def test_who_is_retired_or_unknown_cannot_sign(session: Session) -> None:
    with pytest.raises(NotAuthorised, match="崔 已停用"):
        check_pin(session, "r", "p2", "246810", NOW, RULES)
    with pytest.raises(NotFound, match="p9"):
        check_pin(session, "r", "p9", "246810", NOW, RULES)
    with pytest.raises(NotFound):
        check_pin(session, "other", "p0", "246810", NOW, RULES)


def test_a_new_pin_replaces_the_old_one_and_its_lock(session: Session) -> None:
    for _ in range(5):
        tried(session, "135791")
    set_pin(session, ACT, "p0", "３５７９１２", rules=RULES)
    assert tried(session, "357912") is PinAnswer.RIGHT
    assert tried(session, "246810") is PinAnswer.WRONG
    assert "为 安 设置了 PIN" in log_of(session)
    assert "357912" not in str([(row.text, row.data) for row in session.query(LogEntry)])


@pytest.mark.parametrize(
    "pin", ["", "12345", "1234567", "12345a", "一二三四五六", "12 456", "١٢٣٤٥٦"]
)
def test_a_pin_of_another_form_is_refused(session: Session, pin: str) -> None:
    with pytest.raises(Refused, match="6 位数字"):
        set_pin(session, ACT, "p1", pin, rules=RULES)


def test_a_pin_of_one_digit_is_refused(session: Session) -> None:
    with pytest.raises(Refused, match="全部相同"):
        set_pin(session, ACT, "p1", "111111", rules=RULES)
    assert check_pin(session, "r", "p1", "111111", NOW, RULES) is PinAnswer.NONE_SET


def test_a_retired_or_unknown_person_gets_no_pin(session: Session) -> None:
    with pytest.raises(WrongState):
        set_pin(session, ACT, "p2", "357912", rules=RULES)
    with pytest.raises(NotFound):
        set_pin(session, ACT, "p9", "357912", rules=RULES)


def test_many_people_share_one_ready_made_hash(session: Session) -> None:
    set_pin_hash(session, ACT, ["p0", "p1", "p1"], hash_pin("864202", cheap=True))
    for person_id in ("p0", "p1"):
        assert check_pin(session, "r", person_id, "864202", NOW, RULES) is PinAnswer.RIGHT
    assert log_of(session) == ["为 2 人设置了 PIN"]
    with pytest.raises(NotFound):
        set_pin_hash(session, ACT, ["p0", "p9"], "x")


def test_a_shared_hash_reaches_more_people_than_one_statement_names(session: Session) -> None:
    ids = [f"many-{number}" for number in range(1201)]
    session.add_all([person(id_, id_) for id_ in ids])
    session.flush()
    set_pin_hash(session, ACT, ids, hash_pin("864202", cheap=True))
    assert check_pin(session, "r", ids[-1], "864202", NOW, RULES) is PinAnswer.RIGHT


@pytest.mark.parametrize("cheap", [True, False])
def test_a_hash_is_argon2id_and_salted(cheap: bool) -> None:
    first, second = hash_pin("246810", cheap=cheap), hash_pin("246810", cheap=cheap)
    assert first.startswith("$argon2id$")
    assert first != second


def test_a_spoilt_hash_is_a_wrong_pin_and_no_crash(session: Session) -> None:
    set_pin_hash(session, ACT, ["p0"], "not a hash")
    assert tried(session, "246810") is PinAnswer.WRONG


def test_a_real_signature_wants_a_pin(session: Session) -> None:
    signing: Signing = PinSigning(RULES)
    assert signing.answer(session, "r", "p0", "246810", NOW) is PinAnswer.RIGHT
    assert signing.answer(session, "r", "p0", "135791", NOW) is PinAnswer.WRONG
    with pytest.raises(NotAuthorised, match="PIN"):
        signing.answer(session, "r", "p0", None, NOW)
    assert len(log_of(session)) == 1


def test_a_replayed_signature_is_taken_as_given(session: Session) -> None:
    signing: Signing = TakenAsGiven()
    assert signing.answer(session, "r", "p1", None, NOW) is PinAnswer.RIGHT


def test_the_log_of_refused_signatures_verifies_and_speaks_english(session: Session) -> None:
    for _ in range(5):
        tried(session, "135791")
    assert duty_log.verify_chain(session, "r") == 5
    row = session.query(LogEntry).first()
    assert row is not None
    assert "PIN" in duty_log.recorded(row).said_in(Language.EN)
