"""All benchmarks: `make bench`; one JSON document with medians, p99 and what was promised.

`--quick` leaves out the ten million and PostgreSQL; `--live N` measures one size only.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Iterator

from records.database import Database
from tests.benchmarks import slow_server
from tests.benchmarks.due_to_accepted import measure
from tests.postgresql import running_postgresql

SQLITE_SIZES = (1_000, 100_000, 1_000_000, 10_000_000)
POSTGRESQL_SIZES = (1_000, 100_000, 1_000_000)
BURSTS = (100, 1_000, 10_000)

# The promises of the product, in its own figures: where in a measurement, and at most how much.
PROMISES: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("deadline to commit, p99 <= 20 ms", ("single", "committed", "p99_ms"), 20.0),
    ("deadline to acceptance, p50 <= 15 ms", ("single", "accepted", "p50_ms"), 15.0),
    ("deadline to acceptance, p99 <= 50 ms", ("single", "accepted", "p99_ms"), 50.0),
    ("the idle watch, <= 1 % of a core", ("idle", "percent_of_a_core"), 1.0),
)
BURST_PROMISES = {
    100: ("accepted_all_s", 0.25),
    1_000: ("accepted_all_s", 2.0),
    10_000: ("committed_all_s", 0.5),
}


def _figure(result: dict[str, object], path: tuple[str, ...]) -> float:
    found: object = result
    for key in path:
        assert isinstance(found, dict)
        found = found[key]
    assert isinstance(found, int | float)
    return float(found)


def judged(result: dict[str, object]) -> Iterator[dict[str, object]]:
    """Yield each promise with its measured figure and whether it was kept."""
    place = {"engine": result["engine"], "live": result["live"]}
    factor = 1.0 if result["engine"] == "sqlite" else 3.0
    for name, path, most in PROMISES:
        figure = _figure(result, path)
        allowed = most * (factor if path[0] == "single" else 1.0)
        yield {**place, "promise": name, "measured": figure, "kept": figure <= allowed}
    bursts = result["bursts"]
    assert isinstance(bursts, list)
    for burst in bursts:
        key, most = BURST_PROMISES[burst["count"]]
        name = f"{burst['count']} at once, {key} <= {most}"
        figure = burst[key]
        kept = figure <= most * factor
        yield {**place, "promise": name, "measured": figure, "kept": kept}


def _sqlite_version() -> str:
    with Database.in_memory().read() as session:
        return str(session.connection().exec_driver_sql("SELECT sqlite_version()").scalar_one())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--live", type=int)
    given = parser.parse_args()
    results = []
    sizes = (given.live,) if given.live else SQLITE_SIZES[: 3 if given.quick else 4]
    for live in sizes:
        results.append(measure(live, BURSTS))
        print(json.dumps(results[-1]), file=sys.stderr)
    if not given.quick and not given.live:
        with running_postgresql(durable=True) as server:
            for live in POSTGRESQL_SIZES:
                name = f"duty_bench_{live}"
                results.append(measure(live, BURSTS, server.create(name)))
                server.drop(name)
                print(json.dumps(results[-1]), file=sys.stderr)
    slow = slow_server.measure()
    promises = [one for result in results for one in judged(result)]
    print(
        json.dumps(
            {
                "machine": {
                    "cores": os.cpu_count(),
                    "system": platform.platform(),
                    "python": platform.python_version(),
                    "sqlite": _sqlite_version(),
                },
                "results": results,
                "slow_server": slow,
                "promises": promises,
                "missed": [one for one in promises if not one["kept"]],
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
