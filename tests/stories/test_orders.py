"""Orders told as stories: issued, read back with a mismatch, carried out, unable, chased."""

from datetime import timedelta

import pytest

from console.acts.orders import OrderWanted, PlanWanted
from plans.command_states import OrderState
from plans.issued_orders import read_orders, require_order
from plans.read_backs import Spoken
from records.database import Database
from records.errors import BadData, NotFound, Refused, WrongState
from tests.stories.command_room import INCIDENT, SUBJECT, CommandRoom
from tests.stories.duty_room import ROOM


@pytest.fixture
def room(database: Database) -> CommandRoom:
    return CommandRoom(database)


@pytest.mark.rule("R-ORD-01")
def test_an_order_names_whom_it_reaches_and_what_follows_before_it_is_issued(
    room: CommandRoom,
) -> None:
    room.add_units("north", "south")
    with pytest.raises(Refused) as foreseen:
        room.order("unit:north", "unit:south", confirmed=False, consequence="下游2000人断水")
    said = str(foreseen.value)
    assert all(word in said for word in ("north局", "south局", "2条", "500米", "下游2000人断水"))
    with room.database.read() as session:
        assert read_orders(session, ROOM) == []
    room.order("unit:north", "unit:south", order="o")
    with room.database.read() as session:
        assert [order.handle for order in read_orders(session, ROOM)] == ["o-1", "o-2"]
    with pytest.raises(WrongState):
        room.order("unit:north", "unit:south", order="o")
    room.tick()
    room.forget()


@pytest.mark.rule("R-ORD-02")
@pytest.mark.rule("R-ORD-03")
def test_a_mismatch_is_laid_side_by_side_and_the_order_stays_unacknowledged(
    room: CommandRoom,
) -> None:
    room.add_units("north")
    room.order("unit:north", order="o")
    room.advance_to("17:41")
    assert ("17:40:00", "told", 1, "north", "north") in room.alerts()
    with pytest.raises(WrongState):
        room.actions.carry_out_order(order="o", by="post:primary")
    with pytest.raises(Refused) as wrong:
        room.actions.acknowledge_order(
            order="o", read=Spoken("张村", "200米", "18点10分"), by="post:primary"
        )
    assert "指令“500米”,复诵“200米”" in str(wrong.value)
    assert room.states("acknowledgement")[("order:o", "unit:north")] == "open"
    assert "复诵不符" in room.log("read_back_wrong")[0]
    room.actions.acknowledge_order(
        order="o", read=Spoken("张 村", "五百米", "18点10分"), acknowledged_by="县值班员"
    )
    assert room.states("acknowledgement")[("order:o", "unit:north")] == "fulfilled"
    with pytest.raises(WrongState):
        room.actions.acknowledge_order(order="o", read=Spoken("张村", "500米", "18:10"))
    room.advance_to("18:05")
    room.actions.carry_out_order(order="o", result="转移131人", by="post:primary")
    with room.database.read() as session:
        order = require_order(session, ROOM, "order:o")
    assert (order.state, order.result) == (OrderState.CARRIED_OUT, "转移131人")
    assert room.states("order")[("order:o", "unit:north")] == "fulfilled"
    room.tick()
    room.forget()


@pytest.mark.rule("R-ORD-04")
def test_who_does_not_read_back_or_carry_out_is_chased_by_the_ladder(room: CommandRoom) -> None:
    room.add_units("north")
    room.forget()
    room.order("unit:north", order="o")
    room.advance_to("17:45")
    told = [alert[:4] for alert in room.alerts() if alert[4] == "north"]
    assert told == [
        ("17:40:00", "told", 1, "north"),
        ("17:45:00", "told", 2, "north"),
        ("17:45:00", "told", 2, "an"),
    ]
    room.actions.acknowledge_order(order="o", read=Spoken("张村", "500米", "18:10"))
    room.tick()
    room.forget()
    room.advance_to("18:40")
    told = [alert[:4] for alert in room.alerts() if alert[4] == "north"]
    assert told == [
        ("18:10:00", "told", 1, "north"),
        ("18:10:00", "told", 1, "an"),
        ("18:20:00", "told", 2, "cy"),
        ("18:40:00", "told", 3, "dee"),
    ]
    room.forget()


@pytest.mark.rule("R-ORD-03")
def test_who_cannot_says_why_and_is_chased_no_more(room: CommandRoom) -> None:
    room.add_units("north")
    room.order("unit:north", order="o")
    with pytest.raises(BadData):
        room.actions.order_is_unable(order="o", reason=" ", by="post:primary")
    room.actions.order_is_unable(order="o", reason="桥断", by="post:primary")
    assert room.states("order")[("order:o", "unit:north")] == "waived"
    assert room.states("acknowledgement")[("order:o", "unit:north")] == "waived"
    with pytest.raises(WrongState):
        room.actions.order_is_unable(order="o", reason="桥断", by="post:primary")
    room.tick()
    room.forget()
    room.advance_to("18:40")
    assert not [alert for alert in room.alerts() if alert[4] == "north"]
    room.forget()


def test_wrong_orders_are_refused_whole(room: CommandRoom) -> None:
    for to in ((), ("unit:nobody",), ("moon:1",)):
        with pytest.raises((BadData, NotFound)):
            room.order(*to)
    with pytest.raises(NotFound):
        room.actions.carry_out_order(order="none", by="post:primary")
    late = OrderWanted(("centre:fire",), "x", room.clock.now() - timedelta(minutes=1))
    with pytest.raises(BadData, match="时限"):
        room.actions.issue_order(late, is_confirmed=True)


@pytest.mark.rule("R-PLAN-02")
def test_the_steps_of_a_plan_become_orders_in_one_act_and_only_once(room: CommandRoom) -> None:
    room.add_units("north")
    room.centre()
    wanted = PlanWanted(incident=INCIDENT, counties=("unit:north",))
    with pytest.raises(Refused, match="尚未下达"):
        room.actions.issue_plan(wanted, is_confirmed=False, by="post:primary")
    done = room.actions.issue_plan(wanted, is_confirmed=True, by="post:primary")
    with room.database.read() as session:
        orders = read_orders(session, ROOM, subject=SUBJECT)
    assert len(orders) == len(done.ids) > 10
    assert {order.spoken.place for order in orders} == {"2号罐区"}
    assert {order.plan_key for order in orders} == {"hazmat_industry"}
    assert {order.addressee for order in orders} == {
        "centre:hazmat_industry",
        "unit:north",
        "person:hazmat_industry-office",
    }
    with pytest.raises(Refused, match="均已下达"):
        room.actions.issue_plan(wanted, is_confirmed=True, by="post:primary")
    room.tick()
    room.forget()
