"""Thousands of random days and nights: `make simulate`; one line of JSON at the end.

`--seeds N` rooms of `--days D` days with crashes, sleep and clock steps, each told twice now and
then for the same log head; `--nights M` nights compared with the clerk's; `--from S` begins at
another seed, `--processes P` tells in so many processes. Exit status 1 if anything was broken; each
fault is printed with its seed.
"""

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import repeat
from time import perf_counter

from tests.simulation.days import Broken, Told, tell_days
from tests.simulation.nights import differences
from tests.simulation.script import write_script

AGAIN_EVERY = 25  # so many seeds, one is told a second time

SUMMED = (
    *("entries", "obligations", "missed", "alerts", "mails", "refused_mails"),
    *("duplicates", "crashes", "refused_acts", "turns"),
)


def _days(number: int, days: int) -> Told | str:
    """Tell a seed's days, some twice; return what became of them, or what was broken."""
    try:
        told = tell_days(write_script(str(number), days))
        if number % AGAIN_EVERY == 0 and tell_days(write_script(str(number), days)) != told:
            return f"seed {number}: told again it is another night"
    except Broken as error:
        return str(error)
    return told


def run(seeds: range, days: int, nights: range, processes: int) -> dict[str, object]:
    """Tell everything; return the summary."""
    began = perf_counter()
    faults: list[str] = []
    sums = dict.fromkeys(SUMMED, 0)
    with ProcessPoolExecutor(processes) as pool:
        for told in pool.map(_days, seeds, repeat(days)):
            if isinstance(told, str):
                faults.append(told)
                print(told, file=sys.stderr, flush=True)
                continue
            for name in SUMMED:
                sums[name] += getattr(told, name)
        for found in pool.map(differences, map(str, nights)):
            faults += found
            for one in found:
                print(one, file=sys.stderr, flush=True)
    return {
        "seeds": len(seeds),
        "days": days,
        "nights": len(nights),
        "seconds": round(perf_counter() - began, 1),
        **sums,
        "faults": faults,
    }


def main() -> int:
    """Read the arguments, tell, print; return the exit status."""
    arguments = argparse.ArgumentParser(prog="python -m tests.simulation")
    arguments.add_argument("--seeds", type=int, default=1_000)
    arguments.add_argument("--days", type=int, default=5)
    arguments.add_argument("--nights", type=int, default=200)
    arguments.add_argument("--from", type=int, default=0, dest="first")
    arguments.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    given = arguments.parse_args()
    first = given.first
    seeds, nights = (range(first, first + count) for count in (given.seeds, given.nights))
    summary = run(seeds, given.days, nights, given.processes)
    print(json.dumps(summary, ensure_ascii=False))
    return 1 if summary["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
