"""Presence checks as they are stored: opened, asked, answered, put off, missed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from records.act import Act
from records.chance import Chance
from records.duty_log import Entry, append
from records.errors import WrongState
from records.language import Bilingual, Sentence, mark
from schedules import obligations
from schedules.answering import hands_over, responsible
from schedules.calendar import local_minute
from schedules.findings import FindingKind, Suspicion, suspect
from schedules.obligations import Owed
from schedules.openers import Room, Span, record_opened
from schedules.outstanding import ObligationState, Outstanding
from schedules.party_words import party_words
from schedules.presence_settings import KIND, read_times
from schedules.presence_state import (
    EarlierCheck,
    Question,
    ask,
    checks_due,
    is_absence,
    is_right,
    put_off_until,
)
from schedules.presence_tables import PresenceQuestion
from schedules.rules import ScheduleRules
from schedules.shifts import on_duty_at
from schedules.tables import Assignment, Finding, Obligation, Shift

WATCH_KEEPER = "primary"  # the post that is asked (R-PRES-01)


@dataclass(frozen=True, slots=True)
class Asked:
    """A check that waits for its answer: warned of before `due_at`, asked from then on."""

    obligation_id: int
    post_key: str
    due_at: datetime
    missed_at: datetime


class PresenceOpener:
    """The watch-keeper's post is asked at fixed intervals, where the room has it switched on."""

    def __init__(self, rules: ScheduleRules) -> None:
        self._rule = rules.obligations[KIND]

    def open(self, session: Session, act: Act, room: Room, span: Span) -> int:
        """Open the checks that fall due in the span while somebody is on shift.

        Rule: R-PRES-01
        """
        times = read_times(session, act.room_key)
        if times is None:
            return 0
        rule = self._rule
        shifts = session.execute(
            select(Shift.key, Shift.starts_at, Shift.ends_at)
            .join(Assignment, Assignment.shift_id == Shift.id)
            .where(
                Shift.room_key == act.room_key,
                Assignment.post_key == WATCH_KEEPER,
                Shift.starts_at < span[1],
                Shift.ends_at > span[0],
            )
            .order_by(Shift.starts_at)
        ).all()
        owed = [
            Owed(
                kind=KIND,
                subject=f"shift:{shift.key}",
                owed_by=f"post:{WATCH_KEEPER}",
                rule=rule.rule,
                source=rule.source,
                ladder=rule.ladder,
                arose_at=due_at - rule.opens_before,
                due_at=due_at,
                grace=rule.grace,
            )
            for due_at in checks_due(times, room.zone, span)
            for shift in shifts
            if shift.starts_at <= due_at < shift.ends_at
        ]
        opened = obligations.open_all(session, act.room_key, owed)
        if opened:
            words = Bilingual(rule.name, rule.name_en)
            due = local_minute(owed[0].due_at, room.zone)
            record_opened(session, act, words, due, opened)
        return opened


def read_asked(session: Session, room_key: str, rules: ScheduleRules, now: datetime) -> list[Asked]:
    """Return the checks that wait for an answer, the latest first; screens warn of one to come."""
    warned_until = now + rules.obligations[KIND].opens_before
    rows = session.scalars(
        select(Obligation)
        .where(
            Obligation.room_key == room_key,
            Obligation.kind == KIND,
            Obligation.fulfilled_at.is_(None),
            Obligation.state.in_(("open", "late", "missed")),
            Obligation.due_at <= warned_until,
        )
        .order_by(Obligation.due_at.desc())
    )
    return [
        Asked(row.id, row.owed_by.removeprefix("post:"), row.due_at, row.missed_at) for row in rows
    ]


def put_question(
    session: Session, act: Act, post_key: str, chance: Chance, *, typed: int | None = None
) -> Question:
    """Store and return a fresh question for a post; `typed` is what was typed last.

    Nothing is recorded: a question on a screen is no act.
    """
    last = _question(session, act.room_key, post_key)
    question = ask(last, typed, chance, now=act.at)
    values: dict[str, object] = {"digit": question.digit, "asked_at": question.asked_at}
    if last is None:
        session.execute(
            insert(PresenceQuestion).values(room_key=act.room_key, post_key=post_key, **values)
        )
    else:
        session.execute(
            update(PresenceQuestion)
            .where(PresenceQuestion.room_key == act.room_key, PresenceQuestion.post_key == post_key)
            .values(**values)
        )
    return question


def counts(session: Session, act: Act, post_key: str, typed: int) -> bool:
    """Return whether this digit answers the question that the post was asked last."""
    return is_right(_question(session, act.room_key, post_key), typed, now=act.at)


def _question(session: Session, room_key: str, post_key: str) -> Question | None:
    row = session.execute(
        select(PresenceQuestion.digit, PresenceQuestion.asked_at).where(
            PresenceQuestion.room_key == room_key, PresenceQuestion.post_key == post_key
        )
    ).one_or_none()
    return None if row is None else Question(row.digit, row.asked_at)


