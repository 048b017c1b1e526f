"""The duty log: append, read, search, verify; append-only and hash-chained per room.

An entry is a sentence and the data behind it. Its hash is the SHA-256 over the hash before it and
the entry in canonical JSON (sorted keys, UTC with microseconds, schema number), so that one
changed, left-out or added entry breaks the chain at a known number.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Row,
    Select,
    Table,
    bindparam,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from records.errors import ChainBreak
from records.language import Bilingual, Language, Sentence, mark
from records.tables import LogEntry, LogHead, from_microseconds

SCHEMA = 1
NO_HASH = "0" * 64

Data = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be recorded: who did what to what, as a sentence with its data."""

    act: str
    sentence: Sentence
    operator: str
    subject: str = ""
    data: Data | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """A stored line of the log."""

    seq: int
    at: datetime
    act: str
    operator: str
    subject: str
    text: str
    data: Mapping[str, object]
    hash: str

    def said_in(self, language: Language) -> str:
        """Return the line's sentence; in Chinese exactly as it was recorded."""
        template = self.data.get("_template")
        if language is Language.ZH or not isinstance(template, str):
            return self.text
        params = self.data.get("_params")
        assert isinstance(params, dict)
        return _revive(template, params).said_in(language)


def _revive(template: str, params: Mapping[str, object]) -> Sentence:
    return Sentence(template, {name: _revived(value) for name, value in params.items()})


def _revived(value: object) -> object:
    if isinstance(value, dict) and "_template" in value:
        return _revive(value["_template"], value["_params"])
    if isinstance(value, dict) and "_zh" in value:
        return Bilingual(value["_zh"], value["_en"])
    return value


def _flatten(sentence: Sentence) -> dict[str, object]:
    return {
        "_template": sentence.template,
        "_params": {name: _flattened(value) for name, value in sentence.params.items()},
    }


def _flattened(value: object) -> object:
    if isinstance(value, Sentence):
        return _flatten(value)
    if isinstance(value, Bilingual):
        return {"_zh": value.zh, "_en": value.en}
    return value


def canonical(value: object) -> str:
    """Return JSON with sorted keys and no blanks; an instant becomes UTC with microseconds."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
    )


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return instant_text(value)
    return str(value)


def instant_text(instant: datetime) -> str:
    """Return an instant as the log writes it: ISO 8601, UTC, six digits of the second."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def chained_hash(prev_hash: str, room_key: str, seq: int, line: Sequence[str]) -> str:
    """Return the hash of an entry; `line` is at, act, operator, subject, text and data."""
    body = canonical([SCHEMA, room_key, seq, *line])
    return hashlib.sha256(f"{prev_hash}\n{body}".encode()).hexdigest()


def open_log(session: Session, room_key: str) -> None:
    """Begin the log of a new room."""
    session.execute(insert(LogHead).values(room_key=room_key, seq=0, hash=NO_HASH, indexed_seq=0))


def head(session: Session, room_key: str) -> tuple[int, str]:
    """Return number and hash of the last entry; it changes with everything that is recorded."""
    row = session.execute(
        select(LogHead.seq, LogHead.hash).where(LogHead.room_key == room_key)
    ).one()
    return row.seq, row.hash


# Every write appends to the log: these are made once, and without the unit of work of the ORM.
_HEAD = cast(Table, LogHead.__table__)
_LOCK_HEAD = (
    select(_HEAD.c.seq, _HEAD.c.hash)
    .where(_HEAD.c.room_key == bindparam("of_room"))
    .with_for_update()
)
_ADD_LINES = insert(cast(Table, LogEntry.__table__))
_MOVE_HEAD = (
    update(_HEAD)
    .where(_HEAD.c.room_key == bindparam("of_room"))
    .values(seq=bindparam("last_seq"), hash=bindparam("last_hash"))
)


def append(session: Session, room_key: str, at: datetime, entries: Sequence[Entry]) -> int:
    """Record entries of one instant in their order; return the number of the last.

    The head row is locked until the transaction ends, so that two writers cannot take one number.
    """
    if not entries:
        return head(session, room_key)[0]
    connection = session.connection()
    row = connection.execute(_LOCK_HEAD, {"of_room": room_key}).one()
    seq: int = row.seq
    last: str = row.hash
    at_text = instant_text(at)
    rows = []
    for entry in entries:
        seq += 1
        text = entry.sentence.said_in(Language.ZH)
        data = canonical({**_flatten(entry.sentence), **(entry.data or {})})
        line = (at_text, entry.act, entry.operator, entry.subject, text, data)
        hash_ = chained_hash(last, room_key, seq, line)
        rows.append(
            {
                "room_key": room_key,
                "seq": seq,
                "at": at,
                "act": entry.act,
                "operator": entry.operator,
                "subject": entry.subject,
                "text": text,
                "data": data,
                "prev_hash": last,
                "hash": hash_,
            }
        )
        last = hash_
    connection.execute(_ADD_LINES, rows)
    connection.execute(_MOVE_HEAD, {"of_room": room_key, "last_seq": seq, "last_hash": last})
    return seq


def recorded(row: LogEntry) -> Recorded:
    """Return a stored entry as a value that may leave the session."""
    return Recorded(
        seq=row.seq,
        at=row.at,
        act=row.act,
        operator=row.operator,
        subject=row.subject,
        text=row.text,
        data=json.loads(row.data),
        hash=row.hash,
    )


def verify_chain(session: Session, room_key: str) -> int:
    """Return how many entries the chain holds; ChainBreak names the first number that is wrong."""
    last = NO_HASH
    seq = 0
    with session.execute(_stored_lines(room_key)) as rows:
        for row in rows:
            seq += 1
            if row.seq != seq or row.prev_hash != last or row.hash != _hash_of(row, last):
                raise ChainBreak(mark("值班日志第{seq}条校验不符,日志可能被改动。"), seq=seq)
            last = row.hash
    query = select(LogHead.seq, LogHead.hash).where(LogHead.room_key == room_key)
    found = session.execute(query).one_or_none()
    if found is None or (found.seq, found.hash) != (seq, last):
        raise ChainBreak(mark("值班日志第{seq}条之后的记录缺失。"), seq=seq)
    return seq


def _stored_lines(room_key: str) -> Select[*tuple[Any, ...]]:  # ten columns, one of them retyped
    """Return the query for all entries of a room, each instant as the bare number it is stored as.

    Whoever tampers may leave a number that is no instant; that is a break, not a crash.
    """
    columns = (
        LogEntry.room_key,
        LogEntry.seq,
        type_coerce(LogEntry.at, BigInteger).label("at"),
        LogEntry.act,
        LogEntry.operator,
        LogEntry.subject,
        LogEntry.text,
        LogEntry.data,
        LogEntry.prev_hash,
        LogEntry.hash,
    )
    query = select(*columns).where(LogEntry.room_key == room_key).order_by(LogEntry.seq)
    return query.execution_options(yield_per=1000)


def _hash_of(row: Row[*tuple[Any, ...]], last: str) -> str | None:  # the columns of _stored_lines
    """Return the hash that the entry should have; None if its instant cannot be read."""
    try:
        at = instant_text(from_microseconds(row.at))
    except (OverflowError, TypeError):
        return None
    line = (at, row.act, row.operator, row.subject, row.text, row.data)
    # The room key is hashed as well: an entry of another room does not fit.
    return chained_hash(last, row.room_key, row.seq, line)
