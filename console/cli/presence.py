"""`duty presence`: answer a presence check at the post, put one off, change how often it is."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.call import call_of
from console.cli.options import Json, PinFile, Signer, read_pin
from records.errors import BadData
from records.language import Sentence, mark

if TYPE_CHECKING:
    from datetime import time

SecondPinFile = Annotated[
    Path | None, typer.Option("--second-pin-file", help=mark("第二名签名人的 PIN 文件"))
]


def add_to(app: typer.Typer) -> None:
    """Give the app `presence` with its further commands."""
    group = typer.Typer(
        help=mark("在岗确认:键入所显示的数字"),
        invoke_without_command=True,
        rich_markup_mode=None,
    )
    group.callback()(_presence)
    group.command("put-off", help=mark("正在录入电话或来文:暂缓近几分钟内的在岗确认"))(_put_off)
    group.command("settings", help=mark("更改在岗确认的间隔(两人 PIN)"))(_settings)
    app.add_typer(group, name="presence")


def _presence(
    context: typer.Context,
    *,
    by: Annotated[
        str | None, typer.Option("--by", help=mark("由谁签名:post:岗位 或 person:编号"))
    ] = None,
    digit: Annotated[
        int | None, typer.Option("--digit", min=0, max=9, help=mark("所显示的数字;不写则先显示"))
    ] = None,
    as_json: Json = False,
) -> None:
    if context.invoked_subcommand is not None:
        return
    if by is None:
        raise BadData(mark("动作“{do}”须写明 by(由谁)。"), do="presence")
    call = call_of(context)
    actions = call.actions()
    if digit is None:
        shown = actions.ask_presence(by=by)
        if not sys.stdin.isatty():
            if as_json:
                call.answer({"digit": shown})
            call.say(Sentence(mark("请以 --digit {digit} 确认在岗。"), {"digit": shown}))
            return
        question = call.said(Sentence(mark("请键入 {digit}:"), {"digit": shown}))
        digit = int(typer.prompt(question, type=int, prompt_suffix=""))
    call.done(actions.answer_presence(by=by, digit=digit), as_json=as_json)


def _put_off(context: typer.Context, *, by: Signer, as_json: Json = False) -> None:
    call = call_of(context)
    call.done(call.actions().put_off_presence(by=by), as_json=as_json)


def _settings(
    context: typer.Context,
    *,
    by: Signer,
    confirmed_by: Annotated[
        str, typer.Option("--confirmed-by", help=mark("第二名签名人:post:岗位 或 person:编号"))
    ],
    on: Annotated[bool, typer.Option("--on/--off", help=mark("启用或停用"))] = True,
    night_from: Annotated[
        str | None, typer.Option("--night-from", help=mark("夜间自,如 22:00"))
    ] = None,
    night_until: Annotated[
        str | None, typer.Option("--night-until", help=mark("夜间至,如 06:00"))
    ] = None,
    night_minutes: Annotated[
        int | None, typer.Option("--night-minutes", min=3, max=60, help=mark("夜间每几分钟一次"))
    ] = None,
    day_minutes: Annotated[
        int | None,
        typer.Option("--day-minutes", min=0, max=60, help=mark("日间每几分钟一次;0 为不问")),
    ] = None,
    incident_minutes: Annotated[
        int | None,
        typer.Option("--incident-minutes", min=0, max=60, help=mark("有突发事件时每几分钟一次")),
    ] = None,
    pin_file: PinFile = None,
    second_pin_file: SecondPinFile = None,
    as_json: Json = False,
) -> None:
    from console.acts.presence import PresenceChanges

    call = call_of(context)
    actions = call.actions()
    changes = PresenceChanges(
        on=on,
        night_from=_time(night_from, "--night-from"),
        night_until=_time(night_until, "--night-until"),
        night_minutes=night_minutes,
        day_minutes=day_minutes,
        incident_minutes=incident_minutes,
    )
    done = actions.change_presence(
        by=by,
        confirmed_by=confirmed_by,
        changes=changes,
        pin=read_pin(call, pin_file),
        second_pin=read_pin(call, second_pin_file),
    )
    call.done(done, as_json=as_json)


def _time(text: str | None, name: str) -> "time | None":
    from datetime import time

    try:
        return None if text is None else time.fromisoformat(text)
    except ValueError:
        raise BadData(mark("{name} 应为时刻,如 22:00。"), name=name) from None
