"""Searching the duty log by any piece of its text, from one character up, through bigrams.

Each word of an entry is stored as its overlapping pairs of characters and its last character. A
piece of text occurs where its pairs stand next to each other; SQLite keeps them in an FTS5 table,
PostgreSQL in a tsvector with a GIN index. Both number an entry by its room (upper bits) and its
seq (lower bits), so that a page of one room is one range, read from its newest end.

The index follows the log: whatever lies behind `LogHead.indexed_seq` is read as it stands.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from records.duty_log import Recorded, recorded
from records.log_reading import page
from records.tables import LogEntry, LogHead

# No entry has a higher number in its room, and no installation more than 2**22 rooms.
_ROOM_SHIFT = 40
# Sentences are far shorter; what lies behind is not found.
_MOST_GRAMS = 20_000
# Enough of a long search to leave few entries, which are then compared letter by letter.
_MOST_WORDS_SOUGHT = 16
_MOST_GRAMS_SOUGHT = 64
# PostgreSQL keeps 255 places a lexeme and no place beyond 16,383.
_PLACES = 255
_LAST_PLACE = 16_383
_CROWDED = "#crowded"
# PostgreSQL looks at the newest 2**12 numbers first, then at 2**15, at 2**18, at all: a common
# piece fills its page from a small window, a rare one has few entries in a large one.
_WINDOWS = (12, 15, 18)

# Not among the mapped tables: records.migrations makes them, nothing but this module reads them.
_rooms = Table(
    "log_search_room",
    MetaData(),
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("room_key", String, nullable=False),
)

# FTS5's tokenizer `ascii` ends a word at any ASCII character but letters and digits, and cannot
# hold a zero; tsvector has quotes of its own. Such characters stand in the private area instead;
# half a surrogate pair, which no database takes, becomes what stands for the unreadable.
_PLAIN = {code: 0xE000 + code for code in range(0x80) if not chr(code).isalnum()} | dict.fromkeys(
    range(0xD800, 0xE000), 0xFFFD
)


@dataclass(frozen=True, slots=True)
class _Span:
    """Where to look: numbers of the index from `low` up to, not including, `high`."""

    low: int
    high: int


def _words(text_: str) -> list[str]:
    """Return the words between blanks, alike in width and case; a search compares these."""
    return unicodedata.normalize("NFKC", text_).casefold().split()


def _grams(word: str) -> list[str]:
    plain = word.translate(_PLAIN)
    return [plain[place : place + 2] for place in range(len(plain))]


def _all_grams(text_: str) -> list[str]:
    grams = [gram for word in _words(text_) for gram in _grams(word)]
    return grams[:_MOST_GRAMS]


def _sought_grams(word: str) -> list[str]:
    """Return the pairs of a word of two characters or more; of one character, itself."""
    return [gram for gram in _grams(word)[:_MOST_GRAMS_SOUGHT] if len(gram) == len(word[:2])]


def _is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def index_tail(session: Session, room_key: str, limit: int = 2000) -> int:
    """Index up to `limit` more entries, oldest first; return how many, 0 when none is left.

    Wants a transaction of its own. The row of the log's head is touched last, so that a writer of
    the log waits only for that; on SQLite everybody waits, about 3 ms for 200 entries.
    """
    head = session.execute(
        select(LogHead.seq, LogHead.indexed_seq).where(LogHead.room_key == room_key)
    ).one()
    indexed: int = head.indexed_seq
    until: int = min(head.seq, indexed + limit)
    if until == indexed:
        return 0
    first = _room_number(session, room_key) << _ROOM_SHIFT
    rows = session.execute(
        select(LogEntry.seq, LogEntry.text)
        .where(LogEntry.room_key == room_key, LogEntry.seq > indexed)
        .where(LogEntry.seq <= until)
        .order_by(LogEntry.seq)
    )
    found = [(first + row.seq, row.text) for row in rows]
    if found:
        _store(session, found)
    session.execute(
        update(LogHead)
        .where(LogHead.room_key == room_key, LogHead.indexed_seq < until)
        .values(indexed_seq=until)
    )
    return until - indexed


def _store(session: Session, found: Sequence[tuple[int, str]]) -> None:
    if _is_sqlite(session):
        session.execute(
            text("INSERT INTO log_search (rowid, grams) VALUES (:id, :grams)"),
            [{"id": id_, "grams": " ".join(_all_grams(words))} for id_, words in found],
        )
        return
    session.execute(
        text(
            "INSERT INTO log_search (id, grams) VALUES (:id, CAST(:grams AS tsvector))"
            " ON CONFLICT DO NOTHING"
        ),
        [{"id": id_, "grams": _as_tsvector(id_, _all_grams(words))} for id_, words in found],
    )


def _as_tsvector(id_: int, grams: Sequence[str]) -> str:
    places: dict[str, list[int]] = {}
    for place, gram in enumerate(grams, start=1):
        places.setdefault(gram, []).append(place)
    marks = [_window_mark(level, id_) for level in _WINDOWS]
    if len(grams) > _LAST_PLACE or any(len(some) > _PLACES for some in places.values()):
        return " ".join(f"'{lexeme}'" for lexeme in [*places, *marks, _CROWDED])
    placed = [f"'{gram}':{','.join(map(str, some))}" for gram, some in places.items()]
    return " ".join([*placed, *(f"'{mark_}'" for mark_ in marks)])


def _window_mark(level: int, id_: int) -> str:
    return f"#{level}:{id_ >> level}"


def _room_number(session: Session, room_key: str) -> int:
    number = _known_room_number(session, room_key)
    if number is None:
        dialect = sqlite if _is_sqlite(session) else postgresql
        session.execute(dialect.insert(_rooms).values(room_key=room_key).on_conflict_do_nothing())
        number = _known_room_number(session, room_key)
    assert number is not None
    return number


def _known_room_number(session: Session, room_key: str) -> int | None:
    query = select(_rooms.c.number).where(_rooms.c.room_key == room_key)
    return session.execute(query).scalar_one_or_none()


def search(
    session: Session,
    room_key: str,
    sought: str,
    *,
    before_seq: int | None = None,
    limit: int = 200,
) -> list[Recorded]:
    """Return the newest entries in whose text every word of `sought` occurs, newest first.

    Width and case of letters do not matter. Nothing sought finds nothing. With `before_seq` only
    entries with a lower number are returned: the last number of one page gives the next page.
    """
    words = _words(sought)
    if not words:
        return []
    found: list[Recorded] = []
    for batch in _candidates(session, room_key, words, before_seq, limit):
        found += [row for row in batch if _occurs(words, row.text)]
        if len(found) >= limit:
            break
    return found[:limit]


def _occurs(words: Sequence[str], text_: str) -> bool:
    present = " ".join(_words(text_))
    return all(word in present for word in words)


def _candidates(
    session: Session,
    room_key: str,
    words: Sequence[str],
    before_seq: int | None,
    limit: int,
) -> Iterator[list[Recorded]]:
    """Give batches of entries, newest first, among which are all that the words occur in."""
    head = session.execute(
        select(LogHead.seq, LogHead.indexed_seq).where(LogHead.room_key == room_key)
    ).one()
    indexed: int = head.indexed_seq
    before: int = head.seq + 1 if before_seq is None else min(before_seq, head.seq + 1)
    if before > indexed + 1:
        yield from _tail(session, room_key, indexed, before)
    number = _known_room_number(session, room_key)
    if number is None:
        return
    first = number << _ROOM_SHIFT
    high = first + min(indexed + 1, before)
    matches = _matches_in_sqlite if _is_sqlite(session) else _matches_in_postgresql
    for ids in matches(session, words, _Span(first, high), limit):
        yield _entries(session, room_key, [id_ - first for id_ in ids])


def _tail(
    session: Session, room_key: str, indexed: int, before_seq: int
) -> Iterator[list[Recorded]]:
    while batch := page(session, room_key, before_seq=before_seq):
        yield [row for row in batch if row.seq > indexed]
        before_seq = batch[-1].seq
        if before_seq <= indexed + 1:
            return


def _entries(session: Session, room_key: str, seqs: Sequence[int]) -> list[Recorded]:
    query = (
        select(LogEntry)
        .where(LogEntry.room_key == room_key, LogEntry.seq.in_(seqs))
        .order_by(LogEntry.seq.desc())
    )
    return [recorded(row) for row in session.scalars(query)]


def _matches_in_sqlite(
    session: Session, words: Sequence[str], span: _Span, limit: int
) -> Iterator[list[int]]:
    query = text(
        "SELECT rowid FROM log_search WHERE log_search MATCH :sought"
        " AND rowid >= :low AND rowid < :high ORDER BY rowid DESC LIMIT :limit"
    )
    sought = " AND ".join(_as_fts5(word) for word in words[:_MOST_WORDS_SOUGHT])
    high = span.high
    while high > span.low:
        ids = session.scalars(
            query, {"sought": sought, "low": span.low, "high": high, "limit": limit}
        ).all()
        if ids:
            yield list(ids)
        if len(ids) < limit:
            return
        high = ids[-1]


def _as_fts5(word: str) -> str:
    grams = " ".join(_sought_grams(word))
    return f'"{grams}" *' if len(word) == 1 else f'"{grams}"'


def _matches_in_postgresql(
    session: Session, words: Sequence[str], span: _Span, limit: int
) -> Iterator[list[int]]:
    # OFFSET 0 keeps the planner from walking the whole primary key instead of the index.
    query = text(
        "SELECT id FROM (SELECT id FROM log_search WHERE grams @@ CAST(:sought AS tsquery)"
        " AND id >= :low AND id < :high OFFSET 0) AS matches ORDER BY id DESC LIMIT :limit"
    ).bindparams(bindparam("low", type_=BigInteger), bindparam("high", type_=BigInteger))
    sought = " & ".join(_as_tsquery(word) for word in words[:_MOST_WORDS_SOUGHT])
    high = span.high
    for level in [*_WINDOWS, None]:
        low, windowed = _window(level, _Span(span.low, high), sought)
        while high > low:
            ids = session.scalars(
                query, {"sought": windowed, "low": low, "high": high, "limit": limit}
            ).all()
            if ids:
                yield list(ids)
            high = ids[-1] if len(ids) == limit else low


def _window(level: int | None, span: _Span, sought: str) -> tuple[int, str]:
    """Return where the window of that level below `span.high` begins, and the query for it."""
    if level is None:
        return span.low, sought
    last = span.high - 1
    low = max(span.low, ((last >> level) - 1) << level)
    marks = dict.fromkeys(_window_mark(level, id_) for id_ in (last, low))
    return low, f"{sought} & ({' | '.join(map(_quoted, marks))})"


def _quoted(lexeme: str) -> str:
    return f"'{lexeme}'"


def _as_tsquery(word: str) -> str:
    grams = [_quoted(gram) for gram in _sought_grams(word)]
    if len(word) == 1:
        return f"{grams[0]}:*"
    return f"(({' <-> '.join(grams)}) | ({' & '.join(grams)} & {_quoted(_CROWDED)}))"
