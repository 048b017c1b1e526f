"""Reading what is overdue and what falls due next, in groups, at a bounded cost."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, case, func, select, text
from sqlalchemy.orm import Session

from console.board import DueLine, OverdueLine, Owing, Told
from plans.escalation import Ladder, climb
from plans.mail_states import Stage
from plans.rules import PlanRules
from plans.tables import Alert
from records.language import Bilingual
from records.names import party_names
from schedules.outstanding import ObligationState
from schedules.rules import ScheduleRules
from schedules.tables import Obligation, Post

# Older than this nothing is called overdue on the board; the report board turns back the days.
OVERDUE_SINCE = timedelta(hours=48)
DUE_WITHIN = timedelta(hours=24)
OVERDUE_ROWS = 1_000
OVERDUE_LINES = 40
MEMBERS_KEPT = 300
MEMBERS_ASKED = 40
COUNT_UP_TO = 3_000
DUE_INSTANTS = 8
DUE_ROWS = 300

# In the very words of the partial index ix_obligation_overdue: parameters would not match it.
IS_OVERDUE = text("obligation.state IN ('late', 'missed') AND obligation.fulfilled_at IS NULL")
SETTLED_OTHERWISE = (ObligationState.WAIVED.value, ObligationState.SUPERSEDED.value)

# Rows of Core statements have no static type.
ObligationRow = Row[*tuple[Any, ...]]
Group = tuple[str, str, datetime]

_COLUMNS = (
    Obligation.id,
    Obligation.kind,
    Obligation.subject,
    Obligation.owed_by,
    Obligation.ladder,
    Obligation.is_top_priority,
    Obligation.is_drill,
    Obligation.due_at,
    Obligation.state,
    Obligation.told_until,
    Obligation.acknowledged_at,
    Obligation.acknowledged_by,
)


@dataclass(frozen=True, slots=True)
class Catalogues:
    """The rules that a line's words and next steps come from."""

    schedules: ScheduleRules
    plans: PlanRules


def words_for(rules: ScheduleRules, kind: str, subject: str, owed_by: str) -> Bilingual:
    """Return what is owed, as people call it; a sign-in names its post as well."""
    words = rules.words_for(kind, subject)
    party, _, key = owed_by.partition(":")
    if party != "post":
        return words
    post = rules.post_words(key)
    return Bilingual(f"{post.zh} {words.zh}", f"{post.en}: {words.en}")


def read_overdue(
    session: Session, room_key: str, rules: Catalogues, *, now: datetime
) -> tuple[tuple[OverdueLine, ...], bool]:
    """Return what is late or missed and not fulfilled, the most urgent first, and if there is more.

    Posts come before reports, what nobody took on before what is taken, the latest first.
    """
    rows = _overdue_rows(session, room_key, now)
    groups: dict[tuple[Group, str, str | None], list[ObligationRow]] = {}
    for row in rows:
        # Parties of a post stand alone; units that owe the same thing share a line, split by
        # who took it on, because acknowledging settles only the part it was said of.
        alone = "" if row.owed_by.startswith("unit:") else row.owed_by
        group = (row.kind, row.subject, row.due_at)
        groups.setdefault((group, alone, row.acknowledged_by), []).append(row)
    ordered = sorted(groups.values(), key=lambda members: _urgency(members[0]))
    shown = ordered[:OVERDUE_LINES]
    is_more = len(rows) >= OVERDUE_ROWS or len(ordered) > len(shown)
    names = _names(session, room_key, shown)
    told = _told(session, room_key, shown, rules, now)
    counts, is_lower_bound = _counts(session, room_key, shown)
    return tuple(
        _line(
            members,
            rules,
            names,
            _Counted(
                counts.get((members[0].subject, members[0].due_at), len(members)),
                is_lower_bound,
                told[members[0].id],
            ),
            now,
        )
        for members in shown
    ), is_more


def _overdue_rows(session: Session, room_key: str, now: datetime) -> list[ObligationRow]:
    query = (
        select(*_COLUMNS)
        .where(
            Obligation.room_key == room_key,
            Obligation.due_at >= now - OVERDUE_SINCE,
            Obligation.due_at <= now,
            IS_OVERDUE,
        )
        .order_by(Obligation.due_at.desc(), Obligation.id)
        .limit(OVERDUE_ROWS)
    )
    rows = list(session.execute(query))
    if len(rows) < OVERDUE_ROWS:
        return rows
    # A flood of reports must not push a post off the board.
    posts = session.scalars(select(Post.key).where(Post.room_key == room_key))
    of_posts = query.where(Obligation.owed_by.in_([f"post:{key}" for key in posts]))
    known = {row.id for row in rows}
    return [*rows, *(row for row in session.execute(of_posts) if row.id not in known)]


