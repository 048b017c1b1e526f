"""One tick: order, bursts, bad rows, a lost lease, an opening that fails."""

import logging
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from plans.tables import Alert, Mail
from records.duty_log import head
from records.errors import LostLease
from records.tables import LogEntry
from schedules import obligations
from schedules.lease import LeaseKeeper
from schedules.outstanding import Outstanding
from schedules.tables import Obligation
from schedules.watch import CHUNK
from tests.schedules.owing import act_of, owed, put, rows
from tests.schedules.rounds_of_tests import Listening, OpensBadly, watch_with
from tests.stories.duty_room import ROOM, StoryRoom, local

DUE = local("2026-03-16 16:50")
HOUR = timedelta(hours=1)


def entries(room: StoryRoom, act: str) -> int:
    with room.database.read() as session:
        query = select(func.count()).select_from(LogEntry).where(LogEntry.act == act)
        return session.scalar(query) or 0


def states(room: StoryRoom) -> dict[str, tuple[str, bool]]:
    """Return state, and whether it is set aside, by party."""
    with room.database.read() as session:
        return {row.owed_by: (row.state, row.set_aside is not None) for row in rows(session)}


def silence(caplog: pytest.LogCaptureFixture) -> None:
    """Expect what goes wrong on purpose to be logged."""
    caplog.set_level(logging.CRITICAL, logger="schedules.watch")


@pytest.mark.rule("R-WATCH-03")
def test_a_row_that_cannot_be_told_is_set_aside_for_an_hour_and_the_others_go_on(
    room: StoryRoom, caplog: pytest.LogCaptureFixture
) -> None:
    silence(caplog)
    put(room, *(owed(f"unit:{n}", DUE) for n in range(5)))
    third = Listening(bad=["unit:2"])
    watch = watch_with(room.database, third)
    ticked = watch.tick(DUE)
    assert (ticked.looked, ticked.set_aside) == (5, 1)
    assert states(room) == {
        f"unit:{n}": ("open", True) if n == 2 else ("late", False) for n in range(5)
    }
    assert entries(room, "set_aside") == 1
    assert entries(room, "mark_late") == 4  # nothing of the failed looks is left
    assert ticked.next_at == DUE + timedelta(minutes=5)
    assert watch.tick(DUE + timedelta(minutes=59)).set_aside == 0
    third.bad.clear()
    watch.tick(DUE + HOUR)
    assert states(room)["unit:2"] == ("missed", False)
    assert entries(room, "set_aside") == 1


def test_a_row_that_stays_bad_is_recorded_once_an_hour(
    room: StoryRoom, caplog: pytest.LogCaptureFixture
) -> None:
    silence(caplog)
    put(room, owed("unit:bad", DUE))
    watch = watch_with(room.database, Listening(bad=["unit:bad"]))
    for seconds in range(0, 2 * 3600 + 1, 600):
        watch.tick(DUE + timedelta(seconds=seconds))
    assert entries(room, "set_aside") == 3


def test_bad_rows_among_a_burst_cost_only_themselves(
    room: StoryRoom, caplog: pytest.LogCaptureFixture
) -> None:
    silence(caplog)
    put(room, *(owed(f"unit:{n:04d}", DUE, ladder=None) for n in range(CHUNK + 100)))
    bad = {"unit:0000", "unit:0499", "unit:0500", "unit:0599"}
    third = Listening(bad=bad)
    ticked = watch_with(room.database, third).tick(DUE)
    assert (ticked.looked, ticked.set_aside) == (CHUNK + 100, 4)
    assert {party for party, (_, aside) in states(room).items() if aside} == bad
    assert len(third.chunks) < 80  # not one for each of their neighbours


def test_what_was_settled_while_it_failed_is_not_set_aside(
    room: StoryRoom, caplog: pytest.LogCaptureFixture
) -> None:
    """The officer is quicker than the watch's second try; nothing is recorded against the row."""
    silence(caplog)
    put(room, owed("unit:bad", DUE))
    tries = 0

    def settle(_items: Sequence[Outstanding]) -> None:
        nonlocal tries
        tries += 1

    third = Listening(bad=["unit:bad"], before=settle)
    watch = watch_with(room.database, third)

    class QuickOfficer(LeaseKeeper):
        """Settles the row in the transaction that would set it aside."""

        def renew(self, session: Session, *, now: object, is_pulse: bool) -> None:
            if tries == 2:
                row = rows(session)[0]
                if row.fulfilled_at is None:
                    obligations.fulfil(session, act_of(room), row.id, at=DUE)

    watch._lease = QuickOfficer("quick", timedelta(seconds=5))
    ticked = watch.tick(DUE)
    assert (ticked.looked, ticked.set_aside) == (0, 0)
    assert states(room) == {"unit:bad": ("fulfilled", False)}
    assert entries(room, "set_aside") == 0


def test_after_a_gap_the_oldest_comes_first(room: StoryRoom) -> None:
    seen: list[str] = []
    third = Listening(before=lambda items: seen.extend(item.owed_by for item in items))
    put(room, *(owed(f"unit:{n}", DUE + timedelta(minutes=9 - n)) for n in range(10)))
    watch_with(room.database, third).tick(DUE + timedelta(hours=3))
    assert seen == [f"unit:{n}" for n in range(9, -1, -1)]


