"""Spot checks and roll calls: drawn by chance, asked at posts, answered, counted; units by call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from records.act import Act
from records.chance import Chance
from records.duty_log import Entry, append
from records.errors import Refused, WrongState
from records.language import Sentence, mark
from schedules import obligations
from schedules.findings import FindingKind, Suspicion, suspect
from schedules.obligations import Owed
from schedules.openers import Room
from schedules.outstanding import Outstanding
from schedules.party_words import party_words
from schedules.presence import at_post
from schedules.presence_tables import SpotCheck
from schedules.rules import ObligationRule, ScheduleRules
from schedules.tables import Obligation, Post

KIND = "spot_check"
UNIT_KIND = "unit_check"
SECOND_TRY_WITHIN = timedelta(minutes=5)  # R-SPOT-02
SHORTEST_WINDOW = timedelta(minutes=10)  # R-SPOT-01
CALLER = "post:primary"


@dataclass(frozen=True, slots=True)
class UnitAnswer:
    """What became of one call to a unit; `seconds` is how long it rang."""

    is_answered: bool
    seconds: int | None = None
    answered_by: str = ""
    words: str = ""


def manned_posts(session: Session, room_key: str) -> list[str]:
    """Return the parties that a roll call calls: the manned posts in their order."""
    keys = session.scalars(
        select(Post.key).where(Post.room_key == room_key, Post.is_manned).order_by(Post.turn)
    )
    return [f"post:{key}" for key in keys]


def plan(
    session: Session,
    act: Act,
    chance: Chance,
    parties: Sequence[str],
    window: tuple[datetime, datetime],
    *,
    is_roll_call: bool,
) -> list[int]:
    """Draw the instant of a check inside a window; return the numbers of the checks.

    All parties of one plan are called at the same instant, which nobody is shown before. Raises
    Refused where the window is too short to be unguessable, or over.

    Rule: R-SPOT-01
    """
    start, end = max(window[0], act.at), window[1]
    if end - start < SHORTEST_WINDOW:
        raise Refused(
            mark("抽查时段至少要有{minutes}分钟,否则时刻会被猜到。"),
            minutes=int(SHORTEST_WINDOW.total_seconds() // 60),
        )
    drawn_at = start + timedelta(seconds=chance.below(int((end - start).total_seconds()) + 1))
    ids: list[int] = []
    for party in parties:
        values = {"window_from": start, "window_until": end, "drawn_at": drawn_at}
        roll_call = ids[0] if ids else None
        ids.append(_insert(session, act, party, roll_call, values, "planned"))
    if is_roll_call:
        where = SpotCheck.id == ids[0]
        session.execute(update(SpotCheck).where(where).values(roll_call=ids[0]))
    count = {"count": len(ids)}
    template = (
        mark("安排点名:{count}方,时刻随机。")
        if is_roll_call
        else mark("安排抽查:{count}方,时刻随机。")
    )
    entry = Entry("plan_spot_check", Sentence(template, count), act.operator, "", {"checks": ids})
    append(session, act.room_key, act.at, [entry])
    return ids


def _insert(
    session: Session,
    act: Act,
    party: str,
    roll_call: int | None,
    values: dict[str, datetime],
    outcome: str,
) -> int:
    return session.execute(
        insert(SpotCheck)
        .values(
            room_key=act.room_key,
            roll_call=roll_call,
            party=party,
            planned_by=act.operator,
            outcome=outcome,
            words="",
            **values,
        )
        .returning(SpotCheck.id)
    ).scalar_one()


# The watch asks this at every look: the statement is made once.
_NEXT_DRAWN = (
    select(SpotCheck.drawn_at)
    .where(SpotCheck.outcome == "planned")
    .order_by(SpotCheck.drawn_at)
    .limit(1)
)


class SpotCheckOpener:
    """Asks what was drawn, at its own instant: nothing of it is in any list before."""

    def __init__(self, rules: ScheduleRules) -> None:
        self._rules = rules

    def next_at(self, session: Session) -> datetime | None:
        """Return when the next check is to be asked, in any room."""
        found: datetime | None = session.connection().execute(_NEXT_DRAWN).scalar()
        return found

    def open(self, session: Session, act: Act, room: Room) -> int:
        """Ask the checks whose instant has come; return how many.

        Rule: R-SPOT-01
        """
        rows = session.scalars(
            select(SpotCheck)
            .where(
                SpotCheck.room_key == room.key,
                SpotCheck.outcome == "planned",
                SpotCheck.drawn_at <= act.at,
            )
            .order_by(SpotCheck.id)
        ).all()
        for row in rows:
            values = {"outcome": "asked", "asked_at": act.at}
            session.execute(update(SpotCheck).where(SpotCheck.id == row.id).values(**values))
            obligations.open_all(session, room.key, [self._owed(row, act.at)])
            self._record(session, act, row)
        return len(rows)

    def _owed(self, row: SpotCheck, now: datetime) -> Owed:
        is_unit = row.party.startswith("unit:")
        rule: ObligationRule = self._rules.obligations[UNIT_KIND if is_unit else KIND]
        return Owed(
            kind=rule.kind,
            subject=f"spot_check:{row.id}",
            owed_by=CALLER if is_unit else row.party,
            rule=rule.rule,
            source=rule.source,
            ladder=rule.ladder,
            arose_at=now,
            due_at=now + rule.opens_before,
            grace=rule.grace,
        )

    def _record(self, session: Session, act: Act, row: SpotCheck) -> None:
        words = party_words(session, act.room_key, [row.party])
        template = mark("点名:{party},请应答。") if row.roll_call else mark("抽查:{party},请应答。")
        sentence = Sentence(template, {"party": words[row.party]})
        data = {"check": row.id, "roll_call": row.roll_call}
        entry = Entry("ask_spot_check", sentence, act.operator, row.party, data)
        append(session, act.room_key, act.at, [entry])


def answer(session: Session, act: Act, post_key: str) -> tuple[int, ...]:
    """Record that a post answered what it was asked; return the obligations that this settled.

    Raises WrongState if it was not asked.

    Rule: R-SPOT-01
    """
    post = f"post:{post_key}"
    owed = session.scalars(
        select(Obligation)
        .where(
            Obligation.room_key == act.room_key,
            Obligation.kind == KIND,
            Obligation.owed_by == post,
            Obligation.fulfilled_at.is_(None),
        )
        .order_by(Obligation.due_at)
    ).all()
    if not owed:
        raise WrongState(mark("此刻没有待答的抽查或点名。"))
    for row in owed:
        settled = obligations.fulfil(session, act, row.id, at=act.at)
        seconds = int((act.at - row.arose_at).total_seconds())
        values: dict[str, object] = {
            "answered_at": act.at,
            "answered_by": act.operator,
            "answer_seconds": seconds,
        }
        if settled.state.value != "missed":
            values["outcome"] = "answered"
        if settled.late_seconds > 0:
            values["second_at"] = row.due_at
        number = int(row.subject.removeprefix("spot_check:"))
        session.execute(update(SpotCheck).where(SpotCheck.id == number).values(**values))
        words = party_words(session, act.room_key, [act.operator, post])
        sentence = Sentence(
            mark("{person}在{post}应答抽查,用时{seconds}秒。"),
            {"person": words[act.operator], "post": words[post], "seconds": seconds},
        )
        data = {"check": number, "seconds": seconds}
        entry = Entry("answer_spot_check", sentence, act.operator, post, data)
        append(session, act.room_key, act.at, [entry])
    return tuple(row.id for row in owed)


def count_as_missed(session: Session, item: Outstanding, now: datetime, operator: str) -> None:
    """Count a check whose second try was not answered either; suspect 脱岗 of who stood there.

    Rule: R-SPOT-01
    """
    number = int(item.subject.removeprefix("spot_check:"))
    session.execute(
        update(SpotCheck)
        .where(SpotCheck.id == number)
        .values(outcome="missed", second_at=item.due_at)
    )
    post_key = item.owed_by.removeprefix("post:")
    person_id = at_post(session, item.room_key, post_key, item.due_at)
    if person_id is not None:
        suspicion = Suspicion(
            FindingKind.ABSENT_FROM_POST, post_key, person_id, item.id, max(item.missed_at, now)
        )
        suspect(session, item.room_key, suspicion, operator=operator)


def record_unit_call(
    session: Session, act: Act, unit_id: str, said: UnitAnswer
) -> tuple[str, tuple[int, ...]]:
    """Record one call of a telephone spot check; return its outcome and what it settled.

    A call that nobody answers counts only when a second one, within five minutes, is not answered
    either; a later call begins anew.

    Rule: R-SPOT-02
    """
    party = f"unit:{unit_id}"
    row = _open_call(session, act, party)
    is_second = row.outcome == "second_try"
    outcome = _outcome(said, is_second=is_second)
    values: dict[str, object] = {"outcome": outcome, "words": said.words}
    if is_second:
        values["second_at"] = act.at
    else:
        values["asked_at"] = act.at
    if said.is_answered:
        values["answered_at"] = act.at
        values["answered_by"] = said.answered_by
        values["answer_seconds"] = said.seconds
    session.execute(update(SpotCheck).where(SpotCheck.id == row.id).values(**values))
    settled = _settle_call(session, act, row.id) if outcome != "second_try" else ()
    _record_call(session, act, party, row.id, outcome, said)
    return outcome, settled


def _outcome(said: UnitAnswer, *, is_second: bool) -> str:
    if said.is_answered:
        return "answered"
    return "missed" if is_second else "second_try"


def _open_call(session: Session, act: Act, party: str) -> SpotCheck:
    """Return the check that this call belongs to; a new one where none is under way."""
    row = session.scalar(
        select(SpotCheck)
        .where(
            SpotCheck.room_key == act.room_key,
            SpotCheck.party == party,
            SpotCheck.outcome.in_(("asked", "second_try")),
        )
        .order_by(SpotCheck.id.desc())
        .limit(1)
    )
    if row is not None and row.outcome == "second_try":
        assert row.asked_at is not None
        if act.at - row.asked_at > SECOND_TRY_WITHIN:
            where = SpotCheck.id == row.id
            session.execute(update(SpotCheck).where(where).values(outcome="asked"))
            session.expire(row)
    if row is None:
        values = {"window_from": act.at, "window_until": act.at, "drawn_at": act.at}
        row = session.get(SpotCheck, _insert(session, act, party, None, values, "asked"))
        assert row is not None
    return row


def _settle_call(session: Session, act: Act, number: int) -> tuple[int, ...]:
    ids = list(
        session.scalars(
            select(Obligation.id).where(
                Obligation.room_key == act.room_key,
                Obligation.kind == UNIT_KIND,
                Obligation.subject == f"spot_check:{number}",
                Obligation.fulfilled_at.is_(None),
            )
        )
    )
    for obligation_id in ids:
        obligations.fulfil(session, act, obligation_id, at=act.at)
    return tuple(ids)


_CALLED = {
    "answered": mark("电话抽查{unit}:{seconds}秒接通,接听人{answered_by}。{words}"),
    "second_try": mark("电话抽查{unit}:无人接听,5分钟内再拨一次。{words}"),
    "missed": mark("电话抽查{unit}:两次均无人接听。{words}"),
}


def _record_call(
    session: Session, act: Act, party: str, number: int, outcome: str, said: UnitAnswer
) -> None:
    words = party_words(session, act.room_key, [party])
    params = {
        "unit": words[party],
        "seconds": "—" if said.seconds is None else said.seconds,
        "answered_by": said.answered_by or "—",
        "words": said.words,
    }
    data = {"check": number, "outcome": outcome, "seconds": said.seconds}
    sentence = Sentence(_CALLED[outcome], params)
    append(session, act.room_key, act.at, [Entry("call_unit", sentence, act.operator, party, data)])


def record_visit(session: Session, act: Act, words: str) -> int:
    """Record that a leader signed in on a visit to the duty room; return the entry's number."""
    return _record_words(session, act, "leader_sign_in", mark("领导签到:{person}。{words}"), words)


def record_patrol(session: Session, act: Act, words: str) -> int:
    """Record what somebody found on patrol; return the entry's number."""
    return _record_words(session, act, "patrol_finding", mark("巡查发现:{words}({person})"), words)


def _record_words(session: Session, act: Act, name: str, template: str, words: str) -> int:
    person = party_words(session, act.room_key, [act.operator])[act.operator]
    sentence = Sentence(template, {"person": person, "words": words})
    return append(session, act.room_key, act.at, [Entry(name, sentence, act.operator)])
