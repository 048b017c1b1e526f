"""Acts on orders: issued in two steps, read back, carried out, unable; and the steps of plans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from console.acts.desk import LONGEST_WORDS, Desk, Done
from console.parties import person_behind, require_unit, split_party
from plans.grades import ResponseLevel, RiskLevel
from plans.read_backs import Spoken
from records.act import Act
from records.clean_text import clean
from records.errors import BadData, Refused
from records.language import Sentence, mark
from records.tables import DutyRoom

if TYPE_CHECKING:  # few commands need them
    from plans.orders import NewOrder, OrderBook
    from plans.planning import Choosing

LONGEST_HANDLE = 40


@dataclass(frozen=True, slots=True)
class OrderWanted:
    """An order to one or several addressees; each gets its own, with a handle of its own."""

    addressees: tuple[str, ...]
    words: str
    due_at: datetime
    place: str = ""
    quantity: str = ""
    time: str = ""
    consequence: str = ""
    order: str = ""
    incident: str = ""


@dataclass(frozen=True, slots=True)
class PlanWanted:
    """The steps of a plan that are to become orders; without `plan` the best one is chosen."""

    incident: str
    plan: str = ""
    level: ResponseLevel | None = None
    risk_level: RiskLevel | None = None
    place: str = ""
    counties: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    parties: Mapping[str, str] = field(default_factory=dict)


class OrderActs(Desk):
    """Acts on orders."""

    def issue_order(
        self,
        wanted: OrderWanted,
        *,
        is_confirmed: bool,
        by: str | None = None,
        pin: str | None = None,
    ) -> Done:
        """Issue an order in two steps.

        Not confirmed, it is Refused with whom it would reach and what would follow; nothing is
        stored. Confirmed, it is signed and issued.
        """
        from plans.orders import NewOrder  # noqa: PLC0415

        if not wanted.addressees:
            raise BadData(mark("指令须写明受令方 to(可多个)。"))
        with self._act(by) as (session, act):
            handle = clean(wanted.order.removeprefix("order:"), limit=LONGEST_HANDLE)
            order = NewOrder(
                addressee="",
                words=clean(wanted.words, limit=LONGEST_WORDS),
                due_at=wanted.due_at,
                place=clean(wanted.place),
                quantity=clean(wanted.quantity),
                time=clean(wanted.time),
                consequence=clean(wanted.consequence, limit=LONGEST_WORDS),
            )
            parties = [self._addressee(session, act, party) for party in wanted.addressees]
            orders = [
                replace(order, addressee=party, handle=_numbered(handle, number, len(parties)))
                for number, party in enumerate(parties, start=1)
            ]
            return self._issue(session, act, orders, wanted.incident, (is_confirmed, by, pin))

    def issue_plan(
        self,
        wanted: PlanWanted,
        *,
        is_confirmed: bool,
        by: str | None = None,
        pin: str | None = None,
    ) -> Done:
        """Issue in one act the orders that the steps of a plan become; steps issued stay issued."""
        from plans.plan_orders import draft_orders  # noqa: PLC0415
        from plans.planning import placing_of, plan_for, still_to_issue  # noqa: PLC0415

        with self._act(by) as (session, act):
            rules = self._rules.command
            zone = self._zone(session)
            chosen = plan_for(session, act, rules, wanted_of(wanted), zone)
            placing = placing_of(
                session,
                act,
                _subject(wanted.incident),
                chosen,
                place=clean(wanted.place) or chosen.place,
                counties=tuple(self._addressee(session, act, each) for each in wanted.counties),
                sites=tuple(self._addressee(session, act, each) for each in wanted.sites),
                parties={
                    role: self._addressee(session, act, party)
                    for role, party in wanted.parties.items()
                },
            )
            steps = still_to_issue(session, act.room_key, _subject(wanted.incident), chosen)
            orders = draft_orders(chosen.plan, steps, rules.selectors, placing, now=act.at)
            if not orders:
                raise Refused(mark("此预案的步骤均已下达,没有可下达的指令。"))
            return self._issue(session, act, orders, wanted.incident, (is_confirmed, by, pin))

    def _issue(
        self,
        session: Session,
        act: Act,
        orders: "Sequence[NewOrder]",
        incident: str,
        signed: tuple[bool, str | None, str | None],
    ) -> Done:
        from plans import orders as issuing  # noqa: PLC0415

        is_confirmed, by, pin = signed
        subject, is_drill = self._incident(session, act, incident)
        book = self._book(session)
        if not is_confirmed:
            raise Refused(
                mark("{foreseen}\n尚未下达:核对无误后确认(--confirm)。"),
                foreseen=issuing.foreseen(session, act.room_key, orders, book),
            )
        if by is not None and act.operator.startswith("person:"):
            self._sign(session, act, act.operator.removeprefix("person:"), pin)
        issued = issuing.issue(session, act, book, orders, subject=subject, is_drill=is_drill)
        handles = "、".join(order.handle for order in issued)
        return Done(
            Sentence(
                mark("已下达{count}条指令:{orders}。请逐一复诵地点、数量、时间。"),
                {"count": len(issued), "orders": handles},
            ),
            tuple(order.id for order in issued),
        )

    def acknowledge_order(
        self, *, order: str, read: Spoken, acknowledged_by: str = "", by: str | None = None
    ) -> Done:
        """Take a read-back: right, it acknowledges the order.

        Wrong, it is recorded, and Refused with what was ordered beside what was read back.
        """
        from plans.order_answers import read_back, side_by_side  # noqa: PLC0415

        said = Spoken(clean(read.place), clean(read.quantity), clean(read.time))
        with self._act(by) as (session, act):
            handle = _bare(order)
            wrong, settled = read_back(session, act, handle, said, read_by=clean(acknowledged_by))
            self._over(session, act, settled)
        if wrong:  # what was read back is on record, so the transaction is done before the refusal
            raise Refused(
                mark("复诵不符,指令{order}未签收——{what}。请重新下达这几项并再复诵。"),
                order=handle,
                what=side_by_side(wrong),
            )
        return Done(Sentence(mark("复诵无误,指令{order}已签收。"), {"order": handle}))

    def carry_out_order(self, *, order: str, result: str = "", by: str | None = None) -> Done:
        """Record that an order was carried out, and what came of it."""
        from plans.order_answers import carry_out  # noqa: PLC0415

        with self._act(by) as (session, act):
            settled = carry_out(session, act, _bare(order), clean(result, limit=LONGEST_WORDS))
            self._over(session, act, settled)
            return Done(Sentence(mark("指令{order}已完成。"), {"order": _bare(order)}))

    def order_is_unable(self, *, order: str, reason: str, by: str | None = None) -> Done:
        """Record that an order cannot be carried out, and why."""
        from plans.order_answers import unable  # noqa: PLC0415

        with self._act(by) as (session, act):
            waived = unable(session, act, _bare(order), clean(reason, limit=LONGEST_WORDS))
            self._over(session, act, waived)
            words = mark("已记录无法执行指令{order};请另下指令或报指挥长。")
            return Done(Sentence(words, {"order": _bare(order)}))

    def _addressee(self, session: Session, act: Act, party: str) -> str:
        """Return whom an order goes to: a unit, a person, a centre, or this room from above."""
        wanted = party if ":" in party else f"unit:{party}"
        kind, _, key = wanted.partition(":")
        if kind == "centre":
            return self._rules.command.centres.by_key(key).party
        split_party(wanted)
        if kind == "unit":
            require_unit(session, act.room_key, key)
            return wanted
        if kind == "room":
            return f"room:{act.room_key}"
        return f"person:{person_behind(session, act, wanted)}"

    def _incident(self, session: Session, act: Act, incident: str) -> tuple[str, bool]:
        from plans.command_reading import incident_facts  # noqa: PLC0415

        if not incident:
            return "", False
        subject = _subject(incident)
        facts = incident_facts(session, act.room_key, subject.removeprefix("incident:"))
        return subject, facts.is_drill

    def _book(self, session: Session) -> "OrderBook":
        from plans.orders import OrderBook  # noqa: PLC0415

        kinds = self._rules.schedules.obligations
        ladders = self._rules.plans.ladders
        return OrderBook(ladders, kinds["order"], kinds["acknowledgement"], self._zone(session))

    def _zone(self, session: Session) -> ZoneInfo:
        return ZoneInfo(session.get_one(DutyRoom, self._room_key).timezone)


def wanted_of(wanted: PlanWanted) -> "Choosing":
    """Return by what the plan is chosen."""
    from plans.planning import Choosing  # noqa: PLC0415

    handle = _subject(wanted.incident).removeprefix("incident:")
    plan = "" if wanted.plan == "auto" else wanted.plan
    return Choosing(handle, plan, wanted.level, wanted.risk_level)


def _numbered(handle: str, number: int, of: int) -> str:
    return handle if not handle or of == 1 else f"{handle}-{number}"


def _bare(order: str) -> str:
    return clean(order.removeprefix("order:"), limit=LONGEST_HANDLE)


def _subject(incident: str) -> str:
    return f"incident:{clean(incident.removeprefix('incident:'), limit=LONGEST_HANDLE)}"
