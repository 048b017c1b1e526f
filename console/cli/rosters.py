"""`duty roster`: who stands which shift."""

from typing import Annotated

import typer

from console.cli.call import call_of
from console.cli.options import ONE_DAY, Json, day_starts, read_instant
from console.cli.people import zone_of
from records.language import mark

DAYS_SHOWN = 7


def add_to(app: typer.Typer) -> None:
    """Give the app its group `roster`."""
    group = typer.Typer(help=mark("值班表"), no_args_is_help=True, rich_markup_mode=None)
    group.command("show", help=mark("列出一段时间的班次和人员"))(_show)
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
    from console.replay_answer import instant_json
    from records.names import party_names
    from schedules.calendar import local_day
    from schedules.shifts import on_duty

    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        zone = zone_of(session, house.room_key)
        today = day_starts(local_day(call.act().at, zone), zone)
        first = today if starts is None else read_instant(starts, "--from", zone)
        last = (
            first + DAYS_SHOWN * ONE_DAY
            if ends is None
            else read_instant(ends, "--to", zone, is_end=True)
        )
        places = [
            place
            for place in on_duty(session, house.room_key, last, first)
            if place.starts_at < last
        ]
        people = {place.present_person for place in places} - {None}
        names = party_names(session, house.room_key, [f"person:{each}" for each in people])
    rows: list[dict[str, object]] = [
        {
            "shift": f"shift:{place.shift_key}",
            "starts_at": instant_json(place.starts_at),
            "ends_at": instant_json(place.ends_at),
            "post": f"post:{place.post_key}",
            "person": None if place.person_id is None else f"person:{place.person_id}",
            "name": names.get(f"person:{place.person_id}"),
            "signed_in_by": (
                None if place.signed_in_by is None else f"person:{place.signed_in_by}"
            ),
            "signed_in_at": instant_json(place.signed_in_at),
        }
        for place in places
    ]
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
