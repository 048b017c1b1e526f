"""`duty replay`: tell a timeline again."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, cast
from zoneinfo import ZoneInfo

import typer

from console.cli.call import LOCAL, Call, call_of
from console.cli.options import Json
from records.language import Sentence, mark

_ZONE = "Asia/Shanghai"  # of the sample room; the JSON answer is in UTC


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


def _local(instant: object) -> str | None:
    if instant is None:
        return None
    return datetime.fromisoformat(str(instant)).astimezone(ZoneInfo(_ZONE)).strftime(LOCAL)


def _show(call: Call, answer: Mapping[str, object]) -> None:
    call.show(f"{answer['title']}  {_local(answer['starts_at'])} — {_local(answer['ends_at'])}")
    call.table(
        [mark("时限"), mark("事项"), mark("责任方"), mark("状态"), mark("迟(秒)")],
        _rows(answer, "obligations", ("due_at", "subject", "owed_by", "state", "late_seconds")),
    )
    call.show("")
    call.table(
        [mark("告警时刻"), mark("告知"), mark("身份"), mark("阶"), mark("接手时刻")],
        _rows(answer, "alerts", ("at", "to", "as", "ladder_step", "acknowledged_at")),
    )
    call.show("")
    call.table(
        [mark("时刻"), mark("疑似"), mark("岗位"), mark("人员"), mark("状态")],
        _rows(answer, "findings", ("at", "kind", "post", "person", "judged")),
    )
    for row in cast("_Rows", answer["refused"]):
        call.say(
            Sentence(
                mark("被拒绝的动作 {at} {do}:{why}"),
                {"at": _local(row["at"]), "do": row["do"], "why": row["why"]},
            )
        )
    for warning in cast("list[str]", answer["warnings"]):
        call.say(warning)


def _rows(answer: Mapping[str, object], part: str, fields: Sequence[str]) -> Iterator[list[object]]:
    """Yield the fields of one part of the answer, instants as local time."""
    for row in cast("_Rows", answer[part]):
        yield [
            _local(row[key]) if key == "at" or key.endswith("_at") else row[key] for key in fields
        ]
