"""Thousands of random days and nights: `make simulate`; one line of JSON at the end.

`--seeds N` rooms of `--days D` days with crashes, sleep and clock steps, each told twice now and
then for the same log head; `--nights M` nights compared with the clerk's; `--from S` begins at
another seed. Exit status 1 if anything was broken; each fault is printed with its seed.
"""

import argparse
import json
import sys
from time import perf_counter

from tests.simulation.days import Broken, Told, tell_days
from tests.simulation.nights import differences
from tests.simulation.script import write_script

AGAIN_EVERY = 25  # so many seeds, one is told a second time

SUMMED = (
    *("entries", "obligations", "missed", "alerts", "mails", "refused_mails"),
    *("duplicates", "crashes", "refused_acts", "turns"),
)


def _days(seed: str, days: int, *, is_told_again: bool) -> Told:
    told = tell_days(write_script(seed, days))
    if is_told_again and tell_days(write_script(seed, days)) != told:
        raise Broken(f"seed {seed}: told again it is another night")
    return told


def run(seeds: range, days: int, nights: range) -> dict[str, object]:
    """Tell everything; return the summary."""
    began = perf_counter()
    faults: list[str] = []
    sums = dict.fromkeys(SUMMED, 0)
    for number in seeds:
        try:
            told = _days(str(number), days, is_told_again=number % AGAIN_EVERY == 0)
        except Broken as error:
            faults.append(str(error))
            print(error, file=sys.stderr)
            continue
        for name in SUMMED:
            sums[name] += getattr(told, name)
    for number in nights:
        found = differences(str(number))
        faults += found
        print(*found, sep="\n", end="\n" if found else "", file=sys.stderr)
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
    given = arguments.parse_args()
    first = given.first
    summary = run(range(first, first + given.seeds), given.days, range(first, first + given.nights))
    print(json.dumps(summary, ensure_ascii=False))
    return 1 if summary["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
