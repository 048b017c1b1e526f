"""`duty alert`: what was told, and who took it on."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.call import call_of
from console.cli.options import By, Json, PinFile, read_pin
from records.language import mark

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST_ROWS = 500
OPEN_WITHIN = timedelta(days=30)  # so that a room of many years need not be read whole


def add_to(app: typer.Typer) -> None:
    """Give the app its group `alert`."""
    group = typer.Typer(help=mark("告警及其接手"), no_args_is_help=True, rich_markup_mode=None)
    group.command("list", help=mark("列出告警;默认只列无人接手的"))(_list)
    group.command("acknowledge", help=mark("记录谁以何种方式接手了告警"))(_acknowledge)
    app.add_typer(group, name="alert")


def _list(
    context: typer.Context,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help=mark("连同已接手、已办结的,最近500条"))
    ] = False,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        since = house.clock.now() - OPEN_WITHIN
        found = _alerts(session, house.room_key, None if everything else since)
    if as_json:
        call.answer({"alerts": found})
        return
    call.table(
        [
            mark("时刻"),
            mark("告知"),
            mark("姓名"),
            mark("身份"),
            mark("欠项方"),
            mark("事项"),
            mark("阶"),
        ],
        [
            [
                call.local(row["at"]),
                row["to"],
                row["name"],
                row["as"],
                row["owed_by"],
                row["subject"],
                row["ladder_step"],
            ]
            for row in ({**row, **_first(row)} for row in found)
        ],
    )


def _first(row: dict[str, object]) -> dict[str, object]:
    about = row["about"]
    assert isinstance(about, list)
    return dict(about[0])


def _alerts(
    session: "Session", room_key: str, open_since: datetime | None
) -> list[dict[str, object]]:
    """Return the latest alerts, oldest first; with `open_since` only open ones since then."""
    from sqlalchemy import select

    from console.json_values import instant_json
    from plans.mail_states import Stage
    from plans.tables import Alert, Mail
    from records.names import party_names
    from schedules.tables import Obligation

    query = (
        select(Alert, Obligation, Mail.state, Mail.accepted_at)
        .join(Obligation, Obligation.id == Alert.obligation_id)
        .join(Mail, Mail.id == Alert.mail_id)
        .where(Alert.room_key == room_key)
        .order_by(Alert.id.desc())
        .limit(MOST_ROWS)
    )
    if open_since is not None:
        query = query.where(
            Alert.at > open_since,
            Alert.acknowledged_at.is_(None),
            Alert.stage.in_([Stage.TOLD.value, Stage.RETURNED.value]),
            Obligation.fulfilled_at.is_(None),
            Obligation.waived_at.is_(None),
        )
    rows = session.execute(query).all()[::-1]
    names = party_names(session, room_key, [alert.recipient for alert, *_ in rows])
    return [
        {
            "id": alert.id,
            "at": instant_json(alert.at),
            "to": alert.recipient,
            "name": names[alert.recipient],
            "as": alert.capacity,
            "about": [{"owed_by": owed.owed_by, "subject": owed.subject, "kind": owed.kind}],
            "stage": alert.stage,
            "ladder_step": alert.ladder_step,
            "late_seconds": alert.late_seconds,
            "mail": state,
            "accepted_at": instant_json(accepted_at),
            "acknowledged_at": instant_json(alert.acknowledged_at),
        }
        for alert, owed, state, accepted_at in rows
    ]


def _acknowledge(
    context: typer.Context,
    *,
    acknowledged_by: Annotated[
        str, typer.Option("--acknowledged-by", help=mark("谁接手:post:岗位 或 person:编号"))
    ],
    owed_by: Annotated[
        str | None, typer.Option("--owed-by", help=mark("欠项方,如 post:secondary"))
    ] = None,
    code: Annotated[str | None, typer.Option("--code", help=mark("邮件中的四位代码"))] = None,
    obligation_kind: Annotated[
        str | None, typer.Option("--obligation-kind", help=mark("只限这一类,如 sign_in"))
    ] = None,
    subject: Annotated[str | None, typer.Option("--subject", help=mark("只限这一事由"))] = None,
    how: Annotated[str, typer.Option("--how", help=mark("以何种方式得知,如 来电"))] = "",
    by: By = None,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    actions = call.actions()
    pin = read_pin(call, pin_file) if by is not None else None
    done = actions.acknowledge_alert(
        acknowledged_by=acknowledged_by,
        owed_by=owed_by,
        code=code,
        obligation_kind=obligation_kind,
        subject=subject,
        by=by,
        how=how,
        pin=pin,
    )
    call.done(done, as_json=as_json)
