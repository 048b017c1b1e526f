"""What a roster itself owes: no gap a day ahead, a holiday's roster, next year's calendar."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.act import Act
from records.duty_log import Entry, append
from records.language import Bilingual, Sentence, mark
from schedules import obligations
from schedules.calendar import ONE_DAY, local_day, local_instant, local_minute
from schedules.holidays import read_calendar
from schedules.key_periods import DatedSpan, runs_of
from schedules.obligations import Owed
from schedules.openers import Room, record_opened
from schedules.roster import Span, uncovered
from schedules.roster_rules import RosterRules
from schedules.tables import Assignment, Obligation, Post, Shift, SpecialDay

KIND = "roster"
GAP, HOLIDAY, CALENDAR = "roster:gap:", "roster:holiday:", "holidays:"
WORDS = Bilingual("排班", "roster")
_OPEN = ("open", "late", "missed")


class RosterOpener:
    """Gaps a day ahead, the roster of a coming holiday, the calendar of the coming year."""

    def __init__(self, rules: RosterRules) -> None:
        self._rules = rules

    def open(self, session: Session, act: Act, room: Room, span: Span) -> int:
        """Open what falls due in the span and is not settled; settle what was owed and is done.

        Rule: R-ROS-04, R-ROS-06, R-CAL-02
        """
        settle(session, act, room.zone)
        open_now = set(_open_subjects(session, act.room_key))
        owed = [
            *gaps_owed(session, act, span, self._rules),
            *holidays_owed(session, act, room, span, self._rules),
            *calendars_owed(session, act, room, span, self._rules),
        ]
        opened = 0
        for item in owed:
            if item.subject in open_now:
                continue
            new = obligations.open_all(session, act.room_key, [item])
            if new:
                due = local_minute(item.due_at, room.zone)
                record_opened(session, act, WORDS, due, new)
            opened += new
        return opened


def _open_subjects(session: Session, room_key: str) -> Sequence[str]:
    return session.scalars(
        select(Obligation.subject).where(
            Obligation.room_key == room_key,
            Obligation.kind == KIND,
            Obligation.fulfilled_at.is_(None),
            Obligation.state.in_(_OPEN),
        )
    ).all()


def gaps_owed(session: Session, act: Act, span: Span, rules: RosterRules) -> list[Owed]:
    """Return what is owed for manned posts that nobody is rostered for, by start of the shift.

    Rule: R-ROS-04
    """
    rule = rules.gaps
    rows = session.execute(
        select(Shift.key, Shift.starts_at, Assignment.post_key)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Post, (Post.room_key == Shift.room_key) & (Post.key == Assignment.post_key))
        .where(
            Shift.room_key == act.room_key,
            Shift.starts_at >= max(span[0], act.at),
            Shift.starts_at < span[1],
            Assignment.person_id.is_(None),
            Post.is_manned,
        )
        .order_by(Shift.starts_at, Post.turn)
    )
    found = []
    for row in rows:
        due_at = max(row.starts_at - rule.alarm_before, act.at)
        found.append(
            Owed(
                kind=KIND,
                subject=f"{GAP}{row.key}:{row.post_key}",
                owed_by=rule.owed_by,
                rule="R-ROS-04",
                source=rule.source,
                ladder=rule.ladder,
                arose_at=act.at,
                due_at=due_at,
                grace=row.starts_at - due_at,
            )
        )
    return found


def holidays_owed(
    session: Session, act: Act, room: Room, span: Span, rules: RosterRules
) -> list[Owed]:
    """Return the rosters of holidays that fall due in the span and leave a post uncovered.

    Rule: R-ROS-06
    """
    rule = rules.holiday_roster
    found = []
    for run in holiday_runs(session, act.room_key):
        day = run.first - rule.days_before * ONE_DAY
        due_at = local_instant(day, rule.time, room.zone)
        if not span[0] <= due_at < span[1]:
            continue
        if not is_covered(session, act.room_key, _days(run, room.zone)):
            found.append(
                Owed(
                    kind=KIND,
                    subject=f"{HOLIDAY}{run.first.isoformat()}:{run.last.isoformat()}",
                    owed_by=rule.owed_by,
                    rule="R-ROS-06",
                    source=rule.source,
                    ladder=rule.ladder,
                    arose_at=act.at,
                    due_at=due_at,
                    grace=rule.grace,
                )
            )
    return found


def holiday_runs(session: Session, room_key: str) -> list[DatedSpan]:
    """Return the loaded holidays as spans of days off, in order."""
    return runs_of(
        date.fromisoformat(day)
        for day in session.scalars(
            select(SpecialDay.day).where(SpecialDay.room_key == room_key, ~SpecialDay.is_workday)
        )
    )


def _days(run: DatedSpan, zone: ZoneInfo) -> Span:
    return (
        local_instant(run.first, time(0), zone),
        local_instant(run.last + ONE_DAY, time(0), zone),
    )


def is_covered(session: Session, room_key: str, span: Span) -> bool:
    """Return whether every manned post that was ever rostered has somebody during a whole span."""
    return not any(uncovered_posts(session, room_key, span).values())


def uncovered_posts(session: Session, room_key: str, span: Span) -> Mapping[str, tuple[Span, ...]]:
    """Return by manned post the parts of a span for which nobody is rostered.

    A post that no roster ever named is left out: the room does not man it.
    """
    rostered: dict[str, list[Span]] = {
        key: []
        for key in session.scalars(
            select(Post.key)
            .join(
                Assignment,
                (Assignment.room_key == Post.room_key) & (Assignment.post_key == Post.key),
            )
            .where(Post.room_key == room_key, Post.is_manned)
            .distinct()
        )
    }
    for row in session.execute(
        select(Assignment.post_key, Shift.starts_at, Shift.ends_at)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(
            Shift.room_key == room_key,
            Shift.ends_at > span[0],
            Shift.starts_at < span[1],
            Assignment.person_id.is_not(None),
            Assignment.post_key.in_(rostered),
        )
    ):
        rostered[row.post_key].append((row.starts_at, row.ends_at))
    return {post: uncovered(spans, span) for post, spans in sorted(rostered.items())}


def calendars_owed(
    session: Session, act: Act, room: Room, span: Span, rules: RosterRules
) -> list[Owed]:
    """Return the holiday calendars that are to be loaded in the span and are not.

    Rule: R-CAL-02
    """
    rule = rules.calendar
    known = read_calendar(session, act.room_key).years
    found = []
    years = range(local_day(span[0], room.zone).year, local_day(span[1], room.zone).year + 1)
    for year in years:
        due_at = local_instant(date(year, rule.month, rule.day), rule.time, room.zone)
        if span[0] <= due_at < span[1] and year + 1 not in known:
            found.append(
                Owed(
                    kind=KIND,
                    subject=f"{CALENDAR}{year + 1}",
                    owed_by=rule.owed_by,
                    rule="R-CAL-02",
                    source=rule.source,
                    ladder=rule.ladder,
                    arose_at=act.at,
                    due_at=due_at,
                    grace=rule.grace,
                )
            )
    return found


def settle(session: Session, act: Act, zone: ZoneInfo) -> list[int]:
    """Fulfil what the roster owed and is done by now; return the obligations, in order.

    Rule: R-ROS-04, R-ROS-06, R-CAL-02
    """
    rows = session.execute(
        select(Obligation.id, Obligation.subject)
        .where(
            Obligation.room_key == act.room_key,
            Obligation.kind == KIND,
            Obligation.fulfilled_at.is_(None),
            Obligation.state.in_(_OPEN),
        )
        .order_by(Obligation.id)
    ).all()
    done = [row.id for row in rows if _is_done(session, act.room_key, row.subject, zone)]
    for number in done:
        obligations.fulfil(session, act, number, at=act.at)
    if done:
        sentence = Sentence(mark("排班事项已办结{count}项。"), {"count": len(done)})
        entry = Entry("settle_roster", sentence, act.operator, "", {"obligations": done})
        append(session, act.room_key, act.at, [entry])
    return done


def _is_done(session: Session, room_key: str, subject: str, zone: ZoneInfo) -> bool:
    if subject.startswith(CALENDAR):
        year = int(subject.removeprefix(CALENDAR))
        return year in read_calendar(session, room_key).years
    if subject.startswith(HOLIDAY):
        first, last = subject.removeprefix(HOLIDAY).split(":")
        run = DatedSpan(date.fromisoformat(first), date.fromisoformat(last))
        return is_covered(session, room_key, _days(run, zone))
    shift_key, _, post_key = subject.removeprefix(GAP).rpartition(":")
    still = session.scalar(
        select(Assignment.id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(
            Shift.room_key == room_key,
            Shift.key == shift_key,
            Assignment.post_key == post_key,
            Assignment.person_id.is_(None),
        )
        .limit(1)
    )
    return still is None
