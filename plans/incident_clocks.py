"""The obligations of an incident's reporting clocks, kept in step with all that is entered.

Which clocks run is calculated in `reporting_clocks`; here they become obligations like any other.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from plans.incident_clock_rows import ClockRow, clock_of, read_rows
from plans.incident_facts import OURS, Told
from plans.incident_owing import Owing, Ruling, read_owing
from plans.incident_rules import IncidentRules
from plans.incident_tables import Incident, IncidentClock
from plans.reporting_clocks import (
    AHEAD,
    ClockDue,
    CountedFrom,
    IncidentFacts,
    clocks_for,
    is_fulfilled_by,
    tightest,
)
from plans.reporting_levels import LevelReport, ReportingLevel
from records.act import Act
from records.duty_log import Entry, append
from records.language import Bilingual, Sentence, mark
from schedules import corrections, obligations
from schedules.calendar import local_minute
from schedules.obligations import Owed
from schedules.outstanding import ObligationState
from schedules.tables import Obligation


@dataclass(frozen=True, slots=True)
class Kept:
    """What an act did to the clocks, by numbers of obligations, each sorted."""

    opened: tuple[int, ...] = ()
    fulfilled: tuple[int, ...] = ()
    withdrawn: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class News:
    """The report that an act entered; since when on what is owed daily was not opened yet."""

    report: LevelReport | None = None
    since: datetime | None = None


NOTHING_NEW = News()
_NOT_OWED = (ObligationState.WAIVED, ObligationState.SUPERSEDED)


def keep_in_step(
    session: Session,
    act: Act,
    incident: Incident,
    told: Told,
    ruling: Ruling,
    news: News = NOTHING_NEW,
) -> Kept:
    """Open, take back and fulfil the incident's clocks as everything entered so far has it.

    Args:
        session: A write session.
        act: When and by whom; what opens is recorded in the duty log.
        incident: The row.
        told: All that was entered, the present act included.
        ruling: The catalogues and the zone.
        news: What is new besides: a report, or a span that nobody has opened yet.

    Rule: R-INC-05, R-INC-06, R-INC-07
    """
    facts = told.facts(ruling.rules, ruling.zone)
    if facts is None or incident.closed_at is not None:
        return Kept()
    owing = read_owing(session, act, incident, ruling)
    before = read_rows(session, incident)
    done = _fulfil_anew(session, act, before, news.report)
    before = read_rows(session, incident) if done else before
    known = {row.occurrence: row for row in before}
    wanted = _wanted(_dues(facts, ruling, act.at, news.since or act.at), owing, before)
    new = [wanted[each] for each in wanted if each not in known]
    taken_over = {
        clock_of(owed.owed_by, due)
        for each, (owed, due) in wanted.items()
        if each not in known or known[each].state is ObligationState.SUPERSEDED
    }
    corrections.replace(session, [row.id for row in before if _is_replaced(row, taken_over)])
    gone = [row for row in before if row.occurrence not in wanted and _may_go(row, act.at)]
    withdrawn = corrections.withdraw(session, [row.id for row in [*gone, *_outrun(before, act.at)]])
    again = corrections.owe_again(session, [known[each].id for each in wanted if each in known])
    _open(session, act, incident, new)
    rows = read_rows(session, incident) if new or again or withdrawn else before
    fulfilled = [*done, *_fulfil(session, act, rows, told, owing)]
    opened = [row for row in rows if row.id in again or row.occurrence not in known]
    _record(session, act, owing, opened, withdrawn)
    ids = tuple(sorted(row.id for row in opened))
    return Kept(ids, tuple(sorted(fulfilled)), tuple(withdrawn))


def _dues(
    facts: IncidentFacts, ruling: Ruling, now: datetime, since: datetime
) -> tuple[ClockDue, ...]:
    """Return what runs now, and what is owed daily from `since` to two days ahead."""
    found = list(clocks_for(facts, ruling.rules.clocks, ruling.zone, now=now))
    starts = [now + AHEAD]
    while since < now:
        starts.append(since)
        since += AHEAD
    for start in starts:
        later = clocks_for(facts, ruling.rules.clocks, ruling.zone, now=start)
        found += [due for due in later if due.counted_from is CountedFrom.DAILY]
    return tuple(found)


def _wanted(
    dues: Sequence[ClockDue], owing: Owing, before: Sequence[ClockRow]
) -> dict[str, tuple[Owed, ClockDue]]:
    """Return what is owed now, by what makes each obligation the same one.

    A clock that was missed from one start is not owed again from a corrected one.
    """
    known = {row.occurrence for row in before}
    missed = {row.clock for row in before if row.state is ObligationState.MISSED} - {None}
    wanted = {}
    for due in dues:
        owner = owing.owner(due)
        if owner is None:
            continue
        owed = owing.owed(due, owner)
        if owed.occurrence in known or clock_of(owner, due) not in missed:
            wanted[owed.occurrence] = (owed, due)
        else:
            wanted[_missed_before(owner, due, before)] = (owed, due)
    return wanted


def _missed_before(owner: str, due: ClockDue, before: Sequence[ClockRow]) -> str:
    """Return the occurrence under which this clock was missed."""
    wanted = clock_of(owner, due)
    return next(
        row.occurrence
        for row in before
        if row.clock == wanted and row.state is ObligationState.MISSED
    )


def _is_replaced(row: ClockRow, taken_over: Container[object]) -> bool:
    """Return whether a fulfilled clock is judged anew from a corrected start, by a new row."""
    is_kept = row.state not in (ObligationState.FULFILLED, ObligationState.LATE)
    return row.clock in taken_over and row.clock is not None and not is_kept


def _may_go(row: ClockRow, now: datetime) -> bool:
    """Return whether a clock that is listed no more is owed no more.

    What is owed daily drops out of the list once it is due, and stays owed.
    """
    return row.fulfilled_at is None and not (row.is_daily and row.due.due_at <= now)


def _outrun(rows: Sequence[ClockRow], now: datetime) -> list[ClockRow]:
    """Return what was missed of a daily clock once its next one has fallen due.

    It stays missed, but the alarm is the next one's.

    Rule: R-INC-06
    """
    last = {row.due.clock: row.due.due_at for row in rows if row.is_daily and row.due.due_at <= now}
    return [
        row
        for row in rows
        if row.is_daily
        and row.state is ObligationState.MISSED
        and row.fulfilled_at is None
        and row.due.due_at < last[row.due.clock]
    ]


def _open(
    session: Session, act: Act, incident: Incident, new: Sequence[tuple[Owed, ClockDue]]
) -> None:
    if not new:
        return
    obligations.open_all(session, act.room_key, [owed for owed, _ in new])
    ids: Mapping[str, int] = {
        occurrence: id_
        for id_, occurrence in session.execute(
            select(Obligation.id, Obligation.occurrence).where(
                Obligation.room_key == act.room_key,
                Obligation.subject == f"incident:{incident.handle}",
            )
        )
    }
    session.execute(
        insert(IncidentClock),
        [
            {
                "obligation_id": ids[owed.occurrence],
                "incident_id": incident.id,
                "clock": due.clock,
                "number": due.number,
                "counted_from": due.counted_from.value,
                "form": due.form.value,
                "from_party": due.from_party.value,
                "to_party": due.to_party.value,
                "is_follow_up": due.is_follow_up,
                "due_from_receipt_at": due.due_from_receipt_at,
            }
            for owed, due in new
        ],
    )


def _fulfil(
    session: Session, act: Act, rows: Sequence[ClockRow], told: Told, owing: Owing
) -> list[int]:
    """Fulfil what has a limit by the earliest report that fits, whenever it was entered.

    Return the numbers of what was not fulfilled before.
    """
    found: list[int] = []
    reports = [*_as_clocks_see(told.reports), *_as_clocks_see(_intake(told, owing))]
    for row in rows:
        fitting = [each.reported_at for each in reports if is_fulfilled_by(row.due, each)]
        at = min(fitting, default=None)
        if at is None or row.is_anew or row.state in _NOT_OWED:
            continue
        if row.fulfilled_at is None or at < row.fulfilled_at:
            corrections.fulfil_as_told(session, act, row.id, at=at)
            found += [row.id] if row.fulfilled_at is None else []
    return found


def _fulfil_anew(
    session: Session, act: Act, rows: Sequence[ClockRow], report: LevelReport | None
) -> list[int]:
    """Fulfil what is asked for each time anew by the report that has just been entered.

    It comes before anything is taken back: a final report is the last day's follow-up too.
    """
    found: list[int] = []
    owed = [row for row in rows if row.state not in _NOT_OWED]
    for each in () if report is None else _as_clocks_see([report]):
        for row in _anew_fulfilled(owed, each):
            corrections.fulfil_as_told(session, act, row.id, at=each.reported_at)
            found.append(row.id)
    return found


def _anew_fulfilled(rows: Sequence[ClockRow], report: LevelReport) -> Iterator[ClockRow]:
    """Yield what was asked for anew and is done by this report.

    Of what is owed daily by one clock that is the earliest still within its grace, besides all
    whose grace had passed: these stay missed, but nobody need be told of them any more.

    Rule: R-INC-06
    """
    taken: set[str] = set()
    for row in rows:
        if not row.is_anew or row.fulfilled_at is not None:
            continue
        if not is_fulfilled_by(row.due, report):
            continue
        is_past = report.reported_at > row.missed_at
        if row.is_daily and not is_past:
            if row.due.clock in taken:
                continue
            taken.add(row.due.clock)
        yield row


def _intake(told: Told, owing: Owing) -> list[LevelReport]:
    """Return the intake as the report that it was of the unit that called."""
    if owing.level is None:
        return []
    return [LevelReport(owing.level, OURS, told.received_at)]


def _as_clocks_see(reports: Sequence[LevelReport]) -> Iterator[LevelReport]:
    """Yield the reports; a unit that told a higher level has told "the county or above" too.

    The legs know nothing of this: they ask whether the county itself was told.
    """
    for report in reports:
        yield report
        is_above = ReportingLevel.COUNTY.is_below(report.to_level)
        if report.from_level is ReportingLevel.UNIT and is_above:
            yield replace(report, to_level=ReportingLevel.COUNTY)


def _record(
    session: Session,
    act: Act,
    owing: Owing,
    new: Sequence[ClockRow],
    withdrawn: Sequence[int],
) -> None:
    entries = []
    handle = owing.incident.handle
    subject = f"incident:{handle}"
    first = tightest([row.due for row in new])
    if first is not None:
        sentence = Sentence(
            mark("事件{incident}开始计时{count}项报告,最紧的是{clock},时限{due}。"),
            {
                "incident": handle,
                "count": len(new),
                "clock": clock_words(owing.ruling.rules, first.clock),
                "due": local_minute(first.due_at, owing.ruling.zone),
            },
        )
        data = {"obligations": [row.id for row in new], "clocks": [row.due.clock for row in new]}
        entries.append(Entry("start_clocks", sentence, act.operator, subject, data))
    if withdrawn:
        sentence = Sentence(
            mark("事件{incident}有{count}项报告时限不再适用,已撤下。"),
            {"incident": handle, "count": len(withdrawn)},
        )
        data = {"obligations": list(withdrawn)}
        entries.append(Entry("withdraw_clocks", sentence, act.operator, subject, data))
    append(session, act.room_key, act.at, entries)


def clock_words(rules: IncidentRules, key: str) -> Bilingual:
    """Return what a clock is called; one that the catalogue no longer has names itself."""
    for rule in rules.clocks.clock:
        if rule.key == key:
            return Bilingual(rule.name, rule.name_en)
    return Bilingual(key, key)
