"""`duty handover`: the two sides of a handover, and whether a room moves its posts by it."""

from pathlib import Path
from typing import Annotated

import typer

from console.cli.call import call_of
from console.cli.options import Json, PinFile, Signer, bare_id, read_pin
from records.language import Sentence, mark

Post = Annotated[
    str | None, typer.Option("--post", help=mark("岗位;只在此人同时可交接几个岗位时需要"))
]
Words = Annotated[str, typer.Option("--words", help=mark("要说的话"))]
Reason = Annotated[str, typer.Option("--reason", help=mark("原因"))]
Item = Annotated[str, typer.Option("--item", help=mark("未办结事项,见 duty handover show"))]

SecondPinFile = Annotated[
    Path | None, typer.Option("--second-pin-file", help=mark("第二名签名人的 PIN 文件"))
]


def add_to(app: typer.Typer) -> None:
    """Give the app its group `handover`."""
    group = typer.Typer(help=mark("交接班"), no_args_is_help=True, rich_markup_mode=None)
    group.command("show", help=mark("查看岗位的交接和未办结事项"))(_show)
    group.command("offer", help=mark("交班(交班人 PIN)"))(_offer)
    group.command("confirm", help=mark("接班人复述确认一项未办结事项"))(_confirm)
    group.command("object", help=mark("接班人不接受一项未办结事项"))(_object)
    group.command("accept", help=mark("接班(接班人 PIN);自此刻或班次开始时起负责"))(_accept)
    group.command("refuse", help=mark("拒绝接班(接班人 PIN);交班人继续负责"))(_refuse)
    group.command("take-over", help=mark("紧急接管:仅凭日志,不经交班人(本人 PIN)"))(_take_over)
    group.command("review", help=mark("交班人复核后签署无遗漏(本人 PIN)"))(_review)
    group.command("switch", help=mark("启用或停用交接班(两人 PIN)"))(_switch)
    app.add_typer(group, name="handover")


def _show(
    context: typer.Context,
    *,
    post: Annotated[str, typer.Option("--post", help=mark("岗位"))] = "primary",
    as_json: Json = False,
) -> None:
    from console.handover_reading import read_handover
    from console.parties import require_post

    call = call_of(context)
    house = call.house()
    key = bare_id(post, "post")
    with house.database.read() as session:
        require_post(session, house.room_key, key)
        now = call.act().at
        found = read_handover(
            session, house.room_key, house.rules.schedules, key, now, call.language
        )
    if as_json:
        call.answer(found)
        return
    call.show(Sentence(mark("{post}:此刻负责人{responsible}"), found))
    matters = found["matters"]
    assert isinstance(matters, list)
    call.table(
        [mark("事项"), mark("内容"), mark("复述")],
        [[row["item"], row["what"], row["answer"]] for row in matters],
    )


def _offer(
    context: typer.Context,
    *,
    by: Signer,
    post: Post = None,
    words: Words = "",
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    actions = call.actions()
    pin = read_pin(call, pin_file)
    done = actions.offer_handover(by=by, post=post, words=words, pin=pin)
    call.done(done, as_json=as_json)


def _confirm(
    context: typer.Context,
    *,
    item: Item,
    by: Signer,
    post: Post = None,
    words: Words = "",
    as_json: Json = False,
) -> None:
    call = call_of(context)
    done = call.actions().answer_matter(by=by, post=post, item=item, confirmed=True, words=words)
    call.done(done, as_json=as_json)


def _object(
    context: typer.Context,
    *,
    item: Item,
    by: Signer,
    words: Words,
    post: Post = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    done = call.actions().answer_matter(by=by, post=post, item=item, confirmed=False, words=words)
    call.done(done, as_json=as_json)


def _accept(
    context: typer.Context,
    *,
    by: Signer,
    post: Post = None,
    confirmed: Annotated[
        list[str] | None,
        typer.Option("--confirmed", help=mark("一并复述确认的未办结事项,可写多次")),
    ] = None,
    words: Words = "",
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    actions = call.actions()
    pin = read_pin(call, pin_file)
    done = actions.accept_handover(
        by=by, post=post, confirmed=confirmed or (), words=words, pin=pin
    )
    call.done(done, as_json=as_json)


def _refuse(
    context: typer.Context,
    *,
    by: Signer,
    reason: Reason,
    post: Post = None,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    actions = call.actions()
    pin = read_pin(call, pin_file)
    call.done(actions.refuse_handover(by=by, post=post, reason=reason, pin=pin), as_json=as_json)


def _take_over(
    context: typer.Context,
    *,
    by: Signer,
    reason: Reason,
    post: Post = None,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    actions = call.actions()
    pin = read_pin(call, pin_file)
    call.done(actions.take_over_post(by=by, post=post, reason=reason, pin=pin), as_json=as_json)


def _review(
    context: typer.Context,
    *,
    by: Signer,
    post: Post = None,
    words: Words = "",
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    actions = call.actions()
    pin = read_pin(call, pin_file)
    call.done(actions.review_handover(by=by, post=post, words=words, pin=pin), as_json=as_json)


def _switch(
    context: typer.Context,
    *,
    by: Signer,
    confirmed_by: Annotated[
        str, typer.Option("--confirmed-by", help=mark("第二名签名人:post:岗位 或 person:编号"))
    ],
    on: Annotated[bool, typer.Option("--on/--off", help=mark("启用或停用"))] = True,
    pin_file: PinFile = None,
    second_pin_file: SecondPinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    actions = call.actions()
    done = actions.switch_handovers(
        on=on,
        by=by,
        confirmed_by=confirmed_by,
        pin=read_pin(call, pin_file),
        second_pin=read_pin(call, second_pin_file),
    )
    call.done(done, as_json=as_json)
