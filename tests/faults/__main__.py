"""All fault tests in their long form: `make faults`; one JSON line each, exit 1 if one is bad."""

import argparse
import json

from records.chance import SeededChance
from tests.faults import kill_watch, step_clock, take_over
from tests.postgresql import running_postgresql


def main() -> None:
    """Run every fault on SQLite, and on a PostgreSQL of our own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--postgresql-kills", type=int, default=40)
    given = parser.parse_args()
    good = []
    for result, is_good in (
        (kill_watch.run(given.kills, SeededChance("sqlite")), kill_watch.is_good),
        (step_clock.run(), step_clock.is_good),
        (take_over.run(), take_over.is_good),
    ):
        good.append(is_good(result))
        print(json.dumps({"engine": "sqlite", **result, "good": good[-1]}, ensure_ascii=False))
    with running_postgresql(durable=True) as server:
        kills = kill_watch.run(
            given.postgresql_kills, SeededChance("postgresql"), server.create("duty_kill")
        )
        good.append(kill_watch.is_good(kills))
        print(json.dumps({"engine": "postgresql", **kills, "good": good[-1]}))
        taken = take_over.run(server.create("duty_take"))
        good.append(take_over.is_good(taken))
        print(json.dumps({"engine": "postgresql", **taken, "good": good[-1]}))
    raise SystemExit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
