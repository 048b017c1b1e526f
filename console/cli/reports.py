"""`duty report`: routine reports received, chased, listed."""

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.call import call_of
from console.cli.options import ONE_DAY, By, Json, day_starts, read_instant
from console.cli.people import zone_of
from records.language import mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from schedules.tables import Obligation

Unit = Annotated[str, typer.Option("--unit", help=mark("单位,如 unit:410422"))]
Report = Annotated[
    str, typer.Option("--report", help=mark("例行报送的代号,如 county_duty_situation"))
]


def add_to(app: typer.Typer) -> None:
    """Give the app its group `report`."""
    group = typer.Typer(help=mark("单位的例行报送"), no_args_is_help=True, rich_markup_mode=None)
    group.command("receive", help=mark("登记收到一份例行报送"))(_receive)
    group.command("chase", help=mark("记录催报"))(_chase)
    group.command("list", help=mark("列出例行报送及其状态"))(_list)
    app.add_typer(group, name="report")


def _receive(
    context: typer.Context,
    *,
    unit: Unit,
    report: Report,
    nil: Annotated[bool, typer.Option("--nil", help=mark("零报告"))] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    done = call.actions().receive_report(unit=unit, report=report, nil=nil, by=by)
    call.done(done, as_json=as_json)


def _chase(
    context: typer.Context,
    *,
    unit: Unit,
    report: Report,
    words: Annotated[str, typer.Option("--words", help=mark("对方怎么说"))] = "",
    promised_at: Annotated[
        str | None, typer.Option("--promised-at", help=mark("对方承诺的时刻"))
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    house = call.house()
    promised = None
    if promised_at is not None:
        with house.database.read() as session:
            zone = zone_of(session, house.room_key)
        promised = read_instant(promised_at, "--promised-at", zone, is_end=True)
    done = call.actions().chase_report(
        unit=unit, report=report, words=words, by=by, promised_at=promised
    )
    call.done(done, as_json=as_json)


def _list(
    context: typer.Context,
    *,
    report: Annotated[str | None, typer.Option("--report", help=mark("只列这一种报送"))] = None,
    unit: Annotated[str | None, typer.Option("--unit", help=mark("只列这个单位"))] = None,
    starts: Annotated[
        str | None, typer.Option("--from", help=mark("时限从哪一日或时刻;默认今日"))
    ] = None,
    ends: Annotated[
        str | None, typer.Option("--to", help=mark("时限到哪一日或时刻;默认当日结束"))
    ] = None,
    is_open: Annotated[bool, typer.Option("--open", help=mark("只列还没有收到的"))] = False,
    as_json: Json = False,
) -> None:
    from schedules.calendar import local_day
    from schedules.routine_reports import report_rule

    call = call_of(context)
    house = call.house()
    if report is not None:
        report_rule(house.rules.schedules, report)
    with house.database.read() as session:
        zone = zone_of(session, house.room_key)
        today = day_starts(local_day(call.act().at, zone), zone)
        first = today if starts is None else read_instant(starts, "--from", zone)
        last = first + ONE_DAY if ends is None else read_instant(ends, "--to", zone, is_end=True)
        rows = session.scalars(
            _wanted(house.room_key, report, unit, is_open=is_open).where(*_between(first, last))
        ).all()
        found = _reports(session, house.room_key, rows)
    if as_json:
        call.answer({"reports": found})
        return
    call.table(
        [mark("时限"), mark("报送"), mark("单位"), mark("名称"), mark("状态"), mark("收到")],
        [
            [
                call.local(row["due_at"]),
                row["report"],
                row["owed_by"],
                row["name"],
                row["state"],
                call.local(row["fulfilled_at"]),
            ]
            for row in found
        ],
    )


def _wanted(room_key: str, report: str | None, unit: str | None, *, is_open: bool):  # type: ignore[no-untyped-def]  # noqa: ANN202  a Select behind a late import
    from sqlalchemy import select

    from schedules.tables import Obligation

    query = select(Obligation).where(
        Obligation.room_key == room_key, Obligation.kind == "routine_report"
    )
    if report is not None:
        query = query.where(Obligation.subject == f"report:{report}")
    if unit is not None:
        query = query.where(Obligation.owed_by == f"unit:{unit.removeprefix('unit:')}")
    if is_open:
        query = query.where(Obligation.fulfilled_at.is_(None), Obligation.waived_at.is_(None))
    return query.order_by(Obligation.due_at, Obligation.owed_by)


def _between(first: object, last: object):  # type: ignore[no-untyped-def]  # noqa: ANN202  conditions
    from schedules.tables import Obligation

    return (Obligation.due_at >= first, Obligation.due_at < last)


def _reports(
    session: "Session", room_key: str, rows: "Sequence[Obligation]"
) -> list[dict[str, object]]:
    from console.json_values import obligation_json
    from records.names import party_names

    names = party_names(session, room_key, [row.owed_by for row in rows])
    chased = _chases(session, [row.id for row in rows])
    return [
        {
            "id": row.id,
            "report": row.subject.removeprefix("report:"),
            **obligation_json(row),
            "name": names[row.owed_by],
            "nil_return": row.note == "nil_return",
            "chases": chased.get(row.id, []),
        }
        for row in rows
    ]


def _chases(session: "Session", ids: list[int]) -> dict[int, list[dict[str, object]]]:
    from sqlalchemy import select

    from console.json_values import instant_json
    from schedules.tables import Chase

    found: dict[int, list[dict[str, object]]] = {}
    for start in range(0, len(ids), 400):
        some = ids[start : start + 400]
        rows = session.scalars(
            select(Chase).where(Chase.obligation_id.in_(some)).order_by(Chase.id)
        )
        for row in rows:
            found.setdefault(row.obligation_id, []).append(
                {
                    "at": instant_json(row.at),
                    "chased_by": row.chased_by,
                    "words": row.words,
                    "promised_at": instant_json(row.promised_at),
                }
            )
    return found
