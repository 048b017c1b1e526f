"""The watch as a process: what it is built from, how it ends, and who starts it."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from console.wiring import House, build_postman, build_watch
from plans.mail_claims import next_delivery_at
from plans.postman import Postman
from records.chance import SystemChance
from records.clock import pause
from records.errors import Conflict
from records.language import mark
from records.log_search import index_tail
from schedules.lease import LeaseKeeper, LeaseState, read_lease
from schedules.rounds import read_rooms
from schedules.watch import Hooks, LookOut

RENEWED_WITHIN = 1.3  # seconds; a living watch renews its lease each second
STARTED_WITHIN = 20.0
LOOK_AGAIN = 0.1
# The postman words mails while the watch must look: it gives the interpreter back sooner than
# Python's own 5 ms, a quarter of what a look may take in all.
SWITCH_THREADS_AFTER = 0.0005
INDEX_AT_ONCE = 200  # entries a pulse; more would hold the write lock longer than a tick may wait
ENDS_WITHIN = 40.0
DELIVERED_WITHIN = 60.0


def holder_name() -> str:
    """Return who this process is in the lease: machine, process, and what tells restarts apart."""
    return f"{socket.gethostname()}:{os.getpid()}:{SystemChance().token()[:6]}"


class _Watching:
    """The watch of this process with its lease and its postman."""

    def __init__(self, house: House) -> None:
        """Build it; nothing runs yet."""
        self.house = house
        self.lease = LeaseKeeper(holder_name(), house.loaded.settings.watch.lease)
        self.postman: Postman = build_postman(house, self.lease)
        self.look_out = LookOut(
            house.database,
            house.clock,
            build_watch(house.database, house.rules, self.lease),
            self.lease,
            Hooks(on_taken=_nothing_more, on_ticked=self.postman.wake, in_idle=_index),
            sweep=house.loaded.settings.watch.sweep,
        )


def _nothing_more(_session: Session, _fence: int) -> None:
    """The postman gives back by itself what an older lease left claimed."""


def _index(session: Session) -> None:
    for room in read_rooms(session):
        index_tail(session, room.key, INDEX_AT_ONCE)


def keep_watch(house: House) -> None:
    """Keep watch until SIGTERM or SIGINT; finish what is in flight, then return."""
    sys.setswitchinterval(SWITCH_THREADS_AFTER)
    asyncio.run(_keep_watch(_Watching(house)))


async def _keep_watch(watching: _Watching) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    watching.postman.start()
    try:
        await watching.look_out.run(stop)
    finally:
        await loop.run_in_executor(None, watching.postman.stop)
        await loop.run_in_executor(None, watching.look_out.end)


def watch_once(house: House) -> None:
    """Look at everything that is due once, and deliver the mails that are due.

    Raises Conflict if another watch is at work.
    """
    watching = _Watching(house)
    waited = 0.0
    patience = house.loaded.settings.watch.lease.total_seconds() + 1.0
    while watching.lease.fence is None:
        watching.look_out.turn()
        if watching.lease.fence is None:
            if waited > patience:
                raise Conflict(mark("另一值守程序正在值守,本次没有巡看。"))
            pause(LOOK_AGAIN)
            waited += LOOK_AGAIN
    _deliver(watching)


def _deliver(watching: _Watching) -> None:
    """Let the postman send what is due; what is put off stays for the next time."""
    house = watching.house
    started_at = house.clock.now()
    watching.postman.start()
    waited = 0.0
    while waited < DELIVERED_WITHIN:
        with house.database.read() as session:
            next_at = next_delivery_at(session)
        if next_at is None or next_at > started_at:
            break
        watching.postman.wake()
        pause(LOOK_AGAIN)
        waited += LOOK_AGAIN
    watching.postman.stop()
    watching.look_out.end()


def is_watched(house: House) -> bool:
    """Return whether a watch renews its lease; looks at it for a little more than a second."""
    before = _lease(house)
    if before is None or before.expires_at < house.clock.now():
        return False
    waited = 0.0
    while waited < RENEWED_WITHIN:
        pause(LOOK_AGAIN)
        waited += LOOK_AGAIN
        if _lease(house) != before:
            return True
    return False


def _lease(house: House) -> LeaseState | None:
    with house.database.read() as session:
        return read_lease(session)


def start_watch_if_none(house: House) -> "subprocess.Popen[bytes] | None":
    """Start a watch process of its own unless one is alive; return it, or None.

    It goes on when this process ends. Raises Conflict if it ends at once instead.
    """
    if is_watched(house):
        return None
    folder = house.installation.folder
    with house.installation.log_file.open("ab") as log:
        started = subprocess.Popen(  # noqa: S603  our own program
            [sys.executable, "-m", "console.cli.main", "--data", str(folder), "watch"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
    _wait_for_pulse(house, started, house.clock.now())
    return started


def _wait_for_pulse(house: House, started: "subprocess.Popen[bytes]", since: datetime) -> None:
    waited = 0.0
    while waited < STARTED_WITHIN:
        state = _lease(house)
        if state is not None and state.pulse_at is not None and state.pulse_at >= since:
            return
        if started.poll() is not None:
            raise Conflict(
                mark("值守程序没有启动起来(退出状态 {status}),详见 {file}。"),
                status=started.returncode,
                file=house.installation.log_file,
            )
        pause(LOOK_AGAIN)
        waited += LOOK_AGAIN


def end_watch(started: "subprocess.Popen[bytes]") -> bool:
    """End the watch that this process started; return whether it has ended."""
    started.terminate()
    try:
        started.wait(timedelta(seconds=ENDS_WITHIN).total_seconds())
    except subprocess.TimeoutExpired:
        return False
    return True
