"""`duty order`: issued in two steps, read back, carried out, unable, listed."""

import sys
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.call import Call, call_of
from console.cli.centres import read_scale
from console.cli.options import By, Json, PinFile, read_instant, read_pin
from console.cli.people import zone_of
from records.errors import BadData, Refused
from records.language import Sentence, mark

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from console.actions import Done
    from plans.grades import ResponseLevel, RiskLevel

Order = Annotated[str, typer.Option("--order", help=mark("指令编号"))]
Place = Annotated[str, typer.Option("--place", help=mark("地点"))]
Quantity = Annotated[str, typer.Option("--quantity", help=mark("数量"))]
Time = Annotated[str, typer.Option("--time", help=mark("时间:下达和复诵时怎么说"))]

To = Annotated[
    list[str] | None,
    typer.Option("--to", help=mark("受令方:unit:编号、person:编号 或 centre:指挥部,可重复")),
]
Words = Annotated[str, typer.Option("--words", help=mark("指令内容"))]
DueAt = Annotated[str | None, typer.Option("--due-at", help=mark("完成时限"))]
Within = Annotated[int | None, typer.Option("--within", min=1, help=mark("多少分钟内完成"))]
Consequence = Annotated[str, typer.Option("--consequence", help=mark("执行或不执行的后果"))]
NewNumber = Annotated[str, typer.Option("--order", help=mark("编号;不写即自动编号"))]
ForIncident = Annotated[str, typer.Option("--incident", help=mark("为哪一事件"))]
Plan = Annotated[
    str | None, typer.Option("--plan", help=mark("把此预案的步骤一次下达;auto 即自动选择"))
]
Level = Annotated[str | None, typer.Option("--level", help=mark("响应级别,用于选预案"))]
Risk = Annotated[str | None, typer.Option("--risk-level", help=mark("安全风险等级,用于选预案"))]
County = Annotated[
    list[str] | None, typer.Option("--county", help=mark("事发地县区 unit:编号,可重复"))
]
Site = Annotated[list[str] | None, typer.Option("--site", help=mark("事发单位 unit:编号,可重复"))]
Confirm = Annotated[bool, typer.Option("--confirm", help=mark("已核对受令方和后果,确认下达"))]


def add_to(app: typer.Typer) -> None:
    """Give the app its group `order`."""
    group = typer.Typer(
        help=mark("指令:下达、复诵、执行"), no_args_is_help=True, rich_markup_mode=None
    )
    group.command("issue", help=mark("下达指令:先列明受令方和后果,确认后才下达"))(_issue)
    group.command("acknowledge", help=mark("复诵签收:程序比对地点、数量、时间"))(_acknowledge)
    group.command("carry-out", help=mark("登记执行完成"))(_carry_out)
    group.command("unable", help=mark("登记无法执行和原因"))(_unable)
    group.command("list", help=mark("列出指令及其状态"))(_list)
    app.add_typer(group, name="order")


