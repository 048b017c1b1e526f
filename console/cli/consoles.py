"""`duty console` and `duty watch`: the screens, and the watch without them."""

import logging
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.call import Call, call_of
from records.errors import DutyError, Refused
from records.language import Sentence, mark

if TYPE_CHECKING:
    import subprocess

    from console.wiring import House

_log = logging.getLogger(__name__)

SIGNALLED = 128  # as shells say that a signal ended a program
_STREAMS = ("stdin", "stdout", "stderr")  # the screens are drawn on the last one


def add_to(app: typer.Typer) -> None:
    """Give the app its `console` and its `watch`."""
    app.command("console", help=mark("打开值班台;没有值守程序在运行时先启动一个"))(_console)
    app.command("watch", help=mark("运行值守程序,不开界面;供系统服务管理"))(_watch)


def _console(context: typer.Context) -> None:
    call = call_of(context)
    if not all(map(_is_terminal, _STREAMS)) or os.environ.get("TERM") == "dumb":
        raise Refused(mark("值班台需要终端;没有终端时请用命令,例如 duty status,详见 duty --help。"))
    call.require_installation()
    from console.ui.app import open_console
    from records.clock import SystemClock

    beside = _WatchBeside()
    _leave_in_order_when_told_to_end()

    def opening() -> "House":
        house = call.house()
        beside.start(house)
        return house

    try:
        status = open_console(
            opening,
            call.language,
            clock=SystemClock(),
            log_file=call.installation.log_file,
        )
    finally:
        started = beside.started()
        if started is not None:
            _leave(call, started)
    if status:
        raise typer.Exit(status)


class _WatchBeside:
    """Sees to it that a watch runs, beside the screens, which are painted meanwhile."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._started: subprocess.Popen[bytes] | None = None

    def start(self, house: "House") -> None:
        """Start a watch in a thread of its own if none is alive; its troubles go to the log."""
        self._thread = threading.Thread(target=self._see_to_it, args=(house,), daemon=True)
        self._thread.start()

    def _see_to_it(self, house: "House") -> None:
        from console.watching import start_watch_if_none

        try:
            self._started = start_watch_if_none(house)
        except DutyError:
            _log.exception("no watch could be started; the board shows that there is none")

    def started(self) -> "subprocess.Popen[bytes] | None":
        """Return the process that was started, once that is known."""
        if self._thread is not None:
            self._thread.join()
        return self._started


def _leave_in_order_when_told_to_end() -> None:
    """End like after a key when the window is closed or a service manager says so."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(SIGNALLED + number)

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)


def _is_terminal(name: str) -> bool:
    # Asked at the moment of the call: tests and services put other streams there.
    return bool(getattr(sys, name).isatty())


def _leave(call: Call, started: "subprocess.Popen[bytes]") -> None:
    """End the watch of a sample room; that of a real room goes on."""
    from console.watching import end_watch
    from records.tables import DutyRoom

    house = call.house()
    with house.database.read() as session:
        room = session.get(DutyRoom, house.room_key)
        is_sample = room is not None and room.is_sample
    if is_sample:
        end_watch(started)
        call.say(Sentence(mark("样例值班室的值守程序已随值班台结束。")))
        return
    call.say(
        Sentence(
            mark("值守程序仍在运行(进程 {pid});要停止请执行 kill {pid}。"), {"pid": started.pid}
        )
    )


def _watch(
    context: typer.Context,
    *,
    once: Annotated[
        bool, typer.Option("--once", help=mark("只巡看一次并发出到时的邮件,然后结束"))
    ] = False,
) -> None:
    call = call_of(context)
    house = call.house()
    from console.watching import keep_watch, watch_once

    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(name)s %(message)s"
    )
    if once:
        watch_once(house)
        call.say(Sentence(mark("已巡看一次。")))
        return
    call.say(Sentence(mark("值守程序已启动(进程 {pid}),按 Ctrl-C 结束。"), {"pid": os.getpid()}))
    keep_watch(house)
    call.say(Sentence(mark("值守程序已结束。")))
