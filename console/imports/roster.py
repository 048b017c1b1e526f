"""A month's roster from XLSX or CSV (a row a day) or iCalendar (an event an assignment)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.imports import calendars, cells, hours
from console.imports.cells import BadCell
from console.imports.hours import Hours
from console.imports.reading import Form, Row, SourceFile, Table, open_file, read_table
from console.imports.report import (
    Findings,
    Gap,
    ImportReport,
    Outcome,
    Understood,
    in_order,
    note_unknown,
    one_transaction,
    record_import,
)
from console.imports.roster_columns import (
    COLUMNS,
    DATE,
    POST_COLUMNS,
    WEEKDAY,
    PostColumn,
    post_column_of,
)
from records.act import Act
from records.clean_text import clean, key_of
from records.database import Database
from records.errors import BadFile, NotFound
from records.language import Sentence, mark
from records.people import name_fault
from records.tables import DutyRoom, Person
from schedules.calendar import local_instant
from schedules.rules import ScheduleRules, load_schedule_rules
from schedules.shifts import PlannedShift, Published, publish
from schedules.tables import Assignment, Post, Shift

_WEEKDAYS = "一二三四五六日"

# What stands in the room already: who is at which post of the shift of a kind and start.
Standing = Mapping[tuple[str, datetime], Mapping[str, str | None]]


@dataclass(frozen=True, slots=True)
class _Room:
    """What the room knows when a roster arrives."""

    zone: ZoneInfo
    ids_by_name: Mapping[str, Sequence[str]]
    posts: frozenset[str]


@dataclass(slots=True)
class _Draft:
    row: int
    day: date
    ends_at: datetime
    people: dict[str, str | None] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)  # posts whose cell was refused


@dataclass(slots=True)
class _Plan:
    """The shifts that were read so far, and from which row each came."""

    shifts: dict[tuple[str, datetime], _Draft] = field(default_factory=dict)


def import_roster(
    database: Database,
    act: Act,
    path: Path,
    *,
    dry_run: bool = False,
    catalogues: Path | None = None,
) -> ImportReport:
    """Take a roster in and publish it; return the account of it.

    An empty cell is a gap: stored without a person and reported. A cell with a name that the room
    does not know is refused; who stood there before, if anyone, stays.

    Raises:
        BadFile: The file cannot be read, or is no roster.
        NotFound: There is no such room.
    """
    source = open_file(path)
    rules = load_schedule_rules(catalogues)
    findings = Findings()
    with one_transaction(database, dry_run=dry_run) as session:
        room = _room(session, act.room_key)
        plan = _Plan()
        if source.form is Form.ICALENDAR:
            _from_events(source, room, findings, plan)
        else:
            _from_table(source, room, rules, (findings, plan))
        standing = _standing(session, act.room_key, plan)
        planned = [
            _planned(kind, starts_at, draft, standing.get((kind, starts_at), {}))
            for (kind, starts_at), draft in sorted(plan.shifts.items(), key=lambda each: each[0][1])
        ]
        _understand(plan, planned, standing, findings)
        report = _report(source, findings, publish(session, act, planned), dry_run=dry_run)
        record_import(session, act, report)
    return report


def _room(session: Session, room_key: str) -> _Room:
    zone = session.scalar(select(DutyRoom.timezone).where(DutyRoom.key == room_key))
    if zone is None:
        raise NotFound(mark("没有值班室{key}。"), key=clean(room_key, limit=60))
    ids: dict[str, list[str]] = {}
    for row in session.execute(
        select(Person.id, Person.name).where(
            Person.room_key == room_key, Person.retired_at.is_(None)
        )
    ):
        ids.setdefault(key_of(row.name), []).append(row.id)
    posts = session.scalars(select(Post.key).where(Post.room_key == room_key))
    return _Room(ZoneInfo(zone), ids, frozenset(posts))


def _from_table(
    source: SourceFile, room: _Room, rules: ScheduleRules, into: tuple[Findings, _Plan]
) -> None:
    findings, plan = into
    table = read_table(source, COLUMNS)
    note_unknown(findings, table)
    listed = _post_columns(source, table, room, findings)
    remarks = [*table.above, *(row for row in table.rows if _is_remark(row))]
    text = "\n".join(str(cell) for row in remarks for cell in row.cells if cell)
    when = hours.month(text)
    told = hours.read(text, {column.kind for column in listed}, rules.shifts, findings.notes)
    seen: dict[date, int] = {}
    for row in table.rows:
        if _is_remark(row):
            continue
        try:
            day = _day(table, row, when, seen)
        except BadCell as bad:
            findings.refuse(row.number, bad.label, bad.expected)
            continue
        _check_calendar(table, row, day, when, findings)
        for column in listed:
            draft = _draft(plan, row.number, day, told[column.kind], room.zone, column.kind)
            _assign(draft, column, table.text(row, column.key), room, findings)


def _post_columns(
    source: SourceFile, table: Table, room: _Room, findings: Findings
) -> tuple[PostColumn, ...]:
    named = [column for column in POST_COLUMNS if column.key in table.places]
    listed = tuple(column for column in named if column.post in room.posts)
    for column in named:
        if column not in listed:
            findings.notes.append(
                Sentence(mark("本室没有{label}这个岗位,此列没有用到。"), {"label": column.said})
            )
    if not listed:
        raise BadFile(
            mark("{file} 里没有本室的岗位,应有 白班主班、夜班主班、带班领导(A角) 等列。"),
            file=source.name,
        )
    return listed


def _is_remark(row: Row) -> bool:
    """Return whether a row is a note over all columns and not a day."""
    filled = [cell for cell in row.cells if not (isinstance(cell, str) and not cell.strip())]
    if len(filled) != 1 or not isinstance(filled[0], str):
        return False
    try:
        cells.day(DATE, filled[0], 2000)
    except BadCell:
        return True
    return False


def _day(table: Table, row: Row, when: tuple[int, int] | None, seen: dict[date, int]) -> date:
    cells.require_width(table, row)
    day = cells.day(DATE, table.cell(row, "date"), when[0] if when else None)
    first = seen.setdefault(day, row.number)
    if first != row.number:
        raise BadCell(
            DATE,
            Sentence(
                mark("{day}与第{first}行重复,只取第{first}行"),
                {"day": day.isoformat(), "first": first},
            ),
        )
    return day


def _check_calendar(
    table: Table, row: Row, day: date, when: tuple[int, int] | None, findings: Findings
) -> None:
    told = key_of(table.text(row, "weekday")).removeprefix("星期").removeprefix("周")
    told = told.replace("天", "日").replace("7", "日")
    if told and told != _WEEKDAYS[day.weekday()]:
        findings.notes.append(
            Sentence(
                mark("第{row}行 {field}:{day}是星期{weekday},表中写的是{told}。"),
                {
                    "row": row.number,
                    "field": Sentence(WEEKDAY),
                    "day": day.isoformat(),
                    "weekday": _WEEKDAYS[day.weekday()],
                    "told": clean(told, limit=10),
                },
            )
        )
    if when is not None and (day.year, day.month) != when:
        findings.notes.append(
            Sentence(
                mark("第{row}行 {day}不在标题所写的{year}年{month}月。"),
                {
                    "row": row.number,
                    "day": day.isoformat(),
                    "year": when[0],
                    "month": when[1],
                },
            )
        )


def _draft(plan: _Plan, row: int, day: date, told: Hours, zone: ZoneInfo, kind: str) -> _Draft:
    starts_at = local_instant(day, told.starts, zone)
    last_day = day + timedelta(days=1) if told.ends_next_day else day
    ends_at = local_instant(last_day, told.ends, zone)
    return plan.shifts.setdefault((kind, starts_at), _Draft(row, day, ends_at))


def _assign(draft: _Draft, column: PostColumn, text: str, room: _Room, findings: Findings) -> None:
    if cells.is_nothing(text):
        draft.people[column.post] = None
        shift = f"{column.kind}:{draft.day.isoformat()}"
        findings.gaps.append(Gap(draft.row, shift, column.post, column.said))
        return
    try:
        person_id = _person(text, column, room)
    except BadCell as bad:
        findings.refuse(draft.row, bad.label, bad.expected)
        draft.unread.add(column.post)
        return
    if person_id in draft.people.values():
        findings.notes.append(
            Sentence(
                mark("第{row}行 {field}:{name}在同一班次排了两个岗。"),
                {"row": draft.row, "field": column.said, "name": clean(text, limit=20)},
            )
        )
    draft.people[column.post] = person_id


def _person(text: str, column: PostColumn, room: _Room) -> str:
    if fault := name_fault(text):
        raise BadCell(column.label, fault)
    ids = room.ids_by_name.get(key_of(text), ())
    if len(ids) == 1:
        return ids[0]
    name = clean(text, limit=20)
    if ids:
        raise BadCell(
            column.label,
            Sentence(mark("“{name}”有{count}人同名,分不清是谁"), {"name": name, "count": len(ids)}),
        )
    raise BadCell(
        column.label,
        Sentence(mark("“{name}”不在人员名册里,请先登记或改正姓名"), {"name": name}),
    )


def _from_events(source: SourceFile, room: _Room, findings: Findings, plan: _Plan) -> None:
    """Read events such as "夜班主班 曹晓志", each with the hours of its shift."""
    for event in calendars.events(source, findings):
        try:
            column, name = _column_and_name(event, room)
            starts_at, ends_at = _span(event, room.zone)
        except BadCell as bad:
            findings.refuse(event.number, bad.label, bad.expected)
            continue
        day = starts_at.astimezone(room.zone).date()
        draft = plan.shifts.setdefault((column.kind, starts_at), _Draft(event.number, day, ends_at))
        if column.post in draft.people:
            findings.refuse(event.number, column.label, Sentence(mark("同一班次的这个岗已排了人")))
            continue
        draft.row = event.number
        _assign(draft, column, name, room, findings)


def _column_and_name(event: calendars.Event, room: _Room) -> tuple[PostColumn, str]:
    if fault := name_fault(event.summary):
        raise BadCell(calendars.EVENT, fault)
    found = post_column_of(event.summary)
    if found is None or found[0].post not in room.posts:
        raise BadCell(
            calendars.EVENT,
            Sentence(
                mark("“{text}”应为岗位加姓名,如“夜班主班 张三”"),
                {"text": clean(event.summary, limit=30)},
            ),
        )
    return found


def _span(event: calendars.Event, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if not isinstance(event.starts, datetime) or not isinstance(event.ends, datetime):
        raise BadCell(calendars.EVENT, Sentence(mark("应有开始和结束的钟点")))
    starts_at, ends_at = (_instant(each, zone) for each in (event.starts, event.ends))
    if ends_at <= starts_at:
        raise BadCell(calendars.EVENT, Sentence(mark("结束时间应晚于开始时间")))
    return starts_at, ends_at


def _instant(told: datetime, zone: ZoneInfo) -> datetime:
    if told.tzinfo is None:
        return local_instant(told.date(), time(told.hour, told.minute, told.second), zone)
    return told.astimezone(UTC)


def _standing(session: Session, room_key: str, plan: _Plan) -> Standing:
    starts = [starts_at for _, starts_at in plan.shifts]
    if not starts:
        return {}
    found: dict[tuple[str, datetime], dict[str, str | None]] = {}
    for row in session.execute(
        select(Shift.kind, Shift.starts_at, Assignment.post_key, Assignment.person_id)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .where(
            Shift.room_key == room_key,
            Shift.starts_at >= min(starts),
            Shift.starts_at <= max(starts),
        )
    ):
        found.setdefault((row.kind, row.starts_at), {})[row.post_key] = row.person_id
    return found


def _planned(
    kind: str, starts_at: datetime, draft: _Draft, before: Mapping[str, str | None]
) -> PlannedShift:
    kept = {post: before.get(post) for post in sorted(draft.unread)}
    return PlannedShift(
        kind=kind,
        key=f"{kind}:{draft.day.isoformat()}",
        starts_at=starts_at,
        ends_at=draft.ends_at,
        people={**draft.people, **kept},
    )


def _understand(
    plan: _Plan, planned: Sequence[PlannedShift], standing: Standing, findings: Findings
) -> None:
    by_row: dict[int, list[PlannedShift]] = {}
    for shift in planned:
        by_row.setdefault(plan.shifts[shift.kind, shift.starts_at].row, []).append(shift)
    for row, shifts in sorted(by_row.items()):
        outcomes = {_outcome(shift, standing) for shift in shifts}
        outcome = next(each for each in Outcome if each in outcomes)
        people = [f"{post}={id_ or '-'}" for shift in shifts for post, id_ in shift.people.items()]
        sentence = Sentence(
            mark("{shifts}:{people}"),
            {"shifts": " ".join(shift.key for shift in shifts), "people": " ".join(people)},
        )
        findings.understood.append(Understood(row, outcome, sentence))


def _outcome(shift: PlannedShift, standing: Standing) -> Outcome:
    before = standing.get((shift.kind, shift.starts_at))
    if before is None:
        return Outcome.NEW
    is_same = all(before.get(post, "") == id_ for post, id_ in shift.people.items())
    return Outcome.KNOWN if is_same else Outcome.CHANGED


def _report(
    source: SourceFile, findings: Findings, published: Published, *, dry_run: bool
) -> ImportReport:
    return ImportReport(
        kind="roster",
        file=source.name,
        sha256=source.sha256,
        is_dry_run=dry_run,
        taken=published.new,
        changed=published.changed,
        known=published.same,
        understood=tuple(findings.understood),
        refused=in_order(findings.refused),
        gaps=tuple(findings.gaps),
        notes=tuple(findings.notes),
    )
