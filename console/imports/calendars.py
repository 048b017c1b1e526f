"""iCalendar files into plain events, each judged by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from console.imports.cells import BadCell
from console.imports.reading import SourceFile
from console.imports.report import Findings
from records.errors import BadFile
from records.language import Sentence, mark

MOST_EVENTS = 10_000
EVENT = mark("日程")


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its number in the file, what it is called, `[starts, ends)` as the file has it."""

    number: int
    summary: str
    starts: date | datetime
    ends: date | datetime


def events(source: SourceFile, findings: Findings) -> Iterator[Event]:
    """Give the events of a file; a bad one is refused; BadFile if it is no calendar."""
    import icalendar  # noqa: PLC0415  takes 0.1 s; only for calendars

    try:
        calendar = icalendar.Calendar.from_ical(source.text)
        components = calendar.walk("VEVENT")
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise BadFile(mark("{file} 不是完好的 iCalendar 日历。"), file=source.name) from error
    if len(components) > MOST_EVENTS:
        raise BadFile(
            mark("{file} 超过 {limit} 个日程,请分成几个文件。"),
            file=source.name,
            limit=MOST_EVENTS,
        )
    for number, component in enumerate(components, start=1):
        try:
            yield _event(number, component)
        except BadCell as bad:
            findings.refuse(number, bad.label, bad.expected)


def _event(number: int, component: object) -> Event:
    from icalendar import Event as Component  # noqa: PLC0415  as above

    assert isinstance(component, Component)
    if "RRULE" in component:
        raise BadCell(EVENT, Sentence(mark("是重复日程,请把每一次写成单独的日程")))
    try:
        starts = component.decoded("DTSTART")
        ends = component.decoded("DTEND", None)
        summary = str(component.get("SUMMARY", ""))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise BadCell(EVENT, Sentence(mark("没有完好的开始时间"))) from error
    if ends is None and not isinstance(starts, datetime) and isinstance(starts, date):
        ends = starts + timedelta(days=1)
    if not isinstance(starts, date) or type(ends) is not type(starts):
        raise BadCell(EVENT, Sentence(mark("应有同样形式的开始和结束时间")))
    return Event(number, summary, starts, ends)
