"""`duty spot-check`: unannounced checks, roll calls, calls to units, visits and patrols."""

from typing import Annotated

import typer

from console.cli.call import call_of
from console.cli.options import By, Json, PinFile, Signer, read_instant, read_pin
from console.cli.people import zone_of
from records.language import mark

MOST_ROWS = 200


def add_to(app: typer.Typer) -> None:
    """Give the app its group `spot-check`."""
    group = typer.Typer(
        help=mark("抽查和点名、领导签到、巡查"), no_args_is_help=True, rich_markup_mode=None
    )
    group.command("plan", help=mark("安排抽查或点名:时段内的时刻随机"))(_plan)
    group.command("answer", help=mark("岗位应答抽查或点名"))(_answer)
    group.command("call", help=mark("登记电话抽查单位的结果"))(_call)
    group.command("visit", help=mark("领导到值班室签到(本人 PIN)"))(_visit)
    group.command("patrol", help=mark("登记巡查发现"))(_patrol)
    group.command("list", help=mark("列出已问过的抽查和点名"))(_list)
    app.add_typer(group, name="spot-check")


def _plan(
    context: typer.Context,
    *,
    window_from: Annotated[str, typer.Option("--window-from", help=mark("时段自"))],
    window_until: Annotated[str, typer.Option("--window-until", help=mark("时段至"))],
    party: Annotated[
        str | None, typer.Option("--party", help=mark("post:岗位 或 unit:编号;不写即全室点名"))
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        zone = zone_of(session, house.room_key)
    done = call.actions().plan_spot_check(
        window_from=read_instant(window_from, "--window-from", zone),
        window_until=read_instant(window_until, "--window-until", zone, is_end=True),
        party=party,
        by=by,
    )
    call.done(done, as_json=as_json)


def _answer(context: typer.Context, *, by: Signer, as_json: Json = False) -> None:
    call = call_of(context)
    call.done(call.actions().answer_spot_check(by=by), as_json=as_json)


def _call(
    context: typer.Context,
    *,
    unit: Annotated[str, typer.Option("--unit", help=mark("单位,如 unit:410422"))],
    answered: Annotated[bool, typer.Option("--answered/--unanswered", help=mark("是否接听"))],
    seconds: Annotated[
        int | None, typer.Option("--seconds", min=0, help=mark("响铃几秒后接听"))
    ] = None,
    answered_by: Annotated[str, typer.Option("--answered-by", help=mark("接听人"))] = "",
    words: Annotated[str, typer.Option("--words", help=mark("是否知情等"))] = "",
    by: By = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    done = call.actions().call_unit(
        unit=unit, answered=answered, seconds=seconds, answered_by=answered_by, words=words, by=by
    )
    call.done(done, as_json=as_json)


def _visit(
    context: typer.Context,
    *,
    by: Signer,
    words: Annotated[str, typer.Option("--words", help=mark("要说的话"))] = "",
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    actions = call.actions()
    done = actions.record_visit(by=by, words=words, pin=read_pin(call, pin_file))
    call.done(done, as_json=as_json)


def _patrol(
    context: typer.Context,
    *,
    by: Signer,
    words: Annotated[str, typer.Option("--words", help=mark("巡查发现"))],
    as_json: Json = False,
) -> None:
    call = call_of(context)
    call.done(call.actions().record_patrol(by=by, words=words), as_json=as_json)


def _list(context: typer.Context, *, as_json: Json = False) -> None:
    from sqlalchemy import select

    from console.json_values import instant_json
    from schedules.presence_tables import SpotCheck

    call = call_of(context)
    house = call.house()
    query = (
        select(SpotCheck)
        # What is only planned is shown to nobody: its instant must not be guessed.
        .where(SpotCheck.room_key == house.room_key, SpotCheck.asked_at.is_not(None))
        .order_by(SpotCheck.asked_at.desc(), SpotCheck.id.desc())
        .limit(MOST_ROWS)
    )
    with house.database.read() as session:
        found: list[dict[str, object]] = [
            {
                "id": row.id,
                "roll_call": row.roll_call,
                "party": row.party,
                "asked_at": instant_json(row.asked_at),
                "second_at": instant_json(row.second_at),
                "answered_at": instant_json(row.answered_at),
                "answered_by": row.answered_by,
                "answer_seconds": row.answer_seconds,
                "outcome": row.outcome,
                "words": row.words,
            }
            for row in session.scalars(query)
        ]
    if as_json:
        call.answer({"spot_checks": found})
        return
    call.table(
        [mark("编号"), mark("对象"), mark("时刻"), mark("结果"), mark("用时秒"), mark("说明")],
        [
            [
                row["id"],
                row["party"],
                call.local(row["asked_at"]),
                row["outcome"],
                row["answer_seconds"],
                row["words"],
            ]
            for row in found
        ],
    )
