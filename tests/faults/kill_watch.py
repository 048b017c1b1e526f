"""Kill the watch with SIGKILL during bursts, a standby beside it; nothing may be lost.

`python -m tests.faults.kill_watch --kills 200` prints one JSON line; a sample is in the gate.
"""

import argparse
import json
import os
import signal
import subprocess
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from records.chance import Chance, SeededChance
from records.clock import pause
from records.duty_log import verify_chain
from records.tables import to_microseconds
from schedules.lease import read_lease
from tests.benchmarks.bench_room import (
    CLOCK,
    ROOM,
    BenchRoom,
    make_bench_room,
    running_sink,
    start_watch,
    stop,
    wait_for_pulse,
)

BURST = 40
POOL = 4
UNITS = 400


class TwoWatches:
    """Two watch processes on one room; one holds the lease, the other stands by."""

    def __init__(self, room: BenchRoom) -> None:
        self._room = room
        self._processes = [start_watch(room), start_watch(room)]

    def kill_one(self, *, holder: bool) -> bool:
        """Kill the holder, or the other one, and start a new process; say if it was the holder.

        While the lease still names a process that is dead, one of the two is killed all the same.
        """
        with self._room.database.read() as session:
            lease = read_lease(session)
        assert lease is not None
        holds = [f":{process.pid}:" in lease.holder for process in self._processes]
        place = holds.index(holder) if holder in holds else 0
        process = self._processes[place]
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        self._processes[place] = start_watch(self._room)
        return holds[place]

    def stop(self) -> None:
        """End both."""
        for process in self._processes:
            stop(process)

    @property
    def processes(self) -> list[subprocess.Popen[bytes]]:
        """Return the two processes that run now."""
        return self._processes


def run(kills: int, chance: Chance, url: str = "") -> dict[str, object]:
    """Return what became of all mails after so many kills."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        file = folder / "accepted.txt"
        file.touch()
        port = stack.enter_context(running_sink(file))
        room = make_bench_room(folder / "data", port=port, url=url, units=UNITS)
        watches = TwoWatches(room)
        stack.callback(watches.stop)
        wait_for_pulse(room)
        holders = sum(_one_kill(room, watches, number, chance) for number in range(kills))
        _wait_until_delivered(room, patience=90)
        watches.stop()
        result = {"fault": "kill_watch", "kills": kills, "holders_killed": holders}
        result |= _account(room, file, holders, kills)
        room.database.close()
        return result


def _one_kill(room: BenchRoom, watches: TwoWatches, number: int, chance: Chance) -> bool:
    due = CLOCK.now() + timedelta(seconds=1.3)
    units = [f"b{(number * BURST + i) % UNITS:05d}" for i in range(BURST)]
    room.owe([(unit, due) for unit in units])
    while CLOCK.now() < due + timedelta(milliseconds=chance.below(250)):
        pause(0.002)
    was_holder = watches.kill_one(holder=chance.below(10) < 7)
    if number % 5 == 4:  # let them catch up now and then, so that every kill meets a burst
        _wait_until_told(room, (number + 1) * BURST, patience=30)
    return was_holder


def _wait_until_told(room: BenchRoom, wanted: int, *, patience: float) -> None:
    until = CLOCK.monotonic() + patience
    while CLOCK.monotonic() < until:
        if room.count("SELECT count(DISTINCT obligation_id) FROM alert") >= wanted:
            return
        pause(0.1)


def _wait_until_delivered(room: BenchRoom, *, patience: float) -> None:
    until = CLOCK.monotonic() + patience
    while CLOCK.monotonic() < until:
        waiting = room.count("SELECT count(*) FROM mail WHERE state <> 'accepted'")
        now = to_microseconds(CLOCK.now())
        due = room.count(f"SELECT count(*) FROM obligation WHERE next_look_at <= {now}")
        if waiting == 0 and due == 0:
            return
        pause(0.2)


def _account(room: BenchRoom, file: Path, holders: int, kills: int) -> dict[str, object]:
    lines = [line.split(" ") for line in file.read_text().splitlines()]
    received = [line[1] for line in lines]
    with room.database.read() as session:
        stored = set(session.execute(text("SELECT message_id FROM mail")).scalars())
        owed = session.execute(text("SELECT count(*) FROM obligation")).scalar_one()
        told = session.execute(
            text("SELECT count(DISTINCT obligation_id) FROM alert WHERE recipient LIKE 'unit:%'")
        ).scalar_one()
        entries = verify_chain(session, ROOM)
    duplicates = len(received) - len(set(received))
    return {
        "owed": owed,
        "expected": kills * BURST,
        "told": told,
        "mails": len(stored),
        "lost": len(stored - set(received)) + (owed - told) + (kills * BURST - owed),
        "strangers": len(set(received) - stored),
        "duplicates": duplicates,
        "most_duplicates_allowed": POOL * holders,
        "log_entries": entries,
        "chain": "ok",
    }


def is_good(result: dict[str, object]) -> bool:
    """Return whether nothing was lost and duplicates stay within the pool per killed holder."""
    duplicates, allowed = result["duplicates"], result["most_duplicates_allowed"]
    assert isinstance(duplicates, int)
    assert isinstance(allowed, int)
    return result["lost"] == 0 and result["strangers"] == 0 and duplicates <= allowed


def main() -> None:
    """Run from the command line; exit 1 if anything was lost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", default="1")
    given = parser.parse_args()
    result = run(given.kills, SeededChance(given.seed))
    print(json.dumps(result))
    raise SystemExit(0 if is_good(result) else 1)


if __name__ == "__main__":
    main()
