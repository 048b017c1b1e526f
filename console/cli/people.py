"""`duty person`: people, their absences with stand-in, their PINs."""

from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from console.cli.call import Call, call_of
from console.cli.options import By, Json, PinFile, bare_id, read_instant, read_pin
from records.errors import Refused
from records.language import Sentence, mark

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from records.act import Act
    from records.people import PersonCard

Person = Annotated[str, typer.Option("--person", help=mark("人员编号,如 p001"))]


def add_to(app: typer.Typer) -> None:
    """Give the app its group `person`."""
    group = typer.Typer(
        help=mark("人员:登记、停用、外出与代替、PIN"), no_args_is_help=True, rich_markup_mode=None
    )
    group.command("add", help=mark("登记一人;同单位同名即同一人,只增加联系方式"))(_add)
    group.command("retire", help=mark("停用一人:保留记录,不再告知"))(_retire)
    group.command("away", help=mark("登记外出,期间告警发给代替人"))(_away)
    group.command("back", help=mark("提前返回,外出即刻结束"))(_back)
    group.command("pin", help=mark("为一人设置新的 PIN"))(_pin)
    group.command("list", help=mark("列出人员"))(_list)
    app.add_typer(group, name="person")


def act_by(call: Call, session: "Session", by: str | None) -> "Act":
    """Return an act of this instant by whom `--by` names, else by the room itself."""
    from console.parties import operator_of

    act = call.act()
    return call.act(operator_of(session, act, by)) if by is not None else act


def zone_of(session: "Session", room_key: str) -> ZoneInfo:
    """Return the room's zone."""
    from records.tables import DutyRoom

    room = session.get(DutyRoom, room_key)
    assert room is not None
    return ZoneInfo(room.timezone)


def _add(
    context: typer.Context,
    *,
    name: Annotated[str, typer.Option("--name", help=mark("姓名"))],
    body: Annotated[str, typer.Option("--body", help=mark("单位或科室"))],
    title: Annotated[str, typer.Option("--title", help=mark("职务"))] = "",
    note: Annotated[str, typer.Option("--note", help=mark("备注"))] = "",
    person: Annotated[
        str | None, typer.Option("--person", help=mark("想用的编号,如 p101;不写则取下一个"))
    ] = None,
    email: Annotated[
        list[str] | None, typer.Option("--email", help=mark("电子邮箱,可重复,按先后使用"))
    ] = None,
    telephone: Annotated[
        list[str] | None, typer.Option("--telephone", help=mark("电话,可重复,按先后使用"))
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    from records.people import add_contact_point, add_person

    call = call_of(context)
    with call.house().database.write() as session:
        act = act_by(call, session, by)
        wished = None if person is None else bare_id(person, "person")
        id_, is_new = add_person(
            session, act, name=name, body=body, title=title, note=note, person_id=wished
        )
        for channel, addresses in (("email", email), ("telephone", telephone)):
            for address in addresses or ():
                add_contact_point(session, act, f"person:{id_}", channel, address)
    words = mark("已登记,编号 {id}。") if is_new else mark("此人已在册,编号 {id}。")
    _tell(call, {"person": f"person:{id_}", "new": is_new}, Sentence(words, {"id": id_}), as_json)


def _tell(call: Call, document: dict[str, object], words: Sentence, as_json: bool) -> None:
    if as_json:
        call.answer(document)
    call.say(words)


def _retire(context: typer.Context, person: Person, by: By = None) -> None:
    from records.people import retire_person

    call = call_of(context)
    with call.house().database.write() as session:
        retire_person(session, act_by(call, session, by), bare_id(person, "person"))
    call.say(Sentence(mark("已停用 {person}。"), {"person": person}))


def _away(
    context: typer.Context,
    *,
    person: Person,
    starts: Annotated[str, typer.Option("--from", help=mark("开始时刻或日期"))],
    ends: Annotated[str, typer.Option("--to", help=mark("结束时刻;只写日期即到当日结束"))],
    stand_in: Annotated[
        str | None, typer.Option("--stand-in", help=mark("代替人编号;不写即无人代替"))
    ] = None,
    reason: Annotated[str, typer.Option("--reason", help=mark("事由"))] = "",
    by: By = None,
) -> None:
    from records.people import send_away

    call = call_of(context)
    with call.house().database.write() as session:
        act = act_by(call, session, by)
        zone = zone_of(session, act.room_key)
        send_away(
            session,
            act,
            bare_id(person, "person"),
            read_instant(starts, "--from", zone),
            read_instant(ends, "--to", zone, is_end=True),
            None if stand_in is None else bare_id(stand_in, "person"),
            reason,
        )
    call.say(Sentence(mark("已登记 {person} 外出。"), {"person": person}))


def _back(context: typer.Context, person: Person, by: By = None) -> None:
    from records.people import come_back

    call = call_of(context)
    with call.house().database.write() as session:
        come_back(session, act_by(call, session, by), bare_id(person, "person"))
    call.say(Sentence(mark("{person} 已返回。"), {"person": person}))


def _pin(context: typer.Context, person: Person, pin_file: PinFile = None, by: By = None) -> None:
    from records.signing import set_pin

    call = call_of(context)
    house = call.house()
    pin = read_pin(call, pin_file, again=True)
    if pin is None:
        raise Refused(mark("没有终端可输入 PIN,请用 --pin-file 指定文件。"))
    with house.database.write() as session:
        act = act_by(call, session, by)
        set_pin(session, act, bare_id(person, "person"), pin, rules=house.rules.pins)
    call.say(Sentence(mark("已为 {person} 设置 PIN。"), {"person": person}))


def _list(
    context: typer.Context,
    *,
    search: Annotated[
        str, typer.Option("--search", help=mark("姓名、拼音、首字母、编号或电话尾号"))
    ] = "",
    retired: Annotated[bool, typer.Option("--retired", help=mark("连同已停用的"))] = False,
    as_json: Json = False,
) -> None:
    from records.people import find_people, list_people

    call = call_of(context)
    house = call.house()
    with house.database.read() as session:
        if search:
            cards = find_people(session, house.room_key, search)
        else:
            cards = list_people(session, house.room_key, with_retired=retired)
    if as_json:
        call.answer({"people": [_card_json(card) for card in cards]})
        return
    call.table(
        [mark("编号"), mark("姓名"), mark("单位"), mark("职务"), mark("邮箱"), mark("电话")],
        [[card.id, card.name, card.body, card.title, *_points(card)] for card in cards],
    )


def _points(card: "PersonCard") -> tuple[str, str]:
    return " ".join(card.emails), " ".join(card.telephones)


def _card_json(card: "PersonCard") -> dict[str, object]:
    from console.json_values import instant_json

    return {
        "person": f"person:{card.id}",
        "name": card.name,
        "body": card.body,
        "title": card.title,
        "note": card.note,
        "emails": list(card.emails),
        "telephones": list(card.telephones),
        "has_pin": card.has_pin,
        "retired_at": instant_json(card.retired_at),
    }
