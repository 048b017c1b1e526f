"""`duty status` and `duty doctor`: how things stand, and what is wrong with the installation."""

from collections.abc import Mapping
from typing import cast

import typer

from console.cli.call import Call, call_of
from console.cli.options import Json
from records.language import Sentence, mark

_Row = dict[str, object]
_SHOWN = 20


def add_to(app: typer.Typer) -> None:
    """Give the app its `status` and its `doctor`."""
    app.command("status", help=mark("谁在岗、什么将到时限、值守程序的心跳、邮件通道"))(_status)
    app.command("doctor", help=mark("检查安装:数据库、时钟、磁盘、邮件、规则目录、值班日志"))(
        _doctor
    )


def _status(context: typer.Context, as_json: Json = False) -> None:
    from console.status import read_status

    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        document = read_status(session, house.room_key, house.clock.now(), house.rules)
    if as_json:
        call.answer(document)
        return
    _show(call, document)


def _show(call: Call, document: Mapping[str, object]) -> None:
    shown = {"room": document["room"], "now": call.local(document["now"])}
    call.show(Sentence(mark("值班室 {room}  {now}"), shown))
    call.table(
        [mark("岗位"), mark("人员"), mark("姓名"), mark("签到时刻"), mark("班次")],
        [
            [row["post"], row["person"], row["name"], call.local(row["since"]), row["shift"]]
            for row in cast("list[_Row]", document["on_duty"])
            if row["shift"] is not None or row["post"] == "post:duty_leader"
        ],
    )
    _show_incidents(call, cast("list[_Row]", document["open_incidents"]))
    overdue = cast("list[_Row]", document["overdue"])
    call.show(Sentence(mark("已到时限未完成:{overdue_count}项"), document))
    call.table(_HEADINGS, [_line(call, row) for row in overdue[:_SHOWN]])
    call.show(Sentence(mark("将到时限")))
    coming = cast("list[_Row]", document["due_next"])
    call.table(_HEADINGS, [_line(call, row) for row in coming[:_SHOWN]])
    _show_watch(call, cast("_Row", document["watch"]))
    mail = cast("_Row", document["mail"])
    call.show(Sentence(mark("邮件:等待{waiting},延迟{delayed},被拒{refused}"), mail))
    for row in cast("list[_Row]", mail["path"]):
        works = mark("邮件通道 {relay}:正常,最近接收 {last_accepted_at}")
        broken = mark("邮件通道 {relay}:自 {since} 起不通,{last_reply}")
        local = {key: call.local(row[key]) for key in ("since", "last_accepted_at")}
        call.show(Sentence(works if row["is_working"] else broken, {**row, **local}))
    proven = call.local(document["alarm_path_last_proven"]) or Sentence(mark("从未"))
    call.show(Sentence(mark("告警通路最近一次试通:{proven}"), {"proven": proven}))


def _show_incidents(call: Call, rows: list[_Row]) -> None:
    if not rows:
        return
    call.show(Sentence(mark("未结束的事件:{count}起"), {"count": len(rows)}))
    call.table(
        [mark("事件"), mark("种类"), mark("接报"), mark("下一时限"), mark("地点")],
        [
            [
                row["incident"],
                row["kind_words"],
                call.local(row["received_at"]),
                call.local(row["next_due_at"]),
                row["place"],
            ]
            for row in rows
        ],
    )


_HEADINGS = [mark("时限"), mark("事项"), mark("责任方"), mark("名称"), mark("状态")]


def _line(call: Call, row: _Row) -> list[object]:
    return [call.local(row["due_at"]), row["subject"], row["owed_by"], row["name"], row["state"]]


def _show_watch(call: Call, watch: _Row) -> None:
    if watch["pulse_at"] is None:
        call.show(Sentence(mark("值守程序:从未运行。请运行 duty watch 或 duty console。")))
    elif watch["alive"]:
        call.show(Sentence(mark("值守程序:正常({holder}),心跳 {age_seconds} 秒前"), watch))
    else:
        call.show(
            Sentence(
                mark("值守程序:没有心跳已 {age_seconds} 秒!请运行 duty watch,再看 duty doctor。"),
                watch,
            )
        )


def _doctor(context: typer.Context, as_json: Json = False) -> None:
    from console.doctor import examine

    call = call_of(context)
    examined = examine(call.installation)
    if as_json:
        call.answer(examined.as_data(call.language))
    else:
        for finding in examined.findings:
            call.show(finding.line)
    if examined.exit_status:
        raise typer.Exit(examined.exit_status)
