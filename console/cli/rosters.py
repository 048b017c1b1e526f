"""`duty roster`: who stands which shift."""

from typing import TYPE_CHECKING, Annotated

import typer

from console.cli import roster_acts, roster_views
from console.cli.call import call_of
from console.cli.options import ONE_DAY, Json, day_starts, read_instant
from console.cli.people import zone_of
from records.language import mark

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from schedules.shifts import OnDuty

DAYS_SHOWN = 7


def add_to(app: typer.Typer) -> None:
    """Give the app its group `roster`."""
    group = typer.Typer(help=mark("值班表"), no_args_is_help=True, rich_markup_mode=None)
    group.command("show", help=mark("列出一段时间的班次和人员"))(_show)
    roster_acts.add_to(group)
    roster_views.add_to(group)
    app.add_typer(group, name="roster")


def _show(
    context: typer.Context,
    *,
    starts: Annotated[
        str | None, typer.Option("--from", help=mark("从哪一日或时刻;默认今日"))
    ] = None,
    ends: Annotated[
        str | None, typer.Option("--to", help=mark("到哪一日或时刻;默认其后七日"))
    ] = None,
    as_json: Json = False,
) -> None:
    from console.json_values import instant_json
    from schedules.calendar import local_day
    from schedules.shifts import on_duty

    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        zone = zone_of(session, house.room_key)
        today = day_starts(local_day(call.act().at, zone), zone)
        first = today if starts is None else read_instant(starts, "--from", zone)
        last = first + DAYS_SHOWN * ONE_DAY
        if ends is not None:
            last = read_instant(ends, "--to", zone, is_end=True)
        places = on_duty(session, house.room_key, last, first)
        rows = _rows(session, house.room_key, [each for each in places if each.starts_at < last])
    if as_json:
        call.answer({"from": instant_json(first), "to": instant_json(last), "roster": rows})
        return
    call.table(
        [mark("班次"), mark("开始"), mark("岗位"), mark("人员"), mark("姓名"), mark("签到")],
        [
            [
                row["shift"],
                call.local(row["starts_at"]),
                row["post"],
                row["person"],
                row["name"],
                call.local(row["signed_in_at"]),
            ]
            for row in rows
        ],
    )


def _rows(session: "Session", room_key: str, places: "Sequence[OnDuty]") -> list[dict[str, object]]:
    from console.json_values import instant_json
    from records.names import party_names

    people = {place.person_id for place in places} - {None}
    names = party_names(session, room_key, [f"person:{each}" for each in people])
    return [
        {
            "shift": f"shift:{place.shift_key}",
            "starts_at": instant_json(place.starts_at),
            "ends_at": instant_json(place.ends_at),
            "post": f"post:{place.post_key}",
            "person": _party(place.person_id),
            "name": names.get(f"person:{place.person_id}"),
            "signed_in_by": _party(place.signed_in_by),
            "signed_in_at": instant_json(place.signed_in_at),
        }
        for place in places
    ]


def _party(person_id: str | None) -> str | None:
    return None if person_id is None else f"person:{person_id}"