def _urgency(row: ObligationRow) -> tuple[bool, bool, bool, float, int]:
    return (
        not row.owed_by.startswith("post:") and not row.is_top_priority,
        row.acknowledged_at is not None,
        not row.is_top_priority,
        -row.due_at.timestamp(),
        row.id,
    )


def _names(
    session: Session, room_key: str, groups: Iterable[Sequence[ObligationRow]]
) -> Mapping[str, str]:
    parties: set[str] = set()
    for members in groups:
        parties |= {row.owed_by for row in members[:MEMBERS_KEPT]}
        if members[0].acknowledged_by:
            parties.add(members[0].acknowledged_by)
    return party_names(session, room_key, parties)


@dataclass(frozen=True, slots=True)
class _Counted:
    owed: int
    is_more: bool
    told: Told | None


def _line(
    members: Sequence[ObligationRow],
    rules: Catalogues,
    names: Mapping[str, str],
    counted: _Counted,
    now: datetime,
) -> OverdueLine:
    first = members[0]
    returns_at = None
    if first.acknowledged_at is not None:
        every = rules.plans.returns_after
        turns = (now - first.acknowledged_at) // every + 1
        returns_at = first.acknowledged_at + turns * every
    late = any(row.state == ObligationState.LATE.value for row in members)
    return OverdueLine(
        kind=first.kind,
        subject=first.subject,
        words=words_for(rules.schedules, first.kind, first.subject, first.owed_by),
        due_at=first.due_at,
        state=ObligationState.LATE if late else ObligationState.MISSED,
        owing=tuple(
            Owing(row.id, row.owed_by, _party(rules.schedules, row.owed_by, names))
            for row in members[:MEMBERS_KEPT]
        ),
        missing=len(members),
        owed=max(counted.owed, len(members)),
        is_more=counted.is_more,
        is_top_priority=first.is_top_priority,
        is_drill=first.is_drill,
        acknowledged_by=names.get(first.acknowledged_by) if first.acknowledged_by else None,
        acknowledged_at=first.acknowledged_at,
        returns_at=returns_at,
        told=counted.told,
    )


def _party(rules: ScheduleRules, owed_by: str, names: Mapping[str, str]) -> str:
    kind, _, key = owed_by.partition(":")
    return rules.post_words(key).zh if kind == "post" else names.get(owed_by, key)


def _counts(
    session: Session, room_key: str, groups: Sequence[Sequence[ObligationRow]]
) -> tuple[Mapping[tuple[str, datetime], int], bool]:
    """Return how many units owe each subject at each instant, and if these are lower bounds."""
    instants = {members[0].due_at for members in groups if members[0].owed_by.startswith("unit:")}
    if not instants:
        return {}, False
    rows = (
        select(Obligation.subject, Obligation.due_at)
        .where(Obligation.room_key == room_key, Obligation.due_at.in_(instants))
        .limit(COUNT_UP_TO)
        .subquery()
    )
    query = select(rows.c.subject, rows.c.due_at, func.count()).group_by(
        rows.c.subject, rows.c.due_at
    )
    found = {(subject, due_at): count for subject, due_at, count in session.execute(query)}
    return found, sum(found.values()) >= COUNT_UP_TO


def _told(
    session: Session,
    room_key: str,
    groups: Sequence[Sequence[ObligationRow]],
    rules: Catalogues,
    now: datetime,
) -> Mapping[int, Told | None]:
    """Return, by the first member of each group, what was told and nobody acknowledged."""
    asked = {row.id: members[0].id for members in groups for row in members[:MEMBERS_ASKED]}
    alerts: dict[int, list[ObligationRow]] = {members[0].id: [] for members in groups}
    query = select(
        Alert.obligation_id, Alert.ladder_step, Alert.recipient, Alert.at, Alert.late_seconds
    ).where(
        Alert.obligation_id.in_(list(asked)),
        Alert.acknowledged_at.is_(None),
        Alert.stage.in_([Stage.TOLD.value, Stage.RETURNED.value]),
    )
    for alert in session.execute(query.order_by(Alert.id.desc()).limit(OVERDUE_ROWS)):
        alerts[asked[alert.obligation_id]].append(alert)
    parties = {alert.recipient for found in alerts.values() for alert in found[:MEMBERS_ASKED]}
    names = party_names(session, room_key, parties)
    return {
        members[0].id: _told_of(members[0], alerts[members[0].id], names, rules, now)
        for members in groups
    }


