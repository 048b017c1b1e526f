"""`duty incident`: an incident's life, from the first call to its end."""

from collections.abc import Mapping
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from console.cli import centres, incident_views
from console.cli.call import Call, call_of
from console.cli.options import By, Json, PinFile, read_instant, read_pin
from console.cli.people import zone_of
from records.language import mark

if TYPE_CHECKING:
    from datetime import datetime

    from plans.incidents import Said

E = TypeVar("E", bound=Enum)

Incident = Annotated[str, typer.Option("--incident", help=mark("事件的代号或编号,如 2026-001"))]
Kind = Annotated[
    str | None, typer.Option("--kind", help=mark("事件种类:代号、名称或拼音首字母,如 mksg"))
]
OccurredAt = Annotated[str | None, typer.Option("--occurred-at", help=mark("事发时间"))]
Place = Annotated[str | None, typer.Option("--place", help=mark("地点"))]
Summary = Annotated[str | None, typer.Option("--summary", help=mark("简要经过"))]
AsOf = Annotated[str | None, typer.Option("--as-of", help=mark("数字截至何时;默认此刻"))]
DiedOn = Annotated[
    str | None, typer.Option("--died-on", help=mark("新增死亡的日期,与 --as-of 不同时填"))
]
Dead = Annotated[int | None, typer.Option("--dead", min=0, help=mark("死亡人数"))]
Missing = Annotated[int | None, typer.Option("--missing", min=0, help=mark("失踪人数"))]
Trapped = Annotated[int | None, typer.Option("--trapped", min=0, help=mark("被困人数"))]
Seriously = Annotated[int | None, typer.Option("--seriously-injured", min=0, help=mark("重伤人数"))]
Slightly = Annotated[int | None, typer.Option("--slightly-injured", min=0, help=mark("轻伤人数"))]
Loss = Annotated[float | None, typer.Option("--direct-loss-cny", min=0, help=mark("直接损失(元)"))]
Evacuated = Annotated[int | None, typer.Option("--evacuated", min=0, help=mark("转移人数"))]
Burnt = Annotated[float | None, typer.Option("--burnt-area-ha", min=0, help=mark("过火面积(公顷)"))]
Magnitude = Annotated[float | None, typer.Option("--magnitude", min=0, help=mark("震级"))]
Threatened = Annotated[int | None, typer.Option("--threatened", min=0, help=mark("受威胁人数"))]
PossibleLoss = Annotated[
    float | None, typer.Option("--possible-loss-cny", min=0, help=mark("可能损失(元)"))
]
WaterCutOption = Annotated[
    int | None,
    typer.Option("--water-cut", min=0, max=3, help=mark("水源中断:1 乡镇、2 县城、3 设区市")),
]
Pollution = Annotated[
    bool | None,
    typer.Option("--has-serious-pollution/--no-serious-pollution", help=mark("造成严重污染")),
]
Important = Annotated[
    bool | None,
    typer.Option("--threatens-important-place/--no-important-place", help=mark("威胁重要场所")),
]
ReportKindOption = Annotated[
    str,
    typer.Option("--kind", help=mark("首报 first、续报 follow-up、补报 supplement、终报 final")),
]
Reason = Annotated[str, typer.Option("--reason", help=mark("理由"))]


def add_to(app: typer.Typer) -> None:
    """Give the app its group `incident`."""
    group = typer.Typer(
        help=mark("突发事件:接报到终报"), no_args_is_help=True, rich_markup_mode=None
    )
    group.command("receive", help=mark("接报:先记已知的,其余以后更新"))(_receive)
    group.command("learned", help=mark("记录某一级何时得知"))(_learned)
    group.command("update", help=mark("情况有变:数字、时间、地点、种类"))(_update)
    group.command("assess", help=mark("研判定级;不写 --grade 即恢复按规则定级"))(_assess)
    group.command("report", help=mark("登记一次上报,完成相应时限"))(_report)
    group.command("close", help=mark("办结归档,或定为误报"))(_close)
    incident_views.add_to(group)
    centres.add_commands(group)
    app.add_typer(group, name="incident")


