"""Orders as they stand: one by its handle, those of an incident, those still waiting."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from plans.command_states import OrderState
from plans.command_tables import Order
from plans.read_backs import Spoken
from records.errors import NotFound
from records.language import mark

WAITING = (OrderState.ISSUED.value, OrderState.ACKNOWLEDGED.value)


@dataclass(frozen=True, slots=True)
class IssuedOrder:
    """An order as it stands."""

    id: int
    handle: str
    subject: str
    addressee: str
    words: str
    spoken: Spoken
    consequence: str
    plan_key: str | None
    plan_step: int | None
    is_drill: bool
    state: OrderState
    issued_at: datetime
    issued_by: str
    due_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    carried_out_at: datetime | None
    unable_at: datetime | None
    result: str


def require_order(session: Session, room_key: str, handle: str) -> IssuedOrder:
    """Return an order of the room; NotFound if there is none of that handle."""
    wanted = handle.removeprefix("order:")
    row = session.scalars(
        select(Order)
        .where(Order.room_key == room_key, Order.handle == wanted)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound(mark("没有编号为{order}的指令。"), order=wanted)
    return _issued(row)


def read_orders(
    session: Session, room_key: str, *, subject: str | None = None, is_open: bool = False
) -> list[IssuedOrder]:
    """Return the orders of a room, oldest first; of one incident, or only those still waiting."""
    query = select(Order).where(Order.room_key == room_key).order_by(Order.issued_at, Order.id)
    if subject is not None:
        query = query.where(Order.subject == subject)
    if is_open:
        query = query.where(Order.state.in_(WAITING))
    return [_issued(row) for row in session.scalars(query)]


def _issued(row: Order) -> IssuedOrder:
    return IssuedOrder(
        id=row.id,
        handle=row.handle,
        subject=row.subject,
        addressee=row.addressee,
        words=row.words,
        spoken=Spoken(row.place, row.quantity, row.time),
        consequence=row.consequence,
        plan_key=row.plan_key,
        plan_step=row.plan_step,
        is_drill=row.is_drill,
        state=OrderState(row.state),
        issued_at=row.issued_at,
        issued_by=row.issued_by,
        due_at=row.due_at,
        acknowledged_at=row.acknowledged_at,
        acknowledged_by=row.acknowledged_by,
        carried_out_at=row.carried_out_at,
        unable_at=row.unable_at,
        result=row.outcome,
    )
