"""Command centres called for an incident: proposed, activated, stood down; acknowledged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from plans.command_centres import PARTY, CommandCentres
from plans.command_routing import Called, Routing
from plans.command_states import ActivationState, Part, may_follow
from plans.command_tables import CentreActivation
from plans.escalation import Ladder
from records.act import Act
from records.duty_log import Entry, append
from records.errors import Conflict, NotFound, WrongState
from records.language import Language, Sentence, mark
from schedules import obligations
from schedules.obligations import Owed
from schedules.party_words import party_words
from schedules.rules import ObligationRule
from schedules.tables import Obligation

KIND = "acknowledgement"
_LADDERS = {Part.LEAD: "command", Part.SUPPORTING: "command", Part.INFORMED: "informing"}


@dataclass(frozen=True, slots=True)
class Calling:
    """The catalogues that calling a centre goes by."""

    centres: CommandCentres
    ladders: Mapping[str, Ladder]
    acknowledgement: ObligationRule


@dataclass(frozen=True, slots=True)
class Activation:
    """One centre in one incident, as it stands."""

    id: int
    centre_key: str
    subject: str
    part: Part
    state: ActivationState
    is_drill: bool
    reason: str
    proposed_at: datetime
    activated_at: datetime | None
    staffed_at: datetime | None
    stood_down_at: datetime | None


def propose(
    session: Session,
    act: Act,
    calling: Calling,
    subject: str,
    routing: Routing,
    *,
    is_drill: bool = False,
) -> list[str]:
    """Call the centres of a routing that are not called yet; return their keys.

    Each is mailed until somebody acknowledges. A body that was informed only and is now to lead or
    support is called again; a centre's part that changed otherwise is only recorded.

    Rule: R-CMD-04, R-CMD-05, R-CMD-06
    """
    there = {each.centre_key: each for each in working(session, act.room_key, subject)}
    called = []
    for wanted in routing.called:
        known = there.get(wanted.key)
        if known is None:
            _add(session, act, subject, wanted, is_drill=is_drill)
        elif known.part is wanted.part or wanted.part is Part.INFORMED:
            continue
        else:
            _change_part(session, known.id, wanted)
        if known is None or known.part is Part.INFORMED:
            _call(session, act, calling, subject, wanted, is_drill=is_drill)
            called.append(wanted.key)
        _record_call(session, act, calling, subject, wanted)
    return called


def _add(session: Session, act: Act, subject: str, wanted: Called, *, is_drill: bool) -> None:
    session.execute(
        insert(CentreActivation).values(
            room_key=act.room_key,
            subject=subject,
            centre_key=wanted.key,
            part=wanted.part.value,
            state=ActivationState.PROPOSED.value,
            is_drill=is_drill,
            reason=wanted.why.said_in(Language.ZH),
            proposed_at=act.at,
            proposed_by=act.operator,
        )
    )


def _change_part(session: Session, activation_id: int, wanted: Called) -> None:
    session.execute(
        update(CentreActivation)
        .where(CentreActivation.id == activation_id)
        .values(part=wanted.part.value)
    )


def _call(
    session: Session, act: Act, calling: Calling, subject: str, wanted: Called, *, is_drill: bool
) -> None:
    """Have a centre acknowledge: its ladder begins at once, the deadline is its first minutes."""
    key = _LADDERS[wanted.part]
    ladder = calling.ladders.get(key)
    within = ladder.begins_before if ladder else timedelta(0)
    rule = calling.acknowledgement
    owed = Owed(
        kind=KIND,
        subject=subject,
        owed_by=f"{PARTY}{wanted.key}",
        rule="R-CMD-05" if wanted.part is Part.INFORMED else rule.rule,
        source=rule.source,
        ladder=key,
        arose_at=act.at,
        due_at=act.at + within,
        grace=rule.grace,
        is_top_priority=wanted.part is not Part.INFORMED,
        is_drill=is_drill,
        first_look_at=act.at,
    )
    obligations.open_all(session, act.room_key, [owed])


_PROPOSED = {
    Part.LEAD: mark("提请{centre}牵头指挥:{why}。"),
    Part.SUPPORTING: mark("提请{centre}配合:{why}。"),
    Part.INFORMED: mark("知会{centre}:{why}。"),
}


def _record_call(
    session: Session, act: Act, calling: Calling, subject: str, wanted: Called
) -> None:
    words = calling.centres.by_key(wanted.key).words
    sentence = Sentence(_PROPOSED[wanted.part], {"centre": words, "why": wanted.why})
    data = {"centre": wanted.key, "part": wanted.part.value}
    entry = Entry("propose_centre", sentence, act.operator, subject, data)
    append(session, act.room_key, act.at, [entry])


def activate(
    session: Session,
    act: Act,
    calling: Calling,
    activation: Activation,
    *,
    signed_by: str,
    reason: str = "",
) -> None:
    """Activate a called centre by a signature; WrongState if it is activated already.

    Rule: R-CMD-06
    """
    require_may(activation, ActivationState.ACTIVATED, calling.centres)
    store_state(session, activation, ActivationState.ACTIVATED, activated_at=act.at, by=signed_by)
    said = mark("{centre}启动({person}签发)。{reason}")
    _record(session, act, calling, activation, ("activate_centre", said), (signed_by, reason))


def stand_down(
    session: Session,
    act: Act,
    calling: Calling,
    activation: Activation,
    *,
    signed_by: str,
    reason: str = "",
) -> list[int]:
    """Stand a centre down by a signature; return the calls that nobody need answer any more.

    Rule: R-CMD-06
    """
    require_may(activation, ActivationState.STOOD_DOWN, calling.centres)
    store_state(session, activation, ActivationState.STOOD_DOWN, stood_down_at=act.at, by=signed_by)
    said = mark("{centre}撤收({person}签发)。{reason}")
    _record(session, act, calling, activation, ("stand_down_centre", said), (signed_by, reason))
    waiting = open_calls(session, act.room_key, activation.subject, activation.centre_key)
    return obligations.waive(session, act, waiting)


def settle_acknowledged(session: Session, act: Act, ids: Sequence[int]) -> list[int]:
    """Fulfil those of these matters that are calls of centres: who took them on acknowledged them.

    Return their ids. What must follow an acknowledgement is owed as orders, with clocks of its own.

    Rule: R-CMD-04
    """
    calls = list(
        session.scalars(
            select(Obligation.id).where(
                Obligation.id.in_(ids),
                Obligation.kind == KIND,
                Obligation.owed_by.startswith(PARTY),
                ~Obligation.subject.startswith("order:"),
            )
        )
    )
    return [each.id for each in obligations.fulfil_all(session, act, calls, at=act.at)]


def open_calls(session: Session, room_key: str, subject: str, centre_key: str) -> list[int]:
    """Return the calls of a centre in an incident that nobody has acknowledged."""
    return list(
        session.scalars(
            select(Obligation.id).where(
                Obligation.room_key == room_key,
                Obligation.kind == KIND,
                Obligation.subject == subject,
                Obligation.owed_by == f"{PARTY}{centre_key}",
                Obligation.fulfilled_at.is_(None),
                Obligation.waived_at.is_(None),
            )
        )
    )


def working(session: Session, room_key: str, subject: str) -> list[Activation]:
    """Return the centres called for an incident and not stood down, the lead first."""
    rows = session.scalars(
        select(CentreActivation)
        .where(
            CentreActivation.room_key == room_key,
            CentreActivation.subject == subject,
            CentreActivation.stood_down_at.is_(None),
        )
        .order_by(CentreActivation.id)
    )
    found = [_activation(row) for row in rows]
    return sorted(found, key=lambda each: list(Part).index(each.part))


def require_working(session: Session, room_key: str, subject: str, centre_key: str) -> Activation:
    """Return a centre called for an incident; NotFound if it is not, or has been stood down."""
    for each in working(session, room_key, subject):
        if each.centre_key == centre_key:
            return each
    raise NotFound(mark("{centre}没有为此事件提请或启动,请先提请。"), centre=centre_key)


def lead_of(session: Session, room_key: str, subject: str) -> str | None:
    """Return the key of the leading centre of an incident, or None before one is called."""
    for each in working(session, room_key, subject):
        if each.part is Part.LEAD:
            return each.centre_key
    return None


def read_activations(session: Session, room_key: str, subject: str) -> list[Activation]:
    """Return all centres that were ever called for an incident, oldest call first."""
    rows = session.scalars(
        select(CentreActivation)
        .where(CentreActivation.room_key == room_key, CentreActivation.subject == subject)
        .order_by(CentreActivation.id)
    )
    return [_activation(row) for row in rows]


def _activation(row: CentreActivation) -> Activation:
    return Activation(
        id=row.id,
        centre_key=row.centre_key,
        subject=row.subject,
        part=Part(row.part),
        state=ActivationState(row.state),
        is_drill=row.is_drill,
        reason=row.reason,
        proposed_at=row.proposed_at,
        activated_at=row.activated_at,
        staffed_at=row.staffed_at,
        stood_down_at=row.stood_down_at,
    )


def require_may(activation: Activation, after: ActivationState, centres: CommandCentres) -> None:
    """Raise WrongState if a centre cannot go to a state from where it stands."""
    if not may_follow(activation.state, after):
        raise WrongState(
            mark("{centre}现为“{state}”,不能转为“{after}”。"),
            centre=centres.by_key(activation.centre_key).words,
            state=activation.state.words,
            after=after.words,
        )


def store_state(
    session: Session,
    activation: Activation,
    state: ActivationState,
    *,
    by: str,
    **minute: datetime,
) -> None:
    """Write a centre's new state with its minute; Conflict if somebody else changed it."""
    (column,) = minute
    values = {"state": state.value, column: minute[column], column.replace("_at", "_by"): by}
    result = session.execute(
        update(CentreActivation)
        .where(CentreActivation.id == activation.id, CentreActivation.state == activation.state)
        .values(**values)
        .returning(CentreActivation.id)
    )
    if result.first() is None:
        raise Conflict(mark("此指挥部刚由他人改动,请重新查看。"))


def _record(
    session: Session,
    act: Act,
    calling: Calling,
    activation: Activation,
    said: tuple[str, str],
    signed: tuple[str, str],
) -> None:
    name, template = said
    signed_by, reason = signed
    params = {
        "centre": calling.centres.by_key(activation.centre_key).words,
        "person": party_words(session, act.room_key, [signed_by])[signed_by],
        "reason": reason,
    }
    data = {"centre": activation.centre_key, "signed_by": signed_by}
    entry = Entry(name, Sentence(template, params), act.operator, activation.subject, data)
    append(session, act.room_key, act.at, [entry])
