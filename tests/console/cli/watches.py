"""A real watch process for a test, ended by the test."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from records.clock import pause
from tests.console.cli.running import command, duty

PATIENCE = 30.0


@contextmanager
def running_watch(data: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run `duty watch` until the block is left; it is alive when the block begins."""
    watch = subprocess.Popen(
        [*command(data), "watch"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_until_alive(data, watch.pid)
        yield watch
    finally:
        watch.terminate()
        watch.wait(PATIENCE)


def wait_until_alive(data: Path, pid: int) -> None:
    waited = 0.0
    while waited < PATIENCE:
        found = watch_of(data)
        if found["alive"] and f":{pid}:" in str(found["holder"]):
            return
        pause(0.2)
        waited += 0.2
    raise AssertionError(f"no pulse: {watch_of(data)}")


def watch_of(data: Path) -> dict[str, object]:
    """The `watch` of `duty status --json`."""
    found: dict[str, object] = duty("status", "--json", data=data).document["watch"]
    return found
