"""A simulated year of the sample city through the same watch: `python -m tests.benchmarks.year`.

The sample room with its 2,680 units and its roster, on a throw-away SQLite file. Of a day's
reports so many in a hundred come in time, in one batch just before they are due; the others are
late, or never come: the watch finds them, tells units and officers, and marks them missed.
Officers sign in through the acts. Mails are worded by nobody and taken by a list.

Prints {days, obligations, seconds, seconds_per_year_projected, head}; the same arguments give the
same head.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from console.actions import Actions
from console.sample.room import SAMPLE_KEY, fill_sample_room, make_sample_room
from console.wiring import build_watch, load_rules
from plans.channels.list_channel import ListChannel
from plans.mail_rules import load_mail_rules
from plans.postman import Rounds, deliver_due
from plans.tables import Alert, Mail
from records.act import Act
from records.chance import SeededChance
from records.clock import ManualClock
from records.database import Database
from records.duty_log import head
from records.errors import Refused
from records.migrate import upgrade
from records.signing import TakenAsGiven
from schedules import obligations
from schedules.tables import Obligation

BEGINS = datetime(2026, 1, 1, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
IN_TIME_PERCENT = 97
LATE_PERCENT = 2  # the last one in a hundred never comes


class City:
    """The sample room on a manual clock."""

    def __init__(self, folder: Path, days: int) -> None:
        self.database = Database.at_path(folder / "year.sqlite", durable=False)
        upgrade(self.database)
        self.clock = ManualClock(BEGINS)
        self.rules = load_rules()
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
        self.actions = Actions(
            self.database, self.clock, SAMPLE_KEY, self.rules, TakenAsGiven()
        )
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
        """Whoever's shift begins within half an hour signs in; who has not come is taken on."""
        now = self.clock.now()
        soon = now + timedelta(minutes=31)
        with self.database.read() as session:
            posts = session.scalars(
                select(Obligation.owed_by).where(
                    Obligation.kind == "sign_in",
                    Obligation.due_at <= soon,
                    Obligation.next_look_at.is_not(None),
                )
            ).all()
        for post in posts:
            try:
                self.actions.sign_in(by=post)
            except Refused:
                continue

    def _report(self) -> None:
        """The reports of the coming minute come in, and those that were late a while ago."""
        now = self.clock.now()
        for party, id_, due_at in self._open(now):
            luck = self._chance.below(100)
            is_late = due_at <= now
            if luck < IN_TIME_PERCENT or (is_late and luck < IN_TIME_PERCENT + LATE_PERCENT):
                self._receive(party, id_, now)

    def _open(self, now: datetime) -> Iterator[tuple[str, int, datetime]]:
        with self.database.read() as session:
            rows = session.execute(
                select(Obligation.owed_by, Obligation.id, Obligation.due_at)
                .where(
                    Obligation.kind == "routine_report",
                    Obligation.next_look_at.is_not(None),
                    Obligation.due_at <= now + timedelta(minutes=1),
                )
                .order_by(Obligation.id)
            ).all()
        yield from ((row.owed_by, row.id, row.due_at) for row in rows)

    def _receive(self, party: str, id_: int, now: datetime) -> None:
        """A report comes in; see `tell_all`, which is told apart from the watch's own time."""