def _told_of(
    row: ObligationRow,
    alerts: Sequence[ObligationRow],
    names: Mapping[str, str],
    rules: Catalogues,
    now: datetime,
) -> Told | None:
    if not alerts:
        return None
    people = dict.fromkeys(
        names[alert.recipient]
        for alert in alerts[:MEMBERS_ASKED]
        if alert.recipient.startswith("person:")
    )
    ladder = rules.plans.ladders.get(row.ladder) if row.ladder else None
    next_at, next_step, tells = _next_step(row, ladder, rules.schedules, now)
    return Told(
        step=max(alert.ladder_step for alert in alerts),
        since=min(alert.at for alert in alerts),
        people=tuple(people),
        late_seconds=max(alert.late_seconds for alert in alerts),
        next_at=next_at,
        next_step=next_step,
        next_tells=tells,
    )


def _next_step(
    row: ObligationRow, ladder: Ladder | None, rules: ScheduleRules, now: datetime
) -> tuple[datetime | None, int, tuple[Bilingual, ...]]:
    """Return when the ladder goes on, with which step, and whom it tells then."""
    if ladder is None or row.acknowledged_at is not None:
        return None, 0, ()
    next_at = climb(ladder, row.due_at, row.told_until, now=now).next_at
    if next_at is None:
        return None, 0, ()
    ahead = [
        number
        for number, step in enumerate(ladder.steps, start=1)
        if row.due_at + step.after >= next_at
    ]
    number = ahead[0] if ahead else len(ladder.steps)
    posts = tuple(
        rules.post_words(role.removeprefix("post:"))
        for role in ladder.steps[number - 1].tell
        if role.startswith("post:")
    )
    return next_at, number, posts


def read_due_next(
    session: Session, room_key: str, rules: ScheduleRules, *, now: datetime
) -> tuple[DueLine, ...]:
    """Return what falls due within 24 hours and is not all fulfilled, the nearest first."""
    lines: list[DueLine] = []
    after = now
    for _ in range(DUE_INSTANTS):
        instant = session.scalar(_next_instant(room_key, after, now + DUE_WITHIN))
        if instant is None:
            break
        lines += _due_at(session, room_key, rules, instant)
        after = instant
    return tuple(lines)


def _next_instant(room_key: str, after: datetime, until: datetime) -> Select[datetime]:
    return (
        select(Obligation.due_at)
        .where(
            Obligation.room_key == room_key,
            Obligation.due_at > after,
            Obligation.due_at <= until,
            Obligation.state == ObligationState.OPEN.value,
        )
        .order_by(Obligation.due_at)
        .limit(1)
    )


def _due_at(
    session: Session, room_key: str, rules: ScheduleRules, instant: datetime
) -> list[DueLine]:
    """Return what falls due at one instant, units that owe the same thing on one line."""
    rows = (
        select(Obligation.kind, Obligation.subject, Obligation.owed_by, Obligation.state)
        .where(
            Obligation.room_key == room_key,
            Obligation.due_at == instant,
            Obligation.state.not_in(SETTLED_OTHERWISE),
        )
        .limit(DUE_ROWS)
        .subquery()
    )
    alone = case((rows.c.owed_by.startswith("unit:"), ""), else_=rows.c.owed_by)
    groups = session.execute(
        select(
            rows.c.kind,
            rows.c.subject,
            func.min(rows.c.owed_by).label("party"),
            func.count().label("owed"),
            func.sum(case((rows.c.state == ObligationState.FULFILLED.value, 1), else_=0)),
        )
        .group_by(rows.c.kind, rows.c.subject, alone)
        .order_by(rows.c.kind, func.min(rows.c.owed_by))
    ).all()
    names = party_names(session, room_key, {row.party for row in groups if row.owed == 1})
    is_more = sum(row.owed for row in groups) >= DUE_ROWS
    return [
        DueLine(
            kind=kind,
            subject=subject,
            words=words_for(rules, kind, subject, party),
            due_at=instant,
            party=names[party] if owed == 1 and party.startswith("unit:") else "",
            done=done,
            owed=owed,
            is_more=is_more,
        )
        for kind, subject, party, owed, done in groups
        if done < owed
    ]
