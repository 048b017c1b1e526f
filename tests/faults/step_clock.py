"""Step the wall clock of a real watch process an hour on and back; nothing is missed or doubled.

`python -m tests.faults.step_clock` prints one JSON line.
"""

import json
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from records.clock import pause
from records.duty_log import verify_chain
from tests.benchmarks.bench_room import (
    CLOCK,
    ROOM,
    ROOT,
    BenchRoom,
    make_bench_room,
    running_sink,
    stop,
    wait_for_pulse,
)

HOUR = 3600


def run(url: str = "") -> dict[str, object]:
    """Return what was told, twice or not, and what the log says of the steps."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        sent, offset = folder / "accepted.txt", folder / "offset"
        sent.touch()
        offset.write_text("0")
        port = stack.enter_context(running_sink(sent))
        room = make_bench_room(folder / "data", port=port, url=url, units=20)
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.faults.stepped_watch",
                str(folder / "data"),
                str(offset),
            ],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
        )
        stack.callback(stop, process)
        wait_for_pulse(room)
        start = CLOCK.now()
        room.owe([("b00000", start + timedelta(seconds=1.5))])  # told before any step
        room.owe([("b00001", start + timedelta(seconds=HOUR / 2))])  # jumped over
        room.owe([("b00002", start + timedelta(seconds=HOUR + 8))])  # due after the step forward
        room.owe([("b00003", start + timedelta(seconds=14))])  # due after the step back
        pause(4)
        offset.write_text(str(HOUR))
        pause(6)
        offset.write_text("0")
        pause(8)
        return _account(room)


def _account(room: BenchRoom) -> dict[str, object]:
    with room.database.read() as session:
        rows = session.execute(
            text("SELECT recipient, count(*) FROM alert WHERE ladder_step = 1 GROUP BY recipient")
        )
        told: dict[str, int] = dict(rows.all())
        steps = session.execute(
            text("SELECT text FROM log_entry WHERE act = 'clock_stepped' ORDER BY seq")
        ).scalars()
        result = {
            "fault": "step_clock",
            "told_once": sorted(k for k, v in told.items() if k.startswith("unit:") and v == 1),
            "told_more_than_once": sorted(
                k for k, v in told.items() if k.startswith("unit:") and v > 1
            ),
            "steps_logged": list(steps),
            "log_entries": verify_chain(session, ROOM),
        }
    room.database.close()
    return result


def is_good(result: dict[str, object]) -> bool:
    """Return whether everything was told exactly once and both steps are in the log."""
    steps = result["steps_logged"]
    assert isinstance(steps, list)
    wanted = ["unit:b00000", "unit:b00001", "unit:b00002", "unit:b00003"]
    return result["told_once"] == wanted and not result["told_more_than_once"] and len(steps) == 2


if __name__ == "__main__":
    found = run()
    print(json.dumps(found, ensure_ascii=False))
    raise SystemExit(0 if is_good(found) else 1)
