"""`duty replay`: tell a timeline again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, cast

import typer

from console.cli.call import Call, call_of
from console.cli.options import Json
from records.language import Sentence, mark


def add_to(app: typer.Typer) -> None:
    """Give the app its `replay`."""
    app.command("replay", help=mark("在虚拟时钟上重演一条时间线(演练、复盘、测试)"))(_replay)


def _replay(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(help=mark("时间线文件(TOML)"))],
    as_json: Json = False,
) -> None:
    from console.replay import replay
    from console.timeline import read_timeline

    call = call_of(context)
    catalogues = call.installation.catalogues
    own = catalogues if call.is_pointed and catalogues.is_dir() else None
    answer = replay(read_timeline(file), catalogues=own, language=call.language)
    if as_json:
        call.answer(answer)
        return
    _show(call, answer)


_Rows = list[dict[str, object]]


def _show(call: Call, answer: Mapping[str, object]) -> None:
    call.show(f"{answer['title']}  {answer['starts_at']} — {answer['ends_at']}")
    call.table(
        [mark("时限"), mark("事项"), mark("责任方"), mark("状态"), mark("迟(秒)")],
        [
            [row["due_at"], row["subject"], row["owed_by"], row["state"], row["late_seconds"]]
            for row in cast("_Rows", answer["obligations"])
        ],
    )
    call.show("")
    call.table(
        [mark("告警时刻"), mark("告知"), mark("身份"), mark("阶"), mark("接手时刻")],
        [
            [row["at"], row["to"], row["as"], row["ladder_step"], row["acknowledged_at"]]
            for row in cast("_Rows", answer["alerts"])
        ],
    )
    for row in cast("_Rows", answer["findings"]):
        call.show(f"{row['at']}  {row['kind']}  {row['post']}  {row['person']}  {row['judged']}")
    for row in cast("_Rows", answer["refused"]):
        call.say(Sentence(mark("被拒绝的动作 {at} {do}:{why}"), row))
    for warning in cast("list[str]", answer["warnings"]):
        call.say(warning)
