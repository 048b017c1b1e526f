"""`duty console` in a real terminal: opens without a question, says what goes on after it."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from records.clock import pause
from tests.console.cli.running import command
from tests.console.cli.terminal import Terminal
from tests.console.cli.watches import PATIENCE, watch_of

pytestmark = pytest.mark.slow

CTRL_Q = "\x11"
ENTER = "\r"


def _leave(terminal: Terminal) -> None:
    terminal.type(CTRL_Q)
    terminal.wait_for("Esc")
    terminal.type(ENTER)
    assert terminal.wait() == 0


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _pid_of_watch(data: Path) -> int:
    """Wait for the watch, which is started behind the first picture; return its process."""
    for _ in range(int(PATIENCE / 0.2)):
        watch = watch_of(data)
        if watch["alive"]:
            return int(str(watch["holder"]).split(":")[1])
        pause(0.2)
    raise AssertionError("no watch was started")


def test_the_watch_of_the_sample_room_ends_with_its_console(demo: Path) -> None:
    terminal = Terminal([*command(demo), "console"])
    try:
        terminal.wait_for("246810")
        pid = _pid_of_watch(demo)
        _leave(terminal)
    finally:
        terminal.close()
    assert not _is_running(pid)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_closed_window_leaves_no_watch_of_the_sample_room(demo: Path, number: int) -> None:
    terminal = Terminal([*command(demo), "console"])
    try:
        terminal.wait_for("246810")
        pid = _pid_of_watch(demo)
        terminal.process.send_signal(number)
        assert terminal.wait() in {0, 128 + number}, "0 where the screens noticed it first"
    finally:
        terminal.close()
    assert not _is_running(pid)


def test_the_watch_of_a_real_room_goes_on_without_the_console(own: Path) -> None:
    terminal = Terminal([*command(own), "console"])
    try:
        terminal.wait_for("F10")
        pid = _pid_of_watch(own)
        _leave(terminal)
        assert f"kill {pid}" in terminal.shown()
        assert _is_running(pid)
    finally:
        terminal.close()
    os.kill(pid, signal.SIGTERM)
    for _ in range(int(PATIENCE / 0.2)):
        if not _is_running(pid):
            return
        pause(0.2)
    raise AssertionError("the watch did not end")


def test_a_terminal_that_can_show_nothing_is_refused_and_no_watch_is_left(own: Path) -> None:
    terminal = Terminal([*command(own), "console"], TERM="dumb")
    try:
        assert terminal.wait() == 1
        assert "duty status" in terminal.shown()
    finally:
        terminal.close()
    assert watch_of(own)["pulse_at"] is None


def test_the_pin_is_asked_on_the_terminal_and_not_shown(demo: Path) -> None:
    terminal = Terminal([*command(demo), "--lang", "en", "sign-out", "--by", "post:primary"])
    try:
        terminal.wait_for("PIN")
        terminal.type("246810\r")
        assert terminal.wait() == 0
        assert "246810" not in terminal.shown()
    finally:
        terminal.close()


def test_nothing_is_asked_where_there_is_no_terminal(demo: Path) -> None:
    done = subprocess.run(
        [*command(demo), "sign-out", "--by", "post:primary"],
        input="246810\n",
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
