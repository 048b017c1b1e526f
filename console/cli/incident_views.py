"""`duty incident list` and `show`: incidents as they stand."""

from typing import TYPE_CHECKING, Annotated, cast

import typer

from console.cli.call import Call, call_of
from console.cli.options import Json
from records.language import mark

if TYPE_CHECKING:
    from records.language import Bilingual, Sentence

Rows = list[dict[str, object]]


def add_to(group: typer.Typer) -> None:
    """Give the group `incident` its commands that read."""
    group.command("list", help=mark("列出事件;默认只列未结束的"))(_list)
    group.command("show", help=mark("一起事件的全部记录、时限和逐级判定"))(_show)


def _list(
    context: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help=mark("连同已结束的,最近200起"))] = False,
    as_json: Json = False,
) -> None:
    from console.incident_views import read_list

    call = call_of(context)
    house = call.house()
    now = house.clock.now()
    with house.database.read() as session:
        found = read_list(session, house.room_key, house.rules, now=now, everything=everything)
    if as_json:
        call.answer({"incidents": found})
        return
    call.table(
        [
            mark("事件"),
            mark("种类"),
            mark("级别"),
            mark("状态"),
            mark("事发"),
            mark("接报"),
            mark("下一时限"),
            mark("地点"),
        ],
        [
            [
                row["incident"],
                row["kind_words"],
                _grade(row["decided_grade"] or row["grade"]),
                row["state"],
                call.local(row["occurred_at"]),
                call.local(row["received_at"]),
                call.local(row["next_due_at"]),
                row["place"],
            ]
            for row in found
        ],
    )


def _grade(value: object) -> "Bilingual | Sentence":
    from plans.grades import Grade
    from plans.incident_words import grade_words

    return grade_words(None if value is None else Grade(str(value)))


def _show(
    context: typer.Context,
    *,
    incident: Annotated[str, typer.Argument(help=mark("事件的代号或编号"))],
    as_json: Json = False,
) -> None:
    from console.incident_views import read_one

    call = call_of(context)
    house = call.house()
    now = house.clock.now()
    with house.database.read() as session:
        found = read_one(session, house.room_key, house.rules, incident, now=now)
    if as_json:
        call.answer(found)
        return
    call.show(f"{found['incident']}  {found['kind_words']}  {found['state']}")
    call.show(_grade(found["decided_grade"] or found["grade"]))
    _show_clocks(call, cast(Rows, found["clocks"]))
    _show_legs(call, cast(Rows, found["legs"]))


def _show_clocks(call: Call, rows: Rows) -> None:
    call.show("")
    call.table(
        [
            mark("时限"),
            mark("自接报起算"),
            mark("报告"),
            mark("责任方"),
            mark("状态"),
            mark("完成"),
        ],
        [
            [
                call.local(row["due_at"]),
                call.local(row["due_from_receipt_at"]),
                f"{row['clock']} {row['name']}",
                row["owed_by"],
                row["state"],
                call.local(row["fulfilled_at"]),
            ]
            for row in rows
        ],
    )


def _show_legs(call: Call, rows: Rows) -> None:
    call.show("")
    call.table(
        [mark("由"), mark("报"), mark("得知"), mark("报到"), mark("限(分)"), mark("判定")],
        [
            [
                row["from"],
                row["to"],
                call.local(row["learned_at"]),
                call.local(row["reported_at"]),
                row["limit_minutes"],
                row["verdict"],
            ]
            for row in rows
        ],
    )
