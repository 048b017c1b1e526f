"""`duty plan`: contingency plans listed, shown with their progress, chosen."""

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.call import Call, call_of
from console.cli.centres import read_scale
from console.cli.options import Json, read_instant
from console.cli.people import zone_of
from records.errors import BadData, NotFound
from records.language import Bilingual, mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plans.contingency_plans import Numbered
    from plans.planning import Chosen

Level = Annotated[str | None, typer.Option("--level", help=mark("响应级别:I、II、III、IV"))]
Risk = Annotated[
    str | None, typer.Option("--risk-level", help=mark("安全风险等级:red、orange、yellow、blue"))
]


def add_to(app: typer.Typer) -> None:
    """Give the app its group `plan`."""
    group = typer.Typer(help=mark("应急预案"), no_args_is_help=True, rich_markup_mode=None)
    group.command("list", help=mark("列出预案"))(_list)
    group.command("show", help=mark("显示一个预案;写明事件即显示进展"))(_show)
    group.command("choose", help=mark("按事件或种类、级别、季节、时段选预案"))(_choose)
    app.add_typer(group, name="plan")


def _list(context: typer.Context, *, as_json: Json = False) -> None:
    from console.command_lists import plan_json

    call = call_of(context)
    plans = call.house().rules.command.plans
    if as_json:
        call.answer({"plans": [plan_json(plan) for plan in plans]})
        return
    call.table(
        [mark("代号"), mark("名称"), mark("指挥部"), mark("步骤"), mark("依据")],
        [[plan.key, plan.words, plan.centre, len(plan.step), plan.source] for plan in plans],
    )


def _show(
    context: typer.Context,
    *,
    plan: Annotated[str, typer.Argument(help=mark("预案代号,如 flood"))],
    incident: Annotated[
        str | None, typer.Option("--incident", help=mark("看它在这一事件中的进展"))
    ] = None,
    level: Level = None,
    risk_level: Risk = None,
    as_json: Json = False,
) -> None:
    from plans.contingency_plans import Numbered, plan_of

    call = call_of(context)
    if incident is not None:
        _show_chosen(
            call, _for_incident(call, incident, plan, level, risk_level), incident, as_json
        )
        return
    rules = call.house().rules.command
    found = plan_of(rules.plans, plan)
    steps = tuple(Numbered(number, step) for number, step in enumerate(found.step, start=1))
    _print(call, found.key, steps, as_json=as_json)


def _choose(
    context: typer.Context,
    *,
    incident: Annotated[str | None, typer.Option("--incident", help=mark("为这一事件选"))] = None,
    kind: Annotated[str | None, typer.Option("--kind", help=mark("事件种类代号"))] = None,
    level: Level = None,
    risk_level: Risk = None,
    at: Annotated[
        str | None, typer.Option("--at", help=mark("按哪一时刻的季节和时段;默认此刻"))
    ] = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    if (incident is None) == (kind is None):
        raise BadData(mark("--incident 和 --kind 须写且只写一个。"))
    if incident is not None:
        _show_chosen(call, _for_incident(call, incident, "", level, risk_level), incident, as_json)
        return
    assert kind is not None
    chosen = _for_kind(call, kind, level, risk_level, at)
    _print(call, chosen.plan.key, chosen.steps, as_json=as_json)


def _for_incident(
    call: Call, incident: str, plan: str, level: str | None, risk_level: str | None
) -> "Chosen":
    from plans.grades import ResponseLevel, RiskLevel
    from plans.planning import Choosing, plan_for

    house = call.house()
    choosing = Choosing(
        incident.removeprefix("incident:"),
        plan,
        None if level is None else read_scale(ResponseLevel, level, "--level"),
        None if risk_level is None else read_scale(RiskLevel, risk_level, "--risk-level"),
    )
    with house.database.read() as session:
        zone = zone_of(session, house.room_key)
        return plan_for(session, call.act(), house.rules.command, choosing, zone)


def _for_kind(
    call: Call, kind: str, level: str | None, risk_level: str | None, at: str | None
) -> "Chosen":
    from plans.contingency_plans import choose, steps_for
    from plans.grades import ResponseLevel, RiskLevel
    from plans.planning import Chosen, circumstances
    from schedules.calendar import local_day

    house = call.house()
    rules = house.rules.command
    slug = house.rules.incidents.kinds.by_slug(kind).slug
    with house.database.read() as session:
        zone = zone_of(session, house.room_key)
    instant = call.act().at if at is None else read_instant(at, "--at", zone)
    facts = circumstances(
        rules.selectors,
        slug,
        zone,
        level=None if level is None else read_scale(ResponseLevel, level, "--level"),
        risk_level=(
            None if risk_level is None else read_scale(RiskLevel, risk_level, "--risk-level")
        ),
        at=instant,
    )
    plan = choose(rules.plans, facts, local_day(instant, zone))
    if plan is None:
        raise NotFound(mark("没有适用于种类{kind}的预案,请用 duty plan list 查看。"), kind=slug)
    return Chosen(plan, steps_for(plan, facts), facts, "")


def _show_chosen(call: Call, chosen: "Chosen", incident: str, as_json: bool) -> None:
    from console.command_lists import plan_json, progress_json

    house = call.house()
    with house.database.read() as session:
        rows = progress_json(session, house.room_key, incident, chosen, house.rules.command)
    if as_json:
        call.answer({**plan_json(chosen.plan), "incident": incident, "step": rows})
        return
    call.show(chosen.plan.words)
    shown = []
    for row, each in zip(rows, chosen.steps, strict=True):
        orders = row["orders"]
        assert isinstance(orders, list)
        states = "、".join(f"{order['order']} {order['state']}" for order in orders)
        role = house.rules.command.selectors.role_of(each.step.role)
        shown.append(
            [each.number, role.words, row["within_minutes"], each.step.words, states or "-"]
        )
    call.table([mark("步"), mark("谁"), mark("分钟内"), mark("做什么"), mark("指令")], shown)


def _print(call: Call, key: str, steps: "Sequence[Numbered]", *, as_json: bool) -> None:
    from console.command_lists import plan_json, steps_json
    from plans.contingency_plans import plan_of

    rules = call.house().rules.command
    plan = plan_of(rules.plans, key)
    if as_json:
        call.answer({**plan_json(plan), "step": steps_json(steps, rules)})
        return
    call.show(plan.words)
    call.show(Bilingual(plan.source, plan.source))
    call.table(
        [mark("步"), mark("谁"), mark("分钟内"), mark("做什么")],
        [
            [
                each.number,
                rules.selectors.role_of(each.step.role).words,
                int(each.step.within.total_seconds() // 60),
                each.step.words,
            ]
            for each in steps
        ],
    )
