"""`duty finding`: suspected findings, what is said about them, how they were judged."""

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.call import call_of
from console.cli.options import By, Json, PinFile, Signer, read_pin
from records.language import Sentence, mark

if TYPE_CHECKING:
    from schedules.tables import Finding as FindingRow

MOST_ROWS = 200

Finding = Annotated[int, typer.Option("--finding", help=mark("疑似事项的编号"))]
Reason = Annotated[str, typer.Option("--reason", help=mark("认定或撤销的理由"))]


def add_to(app: typer.Typer) -> None:
    """Give the app its group `finding`."""
    group = typer.Typer(
        help=mark("疑似漏岗、误岗、脱岗、替岗"), no_args_is_help=True, rich_markup_mode=None
    )
    group.command("list", help=mark("列出疑似事项;默认只列待认定的"))(_list)
    group.command("explain", help=mark("记入本人的说明"))(_explain)
    group.command("confirm", help=mark("认定(当班带班领导或值班局领导,本人 PIN)"))(_confirm)
    group.command("dismiss", help=mark("不予认定(当班带班领导或值班局领导,本人 PIN)"))(_dismiss)
    app.add_typer(group, name="finding")


def _list(
    context: typer.Context,
    *,
    everything: Annotated[bool, typer.Option("--all", help=mark("连同已认定的"))] = False,
    as_json: Json = False,
) -> None:
    from sqlalchemy import select

    from records.names import party_names
    from schedules.findings import FINDING_WORDS, FindingKind, Judged
    from schedules.tables import Finding as Row

    call = call_of(context)
    house = call.house()
    query = select(Row).where(Row.room_key == house.room_key)
    if not everything:
        query = query.where(Row.judged == Judged.SUSPECTED.value)
    with house.database.read() as session:
        rows = session.scalars(query.order_by(Row.at.desc(), Row.id.desc()).limit(MOST_ROWS)).all()
        names = party_names(
            session, house.room_key, [f"person:{row.person_id}" for row in rows if row.person_id]
        )
        found = [_finding_json(row, names.get(f"person:{row.person_id}")) for row in rows]
    if as_json:
        call.answer({"findings": found})
        return
    call.table(
        [
            mark("编号"),
            mark("时刻"),
            mark("疑似"),
            mark("岗位"),
            mark("人员"),
            mark("状态"),
            mark("说明"),
        ],
        [
            [
                row["id"],
                call.local(row["at"]),
                Sentence(FINDING_WORDS[FindingKind(str(row["kind"]))]),
                row["post"],
                row["name"],
                row["judged"],
                row["explanation"],
            ]
            for row in found
        ],
    )


def _finding_json(row: "FindingRow", name: str | None) -> dict[str, object]:
    from console.json_values import instant_json

    return {
        "id": row.id,
        "at": instant_json(row.at),
        "kind": row.kind,
        "post": f"post:{row.post_key}",
        "person": None if row.person_id is None else f"person:{row.person_id}",
        "name": name,
        "late_seconds": row.late_seconds,
        "explanation": row.explanation,
        "judged": row.judged,
        "judged_by": row.judged_by,
        "judged_at": instant_json(row.judged_at),
        "reason": row.reason,
    }


def _explain(
    context: typer.Context,
    *,
    finding: Finding,
    words: Annotated[str, typer.Option("--words", help=mark("说明的话"))],
    by: By = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    done = call.actions().explain_finding(finding=finding, words=words, by=by)
    call.done(done, as_json=as_json)


def _confirm(
    context: typer.Context,
    *,
    finding: Finding,
    reason: Reason,
    by: Signer,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    _judge(
        context,
        finding=finding,
        reason=reason,
        by=by,
        confirm=True,
        pin_file=pin_file,
        as_json=as_json,
    )


def _dismiss(
    context: typer.Context,
    *,
    finding: Finding,
    reason: Reason,
    by: Signer,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    _judge(
        context,
        finding=finding,
        reason=reason,
        by=by,
        confirm=False,
        pin_file=pin_file,
        as_json=as_json,
    )


def _judge(
    context: typer.Context,
    *,
    finding: int,
    reason: str,
    by: str,
    confirm: bool,
    pin_file: PinFile,
    as_json: bool,
) -> None:
    call = call_of(context)
    actions = call.actions()
    pin = read_pin(call, pin_file)
    done = actions.judge_finding(finding=finding, confirm=confirm, reason=reason, by=by, pin=pin)
    call.done(done, as_json=as_json)
