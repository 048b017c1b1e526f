"""`duty mail`: the mails that wait or were refused, and a test of the real path."""

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.call import call_of
from console.cli.options import Json
from records.language import Sentence, mark

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def add_to(app: typer.Typer) -> None:
    """Give the app its group `mail`."""
    group = typer.Typer(help=mark("邮件"), no_args_is_help=True, rich_markup_mode=None)
    group.command("test", help=mark("沿真实的邮件通道发一封试通邮件"))(_test)
    group.command("list", help=mark("列出邮件:等待、延迟、被拒的在前"))(_list)
    app.add_typer(group, name="mail")


def _test(
    context: typer.Context,
    *,
    address: Annotated[str, typer.Argument(help=mark("收件邮箱地址"))],
    as_json: Json = False,
) -> None:
    from console.mail_test import send_test

    call = call_of(context)
    proven = send_test(call.house(), address)
    if as_json:
        call.answer(proven.as_data())
    call.say(proven.sentence)
    if not proven.is_accepted:
        raise typer.Exit(1)


def _list(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help=mark("最多多少封"))] = 50,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        found = _mails(session, house.room_key, limit)
    if as_json:
        call.answer({"mails": found})
        return
    call.table(
        [
            mark("编号"),
            mark("时刻"),
            mark("收件"),
            mark("地址"),
            mark("状态"),
            mark("次数"),
            mark("答复"),
        ],
        [
            [
                row["id"],
                call.local(row["at"]),
                row["name"],
                row["address"],
                Sentence(_STATES[str(row["state"])]),
                row["attempts"],
                row["last_reply"],
            ]
            for row in found
        ],
    )


_STATES = {
    "waiting": mark("等待"),
    "delayed": mark("延迟"),
    "claimed": mark("发送中"),
    "unknown": mark("结果不明"),
    "refused": mark("被拒"),
    "accepted": mark("已接收"),
}


def _mails(session: "Session", room_key: str, limit: int) -> list[dict[str, object]]:
    from sqlalchemy import select

    from console.json_values import instant_json
    from plans.mail_states import MailState
    from plans.tables import Mail
    from records.names import party_names

    of_room = select(Mail).where(Mail.room_key == room_key)
    is_open = Mail.next_try_at.is_not(None)
    is_refused = Mail.state == MailState.REFUSED.value
    rows = list(session.scalars(of_room.where(is_open).order_by(Mail.id).limit(limit)))
    for condition in (is_refused, ~is_refused & ~is_open):
        left = limit - len(rows)
        if left > 0:
            rows += session.scalars(of_room.where(condition).order_by(Mail.id.desc()).limit(left))
    names = party_names(session, room_key, [row.recipient for row in rows])
    return [
        {
            "id": row.id,
            "at": instant_json(row.at),
            "to": row.recipient,
            "name": names[row.recipient],
            "address": row.address,
            "state": "delayed" if row.state == "waiting" and row.attempts else row.state,
            "attempts": row.attempts,
            "next_try_at": instant_json(row.next_try_at),
            "accepted_at": instant_json(row.accepted_at),
            "subject": row.subject,
            "message_id": row.message_id,
            "last_reply": row.last_reply,
        }
        for row in rows
    ]