def test_a_burst_of_1200_is_told_in_one_tick(room: StoryRoom) -> None:
    third = Listening()
    put(room, *(owed(f"unit:{n:04d}", DUE, ladder="reporting") for n in range(1_200)))
    watch = watch_with(room.database, third)
    ticked = watch.tick(DUE)
    assert ticked.looked == 1_200
    assert third.chunks == [(500, True), (500, True), (200, False)]
    assert {state for state, _ in states(room).values()} == {"late"}
    assert watch.tick(DUE).looked == 0
    with room.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Alert)) == 1_200


def test_nothing_due_means_nothing_written(room: StoryRoom) -> None:
    room.tick()
    with room.database.read() as session:
        before = head(session, ROOM)
    for seconds in range(60):
        ticked = room.watch.tick(room.clock.now() + timedelta(seconds=seconds))
        assert (ticked.opened, ticked.looked) == (0, 0)
    with room.database.read() as session:
        assert head(session, ROOM) == before


def test_a_lost_lease_leaves_nothing_half_done(room: StoryRoom) -> None:
    put(room, *(owed(f"unit:{n:04d}", DUE) for n in range(CHUNK + 1)))
    now = room.clock.now()
    ours, theirs = (LeaseKeeper(name, timedelta(seconds=5)) for name in ("ours", "theirs"))
    chunks = 0

    def overtake(_items: Sequence[Outstanding]) -> None:
        nonlocal chunks
        chunks += 1

    with room.database.write() as session:
        ours.try_to_take(session, now=now, monotonic=0.0)
    watch = watch_with(room.database, Listening(before=overtake), lease=ours)
    watch.tick(now)
    with room.database.write() as session:
        assert theirs.try_to_take(session, now=now + HOUR, monotonic=0.0)
    with room.database.read() as session:
        before = head(session, ROOM)
    with pytest.raises(LostLease):
        watch.tick(DUE + HOUR)
    assert ours.fence is None
    assert chunks == 0
    assert {state for state, _ in states(room).values()} == {"open"}
    with room.database.read() as session:
        assert head(session, ROOM) == before
        assert session.scalar(select(func.count()).select_from(Mail)) == 0


def test_a_lease_lost_between_two_chunks_keeps_the_first_whole(room: StoryRoom) -> None:
    put(room, *(owed(f"unit:{n:04d}", DUE) for n in range(CHUNK + 1)))
    ours, theirs = (LeaseKeeper(name, timedelta(seconds=5)) for name in ("ours", "theirs"))
    now = DUE + HOUR

    class Overtaken(LeaseKeeper):
        """Our keeper; the standby takes over just before our second chunk."""

        def renew(self, session: Session, *, now: object, is_pulse: bool) -> None:
            if len(third.chunks) == 1:
                theirs.try_to_take(session, now=DUE + 2 * HOUR, monotonic=0.0)
            ours.renew(session, now=DUE, is_pulse=is_pulse)

    third = Listening()
    with room.database.write() as session:
        ours.try_to_take(session, now=DUE, monotonic=0.0)
    watch = watch_with(room.database, third, lease=Overtaken("ours", timedelta(seconds=5)))
    with pytest.raises(LostLease):
        watch.tick(now)
    with room.database.read() as session:
        looked = session.scalars(select(Obligation.id).where(Obligation.state != "open")).all()
        told = set(session.scalars(select(Alert.obligation_id)))
    assert len(looked) == CHUNK
    assert told <= set(looked)


def test_an_opening_that_fails_is_recorded_once_an_hour_and_looks_go_on(
    room: StoryRoom, caplog: pytest.LogCaptureFixture
) -> None:
    """It must not be tried again without pause, each time with a line in the duty log."""
    silence(caplog)
    put(room, owed("unit:north", DUE))
    opens = OpensBadly()
    watch = watch_with(room.database, open_due=opens)
    now = room.clock.now()
    for seconds in range(0, 600, 10):
        ticked = watch.tick(now + timedelta(seconds=seconds))
        assert ticked.next_at is None or ticked.next_at > now + timedelta(seconds=seconds)
    assert (opens.runs, entries(room, "watch_fault")) == (1, 1)
    assert states(room) == {"unit:north": ("late", False)}
    watch.tick(now + HOUR)
    assert (opens.runs, entries(room, "watch_fault")) == (2, 2)
    opens.is_broken = False
    watch.tick(now + 2 * HOUR)
    watch.tick(now + 2 * HOUR)
    assert opens.runs == 3


def test_a_clock_set_back_does_not_tell_again_and_a_clock_set_forward_misses_nothing(
    room: StoryRoom,
) -> None:
    put(room, owed("post:primary", DUE))
    watch = watch_with(room.database)
    for minutes in (0, 5, -60, 0, 5, 6, 10, 70, 10, 65, 70):
        watch.tick(DUE + timedelta(minutes=minutes))
    with room.database.read() as session:
        keys = session.scalars(select(Alert.alert_key)).all()
        steps = [(row.act, row.subject) for row in session.scalars(select(LogEntry))]
    assert len(set(keys)) == len(keys)
    assert steps.count(("mark_late", "report:county_duty_situation")) == 1
    assert steps.count(("mark_missed", "report:county_duty_situation")) == 1
