"""`duty import`: people, units, roster and holidays from files."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.call import Call, call_of
from console.cli.options import Json
from records.language import mark

if TYPE_CHECKING:
    from console.imports.report import ImportReport

File = Annotated[Path, typer.Argument(help=mark("要导入的文件"))]
DryRun = Annotated[bool, typer.Option("--dry-run", help=mark("只试读,不写入"))]


def add_to(app: typer.Typer) -> None:
    """Give the app its group `import`."""
    group = typer.Typer(
        help=mark("从文件导入;同一文件导入两次不改变任何东西"),
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("people", help=mark("人员通讯录:CSV、XLSX 或 vCard"))(_people)
    group.command("units", help=mark("报送单位:CSV 或 XLSX"))(_units)
    group.command("roster", help=mark("值班表:CSV、XLSX 或 iCalendar"))(_roster)
    group.command("holidays", help=mark("节假日与调休:CSV、XLSX 或 iCalendar"))(_holidays)
    app.add_typer(group, name="import")


def _people(
    context: typer.Context, file: File, dry_run: DryRun = False, as_json: Json = False
) -> None:
    from console.imports.people import import_people

    call = call_of(context)
    _tell(
        call,
        lambda: import_people(call.house().database, call.act(), file, dry_run=dry_run),
        as_json=as_json,
    )


def _units(
    context: typer.Context, file: File, dry_run: DryRun = False, as_json: Json = False
) -> None:
    from console.imports.units import import_units

    call = call_of(context)
    own = call.installation.catalogues
    _tell(
        call,
        lambda: import_units(
            call.house().database, call.act(), file, dry_run=dry_run, catalogues=own
        ),
        as_json=as_json,
    )


def _roster(
    context: typer.Context, file: File, dry_run: DryRun = False, as_json: Json = False
) -> None:
    from console.imports.roster import import_roster

    call = call_of(context)
    own = call.installation.catalogues
    _tell(
        call,
        lambda: import_roster(
            call.house().database, call.act(), file, dry_run=dry_run, catalogues=own
        ),
        as_json=as_json,
    )


def _holidays(
    context: typer.Context, file: File, dry_run: DryRun = False, as_json: Json = False
) -> None:
    from console.imports.holidays import import_holidays

    call = call_of(context)
    _tell(
        call,
        lambda: import_holidays(call.house().database, call.act(), file, dry_run=dry_run),
        as_json=as_json,
    )


def _tell(call: Call, do: Callable[[], "ImportReport"], *, as_json: bool) -> None:
    """Run an import; print its account, and a line for each row that was not taken."""
    report = do()
    if as_json:
        call.answer({**report.as_data(call.language), "summary": call.said(report.summary)})
    elif report.is_dry_run:
        for row in report.understood:
            call.show(row.sentence)
    for complaint in report.complaints:
        call.say(complaint)
    call.say(report.summary)
    if report.exit_status:
        raise typer.Exit(report.exit_status)
