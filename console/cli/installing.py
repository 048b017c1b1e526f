"""`duty init`: make the data folder, its database and its room."""

from typing import Annotated

import typer

from console.cli.call import call_of
from records.language import Sentence, mark


def add_to(app: typer.Typer) -> None:
    """Give the app its `init`."""
    app.command("init", help=mark("建立数据目录:设置、数据库、值班室;--demo 装入样例值班室"))(_init)


def _init(
    context: typer.Context,
    *,
    demo: Annotated[
        bool, typer.Option("--demo", help=mark("装入样例值班室(人员、单位均为虚构)"))
    ] = False,
    name: Annotated[str, typer.Option("--name", help=mark("值班室名称"))] = "",
    telephone: Annotated[
        str, typer.Option("--telephone", help=mark("值班电话,写在每封告警邮件里"))
    ] = "",
) -> None:
    from console.installing import RoomFacts, install

    call = call_of(context)
    language = call.language
    made = install(call.installation, language, RoomFacts(name, telephone) if not demo else None)
    call.say(made)
    if demo:
        call.say(Sentence(mark("样例值班室人人的 PIN 都是 246810。现在可以运行 duty console。")))
