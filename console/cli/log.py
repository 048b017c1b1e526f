"""`duty log`: the duty log written, read, searched, verified, exported."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.call import call_of
from console.cli.options import By, Json, read_instant
from console.cli.people import zone_of
from records.language import Language, Sentence, mark

if TYPE_CHECKING:
    from records.duty_log import Recorded


def add_to(app: typer.Typer) -> None:
    """Give the app its group `log`."""
    group = typer.Typer(help=mark("值班日志"), no_args_is_help=True, rich_markup_mode=None)
    group.command("add", help=mark("记一条日志"))(_add)
    group.command("show", help=mark("查看或检索日志,最新的在最后"))(_show)
    group.command("verify", help=mark("校验日志的哈希链"))(_verify)
    group.command("export", help=mark("把全部日志导出为一行一条的 JSON 文件"))(_export)
    app.add_typer(group, name="log")


def _add(
    context: typer.Context,
    *,
    text: Annotated[str, typer.Option("--text", help=mark("日志内容"))],
    kind: Annotated[str, typer.Option("--kind", help=mark("类别,如 note"))] = "note",
    by: By = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    call.done(call.actions().add_log(text=text, kind=kind, by=by), as_json=as_json)


def _show(
    context: typer.Context,
    *,
    search: Annotated[str, typer.Option("--search", help=mark("要找的字词"))] = "",
    at: Annotated[str | None, typer.Option("--at", help=mark("只看到这一时刻为止"))] = None,
    kind: Annotated[
        str | None, typer.Option("--act", help=mark("只看这一种动作,如 sign_in"))
    ] = None,
    subject: Annotated[str | None, typer.Option("--subject", help=mark("只看这一事由"))] = None,
    before: Annotated[int | None, typer.Option("--before", help=mark("只看此编号之前的"))] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help=mark("最多多少条"))] = 50,
    as_json: Json = False,
) -> None:
    from records.log_reading import page
    from records.log_search import search as found_in

    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        zone = zone_of(session, house.room_key)
        if search:
            rows = found_in(session, house.room_key, search, before_seq=before, limit=limit)
        else:
            instant = None if at is None else read_instant(at, "--at", zone, is_end=True)
            rows = page(
                session,
                house.room_key,
                before_seq=before,
                at=instant,
                act=kind,
                subject=subject,
                limit=limit,
            )
    if as_json:
        call.answer({"entries": [_entry_json(row, call.language) for row in rows[::-1]]})
        return
    for row in rows[::-1]:
        when = row.at.astimezone(zone).strftime("%m-%d %H:%M:%S")
        for number, line in enumerate(row.said_in(call.language).split("\n")):
            call.show(f"{row.seq:>6}  {when}  {line}" if number == 0 else f"{'':24}{line}")


def _entry_json(row: "Recorded", language: Language) -> dict[str, object]:
    from console.json_values import instant_json

    return {
        "seq": row.seq,
        "at": instant_json(row.at),
        "act": row.act,
        "operator": row.operator,
        "subject": row.subject,
        "text": row.said_in(language),
        "data": {key: value for key, value in row.data.items() if not key.startswith("_")},
        "hash": row.hash,
    }


def _verify(context: typer.Context, as_json: Json = False) -> None:
    from records.duty_log import head, verify_chain
    from records.errors import ChainBreak

    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        seq, hash_ = head(session, house.room_key)
        try:
            verify_chain(session, house.room_key)
        except ChainBreak as broken:
            if as_json:
                call.answer(
                    {
                        "entries": seq,
                        "head": hash_,
                        "verifies": False,
                        "first_break": broken.params["seq"],
                    }
                )
            raise
    if as_json:
        call.answer({"entries": seq, "head": hash_, "verifies": True})
        return
    call.show(Sentence(mark("值班日志共{seq}条,校验无误;末条 {head}"), {"seq": seq, "head": hash_}))


def _export(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(help=mark("写到哪个新文件"))],
    as_json: Json = False,
) -> None:
    from console.log_export import export_log

    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        count, head = export_log(session, house.room_key, file)
    if as_json:
        call.answer({"file": str(file), "entries": count, "head": head})
    call.say(Sentence(mark("已导出{count}条值班日志到 {file}。"), {"count": count, "file": file}))
