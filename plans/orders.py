"""Orders issued to named addressees in two steps; what is owed by them, chased by ladders."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from plans.command_states import OrderState
from plans.command_tables import Order
from plans.escalation import Ladder
from plans.issued_orders import IssuedOrder, require_order
from records.act import Act
from records.duty_log import Entry, append
from records.errors import BadData, WrongState
from records.language import Bilingual, Sentence, mark
from schedules import obligations
from schedules.calendar import local_minute
from schedules.obligations import Owed
from schedules.party_words import party_words
from schedules.rules import ObligationRule

KIND = "order"
ACKNOWLEDGEMENT = "acknowledgement"
READ_BACK_LADDER = "read_back"
OWN_LADDER = "order"


@dataclass(frozen=True, slots=True)
class OrderBook:
    """The catalogues that orders go by, and the zone in which their hours are said."""

    ladders: Mapping[str, Ladder]
    order: ObligationRule
    acknowledgement: ObligationRule
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to one addressee, before it is issued; `time` is what is said and read back.

    Without `time` the hour by which it is to be carried out is said.
    """

    addressee: str  # unit:ID, person:ID, centre:KEY, or room:KEY for an order from above
    words: str
    due_at: datetime
    place: str = ""
    quantity: str = ""
    time: str = ""
    consequence: str = ""
    handle: str = ""
    plan_key: str | None = None
    plan_step: int | None = None


def foreseen(
    session: Session, room_key: str, orders: Sequence[NewOrder], book: OrderBook
) -> Sentence:
    """Return what issuing these orders will do: whom it reaches, by when, what follows from it.

    The first of the two steps; nothing is stored.

    Rule: R-ORD-01
    """
    names = party_words(session, room_key, [order.addressee for order in orders])
    lines = [_line(order, names[order.addressee], book) for order in orders]
    listed = Sentence(
        "\n".join(f"{{o{n}}}" for n in range(len(lines))),
        {f"o{n}": line for n, line in enumerate(lines)},
    )
    within = _read_back_within(book, READ_BACK_LADDER)
    return Sentence(
        mark("将下达{count}条指令,须在{minutes}分钟内复诵,逾期逐级催办:\n{orders}"),
        {"count": len(orders), "minutes": int(within.total_seconds() // 60), "orders": listed},
    )


def _line(order: NewOrder, name: str | Bilingual, book: OrderBook) -> Sentence:
    params: dict[str, object] = {
        "who": name,
        "words": order.words,
        "place": order.place or "—",
        "quantity": order.quantity or "—",
        "time": order.time or local_minute(order.due_at, book.zone),
        "due": local_minute(order.due_at, book.zone),
        "consequence": order.consequence,
    }
    if order.consequence:
        return Sentence(
            mark(
                "{who}:{words}(地点 {place};数量 {quantity};时间 {time};{due}前完成)"
                "后果:{consequence}"
            ),
            params,
        )
    return Sentence(
        mark("{who}:{words}(地点 {place};数量 {quantity};时间 {time};{due}前完成)"), params
    )


def issue(
    session: Session,
    act: Act,
    book: OrderBook,
    orders: Sequence[NewOrder],
    *,
    subject: str = "",
    is_drill: bool = False,
) -> list[IssuedOrder]:
    """Issue orders in one act; each addressee owes a read-back, then that it is carried out.

    Raises BadData for an order without words or due before now, WrongState where a handle is taken.

    Rule: R-ORD-01, R-ORD-04
    """
    first = _next_number(session, act.room_key)
    rows = [
        _checked(session, act, book, order, number) for number, order in enumerate(orders, first)
    ]
    issued = []
    for order in rows:
        stored = session.execute(
            insert(Order)
            .values(_values(act, order, subject, is_drill=is_drill))
            .returning(Order.id)
        )
        issued.append(require_order(session, act.room_key, order.handle))
        assert stored.scalar_one() == issued[-1].id
    owed = [each for order in issued for each in _owed(order, book)]
    obligations.open_all(session, act.room_key, owed)
    names = party_words(session, act.room_key, [order.addressee for order in issued])
    entries = [
        Entry(
            "issue_order",
            Sentence(
                mark("下达指令{order}:{line}。"),
                {"order": order.handle, "line": _line(new, names[order.addressee], book)},
            ),
            act.operator,
            f"order:{order.handle}",
            {"about": subject, "addressee": order.addressee, "plan": order.plan_key},
        )
        for order, new in zip(issued, rows, strict=True)
    ]
    append(session, act.room_key, act.at, entries)
    return issued


def _next_number(session: Session, room_key: str) -> int:
    there = session.scalar(
        select(func.count()).select_from(Order).where(Order.room_key == room_key)
    )
    return (there or 0) + 1


def _checked(session: Session, act: Act, book: OrderBook, order: NewOrder, number: int) -> NewOrder:
    if not order.words:
        raise BadData(mark("指令内容不能为空。"))
    if order.due_at < act.at:
        raise BadData(mark("指令的完成时限不能早于现在。"))
    handle = order.handle or _free_handle(session, act.room_key, number)
    if _is_taken(session, act.room_key, handle):
        raise WrongState(mark("指令编号{order}已经用过,请另取一个。"), order=handle)
    time = order.time or local_minute(order.due_at, book.zone)
    return replace(order, handle=handle, time=time)


def _free_handle(session: Session, room_key: str, number: int) -> str:
    while _is_taken(session, room_key, str(number)):
        number += 1
    return str(number)


def _is_taken(session: Session, room_key: str, handle: str) -> bool:
    query = select(Order.id).where(Order.room_key == room_key, Order.handle == handle)
    return session.scalar(query) is not None


def _values(act: Act, order: NewOrder, subject: str, *, is_drill: bool) -> dict[str, object]:
    return {
        "room_key": act.room_key,
        "handle": order.handle,
        "subject": subject,
        "addressee": order.addressee,
        "words": order.words,
        "place": order.place,
        "quantity": order.quantity,
        "time": order.time,
        "consequence": order.consequence,
        "plan_key": order.plan_key,
        "plan_step": order.plan_step,
        "is_drill": is_drill,
        "state": OrderState.ISSUED.value,
        "issued_at": act.at,
        "issued_by": act.operator,
        "due_at": order.due_at,
        "outcome": "",
    }


def _read_back_within(book: OrderBook, ladder: str) -> timedelta:
    known = book.ladders.get(ladder)
    return known.begins_before if known else timedelta(0)


def _owed(order: IssuedOrder, book: OrderBook) -> list[Owed]:
    ladder = OWN_LADDER if order.addressee.startswith("room:") else READ_BACK_LADDER
    subject = f"order:{order.handle}"
    read_back = Owed(
        kind=ACKNOWLEDGEMENT,
        subject=subject,
        owed_by=order.addressee,
        rule="R-ORD-02",
        source=book.acknowledgement.source,
        ladder=ladder,
        arose_at=order.issued_at,
        due_at=order.issued_at + _read_back_within(book, ladder),
        grace=book.acknowledgement.grace,
        is_drill=order.is_drill,
        first_look_at=order.issued_at,
    )
    carried_out = Owed(
        kind=KIND,
        subject=subject,
        owed_by=order.addressee,
        rule=book.order.rule,
        source=book.order.source,
        ladder=book.order.ladder,
        arose_at=order.issued_at,
        due_at=order.due_at,
        grace=book.order.grace,
        is_drill=order.is_drill,
    )
    return [read_back, carried_out]
