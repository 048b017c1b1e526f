"""`duty backup` and `duty restore`: a live copy that was opened and verified; never overwriting."""

from pathlib import Path
from typing import Annotated

import typer

from console.cli.call import call_of
from console.cli.options import Json
from records.language import Sentence, mark


def add_to(app: typer.Typer) -> None:
    """Give the app its `backup` and its `restore`."""
    app.command("backup", help=mark("运行中备份数据库到新文件,并打开校验"))(_backup)
    app.command("restore", help=mark("把备份还原到新的数据目录,不会覆盖"))(_restore)


def _backup(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(help=mark("备份到哪个新文件"))],
    as_json: Json = False,
) -> None:
    from console.backup import back_up

    call = call_of(context)
    checked = back_up(call.house(), file)
    if as_json:
        call.answer({"file": str(file), "rooms": checked.as_data()})
    call.say(
        Sentence(
            mark("已备份到 {file} 并校验:值班日志{entries}条。"),
            {"file": file, "entries": checked.entries},
        )
    )


def _restore(
    context: typer.Context,
    *,
    file: Annotated[Path, typer.Argument(help=mark("备份文件"))],
    folder: Annotated[Path, typer.Argument(help=mark("新的数据目录"))],
    as_json: Json = False,
) -> None:
    from console.backup import restore

    call = call_of(context)
    checked = restore(file, folder.expanduser().absolute(), call.language)
    if as_json:
        call.answer({"folder": str(folder), "rooms": checked.as_data()})
    call.say(
        Sentence(
            mark(
                "已还原到 {folder} 并校验:值班日志{entries}条。"
                "设置为默认值;原来的 settings.toml 和规则目录请自行复制。"
            ),
            {"folder": folder, "entries": checked.entries},
        )
    )
