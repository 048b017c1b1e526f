"""`duty sign-in`, `duty sign-out`, `duty post`: posts, who stands there, who holds them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.call import call_of
from console.cli.options import By, Json, PinFile, Signer, bare_id, read_pin
from console.cli.people import act_by
from records.language import Bilingual, Sentence, mark

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from schedules.tables import Post


def add_to(app: typer.Typer) -> None:
    """Give the app `sign-in`, `sign-out` and its group `post`."""
    app.command("sign-in", help=mark("在岗位签到(本人 PIN)"))(_sign_in)
    app.command("sign-out", help=mark("从岗位签退(本人 PIN)"))(_sign_out)
    group = typer.Typer(help=mark("岗位及其任职人"), no_args_is_help=True, rich_markup_mode=None)
    group.command("list", help=mark("列出岗位和此刻的人"))(_list)
    group.command("holder", help=mark("查看或变更常设岗位的任职人"))(_holder)
    app.add_typer(group, name="post")


def _sign_in(
    context: typer.Context,
    *,
    by: Signer,
    post: Annotated[
        str | None,
        typer.Option("--post", help=mark("岗位;只在值班表未安排此人时需要(疑似替岗)")),
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help=mark("迟到或替岗的原因"))] = "",
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    actions = call.actions()
    done = actions.sign_in(by=by, post=post, pin=read_pin(call, pin_file), reason=reason)
    call.done(done, as_json=as_json)


def _sign_out(
    context: typer.Context,
    *,
    by: Signer,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    actions = call.actions()
    call.done(actions.sign_out(by=by, pin=read_pin(call, pin_file)), as_json=as_json)


def _list(context: typer.Context, as_json: Json = False) -> None:
    from sqlalchemy import select

    from schedules.tables import Post

    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        rows = session.scalars(
            select(Post).where(Post.room_key == house.room_key).order_by(Post.turn)
        ).all()
        present = _present(session, house.room_key, call.act().at)
        found = [_post_json(row, present.get(row.key)) for row in rows]
    if as_json:
        call.answer({"posts": found})
        return
    words = house.rules.schedules.post_words
    call.table(
        [mark("岗位"), mark("名称"), mark("常设"), mark("搭档"), mark("此刻")],
        [
            [
                row["post"],
                _name(row, words(str(row["post"]).removeprefix("post:"))),
                Sentence(mark("是")) if row["is_standing"] else None,
                row["partner"],
                row["holder"],
            ]
            for row in found
        ],
    )


def _name(row: dict[str, object], words: Bilingual) -> Bilingual | str:
    """Return the catalogue's name in both languages, else the one that is stored."""
    return str(row["name"]) if row["post"] == f"post:{words.zh}" else words


def _present(session: "Session", room_key: str, now: datetime) -> dict[str, str]:
    from console.status import read_on_duty

    return {
        str(row["post"]).removeprefix("post:"): str(row["person"])
        for row in read_on_duty(session, room_key, now)
        if row["person"] is not None
    }


def _post_json(row: "Post", holder: str | None) -> dict[str, object]:
    return {
        "post": f"post:{row.key}",
        "name": row.name,
        "capacity": row.capacity,
        "is_manned": row.is_manned,
        "is_standing": row.is_standing,
        "partner": None if row.partner_key is None else f"post:{row.partner_key}",
        "holder": holder,
    }


def _holder(
    context: typer.Context,
    *,
    post: Annotated[str, typer.Option("--post", help=mark("岗位,如 duty_leader"))],
    person: Annotated[
        str | None, typer.Option("--person", help=mark("新任职人的编号;不写只查看"))
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    from console.holders import hold_post, read_holder

    call = call_of(context)
    house = call.house()
    key = bare_id(post, "post")
    if person is not None:
        with house.database.write() as session:
            hold_post(session, act_by(call, session, by), key, bare_id(person, "person"))
    with house.database.read() as session:
        held = read_holder(session, call.act(), key)
    if as_json:
        call.answer(held)
        return
    if held["person"] is None:
        call.show(Sentence(mark("{post}:此刻无人任职"), held))
        return
    shown = {**held, "from": call.local(held["from"])}
    call.show(Sentence(mark("{post}:{name}({person}),自 {from}"), shown))
