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

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from records.errors import ChainBreak
from records.language import Language, Sentence, mark
from records.tables import LogEntry, LogHead

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
    filled = {
        name: _revive(value["_template"], value["_params"])
        if isinstance(value, dict) and "_template" in value
        else value
        for name, value in params.items()
    }
    return Sentence(template, filled)


def _flatten(sentence: Sentence) -> dict[str, object]:
    return {
        "_template": sentence.template,
        "_params": {
            name: _flatten(value) if isinstance(value, Sentence) else value
            for name, value in sentence.params.items()
        },
    }


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
    session.execute(
        insert(LogHead).values(room_key=room_key, seq=0, hash=NO_HASH, indexed_seq=0)
    )


def head(session: Session, room_key: str) -> tuple[int, str]:
    """Return number and hash of the last entry; it changes with everything that is recorded."""
    row = session.execute(
        select(LogHead.seq, LogHead.hash).where(LogHead.room_key == room_key)
    ).one()
    return row.seq, row.hash


def append(session: Session, room_key: str, at: datetime, entries: Sequence[Entry]) -> int:
    """Record entries of one instant in their order; return the number of the last.

    The head row is locked until the transaction ends, so that two writers cannot take one number.
    """
    if not entries:
        return head(session, room_key)[0]
    row = session.execute(
        select(LogHead.seq, LogHead.hash).where(LogHead.room_key == room_key).with_for_update()
    ).one()
    seq, last = row.seq, row.hash
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
    session.execute(insert(LogEntry), rows)
    session.execute(
        update(LogHead).where(LogHead.room_key == room_key).values(seq=seq, hash=last)
    )
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
    query = (
        select(LogEntry)
        .where(LogEntry.room_key == room_key)
        .order_by(LogEntry.seq)
        .execution_options(yield_per=1000)
    )
    for row in session.scalars(query):
        seq += 1
        line = (instant_text(row.at), row.act, row.operator, row.subject, row.text, row.data)
        if (
            row.seq != seq
            or row.prev_hash != last
            or row.hash != chained_hash(last, room_key, seq, line)
        ):
            raise ChainBreak(mark("值班日志第{seq}条校验不符,日志可能被改动。"), seq=seq)
        last = row.hash
    if head(session, room_key) != (seq, last):
        raise ChainBreak(mark("值班日志第{seq}条之后的记录缺失。"), seq=seq)
    return seq
