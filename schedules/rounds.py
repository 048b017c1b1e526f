"""The rounds of the watch that need no plan: open what falls due ahead, look at what is due."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.act import Act
from records.duty_log import Entry, append
from records.language import Sentence, mark
from schedules import obligations, openings
from schedules.calendar import local_minute
from schedules.findings import FindingKind, Suspicion, suspect
from schedules.handover_openings import HandoverOpener
from schedules.openers import Opener, ReportOpener, Room, SignInOpener, read_rooms
from schedules.outstanding import ObligationState, Outstanding
from schedules.party_words import party_words
from schedules.presence import PresenceOpener, suspect_absence
from schedules.rules import ScheduleRules
from schedules.spot_checks import SpotCheckOpener, count_as_missed
from schedules.tables import Assignment, Shift

__all__ = ["OPEN_AHEAD", "LookAtDue", "OpenDue", "Room", "read_rooms"]

OPEN_AHEAD = timedelta(hours=24)  # what falls due within so long is always open (ADR 0002)

_NEW_STATE = {
    ObligationState.LATE: mark("迟:{party}未完成{what}(时限{due})。"),
    ObligationState.MISSED: mark("漏:{party}未完成{what}(时限{due}),宽限已过。"),
}


class OpenDue:
    """Open the obligations of the time just ahead, kind by kind."""

    def __init__(self, rules: ScheduleRules, also: Sequence[Opener] = ()) -> None:
        """Take the rules, and the openers that belong to packages above this one."""
        self._openers: tuple[Opener, ...] = (
            SignInOpener(rules),
            ReportOpener(rules),
            HandoverOpener(rules),
            PresenceOpener(rules),
            *also,
        )
        self._drawn = SpotCheckOpener(rules)

    def next_at(self, session: Session) -> datetime | None:
        """Return when more must be opened: a day before the end of what is open.

        A check that was drawn is opened at its own instant and not before: nobody can read it
        from the list of what falls due.
        """
        end = openings.earliest_end(session)
        wanted = [self._drawn.next_at(session), None if end is None else end - OPEN_AHEAD]
        return min((instant for instant in wanted if instant is not None), default=None)

    def run(self, session: Session, *, now: datetime) -> int:
        """Open a day's obligations in every room where the time has come; return how many."""
        opened = 0
        for room in read_rooms(session):
            act = Act(room.key, now, f"room:{room.key}")
            opened += self._drawn.open(session, act, room)
            end = openings.opened_until(session, room.key)
            if end is None or end - OPEN_AHEAD > now:
                continue
            until = max(end + OPEN_AHEAD, now + OPEN_AHEAD + OPEN_AHEAD)
            for opener in self._openers:
                opened += opener.open(session, act, room, (end, until))
            openings.move_to(session, room.key, until)
        return opened


class LookAtDue:
    """Look at what is due: late, missed, with log entry and finding; hand the rest upward."""

    def __init__(self, rules: ScheduleRules) -> None:
        self._rules = rules

    def run(self, session: Session, *, now: datetime, most: int) -> list[Outstanding]:
        """Return at most `most` looked-at obligations, oldest look first; states not yet stored.

        The caller stores the looks in the same transaction (`obligations.store_looks`).
        """
        found = obligations.due_for_a_look(session, now=now, most=most)
        changed = [item for item in found if item.state is not item.before]
        for room in read_rooms(session) if changed else []:
            self._record(session, room, [x for x in changed if x.room_key == room.key], now)
        return found

    def _record(
        self, session: Session, room: Room, changed: Sequence[Outstanding], now: datetime
    ) -> None:
        if not changed:
            return
        words = party_words(session, room.key, [item.owed_by for item in changed])
        operator = f"room:{room.key}"
        entries = [
            Entry(
                "mark_" + item.state.value,
                Sentence(
                    _NEW_STATE[item.state],
                    {
                        "party": words[item.owed_by],
                        "what": self._rules.words_for(item.kind, item.subject),
                        "due": local_minute(item.due_at, room.zone),
                    },
                ),
                operator,
                item.subject,
                {"obligation": item.id, "owed_by": item.owed_by, "due_at": item.due_at},
            )
            for item in changed
        ]
        append(session, room.key, now, entries)
        for item in changed:
            follow = _WHEN_MISSED.get(item.kind)
            if follow is not None and item.state is ObligationState.MISSED:
                follow(session, item, now, operator)


def _suspect_uncovered(session: Session, item: Outstanding, now: datetime, operator: str) -> None:
    """Rule: R-POST-01."""
    post_key = item.owed_by.removeprefix("post:")
    person_id = session.scalar(
        select(Assignment.person_id)
        .join(Shift, Shift.id == Assignment.shift_id)
        .where(
            Shift.room_key == item.room_key,
            Shift.key == item.subject.removeprefix("shift:"),
            Assignment.post_key == post_key,
        )
    )
    suspicion = Suspicion(
        FindingKind.UNCOVERED_POST, post_key, person_id, item.id, max(item.missed_at, now)
    )
    suspect(session, item.room_key, suspicion, operator=operator)


# What a missed obligation of a kind makes one suspect.
_WHEN_MISSED: Mapping[str, Callable[[Session, Outstanding, datetime, str], None]] = {
    "sign_in": _suspect_uncovered,
    "presence_check": suspect_absence,
    "spot_check": count_as_missed,
}
