"""`duty settings show`: every value with its origin, secrets never."""

import typer

from console.cli.call import call_of
from console.cli.options import Json
from records.language import mark


def add_to(app: typer.Typer) -> None:
    """Give the app its group `settings`."""
    group = typer.Typer(help=mark("本机设置"), no_args_is_help=True, rich_markup_mode=None)
    group.command("show", help=mark("列出每项设置的值和来源,不显示密码"))(_show)
    app.add_typer(group, name="settings")


def _show(context: typer.Context, as_json: Json = False) -> None:
    from records.settings import read_settings, settings_lines

    call = call_of(context)
    lines = settings_lines(read_settings(call.installation))
    if as_json:
        call.answer(
            {
                "file": str(call.installation.settings_file),
                "settings": [
                    {"key": key, "value": shown, "origin": origin.value}
                    for key, shown, origin in lines
                ],
            }
        )
        return
    call.table(
        [mark("设置"), mark("值"), mark("来源")],
        [[key, shown, origin.value] for key, shown, origin in lines],
    )
