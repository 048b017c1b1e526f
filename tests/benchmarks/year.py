"""A simulated year of the sample city through the same watch: `python -m tests.benchmarks.year`.

The sample room with its 2,680 units, each of which owes a report every day, and its roster, on a
throw-away SQLite file. Of a day's reports so many in a hundred come in time, in one batch just
before they are due; the others are late, or never come: the watch finds them, tells units and
officers, and marks them missed. Officers sign in through the acts. Mails are worded by nobody and
taken by a list.

Prints {days, obligations, seconds, cpu_seconds, seconds_per_year_projected (of the processor, as
other work may share the machine), head}; the same arguments give the same head.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter, process_time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from console.actions import Actions, Rules
from console.sample.room import SAMPLE_KEY, fill_sample_room, make_sample_room
from console.sample.units import sample_units
from console.wiring import build_watch, load_rules
from plans.channels.list_channel import ListChannel
from plans.mail_rules import load_mail_rules
from plans.postman import Rounds, deliver_due
from plans.tables import Alert, Mail
from records.act import Act
from records.chance import SeededChance
from records.clock import ManualClock
from records.database import Database
from records.duty_log import Entry, append, head
from records.errors import Refused, WrongState
from records.language import Sentence
from records.migrate import upgrade
from records.signing import TakenAsGiven
from records.tables import LogEntry
from schedules import obligations
from schedules.tables import Obligation

BEGINS = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
IN_TIME_PERCENT = 97
LATE_PERCENT = 2  # the last one in a hundred never comes


def _everybody_reports(rules: Rules) -> Rules:
    """Return the catalogues with the daily report owed by units of every kind."""
    kinds = tuple(sorted({unit["kind"] for unit in sample_units()}))
    daily = rules.schedules.reports["risk_commitment"].model_copy(update={"owed_by": kinds})
    reports = {**rules.schedules.reports, daily.slug: daily}
    return replace(rules, schedules=replace(rules.schedules, reports=reports))


class City:
    """The sample room on a manual clock."""

    def __init__(self, folder: Path, days: int) -> None:
        self.database = Database.at_path(folder / "year.sqlite", durable=False)
        upgrade(self.database)
        self.clock = ManualClock(BEGINS)
        self.rules = _everybody_reports(load_rules())
        act = Act(SAMPLE_KEY, self.clock.now(), f"room:{SAMPLE_KEY}")
        with self.database.write() as session:
            make_sample_room(session, act, self.rules.schedules)
            fill_sample_room(
                session,
                act,
                self.rules.schedules,
                around=BEGINS.date(),
                days_before=1,
                days_after=days + 2,
                pin_hash=None,
            )
        self.watch = build_watch(self.database, self.rules)
        self.actions = Actions(self.database, self.clock, SAMPLE_KEY, self.rules, TakenAsGiven())
        self.letters = ListChannel()
        self._rounds = Rounds(None, load_mail_rules().retry_table)
        self._chance = SeededChance("year")

    def tell(self, days: int) -> None:
        """Tell so many days, hour by hour and look by look."""
        for hour in range(days * 24):
            self._until(BEGINS + timedelta(hours=hour + 1) - timedelta(minutes=1))
            self._come()
            self._report()
            self._until(BEGINS + timedelta(hours=hour + 1))

    def _until(self, end: datetime) -> None:
        while True:
            self._turn()
            wanted = self.watch.next_at()
            if wanted is None or wanted > end:
                break
            self.clock.move_to(max(wanted, self.clock.now()))
        self.clock.move_to(max(end, self.clock.now()))

    def _turn(self) -> None:
        now = self.clock.now()
        self.watch.tick(now)
        with self.database.write() as session:
            deliver_due(session, self.letters, self._rounds, now=now)
        self.letters.letters.clear()

    def _come(self) -> None:
        """Whoever's shift begins within half an hour signs in."""
        now = self.clock.now()
        soon = now + timedelta(minutes=31)
        with self.database.read() as session:
            posts = session.scalars(
                select(Obligation.owed_by).where(
                    Obligation.kind == "sign_in",
                    Obligation.next_look_at <= soon,
                )
            ).all()
        for post in posts:
            try:
                self.actions.sign_in(by=post)
            except (Refused, WrongState):
                continue

    def _report(self) -> None:
        """The reports of the coming minute come in, and those that were late a while ago."""
        now = self.clock.now()
        come = [id_ for id_, due_at in self._expected(now) if self._has_come(due_at, now)]
        if not come:
            return
        act = Act(SAMPLE_KEY, now, "person:p011")
        with self.database.write() as session:
            obligations.fulfil_all(session, act, come, at=now)
            sentence = Sentence("{text}", {"text": f"收到例行报送{len(come)}项"})
            entry = Entry("receive_report", sentence, act.operator, "", {"obligations": come})
            append(session, SAMPLE_KEY, now, [entry])

    def _expected(self, now: datetime) -> Sequence[tuple[int, datetime]]:
        with self.database.read() as session:
            rows = session.execute(
                select(Obligation.id, Obligation.due_at)
                .where(
                    Obligation.kind == "routine_report",
                    Obligation.next_look_at <= now + timedelta(minutes=61),
                    Obligation.due_at <= now + timedelta(minutes=1),
                )
                .order_by(Obligation.next_look_at, Obligation.id)  # as the index has them
            )
            return [(row.id, row.due_at) for row in rows]

    def _has_come(self, due_at: datetime, now: datetime) -> bool:
        luck = self._chance.below(100)
        return luck < (LATE_PERCENT if due_at <= now else IN_TIME_PERCENT)

    def answer(self, days: int, seconds: float, cpu_seconds: float) -> dict[str, object]:
        """Return the figures."""
        with self.database.read() as session:
            counts = {
                name: session.scalar(select(func.count()).select_from(table))
                for name, table in (
                    ("obligations", Obligation),
                    ("alerts", Alert),
                    ("mails", Mail),
                    ("entries", LogEntry),
                )
            }
            states = session.execute(
                select(Obligation.state, func.count()).group_by(Obligation.state)
            ).all()
            return {
                "days": days,
                **counts,
                "states": {state: count for state, count in sorted(states)},  # noqa: C416  a Row
                "seconds": round(seconds, 2),
                "cpu_seconds": round(cpu_seconds, 2),
                "seconds_per_year_projected": round(cpu_seconds * 365 / days, 1),
                "head": head(session, SAMPLE_KEY)[1],
            }


def main() -> int:
    """Tell the days of the command line; print the figures."""
    arguments = argparse.ArgumentParser(prog="python -m tests.benchmarks.year")
    arguments.add_argument("--days", type=int, default=365)
    days = arguments.parse_args().days
    with tempfile.TemporaryDirectory() as folder:
        city = City(Path(folder), days)
        began, cpu_began = perf_counter(), process_time()
        city.tell(days)
        seconds, cpu_seconds = perf_counter() - began, process_time() - cpu_began
        print(json.dumps(city.answer(days, seconds, cpu_seconds), ensure_ascii=False))
        city.database.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
