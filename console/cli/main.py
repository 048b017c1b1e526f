"""The `duty` command: its groups, its global options, and the edge where every error ends."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from console.cli import (
    alerts,
    backups,
    consoles,
    findings,
    handovers,
    imports,
    incidents,
    installing,
    log,
    mails,
    orders,
    people,
    plans,
    posts,
    presence,
    replays,
    reports,
    rosters,
    settings,
    spot_checks,
    states,
)
from console.cli.call import Call, new_call
from console.cli.edge import spoken_help, told_by_status
from records.language import Language, mark

app = typer.Typer(
    name="duty",
    help=mark("值班室的命令行:签到、报送、告警、值班日志、值守程序。"),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)


@app.callback()
def _choose(
    context: typer.Context,
    *,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data", metavar="DIR", help=mark("数据目录;默认取环境变量 DUTY_DATA,再取本机用户目录")
        ),
    ] = None,
    lang: Annotated[
        Language | None, typer.Option("--lang", help=mark("语言:zh 或 en;默认按设置"))
    ] = None,
) -> None:
    call = new_call(data, lang)
    context.obj = call
    context.call_on_close(call.close)


for group in (
    installing,
    consoles,
    states,
    settings,
    mails,
    imports,
    people,
    posts,
    handovers,
    presence,
    spot_checks,
    rosters,
    reports,
    incidents,
    findings,
    orders,
    plans,
    alerts,
    log,
    replays,
    backups,
):
    group.add_to(app)


def main(arguments: Sequence[str]) -> int:
    """Run one call; return its exit status, after saying on standard error what went wrong."""
    call = _first_look(arguments)
    with told_by_status(call) as told:
        command = spoken_help(typer.main.get_command(app), call.language)
        words = list(arguments) or ["--help"]
        status = command.main(words, prog_name="duty", standalone_mode=False)
        told.status = status if isinstance(status, int) else 0
    return told.status


def _first_look(arguments: Sequence[str]) -> Call:
    """Return whose data and which language, before the arguments are understood or refused."""
    data: Path | None = None
    language: Language | None = None
    for word, following in zip(arguments, [*arguments[1:], ""], strict=False):
        name, _, value = word.partition("=")
        if not word.startswith("-") or word == "--":
            continue
        if name == "--data":
            data = Path(value or following)
        if name == "--lang" and (value or following) in list(Language):
            language = Language(value or following)
    return new_call(data, language)


def run() -> None:
    """Run the call of this process."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # text streams
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
