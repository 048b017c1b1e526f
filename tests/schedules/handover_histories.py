"""Generated histories of sign-ins, swaps and handovers, told to the program and to a plain model.

The long run: `python -m tests.schedules.handover_histories [PURE [STORED]]`, by default 100,000
histories in the pure model and 500 stored ones with crashes; the gate tells a sample.
"""

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from records import migrate
from records.chance import Chance, SeededChance
from records.database import Database
from tests.schedules.handover_reference import (
    BEGINS,
    PEOPLE,
    SHIFT,
    Reference,
    Timetable,
)
from tests.schedules.handover_sides import SHIFTS, Crash, PureSide, Side, StoredSide

Step = tuple[str, ...]
DONE: Counter[tuple[str, bool]] = Counter()  # acts told, and whether they were allowed


def tell(
    seed: str,
    make: Callable[[Timetable, datetime], Side],
    *,
    steps: int = 40,
    crash: Callable[[Side, datetime, Step], None] | None = None,
) -> Reference:
    """Tell one history to the program and to the plain model; fail where they differ."""
    chance = SeededChance(seed)
    roster = [PEOPLE[chance.below(5)] if chance.below(12) else None for _ in range(SHIFTS)]
    table = Timetable(list(roster))
    on_from = BEGINS + chance.below(4) * timedelta(minutes=25) - timedelta(minutes=50)
    reference = Reference(table, on_from)
    side = make(table, on_from)
    now = BEGINS - timedelta(minutes=8)
    was_held = False
    for number in range(steps):
        now += (timedelta(0), timedelta(seconds=1), timedelta(minutes=1 + chance.below(12)))[
            chance.below(3)
        ]
        step = _step(chance, reference, now, number)
        if crash is not None and chance.below(5) == 0:
            crash(side, now, step)
        told = side.do(now, *step)
        DONE[step[0], told] += 1
        expected = reference.do(now, *step)
        assert told == expected, (seed, number, step, told, expected)
        reference.pass_to(now)
        holder = side.holder(now)
        assert holder == reference.holder, (seed, number, step, holder, reference.holder)
        assert holder is not None or not was_held, (seed, number, step, "nobody answers")
        was_held = holder is not None
        if told and step[0] in ("accept", "take_over"):
            assert side.carried() == reference.matters, (seed, number, "an open matter was lost")
    end = now + SHIFT
    reference.pass_to(end)
    assert _merged(side.spans()) == _merged(reference.spans), seed
    return reference


def _merged(spans: list[tuple[datetime, str]]) -> list[tuple[datetime, str]]:
    """Return spans without empty ones: of two moves at one instant the later holds."""
    latest = dict(spans)
    return sorted(latest.items())


def _step(  # noqa: PLR0911  one return an act
    chance: Chance, model: Reference, now: datetime, number: int
) -> Step:
    """Return an act that makes sense more often than not."""
    model.pass_to(now)
    person = PEOPLE[chance.below(len(PEOPLE))]
    relief = model.table.relief(now)
    coming = relief[1] if relief is not None and chance.below(4) else person
    holder = model.holder if model.holder is not None and chance.below(4) else person
    if model.pending is not None and chance.below(4):
        coming = model.pending.incoming
    match chance.below(16):
        case 0 | 1:
            running = model.table.running(now)
            shift = relief[0] if relief is not None else running
            return ("swap", "0", person) if shift is None else ("sign_in", str(shift), coming)
        case 2:
            return ("swap", str(chance.below(SHIFTS)), person)
        case 3:
            return ("arise", f"m{number}")
        case 4 if model.matters:
            return ("end", sorted(model.matters)[chance.below(len(model.matters))])
        case 5 | 6 | 7:
            return ("offer", holder)
        case 8 | 9 | 10 if model.matters:
            unsaid = sorted(model.matters - _confirmed(model)) or sorted(model.matters)
            said = "yes" if chance.below(6) else "no"
            return ("answer", coming, unsaid[chance.below(len(unsaid))], said)
        case 11:
            return ("refuse", coming) if chance.below(3) == 0 else ("accept", coming)
        case 12:
            return ("take_over", person) if chance.below(3) == 0 else ("accept", coming)
        case 13:
            outgoing = None if model.last is None else model.last["outgoing"]
            return ("review", str(outgoing) if outgoing and chance.below(4) else person)
        case _:
            return ("accept", coming)


def _confirmed(model: Reference) -> set[str]:
    there = model.pending
    return set() if there is None else {key for key, said in there.said.items() if said}


def tell_pure(seed: str) -> Reference:
    """Tell one history to the pure model."""
    return tell(seed, PureSide)


def tell_stored(seed: str, database: Database) -> Reference:
    """Tell one history to stored rows, with crashes in the middle of acts."""

    def make(table: Timetable, on_from: datetime) -> Side:
        return StoredSide(database, f"room-{seed}", list(table.roster), on_from)

    def crash(side: Side, now: datetime, step: Step) -> None:
        assert isinstance(side, StoredSide)
        before = side.holder(now), side.spans(), side.carried(), side._last_assumed
        side.crashes = True
        try:
            side.do(now, *step)
        except Crash:
            pass
        finally:
            side.crashes = False
        side._last_assumed = before[3]
        assert (side.holder(now), side.spans(), side.carried()) == before[:3]

    return tell(seed, make, crash=crash)


def fresh_database(folder: Path) -> Database:
    """Return a new SQLite file with all tables."""
    database = Database.at_path(folder / "histories.sqlite", durable=False)
    migrate.upgrade(database)
    return database


def main(arguments: list[str]) -> None:
    """Tell the long run; say how often each act was allowed and refused."""
    pure = int(arguments[0]) if arguments else 100_000
    stored = int(arguments[1]) if len(arguments) > 1 else 500
    for number in range(pure):
        tell_pure(f"pure-{number}")
        if number % 10_000 == 9_999:
            print(f"{number + 1} pure histories agree", flush=True)
    folder = Path(tempfile.mkdtemp())
    try:
        database = fresh_database(folder)
        for number in range(stored):
            tell_stored(f"{number}", database)
        database.close()
    finally:
        shutil.rmtree(folder)
    for (act, allowed), count in sorted(DONE.items()):
        print(f"{act:>10} {'allowed' if allowed else 'refused'} {count}")
    print(f"{stored} stored histories with crashes agree")


if __name__ == "__main__":
    main(sys.argv[1:])