def _issue(
    context: typer.Context,
    *,
    to: To = None,
    words: Words = "",
    place: Place = "",
    quantity: Quantity = "",
    time: Time = "",
    due_at: DueAt = None,
    within: Within = None,
    consequence: Consequence = "",
    order: NewNumber = "",
    incident: ForIncident = "",
    plan: Plan = None,
    level: Level = None,
    risk_level: Risk = None,
    county: County = None,
    site: Site = None,
    confirm: Confirm = False,
    by: By = None,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    from console.acts.orders import OrderWanted, PlanWanted

    call = call_of(context)
    actions = call.actions()
    two = _TwoSteps(call, confirm, by, pin_file)
    if plan is not None:
        response_level, site_risk = _levels(level, risk_level)
        chosen = PlanWanted(
            incident=incident,
            plan=plan,
            level=response_level,
            risk_level=site_risk,
            place=place,
            counties=tuple(county or ()),
            sites=tuple(site or ()),
        )
        call.done(two.take(lambda **how: actions.issue_plan(chosen, **how)), as_json=as_json)
        return
    wanted = OrderWanted(
        addressees=tuple(to or ()),
        words=words,
        due_at=_due(call, due_at, within),
        place=place,
        quantity=quantity,
        time=time,
        consequence=consequence,
        order=order,
        incident=incident,
    )
    call.done(two.take(lambda **how: actions.issue_order(wanted, **how)), as_json=as_json)


def _levels(
    level: str | None, risk_level: str | None
) -> "tuple[ResponseLevel | None, RiskLevel | None]":
    from plans.grades import ResponseLevel, RiskLevel

    return (
        None if level is None else read_scale(ResponseLevel, level, "--level"),
        None if risk_level is None else read_scale(RiskLevel, risk_level, "--risk-level"),
    )


@dataclass(frozen=True, slots=True)
class _TwoSteps:
    """How an order is issued: what is confirmed at once; else shown, and on a terminal asked."""

    call: Call
    is_confirmed: bool
    by: str | None
    pin_file: "Path | None"

    def take(self, act: "Callable[..., Done]") -> "Done":
        """Return what the act did; Refused with what it would do where it is not confirmed."""
        if self.is_confirmed:
            return act(is_confirmed=True, by=self.by, pin=self._pin())
        try:
            return act(is_confirmed=False, by=self.by, pin=None)
        except Refused as foreseen:
            if "foreseen" not in foreseen.params or not sys.stdin.isatty():
                raise
            self.call.say(foreseen.sentence)
        question = self.call.said(Sentence(mark("确认下达?输入 y:")))
        if input(question).strip().lower() != "y":
            raise Refused(mark("未下达。"))
        return act(is_confirmed=True, by=self.by, pin=self._pin())

    def _pin(self) -> str | None:
        return None if self.by is None else read_pin(self.call, self.pin_file)


def _due(call: Call, due_at: str | None, within: int | None) -> "datetime":
    if (due_at is None) == (within is None):
        raise BadData(mark("--due-at 和 --within 须写且只写一个。"))
    house = call.house()
    if due_at is None:
        assert within is not None
        return call.act().at + timedelta(minutes=within)
    with house.database.read() as session:
        zone = zone_of(session, house.room_key)
    return read_instant(due_at, "--due-at", zone, is_end=True)


def _acknowledge(
    context: typer.Context,
    *,
    order: Order,
    place: Place = "",
    quantity: Quantity = "",
    time: Time = "",
    acknowledged_by: Annotated[
        str, typer.Option("--acknowledged-by", help=mark("由谁复诵:姓名职务"))
    ] = "",
    by: By = None,
    as_json: Json = False,
) -> None:
    from plans.read_backs import Spoken

    call = call_of(context)
    done = call.actions().acknowledge_order(
        order=order,
        read=Spoken(place, quantity, time),
        acknowledged_by=acknowledged_by,
        by=by,
    )
    call.done(done, as_json=as_json)


def _carry_out(
    context: typer.Context,
    *,
    order: Order,
    result: Annotated[str, typer.Option("--result", help=mark("执行结果"))] = "",
    by: By = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    call.done(call.actions().carry_out_order(order=order, result=result, by=by), as_json=as_json)


def _unable(
    context: typer.Context,
    *,
    order: Order,
    reason: Annotated[str, typer.Option("--reason", help=mark("为什么无法执行"))],
    by: By = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    call.done(call.actions().order_is_unable(order=order, reason=reason, by=by), as_json=as_json)


def _list(
    context: typer.Context,
    *,
    incident: Annotated[str | None, typer.Option("--incident", help=mark("只列这一事件的"))] = None,
    is_open: Annotated[bool, typer.Option("--open", help=mark("只列未完成的"))] = False,
    as_json: Json = False,
) -> None:
    from console.command_lists import orders_json

    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        rows = orders_json(
            session, house.room_key, incident=incident, is_open=is_open, language=call.language
        )
    if as_json:
        call.answer({"orders": rows})
        return
    call.table(
        [mark("编号"), mark("受令方"), mark("指令"), mark("时限"), mark("状态")],
        [
            [row["order"], row["name"], row["words"], call.local(row["due_at"]), row["state"]]
            for row in rows
        ],
    )