def _receive(
    context: typer.Context,
    *,
    kind: Annotated[
        str, typer.Option("--kind", help=mark("事件种类:代号、名称或拼音首字母,如 mksg"))
    ],
    incident: Annotated[
        str | None, typer.Option("--incident", help=mark("代号;不写即按年度编号"))
    ] = None,
    occurred_at: OccurredAt = None,
    place: Place = None,
    reported_by: Annotated[
        str, typer.Option("--reported-by", help=mark("报告人:unit:编号、person:编号 或姓名电话"))
    ] = "",
    source: Annotated[str, typer.Option("--source", help=mark("信息来源"))] = "",
    summary: Summary = None,
    dead: Dead = None,
    missing: Missing = None,
    trapped: Trapped = None,
    seriously_injured: Seriously = None,
    slightly_injured: Slightly = None,
    direct_loss_cny: Loss = None,
    evacuated: Evacuated = None,
    burnt_area_ha: Burnt = None,
    magnitude: Magnitude = None,
    threatened: Threatened = None,
    possible_loss_cny: PossibleLoss = None,
    water_cut: WaterCutOption = None,
    has_serious_pollution: Pollution = None,
    threatens_important_place: Important = None,
    as_of: AsOf = None,
    died_on: DiedOn = None,
    first_seen_online_at: Annotated[
        str | None, typer.Option("--first-seen-online-at", help=mark("网上何时最先出现"))
    ] = None,
    socially_significant: Annotated[
        bool, typer.Option("--socially-significant", help=mark("社会影响大"))
    ] = False,
    drill: Annotated[bool, typer.Option("--drill", help=mark("演练"))] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    from plans.incidents import Intake

    call = call_of(context)
    intake = Intake(
        said=_said(call, locals()),
        handle=incident,
        reported_by=reported_by,
        source=source,
        first_seen_online_at=_instant(call, first_seen_online_at, "--first-seen-online-at"),
        is_socially_significant=socially_significant,
        is_drill=drill,
    )
    call.done(call.actions().receive_incident(intake, by=by), as_json=as_json)


def _update(
    context: typer.Context,
    *,
    incident: Incident,
    kind: Kind = None,
    occurred_at: OccurredAt = None,
    place: Place = None,
    summary: Summary = None,
    dead: Dead = None,
    missing: Missing = None,
    trapped: Trapped = None,
    seriously_injured: Seriously = None,
    slightly_injured: Slightly = None,
    direct_loss_cny: Loss = None,
    evacuated: Evacuated = None,
    burnt_area_ha: Burnt = None,
    magnitude: Magnitude = None,
    threatened: Threatened = None,
    possible_loss_cny: PossibleLoss = None,
    water_cut: WaterCutOption = None,
    has_serious_pollution: Pollution = None,
    threatens_important_place: Important = None,
    as_of: AsOf = None,
    died_on: DiedOn = None,
    reason: Reason = "",
    by: By = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    said = _said(call, locals())
    call.done(call.actions().update_incident(incident=incident, said=said, by=by), as_json=as_json)


def _said(call: Call, given: Mapping[str, Any]) -> "Said":
    """Return what the options of a command say of an incident.

    Args:
        call: Whose catalogue and zone.
        given: The command's options by name; Any, because each has a type of its own.
    """
    from plans.grading import Counts, WaterCut
    from plans.incident_facts import COUNTED
    from plans.incidents import Said

    counts = {name: given[name] for name in COUNTED}
    if counts["water_cut"] is not None:
        counts["water_cut"] = WaterCut(counts["water_cut"])
    died_on = _text(given["died_on"])
    return Said(
        kind=_kind(call, _text(given["kind"])),
        occurred_at=_instant(call, _text(given["occurred_at"]), "--occurred-at"),
        place=_text(given["place"]),
        summary=_text(given["summary"]),
        counts=Counts(**counts),
        as_of=_instant(call, _text(given["as_of"]), "--as-of"),
        died_on=None if died_on is None else _day(call, died_on),
        reason=_text(given.get("reason")) or "",
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _kind(call: Call, typed: str | None) -> str | None:
    """Return the slug that was typed, or the one kind that the word or its initials mean."""
    if typed is None:
        return None
    kinds = call.house().rules.incidents.kinds
    found = kinds.find(typed)
    is_sure = typed not in kinds.slugs and bool(found)
    exact = [each for each in found if typed in (each.name, each.name_en, *each.also)]
    if is_sure and (len(found) == 1 or exact):
        return (exact or list(found))[0].slug
    return kinds.by_slug(typed).slug


def _instant(call: Call, text: str | None, name: str) -> "datetime | None":
    """Return the instant of an option; without an offset it is the room's own time."""
    if text is None:
        return None
    house = call.house()
    with house.database.read() as session:
        return read_instant(text, name, zone_of(session, house.room_key))


def _day(call: Call, text: str):  # type: ignore[no-untyped-def]  # noqa: ANN202  a date or an instant
    from datetime import date

    if len(text) == len("2026-03-16"):
        read_at = _instant(call, text, "--died-on")
        assert read_at is not None
        return date.fromisoformat(text)
    return _instant(call, text, "--died-on")


def _learned(
    context: typer.Context,
    *,
    incident: Incident,
    level: Annotated[
        str, typer.Option("--level", help=mark("哪一级:unit、county、city、province、state"))
    ],
    learned_at: Annotated[
        str | None, typer.Option("--learned-at", help=mark("何时得知;默认此刻"))
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    from plans.reporting_levels import ReportingLevel

    call = call_of(context)
    done = call.actions().learn_of_incident(
        incident=incident,
        level=_one_of(ReportingLevel, level, "--level"),
        learned_at=_instant(call, learned_at, "--learned-at"),
        by=by,
    )
    call.done(done, as_json=as_json)


def _assess(
    context: typer.Context,
    *,
    incident: Incident,
    grade: Annotated[
        str | None,
        typer.Option(
            "--grade", help=mark("级别:especially_serious、serious、large、ordinary;不写即按规则")
        ),
    ] = None,
    reason: Reason = "",
    by: By = None,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    from plans.grades import Grade

    call = call_of(context)
    wanted = None if grade is None else _one_of(Grade, grade, "--grade")
    actions = call.actions()
    pin = read_pin(call, pin_file) if by is not None else None
    done = actions.assess_incident(incident=incident, grade=wanted, reason=reason, by=by, pin=pin)
    call.done(done, as_json=as_json)


def _report(
    context: typer.Context,
    *,
    incident: Incident,
    kind: ReportKindOption,
    form: Annotated[str, typer.Option("--form", help=mark("电话 telephone 或 书面 written"))],
    from_level: Annotated[str, typer.Option("--from", help=mark("由哪一级:unit 至 province"))],
    to_level: Annotated[str, typer.Option("--to", help=mark("报哪一级:county 至 state"))],
    reported_at: Annotated[
        str | None, typer.Option("--reported-at", help=mark("何时报到;默认此刻"))
    ] = None,
    text: Annotated[str, typer.Option("--text", help=mark("报告全文或要点"))] = "",
    by: By = None,
    as_json: Json = False,
) -> None:
    from plans.incident_reports import Reported
    from plans.reporting_levels import ReportForm, ReportingLevel, ReportKind

    call = call_of(context)
    reported = Reported(
        _one_of(ReportKind, kind, "--kind"),
        _one_of(ReportForm, form, "--form"),
        _one_of(ReportingLevel, from_level, "--from"),
        _one_of(ReportingLevel, to_level, "--to"),
        _instant(call, reported_at, "--reported-at"),
        text,
    )
    done = call.actions().report_incident(incident=incident, reported=reported, by=by)
    call.done(done, as_json=as_json)


def _close(
    context: typer.Context,
    *,
    incident: Incident,
    reason: Reason = "",
    false_alarm: Annotated[bool, typer.Option("--false-alarm", help=mark("误报"))] = False,
    by: By = None,
    pin_file: PinFile = None,
    as_json: Json = False,
) -> None:
    call = call_of(context)
    actions = call.actions()
    pin = read_pin(call, pin_file) if by is not None else None
    done = actions.close_incident(
        incident=incident, reason=reason, false_alarm=false_alarm, by=by, pin=pin
    )
    call.done(done, as_json=as_json)


def _one_of(words: type[E], text: str, name: str) -> E:
    """Return the member that an option names; BadData lists what was expected."""
    from records.errors import BadData

    try:
        return words(text)
    except ValueError:
        expected = "、".join(str(each.value) for each in words)
        raise BadData(
            mark("选项 {name} 的值应为以下之一:{near}。"), name=name, near=expected
        ) from None
