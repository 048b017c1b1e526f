"""The whole duty log as a file: one entry a line, with all that its hash was made from."""

import json
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.duty_log import SCHEMA, head, instant_text
from records.errors import BadData, Refused
from records.language import mark
from records.tables import LogEntry


def export_log(session: Session, room_key: str, file: Path) -> tuple[int, str]:
    """Write all entries to a new file; return how many there are and the hash of the last.

    Anyone can check the file without this program: `hash` is the SHA-256 over `prev_hash`, a line
    feed, and the JSON array [schema, room, seq, at, act, operator, subject, text, data], written
    without blanks.

    Raises Refused if the file is there, BadData if it cannot be written.
    """
    if file.exists():
        raise Refused(mark("{file} 已存在,不会覆盖;请换一个文件名。"), file=file)
    unfinished = file.with_name(f".{file.name}.unfinished")
    try:
        with unfinished.open("w", encoding="utf-8") as out:
            query = select(LogEntry).where(LogEntry.room_key == room_key).order_by(LogEntry.seq)
            for row in session.scalars(query.execution_options(yield_per=1000)):
                out.write(_line(row) + "\n")
        unfinished.replace(file)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise BadData(
            mark("无法写入 {file}:{reason}。"), file=file, reason=error.strerror
        ) from error
    return head(session, room_key)


def _line(row: LogEntry) -> str:
    return json.dumps(
        {
            "schema": SCHEMA,
            "room": row.room_key,
            "seq": row.seq,
            "at": instant_text(row.at),
            "act": row.act,
            "operator": row.operator,
            "subject": row.subject,
            "text": row.text,
            "data": row.data,
            "prev_hash": row.prev_hash,
            "hash": row.hash,
        },
        ensure_ascii=False,
    )
