"""Centres, responses, orders and plans as lists of plain values, for commands and screens."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.json_values import instant_json
from plans import activations, responses
from plans.centre_staffing import read_staffing
from plans.command_tables import ReadBack
from plans.issued_orders import IssuedOrder, read_orders
from records.language import Language, Sentence
from records.names import party_names
from schedules.party_words import party_words

if TYPE_CHECKING:
    from plans.command_rules import CommandRules
    from plans.contingency_plans import ContingencyPlan, Numbered
    from plans.planning import Chosen

Row = dict[str, object]


def subject_of(incident: str) -> str:
    """Return an incident as a subject, however it was named."""
    return f"incident:{incident.removeprefix('incident:')}"


def centres_json(
    session: Session, room_key: str, incident: str, rules: "CommandRules"
) -> list[Row]:
    """Return the centres that were called for an incident, oldest call first."""
    found = activations.read_activations(session, room_key, subject_of(incident))
    return [
        {
            "centre": each.centre_key,
            "name": rules.centres.by_key(each.centre_key).name,
            "part": each.part.value,
            "state": each.state.value,
            "is_drill": each.is_drill,
            "reason": each.reason,
            "proposed_at": instant_json(each.proposed_at),
            "activated_at": instant_json(each.activated_at),
            "staffed_at": instant_json(each.staffed_at),
            "stood_down_at": instant_json(each.stood_down_at),
            "strength": read_staffing(session, each.id),
        }
        for each in found
    ]


def response_json(session: Session, room_key: str, incident: str) -> Row:
    """Return how the response to an incident stands, and each signed step of it."""
    subject = subject_of(incident)
    found = responses.standing(session, room_key, subject)
    steps = responses.steps_of(session, room_key, subject)
    names = party_names(session, room_key, [step.signed_by for step in steps])
    return {
        "incident": incident,
        "level": found.level.value if found and found.level else None,
        "issuing_authority": (
            found.issuing_authority.value if found and found.issuing_authority else None
        ),
        "handed_up_at": instant_json(found.handed_up_at) if found else None,
        "steps": [
            {
                "number": step.number,
                "at": instant_json(step.at),
                "step": step.step,
                "level": step.level,
                "issuing_authority": step.issuing_authority,
                "centre": step.lead_key,
                "signed_by": step.signed_by,
                "name": names[step.signed_by],
                "signed_as": f"post:{step.signed_as}",
                "document": step.document,
                "reason": step.reason,
            }
            for step in steps
        ],
    }


def orders_json(
    session: Session, room_key: str, *, incident: str | None, is_open: bool, language: Language
) -> list[Row]:
    """Return orders with their read-backs, oldest first."""
    subject = None if incident is None else subject_of(incident)
    orders = read_orders(session, room_key, subject=subject, is_open=is_open)
    words = party_words(session, room_key, [order.addressee for order in orders])
    spoken = _read_backs(session, [order.id for order in orders])
    return [
        {
            **_order_json(order),
            "name": Sentence("{who}", {"who": words[order.addressee]}).said_in(language),
            "read_backs": spoken.get(order.id, []),
        }
        for order in orders
    ]


def _order_json(order: IssuedOrder) -> Row:
    return {
        "order": order.handle,
        "subject": order.subject,
        "to": order.addressee,
        "words": order.words,
        "place": order.spoken.place,
        "quantity": order.spoken.quantity,
        "time": order.spoken.time,
        "consequence": order.consequence,
        "plan": order.plan_key,
        "plan_step": order.plan_step,
        "is_drill": order.is_drill,
        "state": order.state.value,
        "issued_at": instant_json(order.issued_at),
        "issued_by": order.issued_by,
        "due_at": instant_json(order.due_at),
        "acknowledged_at": instant_json(order.acknowledged_at),
        "acknowledged_by": order.acknowledged_by,
        "carried_out_at": instant_json(order.carried_out_at),
        "unable_at": instant_json(order.unable_at),
        "result": order.result,
    }


def _read_backs(session: Session, order_ids: Sequence[int]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for start in range(0, len(order_ids), 400):
        some = order_ids[start : start + 400]
        rows = session.scalars(
            select(ReadBack).where(ReadBack.order_id.in_(some)).order_by(ReadBack.id)
        )
        for row in rows:
            found.setdefault(row.order_id, []).append(
                {
                    "at": instant_json(row.at),
                    "by": row.read_by,
                    "place": row.place,
                    "quantity": row.quantity,
                    "time": row.time,
                    "is_right": row.is_right,
                }
            )
    return found


def plan_json(plan: "ContingencyPlan") -> Row:
    """Return a plan without its steps: what it is for and where it comes from."""
    return {
        "plan": plan.key,
        "name": plan.name,
        "name_en": plan.name_en,
        "centre": plan.centre,
        "kinds": list(plan.kinds),
        "levels": [level.value for level in plan.levels],
        "seasons": list(plan.seasons),
        "periods": list(plan.periods),
        "risk_levels": [level.value for level in plan.risk_levels],
        "source": plan.source,
        "confidence": plan.confidence.value,
        "steps": len(plan.step),
    }


def steps_json(steps: "Sequence[Numbered]", rules: "CommandRules") -> list[Row]:
    """Return the steps of a plan, with the number that each has in the whole plan."""
    return [
        {
            "step": each.number,
            "role": each.step.role,
            "role_name": rules.selectors.role_of(each.step.role).name,
            "within_minutes": int(each.step.within.total_seconds() // 60),
            "text": each.step.text,
            "text_en": each.step.text_en,
            "quantity": each.step.quantity,
        }
        for each in steps
    ]


def progress_json(
    session: Session, room_key: str, incident: str, chosen: "Chosen", rules: "CommandRules"
) -> list[Row]:
    """Return the steps of a plan with the orders that they became in an incident."""
    from plans.planning import progress_of  # noqa: PLC0415  only where an incident is named

    done = progress_of(session, room_key, subject_of(incident), chosen)
    orders = {
        each.number: [
            {"order": order.handle, "to": order.addressee, "state": order.state.value}
            for order in each.orders
        ]
        for each in done
    }
    rows = steps_json(chosen.steps, rules)
    return [
        {**row, "orders": orders[step.number]} for row, step in zip(rows, chosen.steps, strict=True)
    ]
