"""How near the postman comes to connections / delay with a server that thinks before accepting."""

import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from records.tables import to_microseconds
from tests.benchmarks.bench_room import (
    CLOCK,
    make_bench_room,
    running_sink,
    start_watch,
    stop,
    wait_for_pulse,
)
from tests.benchmarks.due_to_accepted import accepted, wait_for_mails

DELAY = 0.05
CONNECTIONS = 4
MAILS = 300


def measure() -> dict[str, object]:
    """Return mails a second against the bound, with a server that thinks 50 ms a mail."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        file = folder / "accepted.txt"
        file.touch()
        port = stack.enter_context(running_sink(file, DELAY))
        room = make_bench_room(folder / "data", port=port, units=MAILS)
        stack.callback(stop, start_watch(room))
        wait_for_pulse(room)
        due = CLOCK.now() + timedelta(seconds=2)
        room.owe([(f"b{i:05d}", due) for i in range(MAILS)])
        wait_for_mails(file, MAILS, patience=60)
        last = max(times[-1] for times in accepted(file).values())
        room.database.close()
    rate = MAILS / ((last - to_microseconds(due)) / 1_000_000)
    bound = CONNECTIONS / DELAY
    return {
        "bench": "slow_server",
        "delay_s": DELAY,
        "connections": CONNECTIONS,
        "mails_per_second": round(rate, 1),
        "bound": bound,
        "share_of_bound": round(rate / bound, 2),
    }
