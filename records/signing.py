"""Signing: PINs (argon2), how many wrong ones are borne, and what the refused person is told.

Who may sign what is a matter of each act, not of this module.
"""

import functools
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from pydantic import Field
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from records import duty_log
from records.act import Act
from records.catalogue import Frozen, PositiveDuration, load
from records.duty_log import Entry
from records.errors import NotAuthorised, NotFound, Refused, WrongState
from records.language import Sentence, mark
from records.tables import Person

# One statement names at most so many people; databases bound the parameters of a statement.
PEOPLE_AT_ONCE = 500
_MINUTE = timedelta(minutes=1)


class PinRules(Frozen):
    """[pin] of signing.toml: the form of a PIN, and what wrong ones lead to."""

    digits: int = Field(ge=6, le=12)
    tries: int = Field(ge=1, le=20)
    locked_for: PositiveDuration


class SigningCatalogue(Frozen):
    """The whole of signing.toml."""

    source: str
    valid_from: date
    pin: PinRules


class PinAnswer(StrEnum):
    """What became of one PIN."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKED = "locked"
    NONE_SET = "none_set"


def pin_rules(override: Path | None = None) -> PinRules:
    """Return the rules of PINs from signing.toml, or from the installation's own file."""
    return load("records", "signing", SigningCatalogue, override).pin


@functools.cache
def _hasher(*, cheap: bool) -> PasswordHasher:
    # OWASP's argon2id figures, not the library's dearer ones: a PIN is checked while the one
    # writer of the embedded database is held, and 64 MiB would hold it three times as long.
    if cheap:
        return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


def hash_pin(pin: str, *, cheap: bool = False) -> str:
    """Return the argon2id hash of a PIN; `cheap` is for the sample room and tests alone."""
    return _hasher(cheap=cheap).hash(_digits(pin))


def _digits(pin: str) -> str:
    # An input method may hand over full-width digits.
    return unicodedata.normalize("NFKC", pin).strip()


def _matches(pin_hash: str, pin: str) -> bool:
    try:
        # The hash says itself how dear it was.
        return _hasher(cheap=False).verify(pin_hash, _digits(pin))
    except (VerificationError, InvalidHashError):
        return False


def set_pin(session: Session, act: Act, person_id: str, pin: str, *, rules: PinRules) -> None:
    """Give a person a new PIN; counts of wrong ones and a lock are gone with the old one.

    Raises:
        Refused: The PIN has not the form that the rules ask for, or all its digits are equal.
        NotFound: There is no such person.
        WrongState: The person is retired.
    """
    digits = _digits(pin)
    if not (digits.isascii() and digits.isdigit() and len(digits) == rules.digits):
        raise Refused(mark("PIN 应为 {digits} 位数字,请重新设置。"), digits=rules.digits)
    if len(set(digits)) == 1:
        raise Refused(mark("PIN 的各位数字不能全部相同,请另选一个。"))
    person = _person(session, act.room_key, person_id)
    if person.retired_at is not None:
        raise WrongState(mark("{person} 已停用,不能设置 PIN。"), person=person.name)
    person.pin_hash = hash_pin(digits)
    person.pin_failures = 0
    person.pin_locked_until = None
    _record(
        session, act, person_id, Sentence(mark("为 {person} 设置了 PIN"), {"person": person.name})
    )


def set_pin_hash(session: Session, act: Act, person_ids: Sequence[str], pin_hash: str) -> None:
    """Give many people the same ready-made hash, as the sample room does; one log entry.

    Raises:
        NotFound: One of them does not exist; nobody's PIN is changed then once rolled back.
    """
    changed = 0
    ids = sorted(set(person_ids))
    for start in range(0, len(ids), PEOPLE_AT_ONCE):
        some = ids[start : start + PEOPLE_AT_ONCE]
        changed += len(
            session.scalars(
                update(Person)
                .where(Person.room_key == act.room_key, Person.id.in_(some))
                .values(pin_hash=pin_hash, pin_failures=0, pin_locked_until=None)
                .returning(Person.id)
            ).all()
        )
    if changed != len(ids):
        raise NotFound(mark("要设置 PIN 的人员中有人不存在。"))
    _record(session, act, "", Sentence(mark("为 {count} 人设置了 PIN"), {"count": changed}))


def _record(session: Session, act: Act, person_id: str, sentence: Sentence) -> None:
    subject = f"person:{person_id}" if person_id else f"room:{act.room_key}"
    entry = Entry(act="pin_set", sentence=sentence, operator=act.operator, subject=subject)
    duty_log.append(session, act.room_key, act.at, [entry])


