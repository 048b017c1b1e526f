"""From the deadline to the commit and to the server's acceptance, at any number of obligations."""

import json
import statistics
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from records.clock import pause
from records.tables import to_microseconds
from tests.benchmarks.bench_room import (
    CLOCK,
    BenchRoom,
    cpu_seconds,
    make_bench_room,
    running_sink,
    start_watch,
    stop,
    wait_for_pulse,
)

SINGLES = 100
SPACING = timedelta(milliseconds=250)
IDLE_SECONDS = 10


def spread(values: list[float]) -> dict[str, float]:
    """Return p50, p99 and maximum in milliseconds, to a tenth."""
    ordered = sorted(values)
    place = min(len(ordered) - 1, round(0.99 * (len(ordered) - 1)))
    return {
        "p50_ms": round(statistics.median(ordered), 1),
        "p99_ms": round(ordered[place], 1),
        "max_ms": round(ordered[-1], 1),
    }


@dataclass
class Seen:
    """When alerts were seen committed: their number, and the instant in microseconds."""

    total: int = 0
    at: list[int] = field(default_factory=list)


def watch_alerts(room: BenchRoom, wanted: int, *, patience: float) -> list[int]:
    """Return, for each of `wanted` further alerts, when it was first seen committed."""
    seen: list[int] = []
    base = room.count("SELECT count(*) FROM alert")
    until = CLOCK.monotonic() + patience
    while len(seen) < wanted and CLOCK.monotonic() < until:
        now = room.count("SELECT coalesce(max(id), 0) FROM alert") - base - len(seen)
        if now > 0:
            seen += [to_microseconds(CLOCK.now())] * now
        else:
            pause(0.0005)
    return seen


def accepted(file: Path) -> dict[str, list[int]]:
    """Return the instants at which mails to each address were accepted."""
    found: dict[str, list[int]] = {}
    for line in file.read_text().splitlines():
        at, _, address = line.split(" ", 2)
        found.setdefault(address, []).append(int(at))
    return found


def mails_to_units(file: Path) -> int:
    """Return how many mails to units the sink has accepted."""
    return file.read_text().count("> b")


def wait_for_mails(file: Path, wanted: int, *, patience: float) -> int:
    """Wait until the sink holds so many mails to units; return how many it holds.

    What the officer gets does not count: how many digests a burst makes is not known beforehand.
    """
    until = CLOCK.monotonic() + patience
    count = 0
    while CLOCK.monotonic() < until:
        count = mails_to_units(file)
        if count >= wanted:
            break
        pause(0.02)
    return count


def singles(room: BenchRoom, file: Path, first_unit: int) -> dict[str, object]:
    """Return the latencies of obligations that fall due one by one."""
    start = CLOCK.now() + timedelta(seconds=3)
    due = [(f"b{first_unit + i:05d}", start + i * SPACING) for i in range(SINGLES)]
    room.owe(due)
    seen = watch_alerts(room, 2 * SINGLES, patience=60)
    wait_for_mails(file, SINGLES, patience=20)
    mails = accepted(file)
    committed = [(seen[2 * i] - to_microseconds(at)) / 1000 for i, (_, at) in enumerate(due)]
    taken = [(mails[f"{unit}@duty.example"][0] - to_microseconds(at)) / 1000 for unit, at in due]
    return {"count": SINGLES, "committed": spread(committed), "accepted": spread(taken)}


def burst(room: BenchRoom, file: Path, count: int) -> dict[str, object]:
    """Return how long it takes until everything of one instant is committed and accepted."""
    before = mails_to_units(file)
    at: datetime = CLOCK.now() + timedelta(seconds=3 + count / 2500)
    room.owe([(f"b{i:05d}", at) for i in range(count)])
    late = CLOCK.now() >= at - timedelta(seconds=1)
    seen = watch_alerts(room, 2 * count, patience=60)
    wait_for_mails(file, before + count, patience=120)
    mails = accepted(file)
    last = max(mails[f"b{i:05d}@duty.example"][-1] for i in range(count))
    due = to_microseconds(at)
    seconds = (last - due) / 1_000_000
    return {
        "count": count,
        "prepared_too_late": late,
        "committed_all_s": round((seen[-1] - due) / 1_000_000, 3),
        "accepted_all_s": round(seconds, 3),
        "mails_per_second": round(count / seconds),
    }


def idle(pid: int) -> dict[str, float]:
    """Return the share of a core that a watch uses with nothing due."""
    before = cpu_seconds(pid)
    pause(IDLE_SECONDS)
    return {"percent_of_a_core": round((cpu_seconds(pid) - before) / IDLE_SECONDS * 100, 2)}


def measure(live: int, bursts: tuple[int, ...], url: str = "") -> dict[str, object]:
    """Return all figures at one number of live obligations, on SQLite or at a URL."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        file = folder / "accepted.txt"
        file.touch()
        port = stack.enter_context(running_sink(file))
        room = make_bench_room(folder / "data", port=port, url=url)
        room.fill(live)
        process = start_watch(room)
        stack.callback(stop, process)
        wait_for_pulse(room)
        pause(1.0)
        result: dict[str, object] = {
            "bench": "due_to_accepted",
            "engine": "postgresql" if url else "sqlite",
            "live": live,
            "idle": idle(process.pid),
            "single": singles(room, file, 0),
            "bursts": [burst(room, file, count) for count in bursts],
        }
        room.database.close()
        return result


if __name__ == "__main__":
    import sys

    print(json.dumps(measure(int(sys.argv[1]), tuple(map(int, sys.argv[2:])))))
