"""The steps of a contingency plan as orders to whom their roles mean, and how far they are."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from plans.command_centres import PARTY
from plans.contingency_plans import ContingencyPlan, Numbered, PlanStep
from plans.issued_orders import IssuedOrder
from plans.orders import NewOrder
from plans.plan_selectors import PlanSelectors, StepTo


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a plan is carried out, and who stands behind its roles.

    Args:
        lead: The key of the leading centre; what nobody else is named for goes to it.
        place: What is said as the place in every order.
        counties: The units of the counties concerned; each gets its own order.
        sites: The units in which it happened.
        office: Who directs the leading centre's office, as a party.
        parties: Who is meant by a role, where the bureau names somebody.
    """

    lead: str
    place: str = ""
    counties: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    office: str | None = None
    parties: Mapping[str, str] = field(default_factory=dict)


def draft_orders(
    plan: ContingencyPlan,
    steps: Sequence[Numbered],
    selectors: PlanSelectors,
    placing: Placing,
    *,
    now: datetime,
) -> list[NewOrder]:
    """Return the orders that these steps become, in their order, due from now.

    The duty room's own steps become none. Words stay Chinese: an order is said as it is written.

    Rule: R-PLAN-02
    """
    return [
        NewOrder(
            addressee=addressee,
            words=each.step.text,
            due_at=now + each.step.within,
            place=placing.place,
            quantity=each.step.quantity,
            plan_key=plan.key,
            plan_step=each.number,
        )
        for each in steps
        for addressee in _addressees(each.step, selectors, placing)
    ]


def _addressees(step: PlanStep, selectors: PlanSelectors, placing: Placing) -> tuple[str, ...]:
    centre = f"{PARTY}{placing.lead}"
    named = placing.parties.get(step.role)
    if named is not None:
        return (named,)
    match selectors.role_of(step.role).to:
        case StepTo.NOBODY:
            return ()
        case StepTo.CENTRE:
            return (centre,)
        case StepTo.OFFICE:
            return (placing.office or centre,)
        case StepTo.COUNTY:
            return placing.counties or (centre,)
        case StepTo.SITE:
            return placing.sites or (centre,)


@dataclass(frozen=True, slots=True)
class StepProgress:
    """One step of a plan with the orders that it became; none, and nobody was told yet."""

    number: int
    step: PlanStep
    orders: tuple[IssuedOrder, ...]


def progress(
    plan: ContingencyPlan, steps: Sequence[Numbered], orders: Sequence[IssuedOrder]
) -> Iterator[StepProgress]:
    """Yield each step with its orders, so that it can be seen how far the plan is."""
    for each in steps:
        mine = tuple(
            order
            for order in orders
            if order.plan_key == plan.key and order.plan_step == each.number
        )
        yield StepProgress(each.number, each.step, mine)
