"""Stop or kill the watch that holds the lease; a standby must have taken over within five seconds.

`python -m tests.faults.take_over` prints one JSON line.
"""

import json
import os
import signal
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from records.clock import pause
from records.duty_log import verify_chain
from schedules.lease import LeaseState, read_lease
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

WITHIN = 5.0


def _lease(room: BenchRoom) -> LeaseState:
    with room.database.read() as session:
        lease = read_lease(session)
    assert lease is not None
    return lease


def _seconds_until_taken(room: BenchRoom, fence: int) -> float:
    start = CLOCK.monotonic()
    while CLOCK.monotonic() - start < 30:
        lease = _lease(room)
        if lease.fence > fence and lease.pulse_at is not None:
            return round(CLOCK.monotonic() - start, 2)
        pause(0.02)
    return 30.0


def run(url: str = "") -> dict[str, object]:
    """Return how long each take-over took, and what came of a stopped holder that wakes again."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sent = folder / "accepted.txt"
        sent.touch()
        port = stack.enter_context(running_sink(sent))
        room = make_bench_room(folder / "data", port=port, url=url, units=20)
        processes = [start_watch(room), start_watch(room)]
        for process in processes:
            stack.callback(stop, process)
        wait_for_pulse(room)
        pause(1.5)
        lease = _lease(room)
        holder = next(p for p in processes if f":{p.pid}:" in lease.holder)
        other = next(p for p in processes if p is not holder)
        os.kill(holder.pid, signal.SIGSTOP)
        stopped = _seconds_until_taken(room, lease.fence)
        room.owe([("b00000", CLOCK.now() + timedelta(seconds=1.5))])
        os.kill(holder.pid, signal.SIGCONT)
        pause(4)
        after = _lease(room)
        told = room.count("SELECT count(*) FROM alert WHERE recipient = 'unit:b00000'")
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        killed = _seconds_until_taken(room, after.fence)
        with room.database.read() as session:
            entries = verify_chain(session, ROOM)
        room.database.close()
        return {
            "fault": "take_over",
            "after_sigstop_s": stopped,
            "after_sigkill_s": killed,
            "woken_holder_stood_by": f":{other.pid}:" in after.holder,
            "told": told,
            "log_entries": entries,
        }


def is_good(result: dict[str, object]) -> bool:
    """Return whether both take-overs were in time and the woken holder did no harm."""
    times = (result["after_sigstop_s"], result["after_sigkill_s"])
    return (
        all(isinstance(one, float) and one <= WITHIN for one in times)
        and result["woken_holder_stood_by"] is True
        and result["told"] == 1
    )


if __name__ == "__main__":
    found = run()
    print(json.dumps(found))
    raise SystemExit(0 if is_good(found) else 1)
