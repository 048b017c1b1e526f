"""`duty roster publish|swap|cover|accept|approve|refuse`: make rosters, trade shifts."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.call import Call, call_of
from console.cli.options import By, Json, PinFile, Signer, read_pin
from records.clean_text import clean
from records.errors import BadData
from records.language import Sentence, mark

if TYPE_CHECKING:
    from console.roster_drafting import Draft

Shift = Annotated[str, typer.Option("--shift", help=mark("班次,如 night:2026-02-09"))]
PostOption = Annotated[
    str | None, typer.Option("--post", help=mark("岗位,如 post:primary;本人的班可以不写"))
]
Reason = Annotated[str, typer.Option("--reason", help=mark("原因"))]
Emergency = Annotated[
    bool, typer.Option("--emergency", help=mark("班次已经开始的紧急情况,须写原因"))
]
Request = Annotated[
    int | None, typer.Option("--request", help=mark("请求的编号;只有一个待办时可以不写"))
]


def add_to(group: typer.Typer) -> None:
    """Give the group `roster` its acts."""
    group.command("publish", help=mark("按班制和人员排出公平的值班表并发布"))(_publish)
    group.command("swap", help=mark("请求与人调班"))(_swap)
    group.command("cover", help=mark("请人替班"))(_cover)
    group.command("accept", help=mark("接替人同意调班或替班"))(_accept)
    group.command("approve", help=mark("带班领导批准调班或替班"))(_approve)
    group.command("refuse", help=mark("不同意,或撤回自己的请求"))(_refuse)


def _publish(
    context: typer.Context,
    *,
    first: Annotated[str, typer.Option("--first", help=mark("首日,如 2026-02-01"))],
    last: Annotated[str, typer.Option("--last", help=mark("末日"))],
    pattern: Annotated[
        str, typer.Option("--pattern", help=mark("值班员的班制:day_night、24h、12x2、8x3、weekly"))
    ] = "day_night",
    lead_pattern: Annotated[
        str, typer.Option("--lead-pattern", help=mark("带班领导的班制;空则不排"))
    ] = "lead",
    officers: Annotated[
        list[str] | None,
        typer.Option("--officers", help=mark("值班员,可写多次;不写即所有具备资格者")),
    ] = None,
    leaders: Annotated[
        list[str] | None, typer.Option("--leaders", help=mark("带班领导,可写多次"))
    ] = None,
    drivers: Annotated[
        list[str] | None, typer.Option("--drivers", help=mark("值班司机,可写多次"))
    ] = None,
    with_gaps: Annotated[bool, typer.Option("--with-gaps", help=mark("有空岗也发布"))] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help=mark("只看,不发布"))] = False,
    by: By = None,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    from console.acts.rosters import RosterWish

    call = call_of(context)
    wish = RosterWish(
        _date(first, "--first"),
        _date(last, "--last"),
        pattern,
        lead_pattern,
        tuple(officers or ()),
        tuple(leaders or ()),
        tuple(drivers or ()),
    )
    actions = call.actions()
    draft = actions.draft_roster(wish)
    _say_draft(call, draft)
    if dry_run:
        _show_draft(call, draft, as_json=as_json)
        return
    pin = read_pin(call, pin_file) if by is not None else None
    done = actions.publish_roster(wish, by=by, with_gaps=with_gaps, pin=pin)
    call.done(done, as_json=as_json)


def _date(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadData(
            mark("{name} 应为日期,如 2026-02-01,不是“{text}”。"),
            name=name,
            text=clean(text, limit=40),
        ) from None


def _say_draft(call: Call, draft: "Draft") -> None:
    """Name gaps, what is unfair and what else people should know, before anything is stored."""
    for gap in draft.gaps:
        call.say(
            Sentence(mark("空岗:班次{shift}的{post}无人。"), {"shift": gap.key, "post": gap.post})
        )
    for unfair in draft.unfair:
        call.say(Sentence(mark("未能均衡:{reason}"), {"reason": unfair.reason}))
    for note in draft.notes:
        call.say(note)


def _show_draft(call: Call, draft: "Draft", *, as_json: bool) -> None:
    from console.json_values import instant_json

    rows: list[dict[str, object]] = [
        {
            "shift": f"shift:{shift.key}",
            "starts_at": instant_json(shift.starts_at),
            "ends_at": instant_json(shift.ends_at),
            "post": f"post:{post}",
            "person": None if person is None else f"person:{person}",
        }
        for shift in draft.edition.shifts
        for post, person in shift.people.items()
    ]
    if as_json:
        call.answer(
            {
                "roster": rows,
                "gaps": [
                    {"shift": f"shift:{gap.key}", "post": f"post:{gap.post}"} for gap in draft.gaps
                ],
                "unfair": [
                    {
                        "measure": each.measure.value,
                        "most": each.most,
                        "least": each.least,
                        "reason": call.said(each.reason),
                    }
                    for each in draft.unfair
                ],
                "notes": [call.said(note) for note in draft.notes],
            }
        )
        return
    call.table(
        [mark("班次"), mark("开始"), mark("岗位"), mark("人员")],
        [[row["shift"], call.local(row["starts_at"]), row["post"], row["person"]] for row in rows],
    )


def _swap(
    context: typer.Context,
    *,
    by: Signer,
    shift: Shift,
    other_shift: Annotated[str, typer.Option("--other-shift", help=mark("对方的班次"))],
    post: PostOption = None,
    other_post: Annotated[
        str | None, typer.Option("--other-post", help=mark("对方的岗位;默认同一岗位"))
    ] = None,
    replacement: Annotated[
        str | None, typer.Option("--replacement", help=mark("对方,如 person:p010"))
    ] = None,
    reason: Reason = "",
    emergency: Emergency = False,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    from console.acts.rosters import SwapWish

    call = call_of(context)
    wish = SwapWish(shift, post, replacement, other_shift, other_post, reason, emergency)
    done = call.actions().ask_swap(wish, by=by, pin=read_pin(call, pin_file))
    call.done(done, as_json=as_json)


def _cover(
    context: typer.Context,
    *,
    by: Signer,
    shift: Shift,
    replacement: Annotated[
        str, typer.Option("--replacement", help=mark("接替的人,如 person:p010"))
    ],
    post: PostOption = None,
    reason: Reason = "",
    emergency: Emergency = False,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    from console.acts.rosters import SwapWish

    call = call_of(context)
    wish = SwapWish(shift, post, replacement, None, None, reason, emergency)
    done = call.actions().cover_shift(wish, by=by, pin=read_pin(call, pin_file))
    call.done(done, as_json=as_json)


def _accept(
    context: typer.Context,
    *,
    by: Signer,
    request: Request = None,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    pin = read_pin(call, pin_file)
    call.done(call.actions().accept_swap(by=by, request=request, pin=pin), as_json=as_json)


def _approve(
    context: typer.Context,
    *,
    by: Signer,
    request: Request = None,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    pin = read_pin(call, pin_file)
    call.done(call.actions().approve_swap(by=by, request=request, pin=pin), as_json=as_json)


def _refuse(
    context: typer.Context,
    *,
    by: Signer,
    reason: Reason = "",
    request: Request = None,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    pin = read_pin(call, pin_file)
    done = call.actions().refuse_swap(by=by, request=request, reason=reason, pin=pin)
    call.done(done, as_json=as_json)
