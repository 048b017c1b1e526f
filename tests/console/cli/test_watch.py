"""`duty watch` as a process: it keeps watch, delivers, ends when asked; a second one stands by."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from console.watching import end_watch, is_watched, start_watch_if_none
from console.wiring import open_house
from records.clock import pause
from records.installation import Installation
from tests.console.cli.running import command, duty, own_process
from tests.console.cli.watches import PATIENCE, running_watch, watch_of

pytestmark = pytest.mark.slow


def test_a_watch_beats_until_it_is_asked_to_end(demo: Path) -> None:
    with running_watch(demo) as watch:
        assert watch_of(demo)["standby"] is None
        watch.terminate()
        assert watch.wait(PATIENCE) == 0
    assert duty("log", "verify", data=demo).status == 0


def test_a_second_watch_stands_by_and_takes_over_when_the_first_is_killed(demo: Path) -> None:
    with running_watch(demo) as first:
        second = subprocess.Popen(
            [*command(demo), "watch"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(lambda: f":{second.pid}:" in str(watch_of(demo)["standby"]))
            first.send_signal(signal.SIGKILL)
            first.wait(PATIENCE)
            _wait_for(lambda: f":{second.pid}:" in str(watch_of(demo)["holder"]), 6.0)
        finally:
            second.terminate()
            second.wait(PATIENCE)


def _wait_for(condition, seconds: float = PATIENCE) -> None:
    waited = 0.0
    while not condition():
        assert waited < seconds, "it did not come true"
        pause(0.2)
        waited += 0.2


def test_one_look_delivers_what_is_due_and_ends(demo: Path) -> None:
    ran = own_process("watch", "--once", data=demo)
    assert (ran.status, ran.out) == (0, ""), ran.err
    mail = duty("status", "--json", data=demo).document["mail"]
    assert mail["waiting"] == 0
    again = own_process("watch", "--once", data=demo)
    assert again.status == 0, again.err


def test_one_look_beside_a_living_watch_is_refused(demo: Path) -> None:
    with running_watch(demo):
        ran = own_process("watch", "--once", data=demo)
    assert ran.status == 1
    assert ran.err


def test_the_console_starts_a_watch_only_where_none_is_alive(demo: Path) -> None:
    house = open_house(Installation(demo))
    try:
        started = start_watch_if_none(house)
        assert started is not None
        try:
            assert is_watched(house)
            assert start_watch_if_none(house) is None
            assert os.getsid(started.pid) == started.pid, "Ctrl-C in the console must not reach it"
        finally:
            assert end_watch(started)
        assert started.returncode == 0
        assert not is_watched(house)
    finally:
        house.database.close()


def test_the_watch_says_on_standard_error_what_it_does_and_nothing_else(own: Path) -> None:
    watch = subprocess.Popen(
        [*command(own), "watch"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    _wait_for(lambda: watch_of(own)["alive"])
    watch.send_signal(signal.SIGINT)
    out, err = watch.communicate(timeout=PATIENCE)
    assert (watch.returncode, out) == (0, "")
    assert str(watch.pid) in err.splitlines()[0]
    assert "Traceback" not in err
