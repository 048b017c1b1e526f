"""What addressees answer to orders: read-backs, "carried out", "unable"."""

from collections.abc import Mapping, Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from plans.command_states import OrderState
from plans.command_tables import Order, ReadBack
from plans.issued_orders import WAITING, IssuedOrder, require_order
from plans.orders import ACKNOWLEDGEMENT, KIND
from plans.read_backs import Difference, Spoken, differences
from records.act import Act
from records.duty_log import Entry, append
from records.errors import BadData, Conflict, WrongState
from records.language import Sentence, mark
from schedules import obligations
from schedules.party_words import party_words
from schedules.tables import Obligation


def read_back(
    session: Session, act: Act, handle: str, read: Spoken, *, read_by: str = ""
) -> tuple[tuple[Difference, ...], list[int]]:
    """Take a read-back: what is wrong in it, and the obligations it settles where nothing is.

    Right, it acknowledges the order. Wrong, it is recorded and the order stays unacknowledged.
    Raises NotFound for an unknown order, WrongState where it is acknowledged or done already.

    Rule: R-ORD-02
    """
    order = require_order(session, act.room_key, handle)
    if order.state is not OrderState.ISSUED:
        raise WrongState(
            mark("指令{order}{state},无需再复诵。"), order=handle, state=order.state.words
        )
    wrong = differences(order.spoken, read)
    session.execute(
        insert(ReadBack).values(
            order_id=order.id,
            at=act.at,
            read_by=read_by or order.addressee,
            place=read.place,
            quantity=read.quantity,
            time=read.time,
            is_right=not wrong,
        )
    )
    if wrong:
        _record(
            session,
            act,
            order,
            ("read_back_wrong", mark("指令{order}复诵不符:{what}。")),
            {"what": side_by_side(wrong)},
        )
        return wrong, []
    _move(
        session,
        order,
        OrderState.ACKNOWLEDGED,
        acknowledged_at=act.at,
        acknowledged_by=read_by or order.addressee,
    )
    _record(session, act, order, ("acknowledge_order", mark("{who}复诵无误,签收指令{order}。")), {})
    return (), _settle(session, act, order, (ACKNOWLEDGEMENT,))


_FIELDS = {"place": mark("地点"), "quantity": mark("数量"), "time": mark("时间")}


def side_by_side(wrong: Sequence[Difference]) -> Sentence:
    """Return what was ordered beside what was read back."""
    lines = [
        Sentence(
            mark("{what}:指令“{ordered}”,复诵“{read}”"),
            {"what": Sentence(_FIELDS[one.what]), "ordered": one.ordered, "read": one.read or "—"},
        )
        for one in wrong
    ]
    return Sentence(
        ";".join(f"{{d{n}}}" for n in range(len(lines))),
        {f"d{n}": line for n, line in enumerate(lines)},
    )


def carry_out(session: Session, act: Act, handle: str, result: str) -> list[int]:
    """Record that an acknowledged order was carried out; return the obligations it settles.

    Rule: R-ORD-03
    """
    order = require_order(session, act.room_key, handle)
    if order.state is not OrderState.ACKNOWLEDGED:
        raise WrongState(
            mark("指令{order}{state},签收之后才能报完成。"), order=handle, state=order.state.words
        )
    _move(session, order, OrderState.CARRIED_OUT, carried_out_at=act.at, outcome=result)
    said = mark("{who}完成指令{order}。{result}")
    _record(session, act, order, ("carry_out_order", said), {"result": result})
    return _settle(session, act, order, (KIND,))


def unable(session: Session, act: Act, handle: str, reason: str) -> list[int]:
    """Record that an addressee cannot carry an order out, and why; nobody is chased any more.

    Raises BadData without a reason. Return the obligations that are waived.

    Rule: R-ORD-03
    """
    order = require_order(session, act.room_key, handle)
    if order.state.value not in WAITING:
        raise WrongState(
            mark("指令{order}{state},不能再报无法执行。"), order=handle, state=order.state.words
        )
    if not reason:
        raise BadData(mark("报“无法执行”须写明原因。"))
    _move(session, order, OrderState.UNABLE, unable_at=act.at, outcome=reason)
    said = mark("{who}报告无法执行指令{order}:{result}")
    _record(session, act, order, ("order_unable", said), {"result": reason})
    return obligations.waive(session, act, _open_ids(session, order, (ACKNOWLEDGEMENT, KIND)))


def _settle(session: Session, act: Act, order: IssuedOrder, kinds: Sequence[str]) -> list[int]:
    ids = _open_ids(session, order, kinds)
    return [each.id for each in obligations.fulfil_all(session, act, ids, at=act.at)]


def _open_ids(session: Session, order: IssuedOrder, kinds: Sequence[str]) -> list[int]:
    room_key = select(Order.room_key).where(Order.id == order.id).scalar_subquery()
    return list(
        session.scalars(
            select(Obligation.id).where(
                Obligation.room_key == room_key,
                Obligation.subject == f"order:{order.handle}",
                Obligation.kind.in_(kinds),
                Obligation.fulfilled_at.is_(None),
                Obligation.waived_at.is_(None),
            )
        )
    )


def _move(session: Session, order: IssuedOrder, state: OrderState, **values: object) -> None:
    result = session.execute(
        update(Order)
        .where(Order.id == order.id, Order.state == order.state.value)
        .values(state=state.value, **values)
        .returning(Order.id)
    )
    if result.first() is None:
        raise Conflict(mark("此指令刚由他人改动,请重新查看。"))


def _record(
    session: Session,
    act: Act,
    order: IssuedOrder,
    said: tuple[str, str],
    params: Mapping[str, object],
) -> None:
    name, template = said
    who = party_words(session, act.room_key, [order.addressee])[order.addressee]
    filled = {"order": order.handle, "who": who, **params}
    entry = Entry(
        name,
        Sentence(template, filled),
        act.operator,
        f"order:{order.handle}",
        {"about": order.subject, "addressee": order.addressee},
    )
    append(session, act.room_key, act.at, [entry])
