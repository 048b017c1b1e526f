"""A roster as iCalendar: one event an assignment, the same event under the same UID each time."""

from datetime import datetime

from icalendar import Calendar, Event

from console.imports.roster_columns import POST_COLUMNS
from console.papers.roster_sheet import Line, Sheet
from records.errors import Refused
from records.language import mark

GAP = "—"  # the import reads it as a gap
_LABELS = {(column.kind, column.post): column.label for column in POST_COLUMNS}


def roster_calendar(sheet: Sheet, *, at: datetime, person_id: str | None = None) -> bytes:
    """Return the calendar of a span, or of one person's shifts in it.

    Raises:
        Refused: There is nothing to write.
    """
    lines = [each for each in sheet.lines if person_id is None or each.person_id == person_id]
    if not lines:
        raise Refused(mark("这段时间没有已发布的值班表,没有可导出的内容。"))
    calendar = Calendar()
    calendar.add("prodid", "-//duty//roster//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{sheet.room_name}值班表")
    for line in lines:
        calendar.add_component(_event(sheet, line, at))
    written = calendar.to_ical()
    assert isinstance(written, bytes)
    return written


def uid_of(room_key: str, site: str, line: Line) -> str:
    """Return the name of an assignment's event: of room, shift and post, whoever stands it."""
    return f"{room_key}.{line.shift_key.replace(':', '.')}.{line.post}@{site}"


def summary_of(line: Line) -> str:
    """Return what an event is called: 夜班主班 曹晓志."""
    label = _LABELS.get((line.kind, line.post), f"{line.kind} {line.post_name}")
    return f"{label} {line.name or GAP}"


def _event(sheet: Sheet, line: Line, at: datetime) -> Event:
    event = Event()
    event.add("uid", uid_of(sheet.room_key, sheet.site, line))
    event.add("dtstamp", at)
    event.add("dtstart", line.starts_at)
    event.add("dtend", line.ends_at)
    event.add("summary", summary_of(line))
    return event