def check_pin(
    session: Session, room_key: str, person_id: str, pin: str, now: datetime, rules: PinRules
) -> PinAnswer:
    """Return what became of a PIN, and count a wrong one on the person's row.

    The count must outlive the refusal: commit first, then raise what `refusal` returns. A wrong
    PIN, and a right one after wrong ones, stand in the duty log. While locked nothing is checked.

    Raises:
        NotFound: There is no such person.
        NotAuthorised: The person is retired.
    """
    person = _person(session, room_key, person_id)
    if person.retired_at is not None:
        raise NotAuthorised(mark("{person} 已停用,不能签名。"), person=person.name)
    if person.pin_hash is None:
        return PinAnswer.NONE_SET
    if person.pin_locked_until is not None:
        if now < person.pin_locked_until:
            return PinAnswer.LOCKED
        person.pin_failures = 0
        person.pin_locked_until = None
    if _matches(person.pin_hash, pin):
        _count_right(session, person, now)
        return PinAnswer.RIGHT
    return _count_wrong(session, person, now, rules)


def _count_right(session: Session, person: Person, now: datetime) -> None:
    if person.pin_failures:
        sentence = Sentence(
            mark("{person} 输错 PIN {count} 次后输入正确"),
            {"person": person.name, "count": person.pin_failures},
        )
        _record_try(session, person, now, "pin_right", sentence)
    person.pin_failures = 0


def _count_wrong(session: Session, person: Person, now: datetime, rules: PinRules) -> PinAnswer:
    answer = PinAnswer.WRONG
    person.pin_failures += 1
    template = mark("{person} 的 PIN 输入错误,连续第 {count} 次")
    if person.pin_failures >= rules.tries:
        answer = PinAnswer.LOCKED
        person.pin_locked_until = now + rules.locked_for
        template = mark("{person} 的 PIN 连续输错 {count} 次,已暂时锁定")
    sentence = Sentence(template, {"person": person.name, "count": person.pin_failures})
    _record_try(session, person, now, "pin_wrong", sentence)
    return answer


def _record_try(
    session: Session, person: Person, now: datetime, act: str, sentence: Sentence
) -> None:
    party = f"person:{person.id}"
    entry = Entry(act=act, sentence=sentence, operator=party, subject=party)
    duty_log.append(session, person.room_key, now, [entry])


def refusal(
    session: Session,
    answer: PinAnswer,
    room_key: str,
    person_id: str,
    now: datetime,
    rules: PinRules,
) -> NotAuthorised:
    """Return the error that says why the signature is not taken and what to do instead.

    Args:
        session: Any later session, reading is enough: it must see the counted row.
        answer: What `check_pin` returned; anything but RIGHT.
        room_key: The room of the person.
        person_id: Who wanted to sign.
        now: The instant of the try.
        rules: The same rules as in the check.
    """
    assert answer is not PinAnswer.RIGHT
    person = _person(session, room_key, person_id, lock=False)
    if answer is PinAnswer.NONE_SET:
        return NotAuthorised(
            mark("{person} 还没有设置 PIN,请先用 duty person pin 设置。"), person=person.name
        )
    if answer is PinAnswer.WRONG:
        return NotAuthorised(
            mark("{person} 的 PIN 不对,还可再试 {left} 次。"),
            person=person.name,
            left=max(rules.tries - person.pin_failures, 0),
        )
    until = person.pin_locked_until or now
    minutes = max(-(-(until - now) // _MINUTE), 1)
    return NotAuthorised(
        mark("{person} 的 PIN 已连续输错 {count} 次,被锁定;请 {minutes} 分钟后再试,或由他人签名。"),
        person=person.name,
        count=person.pin_failures,
        minutes=minutes,
    )


def _person(session: Session, room_key: str, person_id: str, *, lock: bool = True) -> Person:
    # Two tries at once must both be counted, so whoever counts holds the row.
    query = select(Person).where(Person.room_key == room_key, Person.id == person_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    person = session.scalars(query).one_or_none()
    if person is None:
        raise NotFound(mark("没有编号为{id}的人员。"), id=person_id)
    return person


class Signing(Protocol):
    """How a signature is taken: with a PIN, or as given."""

    def answer(
        self, session: Session, room_key: str, person_id: str, pin: str | None, now: datetime
    ) -> PinAnswer:
        """Return what became of the signature; the caller commits what was counted."""
        ...


class PinSigning:
    """Signatures of real life: nobody signs without a PIN."""

    def __init__(self, rules: PinRules) -> None:
        """Take the rules of PINs."""
        self.rules = rules

    def answer(
        self, session: Session, room_key: str, person_id: str, pin: str | None, now: datetime
    ) -> PinAnswer:
        """Return what became of the PIN; NotAuthorised if none was given, which counts nothing."""
        if pin is None:
            raise NotAuthorised(mark("这一操作须用本人的 PIN 签名。"))
        return check_pin(session, room_key, person_id, pin, now, self.rules)


class TakenAsGiven:
    """Signatures of a replayed timeline: they were given once and are not asked for again."""

    def answer(
        self,
        session: Session,
        room_key: str,
        person_id: str,
        pin: str | None,
        now: datetime,
    ) -> PinAnswer:
        """Return RIGHT, always."""
        return PinAnswer.RIGHT
