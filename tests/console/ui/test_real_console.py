"""The real `duty console` in a real terminal: opened, used, ended."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select, update

from plans.tables import Mail
from records.clock import SystemClock
from records.database import Database
from records.duty_log import Entry, append
from records.installation import Installation
from records.language import Sentence
from records.tables import DutyRoom, Person, Unit
from schedules.tables import WatchLease
from tests.console.ui.real_terminal import F10, F, RealTerminal

pytestmark = pytest.mark.slow

DUTY = str(Path(sys.executable).parent / "duty")
ENVIRON = {
    **{name: value for name, value in os.environ.items() if not name.startswith("DUTY_")},
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "LANG": "C.UTF-8",
    "TEXTUAL_ANIMATIONS": "none",
}
# Each of these acts on a terminal that is sent it.
ACTING = ("\x1b]0;PWNED\x1b\\", "\x1b]52;c;UFdORUQ=\x07", "\x1b[2J\x1b[H", "\x9b2J", "\u202e")
HOSTILE = "[@click=app.exit]x[/][/][red]" + "".join(ACTING)


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of a sample room; no watch of it outlives the tests."""
    folder = tmp_path_factory.mktemp("console") / "room"
    subprocess.run([DUTY, "--data", folder, "init", "--demo"], check=True, capture_output=True)
    yield folder
    database = Database.at_path(Installation(folder).database_file)
    with database.read() as session:
        holder = session.scalar(select(WatchLease.holder)) or ""
    database.close()
    process = holder.split(":")[1:2]  # machine, process, what tells restarts apart
    if process:
        with suppress(ProcessLookupError):
            os.kill(int(process[0]), signal.SIGKILL)


@pytest.fixture
def opened(sample: Path) -> Iterator[Callable[..., RealTerminal]]:
    """Open consoles that are closed whatever happens."""
    terminals: list[RealTerminal] = []

    def open_one(size: tuple[int, int] = (120, 40), **environ: str) -> RealTerminal:
        program = [DUTY, "--data", str(sample), "console"]
        terminals.append(RealTerminal(program, ENVIRON | environ, size))
        return terminals[-1]

    yield open_one
    for terminal in terminals:
        terminal.close()


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_the_console_opens_on_the_sample_room_and_is_left_with_a_question(opened, size) -> None:
    terminal = opened(size)
    terminal.wait_for("待处置")
    terminal.wait_for("246810")
    terminal.type(F[4])
    terminal.wait_for("例行报送")
    terminal.type(F10)
    terminal.wait_for("离开值守台?")
    terminal.type("\r")
    assert terminal.wait_for_end() == 0
    assert_terminal_is_clean(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_the_terminal_clean(opened, number) -> None:
    terminal = opened()
    terminal.wait_for("待处置")
    terminal.signal(number)
    assert terminal.wait_for_end() == 0
    assert_terminal_is_clean(terminal)


def assert_terminal_is_clean(terminal: RealTerminal) -> None:
    """The alternate screen and the reports of the mouse are switched off at the end."""
    for mode in (b"?1049", b"?1000"):
        assert terminal.sent.rindex(b"\x1b[" + mode + b"l") > terminal.sent.rindex(
            b"\x1b[" + mode + b"h"
        )


def test_no_escape_from_the_data_reaches_the_terminal(opened, sample) -> None:
    database = Database.at_path(Installation(sample).database_file)
    with database.write() as session:
        session.execute(update(DutyRoom).values(name=HOSTILE))
        session.execute(update(Person).values(name=HOSTILE))
        session.execute(update(Unit).values(name=HOSTILE))
        session.execute(update(Mail).values(subject=HOSTILE, body=HOSTILE, last_reply=HOSTILE))
        entry = Entry("log_note", Sentence("{text}", {"text": HOSTILE}), "room:demo")
        append(session, "demo", SystemClock().now(), [entry])
    database.close()
    terminal = opened()
    terminal.wait_for("待处置")
    for number, words in ((4, "例行报送"), (7, "值班日志"), (8, "邮件"), (2, "待处置")):
        terminal.type(F[number])
        terminal.wait_for(words)
    terminal.wait_for("[@click=app.exit]")
    for acting in ACTING:
        assert acting.encode() not in terminal.sent
    assert b"PWNED" not in terminal.sent.replace(b"]0;PWNED", b"")
    terminal.signal(signal.SIGTERM)
    assert terminal.wait_for_end() == 0


def test_a_terminal_that_can_show_nothing_is_told_of_the_commands(opened) -> None:
    terminal = opened(TERM="dumb")
    assert terminal.wait_for_end() == 1
    assert "duty status" in terminal.text
