"""Events of orders: issued, read back, carried out, unable; and a plan's steps issued as orders."""

from collections.abc import Mapping

from console.actions import Actions, Done
from console.acts.orders import OrderWanted, PlanWanted
from console.events.event import Event, EventKind, Instant
from plans.grades import ResponseLevel, RiskLevel
from plans.read_backs import Spoken
from records.catalogue import PositiveDuration
from records.errors import BadData
from records.language import mark


class OrderIssueEvent(Event):
    """An order is issued to one or several; with `plan` a plan's steps become orders.

    `confirm` false is only the first of the two steps, which issues nothing.
    """

    to: str | tuple[str, ...] = ()
    words: str = ""
    due_at: Instant | None = None
    within: PositiveDuration | None = None
    place: str = ""
    quantity: str = ""
    time: str = ""
    consequence: str = ""
    order: str = ""
    incident: str = ""
    plan: str | None = None
    level: ResponseLevel | None = None
    risk_level: RiskLevel | None = None
    county: tuple[str, ...] = ()
    site: tuple[str, ...] = ()
    confirm: bool = True


class OrderAcknowledgeEvent(Event):
    """An order is read back."""

    order: str
    place: str = ""
    quantity: str = ""
    time: str = ""
    acknowledged_by: str = ""


class OrderCarryOutEvent(Event):
    """An order was carried out."""

    order: str
    result: str = ""


class OrderUnableEvent(Event):
    """An order cannot be carried out."""

    order: str
    reason: str


def _issue(actions: Actions, event: Event) -> Done:
    assert isinstance(event, OrderIssueEvent)
    if event.plan is not None:
        chosen = PlanWanted(
            incident=event.incident,
            plan=event.plan,
            level=event.level,
            risk_level=event.risk_level,
            place=event.place,
            counties=event.county,
            sites=event.site,
        )
        return actions.issue_plan(chosen, is_confirmed=event.confirm, by=event.by)
    due_at = event.due_at or (event.at + event.within if event.within else None)
    if due_at is None:
        raise BadData(mark("指令须写明完成时限:due_at(时刻)或 within(多久之内)。"))
    wanted = OrderWanted(
        addressees=(event.to,) if isinstance(event.to, str) else event.to,
        words=event.words,
        due_at=due_at,
        place=event.place,
        quantity=event.quantity,
        time=event.time,
        consequence=event.consequence,
        order=event.order,
        incident=event.incident,
    )
    return actions.issue_order(wanted, is_confirmed=event.confirm, by=event.by)


def _acknowledge(actions: Actions, event: Event) -> Done:
    assert isinstance(event, OrderAcknowledgeEvent)
    return actions.acknowledge_order(
        order=event.order,
        read=Spoken(event.place, event.quantity, event.time),
        acknowledged_by=event.acknowledged_by,
        by=event.by,
    )


def _carry_out(actions: Actions, event: Event) -> Done:
    assert isinstance(event, OrderCarryOutEvent)
    return actions.carry_out_order(order=event.order, result=event.result, by=event.by)


def _unable(actions: Actions, event: Event) -> Done:
    assert isinstance(event, OrderUnableEvent)
    return actions.order_is_unable(order=event.order, reason=event.reason, by=event.by)


KINDS: Mapping[str, EventKind] = {
    "order issue": EventKind(OrderIssueEvent, _issue),
    "order acknowledge": EventKind(OrderAcknowledgeEvent, _acknowledge),
    "order carry-out": EventKind(OrderCarryOutEvent, _carry_out),
    "order unable": EventKind(OrderUnableEvent, _unable),
}
