"""`duty incident centre` and `duty incident response`: centres called, responses ordered."""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from console.cli.call import Call, call_of
from console.cli.options import By, Json, PinFile, read_pin
from plans.command_states import ActivationState, Part, Step
from records.errors import BadData
from records.language import mark

if TYPE_CHECKING:
    from plans.grades import ResponseLevel

E = TypeVar("E", bound=Enum)

Incident = Annotated[str, typer.Option("--incident", help=mark("事件的代号或编号"))]
Centre = Annotated[
    str | None, typer.Option("--centre", help=mark("指挥部,如 flood;不写即按事件种类或取牵头者"))
]
Level = Annotated[str | None, typer.Option("--level", help=mark("响应级别:I、II、III、IV"))]
SignedBy = Annotated[
    str | None,
    typer.Option("--signed-by", help=mark("由谁签发(可在电话中):post:岗位 或 person:编号")),
]
Reason = Annotated[str, typer.Option("--reason", help=mark("理由"))]


def add_commands(group: typer.Typer) -> None:
    """Give the group `incident` its commands `centre` and `response`."""
    group.command("centre", help=mark("指挥部:提请、启动、到岗、撤收;不写状态等即列出"))(_centre)
    group.command("response", help=mark("应急响应:启动、调整、终止、移交上级;不写步骤即列出"))(
        _response
    )


def _centre(
    context: typer.Context,
    *,
    incident: Incident,
    state: Annotated[
        ActivationState | None, typer.Option("--state", help=mark("要转到的状态;不写即列出"))
    ] = None,
    centre: Centre = None,
    part: Annotated[Part | None, typer.Option("--part", help=mark("牵头、配合或知会"))] = None,
    counties: Annotated[int, typer.Option("--counties", min=0, help=mark("涉及几个县区"))] = 1,
    strength: Annotated[
        list[str] | None,
        typer.Option("--strength", help=mark("工作组到岗人数,如 rescue=8,可重复")),
    ] = None,
    level: Level = None,
    signed_by: SignedBy = None,
    reason: Reason = "",
    by: By = None,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    if state is None:
        _list_centres(call, incident, as_json=as_json)
        return
    from console.acts.centres import CentreStep

    step = CentreStep(
        incident=incident,
        state=state,
        centre=centre,
        part=part,
        counties=counties,
        strength=_strength(strength or []),
        level=_level(level),
        signed_by=signed_by,
        reason=reason,
    )
    pin = None if by is None else read_pin(call, pin_file)
    call.done(call.actions().move_centre(step, by=by, pin=pin), as_json=as_json)


def _response(
    context: typer.Context,
    *,
    incident: Incident,
    step: Annotated[Step | None, typer.Option("--step", help=mark("步骤;不写即列出"))] = None,
    level: Level = None,
    centre: Centre = None,
    signed_by: SignedBy = None,
    document: Annotated[str, typer.Option("--document", help=mark("启动令的文号"))] = "",
    reason: Reason = "",
    by: By = None,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    if step is None:
        _list_steps(call, incident, as_json=as_json)
        return
    from console.acts.centres import ResponseStepWanted

    wanted = ResponseStepWanted(
        incident=incident,
        step=step,
        level=_level(level),
        centre=centre,
        signed_by=signed_by,
        document=document,
        reason=reason,
    )
    pin = None if by is None else read_pin(call, pin_file)
    call.done(call.actions().step_response(wanted, by=by, pin=pin), as_json=as_json)


def _strength(written: list[str]) -> Mapping[str, int]:
    found = {}
    for each in written:
        cell, _, count = each.partition("=")
        if not cell or not count.isdecimal():
            raise BadData(
                mark("--strength 应写作 工作组=人数,如 rescue=8,不是“{text}”。"), text=each
            )
        found[cell] = int(count)
    return found


def _level(written: str | None) -> "ResponseLevel | None":
    from plans.grades import ResponseLevel

    return None if written is None else read_scale(ResponseLevel, written, "--level")


def read_scale(scale: type[E], written: str, option: str) -> E:
    """Return the member of a scale that an option names; BadData with those that there are."""
    for member in scale:
        if written.casefold() == str(member.value).casefold():
            return member
    raise BadData(
        mark("{option} 应为以下之一:{known}。"),
        option=option,
        known="、".join(str(member.value) for member in scale),
    )


def _list_centres(call: Call, incident: str, *, as_json: bool) -> None:
    from console.command_lists import centres_json

    house = call.house()
    with house.database.read() as session:
        rows = centres_json(session, house.room_key, incident, house.rules.command)
    if as_json:
        call.answer({"incident": incident, "centres": rows})
        return
    headings = [
        mark("指挥部"),
        mark("名称"),
        mark("分工"),
        mark("状态"),
        mark("提请"),
        mark("启动"),
    ]
    shown = [
        [
            row["centre"],
            row["name"],
            row["part"],
            row["state"],
            call.local(row["proposed_at"]),
            call.local(row["activated_at"]),
        ]
        for row in rows
    ]
    call.table(headings, shown)


def _list_steps(call: Call, incident: str, *, as_json: bool) -> None:
    from console.command_lists import response_json

    house = call.house()
    with house.database.read() as session:
        found = response_json(session, house.room_key, incident)
    if as_json:
        call.answer(found)
        return
    steps = found["steps"]
    assert isinstance(steps, list)
    headings = [
        mark("时间"),
        mark("步骤"),
        mark("级别"),
        mark("签发人"),
        mark("签发岗位"),
        mark("文号"),
    ]
    shown = [
        [
            call.local(row["at"]),
            row["step"],
            row["level"],
            row["name"],
            row["signed_as"],
            row["document"],
        ]
        for row in steps
    ]
    call.table(headings, shown)