def confirm(session: Session, act: Act, rules: ScheduleRules, post_key: str) -> tuple[int, ...]:
    """Settle what was asked of a post until now: somebody is awake at it; return what was settled.

    Raises WrongState if nothing is asked at this moment.

    Rule: R-PRES-02
    """
    asked = [
        one for one in read_asked(session, act.room_key, rules, act.at) if one.post_key == post_key
    ]
    if not asked:
        raise WrongState(mark("此刻没有待答的在岗确认。"))
    for one in reversed(asked):
        obligations.fulfil(session, act, one.obligation_id, at=act.at)
    post = f"post:{post_key}"
    words = party_words(session, act.room_key, [act.operator, post])
    sentence = Sentence(
        mark("{person}在{post}确认在岗。"), {"person": words[act.operator], "post": words[post]}
    )
    ids = tuple(one.obligation_id for one in reversed(asked))
    entry = Entry("confirm_presence", sentence, act.operator, post, {"obligations": list(ids)})
    append(session, act.room_key, act.at, [entry])
    return ids


def put_off(session: Session, act: Act, rules: ScheduleRules, post_key: str) -> int:
    """Put off the post's check of the next minutes: a handover or a call is being entered.

    Returns how many were put off; one that is asked already must be answered.

    Rule: R-PRES-04
    """
    rows = session.scalars(
        select(Obligation)
        .where(
            Obligation.room_key == act.room_key,
            Obligation.kind == KIND,
            Obligation.owed_by == f"post:{post_key}",
            Obligation.state == ObligationState.OPEN.value,
            Obligation.due_at >= act.at,
        )
        .order_by(Obligation.due_at)
        .limit(1)
    ).all()
    warned = rules.obligations[KIND].opens_before
    later = {row.id: put_off_until(row.arose_at + warned, now=act.at) for row in rows}
    ahead = [row for row in rows if row.due_at < later[row.id]]
    for row in ahead:
        if obligations.supersede(session, [row.id]):
            obligations.open_all(session, act.room_key, [_again(row, later[row.id])])
    if ahead:
        post = f"post:{post_key}"
        words = party_words(session, act.room_key, [post])
        sentence = Sentence(mark("{post}正在办理交接或录入,在岗确认暂缓。"), {"post": words[post]})
        data = {"obligations": [row.id for row in ahead]}
        entry = Entry("put_off_presence", sentence, act.operator, post, data)
        append(session, act.room_key, act.at, [entry])
    return len(ahead)


def _again(row: Obligation, due_at: datetime) -> Owed:
    return Owed(
        kind=row.kind,
        subject=row.subject,
        owed_by=row.owed_by,
        rule=row.rule,
        source=row.source,
        ladder=row.ladder,
        arose_at=row.arose_at,  # by which its first due instant is known
        due_at=due_at,
        grace=row.missed_at - row.due_at,
    )


def suspect_absence(session: Session, item: Outstanding, now: datetime, operator: str) -> None:
    """Suspect 脱岗 of whoever stands at the post, if this was the second check missed in a row.

    Rule: R-PRES-03
    """
    if not is_absence(_earlier(session, item, now)):
        return
    post_key = item.owed_by.removeprefix("post:")
    person_id = at_post(session, item.room_key, post_key, item.due_at)
    if person_id is None:
        return  # nobody came at all: that is 漏岗, and found already
    suspicion = Suspicion(
        FindingKind.ABSENT_FROM_POST, post_key, person_id, item.id, max(item.missed_at, now)
    )
    suspect(session, item.room_key, suspicion, operator=operator)


def at_post(session: Session, room_key: str, post_key: str, at: datetime) -> str | None:
    """Return who stands at a post: who answers for it by handover, else who signed in on shift."""
    if hands_over(session, room_key, at):
        return responsible(session, room_key, post_key, at)
    for place in on_duty_at(session, room_key, at):
        if place.post_key == post_key:
            return place.signed_in_by
    return None


def _earlier(session: Session, item: Outstanding, now: datetime) -> list[EarlierCheck]:
    rows = session.execute(
        select(Obligation.state, Obligation.fulfilled_at, Obligation.missed_at, Finding.id)
        .outerjoin(
            Finding,
            (Finding.obligation_id == Obligation.id)
            & (Finding.kind == FindingKind.ABSENT_FROM_POST.value),
        )
        .where(
            Obligation.room_key == item.room_key,
            Obligation.kind == KIND,
            Obligation.owed_by == item.owed_by,
            Obligation.subject == item.subject,
            Obligation.due_at < item.due_at,
            Obligation.state != ObligationState.SUPERSEDED.value,
        )
        .order_by(Obligation.due_at.desc())
    )
    return [
        EarlierCheck(
            # One that is missed at this very look is not stored as missed yet.
            row.state == ObligationState.MISSED.value
            or (row.fulfilled_at is None and row.missed_at <= now),
            row.fulfilled_at is not None,
            row.id is not None,
        )
        for row in rows
    ]
