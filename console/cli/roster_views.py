"""`duty roster requests|versions|gaps|export`: look at rosters, hand them on as files."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.call import Call, call_of
from console.cli.options import ONE_DAY, Json, day_starts, read_instant
from console.cli.people import zone_of
from records.errors import BadData, Refused
from records.language import Sentence, mark

if TYPE_CHECKING:
    from datetime import datetime

GAPS_AHEAD = timedelta(days=30)


class RosterFormat(StrEnum):
    """The forms a roster is handed on in."""

    XLSX = "xlsx"
    ICS = "ics"


def add_to(group: typer.Typer) -> None:
    """Give the group `roster` its lists and its export."""
    group.command("requests", help=mark("列出待办的调班和替班请求"))(_requests)
    group.command("gaps", help=mark("列出空岗和冲突"))(_gaps)
    group.command("versions", help=mark("列出已发布的各版值班表"))(_versions)
    group.command("export", help=mark("导出为 XLSX 或 iCalendar"))(_export)


def _requests(context: typer.Context, as_json: Json = False) -> None:
    from console.roster_lists import request_rows

    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        rows = request_rows(session, house.room_key)
    if as_json:
        call.answer({"requests": rows})
        return
    call.table(
        [mark("编号"), mark("状态"), mark("班次"), mark("岗位"), mark("原值班"), mark("接替")],
        [
            [
                row["request"],
                row["state"],
                row["shift"],
                row["post"],
                row["person"],
                row["replacement"],
            ]
            for row in rows
        ],
    )


def _versions(context: typer.Context, as_json: Json = False) -> None:
    from console.roster_lists import version_rows

    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        rows = version_rows(session, house.room_key)
    if as_json:
        call.answer({"versions": rows})
        return
    call.table(
        [mark("版次"), mark("首日"), mark("末日"), mark("班制"), mark("发布"), mark("发布人")],
        [
            [
                row["number"],
                row["first"],
                row["last"],
                row["patterns"],
                call.local(row["published_at"]),
                row["published_by"],
            ]
            for row in rows
        ],
    )


def _gaps(
    context: typer.Context,
    *,
    starts: Annotated[
        str | None, typer.Option("--from", help=mark("从哪一日或时刻;默认此刻"))
    ] = None,
    ends: Annotated[
        str | None, typer.Option("--to", help=mark("到哪一日或时刻;默认其后三十日"))
    ] = None,
    as_json: Json = False,
) -> None:
    from console.roster_lists import conflict_rows, gap_rows

    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        zone = zone_of(session, house.room_key)
        first = call.act().at if starts is None else read_instant(starts, "--from", zone)
        last = first + GAPS_AHEAD
        if ends is not None:
            last = read_instant(ends, "--to", zone, is_end=True)
        gaps = gap_rows(session, house.room_key, (first, last))
        conflicts = conflict_rows(session, house.room_key, (first, last), house.rules.rosters.rest)
    if as_json:
        call.answer({"gaps": gaps, "conflicts": conflicts})
        return
    call.table(
        [mark("岗位"), mark("空岗开始"), mark("空岗结束")],
        [[row["post"], call.local(row["from"]), call.local(row["to"])] for row in gaps],
    )
    call.table(
        [mark("班次"), mark("岗位"), mark("人员"), mark("冲突")],
        [[row["shift"], row["post"], row["person"], row["obstacle"]] for row in conflicts],
    )


def _export(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Option("--file", help=mark("写到哪个文件;不覆盖已有文件"))],
    form: Annotated[
        RosterFormat, typer.Option("--format", help=mark("xlsx(一份一月)或 ics"))
    ] = RosterFormat.XLSX,
    starts: Annotated[
        str | None, typer.Option("--from", help=mark("从哪一日;默认本月首日"))
    ] = None,
    ends: Annotated[str | None, typer.Option("--to", help=mark("到哪一日;默认该月末日"))] = None,
    person: Annotated[
        str | None, typer.Option("--person", help=mark("只导出这个人的班(仅 ics)"))
    ] = None,
) -> None:
    from console.papers.roster_sheet import read_sheet

    call = call_of(context)
    house = call.house()
    if file.exists():
        raise Refused(mark("{file} 已存在,不会覆盖;请换一个文件名。"), file=file)
    if person is not None and form is not RosterFormat.ICS:
        raise BadData(mark("--person 只能与 --format ics 同用。"))
    with house.database.read() as session:
        first, last = _span(call, starts, ends)
        sheet = read_sheet(session, house.room_key, first, last)
    for name in sheet.same_names:
        call.say(Sentence(mark("注意:“{name}”有同名者,再导入时分不清是谁。"), {"name": name}))
    if form is RosterFormat.XLSX:
        from console.papers.roster_xlsx import roster_xlsx

        content = roster_xlsx(sheet)
    else:
        from console.papers.roster_calendar import roster_calendar

        own = None if person is None else person.removeprefix("person:")
        content = roster_calendar(sheet, at=call.act().at, person_id=own)
    try:
        with file.open("xb") as out:
            out.write(content)
    except OSError as error:
        raise BadData(
            mark("无法写入 {file}:{reason}。"), file=file, reason=error.strerror
        ) from error
    call.say(
        Sentence(
            mark("已导出{count}条值班安排到 {file}。"), {"count": len(sheet.lines), "file": file}
        )
    )


def _span(call: Call, starts: str | None, ends: str | None) -> "tuple[datetime, datetime]":
    house = call.house()
    with house.database.read() as session:
        zone = zone_of(session, house.room_key)
    today = call.act().at.astimezone(zone).date()
    first = day_starts(today.replace(day=1), zone)
    if starts is not None:
        first = read_instant(starts, "--from", zone)
    if ends is not None:
        return first, read_instant(ends, "--to", zone, is_end=True)
    day = first.astimezone(zone).date()
    following = (day.replace(day=1) + 32 * ONE_DAY).replace(day=1)
    return first, day_starts(following, zone)
