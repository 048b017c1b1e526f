"""Sign in at a post and sign out; a late one is a suspected 误岗."""

from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from records.act import Act
from records.duty_log import Entry, append
from records.errors import NotOnDuty, WrongState
from records.language import Sentence, mark
from schedules import obligations
from schedules.findings import FindingKind, Suspicion, suspect
from schedules.obligations import Settled
from schedules.party_words import party_words
from schedules.rules import ScheduleRules
from schedules.shifts import OnDuty, on_duty
from schedules.tables import Obligation, SignIn


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in where, and what that settled."""

    person_id: str
    post_key: str
    shift_key: str
    obligation_id: int | None
    late_seconds: float


def place_for(
    session: Session,
    act: Act,
    rules: ScheduleRules,
    *,
    person_id: str | None = None,
    post_key: str | None = None,
) -> OnDuty:
    """Return the post and shift a sign-in now is for.

    The next shift counts if it begins within the time that sign-ins open before it, else the
    running one. Raises NotOnDuty if the roster names nothing that fits.

    Rule: R-SIGN-01
    """
    opens_before = rules.obligations["sign_in"].opens_before
    fitting = [
        place
        for place in on_duty(session, act.room_key, act.at + opens_before, act.at)
        if (post_key is None or place.post_key == post_key)
        and (person_id is None or place.person_id == person_id)
    ]
    coming = [place for place in fitting if place.starts_at > act.at]
    running = [place for place in fitting if place.starts_at <= act.at]
    for place in [*coming, *running]:
        if place.person_id is not None or person_id is not None:
            return place
    if person_id is not None:
        raise NotOnDuty(mark("当前及1小时内的值班表没有安排此人,请先调班或替班。"))
    raise NotOnDuty(mark("岗位{post}当前及1小时内无人排班,请先补排。"), post=post_key or "")


def sign_in(session: Session, act: Act, place: OnDuty, person_id: str, reason: str) -> SignedIn:
    """Record that a person stands at the post from now on, and settle what the post owed.

    Raises WrongState if the same person is signed in there already.

    Rule: R-SIGN-01
    """
    if place.signed_in_by == person_id:
        raise WrongState(mark("此人已在该岗签到,不必重复签到。"))
    if place.signed_in_by is not None:
        session.execute(
            update(SignIn)
            .where(
                SignIn.shift_id == place.shift_id,
                SignIn.post_key == place.post_key,
                SignIn.signed_out_at.is_(None),
            )
            .values(signed_out_at=act.at)
        )
    session.execute(
        insert(SignIn).values(
            room_key=act.room_key,
            shift_id=place.shift_id,
            post_key=place.post_key,
            person_id=person_id,
            at=act.at,
            reason=reason,
        )
    )
    # The obligation's row before the log's head, as everybody takes them: else two would wait for
    # each other.
    settled = _settle(session, act, place)
    _record(session, act, place, person_id, reason)
    if settled is None:
        return SignedIn(person_id, place.post_key, place.shift_key, None, 0.0)
    _suspect(session, act, place, settled, person_id, reason)
    return SignedIn(person_id, place.post_key, place.shift_key, settled.id, settled.late_seconds)


def _settle(session: Session, act: Act, place: OnDuty) -> Settled | None:
    """Fulfil what the post owed; return how, or None if nothing was owed or it was done before."""
    owed = session.scalar(
        select(Obligation).where(
            Obligation.room_key == act.room_key,
            Obligation.kind == "sign_in",
            Obligation.owed_by == f"post:{place.post_key}",
            Obligation.subject == f"shift:{place.shift_key}",
        )
    )
    if owed is None or owed.fulfilled_at is not None:
        return None
    return obligations.fulfil(session, act, owed.id, at=act.at)


def _suspect(
    session: Session,
    act: Act,
    place: OnDuty,
    settled: Settled,
    person_id: str,
    reason: str,
) -> None:
    """Store what a late arrival, or a person the roster does not name, makes one suspect."""
    if settled.late_seconds > 0:
        suspicion = Suspicion(
            FindingKind.LATE_AT_POST,
            place.post_key,
            person_id,
            settled.id,
            act.at,
            int(settled.late_seconds),
            reason,
        )
        suspect(session, act.room_key, suspicion, operator=act.operator)
    if place.person_id is not None and place.person_id != person_id:
        suspicion = Suspicion(
            FindingKind.STAND_IN, place.post_key, person_id, settled.id, act.at, explanation=reason
        )
        suspect(session, act.room_key, suspicion, operator=act.operator)


def _record(session: Session, act: Act, place: OnDuty, person_id: str, reason: str) -> None:
    party, post = f"person:{person_id}", f"post:{place.post_key}"
    words = party_words(session, act.room_key, [party, post])
    sentence = Sentence(
        mark("{person}在{post}签到({shift})。{reason}"),
        {"person": words[party], "post": words[post], "shift": place.shift_key, "reason": reason},
    )
    data = {"person": person_id, "post": place.post_key, "shift": place.shift_key}
    append(
        session,
        act.room_key,
        act.at,
        [Entry("sign_in", sentence, act.operator, f"shift:{place.shift_key}", data)],
    )


def sign_out(session: Session, act: Act, person_id: str) -> str:
    """Record that a person leaves the post; return the post's key.

    Raises NotOnDuty if that person is not signed in.
    """
    row = session.execute(
        select(SignIn.id, SignIn.post_key)
        .where(
            SignIn.room_key == act.room_key,
            SignIn.person_id == person_id,
            SignIn.signed_out_at.is_(None),
        )
        .order_by(SignIn.at.desc())
        .limit(1)
    ).first()
    if row is None:
        raise NotOnDuty(mark("此人没有签到,不能签退。"))
    session.execute(update(SignIn).where(SignIn.id == row.id).values(signed_out_at=act.at))
    party, post = f"person:{person_id}", f"post:{row.post_key}"
    words = party_words(session, act.room_key, [party, post])
    sentence = Sentence(
        mark("{person}从{post}签退。"), {"person": words[party], "post": words[post]}
    )
    append(
        session,
        act.room_key,
        act.at,
        [
            Entry(
                "sign_out",
                sentence,
                act.operator,
                f"post:{row.post_key}",
                {"person": person_id, "post": row.post_key},
            )
        ],
    )
    return str(row.post_key)


def count_as_signed_in(session: Session, act: Act) -> None:
    """Count whoever the roster names at this instant as signed in, from the start of the shift.

    A replay begins with it: what lies before its first instant is not told.
    """
    rows: list[dict[str, object]] = [
        {
            "room_key": act.room_key,
            "shift_id": place.shift_id,
            "post_key": place.post_key,
            "person_id": place.person_id,
            "at": min(place.starts_at, act.at),
            "reason": "",
        }
        for place in on_duty(session, act.room_key, act.at, act.at)
        if place.person_id is not None and place.signed_in_by is None
    ]
    if rows:
        session.execute(insert(SignIn), rows)
