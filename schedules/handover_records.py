"""The rows of handovers: reading the last one of a post, storing offers and read-backs, the log."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from records.act import Act
from records.duty_log import Entry, append
from records.errors import WrongState
from records.language import Sentence, mark
from schedules.handover_state import Answer, Handing, HandoverState, Relief
from schedules.handover_tables import Handover, HandoverMatter
from schedules.party_words import party_words
from schedules.shifts import OnDuty
from schedules.tables import Shift


@dataclass(frozen=True, slots=True)
class StoredHandover:
    """A handover and the row it is stored in; no row yet before it is offered."""

    id: int | None
    post_key: str
    shift_id: int
    handing: Handing


def latest(session: Session, room_key: str, post_key: str) -> StoredHandover | None:
    """Return the pending handover of a post, else the last that was assumed, or None."""
    row = session.execute(
        select(Handover, Shift)
        .join(Shift, Shift.id == Handover.shift_id)
        .where(Handover.room_key == room_key, Handover.post_key == post_key)
        .order_by(Handover.assumed_at.is_(None).desc(), Handover.assumed_at.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    stored, shift = row
    answers = session.execute(
        select(HandoverMatter.key, HandoverMatter.answer)
        .where(HandoverMatter.handover_id == stored.id)
        .order_by(HandoverMatter.id)
    )
    relief = Relief(
        shift.key, stored.offered_at, shift.starts_at, shift.ends_at, stored.incoming_id
    )
    handing = Handing(
        relief,
        stored.outgoing_id,
        HandoverState(stored.state),
        stored.offered_at,
        {each.key: Answer(each.answer) for each in answers},
        stored.accepted_at,
        stored.assumed_at,
        stored.reviewed_at,
        stored.is_takeover,
    )
    return StoredHandover(stored.id, post_key, stored.shift_id, handing)


def store_pending(
    session: Session,
    act: Act,
    there: StoredHandover | None,
    place: OnDuty,
    handing: Handing,
    words: str,
) -> StoredHandover:
    """Store a handover as pending: in the row that is pending already, else in a new one."""
    values: dict[str, object] = {
        "shift_id": place.shift_id,
        "outgoing_id": handing.outgoing,
        "incoming_id": handing.relief.incoming,
        "state": handing.state.value,
        "offered_at": act.at,
        "offered_words": words,
    }
    if there is None or not there.handing.is_pending:
        row_id = _insert(session, act, place.post_key, values)
    else:
        assert there.id is not None
        row_id = there.id
        session.execute(update(Handover).where(Handover.id == row_id).values(**values))
        session.execute(
            delete(HandoverMatter).where(
                HandoverMatter.handover_id == row_id,
                HandoverMatter.key.not_in(list(handing.answers)),
            )
        )
    return StoredHandover(row_id, place.post_key, place.shift_id, handing)


def _insert(session: Session, act: Act, post_key: str, values: Mapping[str, object]) -> int:
    every: dict[str, object] = {
        "room_key": act.room_key,
        "post_key": post_key,
        "is_takeover": False,
        "accepted_words": "",
        **values,
    }
    return session.execute(insert(Handover).values(**every).returning(Handover.id)).scalar_one()


def offered(session: Session, room_key: str, post_key: str) -> StoredHandover:
    """Return the pending handover of a post; WrongState if none was offered."""
    there = latest(session, room_key, post_key)
    if there is None or not there.handing.is_pending:
        raise WrongState(mark("该岗位没有待接的交班,请交班人先办理交班。"))
    return there


def store_answer(
    session: Session, act: Act, stored: StoredHandover, key: str, said: Answer, words: str
) -> None:
    """Store the latest answer to one matter."""
    assert stored.id is not None
    values = {"answer": said.value, "answered_at": act.at, "words": words}
    changed = session.execute(
        update(HandoverMatter)
        .where(HandoverMatter.handover_id == stored.id, HandoverMatter.key == key)
        .values(**values)
        .returning(HandoverMatter.id)
    ).first()
    if changed is None:
        row = {"handover_id": stored.id, "key": key, "is_carried": False, **values}
        session.execute(insert(HandoverMatter).values(**row))


def person_of(act: Act) -> str:
    """Return the id of the person who acts."""
    return act.operator.removeprefix("person:")


def record(  # noqa: PLR0913, PLR0917  an entry has as many parts
    session: Session,
    act: Act,
    stored: StoredHandover,
    name: str,
    template: str,
    params: Mapping[str, object],
    data: Mapping[str, object],
) -> None:
    """Write one act of a handover into the duty log; `params` fill the sentence besides who, where.

    Args:
        session: A write session.
        act: Who acts, and when.
        stored: The handover.
        name: The name of the act.
        template: The marked sentence.
        params: What fills it.
        data: What stands behind it.
    """
    post = f"post:{stored.post_key}"
    words = party_words(session, act.room_key, [act.operator, post])
    sentence = Sentence(
        template,
        {
            "person": words[act.operator],
            "post": words[post],
            "shift": stored.handing.relief.shift_key,
            **params,
        },
    )
    subject = f"shift:{stored.handing.relief.shift_key}"
    entry = Entry(name, sentence, act.operator, subject, {"post": stored.post_key, **data})
    append(session, act.room_key, act.at, [entry])
