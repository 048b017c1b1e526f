"""The console's app: one clock, one poll, the screens; `open_console` opens it."""

import asyncio
import functools
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from console.ui.bar_lines import is_alarming
from console.ui.commands import DutyPalette
from console.ui.desk import ConsoleHouse, Desk
from console.ui.keys import EVERYWHERE, ON_BOARD, ON_LOG, ON_REPORTS, PALETTE, KeyRule, bindings
from console.ui.messages import BoardRead, ReadFailed, TokenSeen
from console.ui.palette import NIGHT_THEME, SIXTEEN_THEME, tones_of
from console.ui.screens.board import BoardScreen
from console.ui.screens.duty_screen import DutyScreen
from console.ui.screens.small_dialogs import LeaveDialog, NoteDialog
from console.ui.terminal import check_terminal, has_few_colours
from console.ui.text import content
from console.ui.widgets.bars import Bar
from records.clock import Clock
from records.errors import DutyError
from records.language import Language, mark

if TYPE_CHECKING:  # the first picture is painted before the house is opened
    from console.wiring import House

BELL_EVERY = 15.0
OPENED_AGAIN = 3  # so often a console that failed is opened again


class DutyConsole(App[None]):
    """The duty room's console."""

    CSS_PATH = "app.tcss"
    TITLE = "duty"
    ENABLE_COMMAND_PALETTE = True
    HORIZONTAL_BREAKPOINTS = [
        (0, "-tiny-w"),
        (80, "-n"),
        (120, "-m"),
        (180, "-w"),
    ]
    VERTICAL_BREAKPOINTS = [(0, "-tiny-h"), (24, "-h")]
    BINDINGS: ClassVar[list[BindingType]] = bindings((*EVERYWHERE, PALETTE))

    def __init__(
        self,
        clock: Clock,
        opening: Callable[[], ConsoleHouse],
        language: Language,
        *,
        few_colours: bool = False,
        is_ticking: bool = True,
    ) -> None:
        """Take how the house is opened; a test that moves its own clock needs no ticking."""
        super().__init__()
        self.desk = Desk(clock, opening, language, has_few_colours=few_colours)
        self.fault: Exception | None = None
        self._is_ticking = is_ticking
        self._is_reading = False
        self._rung_at: float | None = None
        self.register_theme(NIGHT_THEME)
        self.register_theme(SIXTEEN_THEME)
        self.tones = tones_of(few_colours=few_colours)
        self.theme = "sixteen" if few_colours else "night"

    def get_default_screen(self) -> Screen[object]:
        """Return the board: it is the first thing that is painted."""
        return BoardScreen(self.desk, self.tones)  # type: ignore[return-value]  # screens end with None

    # Time

    def on_mount(self) -> None:
        """Begin to tick and to read; leave the terminal clean whatever ends us."""
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop = asyncio.get_running_loop()
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self.exit)
        self.poll()
        if self._is_ticking:
            self._tick_on_the_second()

    def _tick_on_the_second(self) -> None:
        """Tick when the wall clock's second changes, so that all digits change together."""
        rest = 1.0 - self.desk.now().microsecond / 1_000_000
        self.set_timer(max(0.05, rest + 0.005), self._tick_and_go_on)

    def _tick_and_go_on(self) -> None:
        self._tick_on_the_second()
        self.tick()

    def tick(self) -> None:
        """Draw what moves with the time, ring if the watch is silent, look for news."""
        for screen in self.screen_stack:
            if isinstance(screen, DutyScreen):
                screen.tick()
        self._ring()
        self.poll()

    def _ring(self) -> None:
        if not is_alarming(self.desk):
            self._rung_at = None
            return
        monotonic = self.desk.clock.monotonic()
        if self._rung_at is None or monotonic - self._rung_at >= BELL_EVERY:
            self._rung_at = monotonic
            self.bell()

    # Reading

    def poll(self) -> None:
        """Look for news in a worker; while one look lasts no other begins."""
        if self._is_reading:
            return
        self._is_reading = True
        self.run_worker(self._look, thread=True, group="board", exit_on_error=False)

    def _look(self) -> None:
        """Run in a thread: read two rows, and the board only if they say more than it does."""
        desk = self.desk
        try:
            token = desk.house.reader.quick_token()
            if desk.wants_board(token):
                self.post_message(BoardRead(desk.house.reader.read()))
            else:
                self.post_message(TokenSeen(token))
        except DutyError as error:
            self.post_message(ReadFailed(error.said_in(desk.language)))
        except Exception as error:  # noqa: BLE001  one of the four edges: recorded and shown
            desk.record_fault(error)
            words = desk.say(
                mark("总览读取出错:{reason},已写入故障记录。"), reason=type(error).__name__
            )
            self.post_message(ReadFailed(words))

    def on_board_read(self, message: BoardRead) -> None:
        """Show a new board."""
        self._is_reading = False
        self.desk.take_board(message.board)
        for screen in self.screen_stack:
            if isinstance(screen, DutyScreen):
                screen.board_changed()

    def on_token_seen(self, message: TokenSeen) -> None:
        """Take in the pulse."""
        self._is_reading = False
        self.desk.take_token(message.token)
        self._draw_bars()

    def on_read_failed(self, message: ReadFailed) -> None:
        """Say why nothing could be read; what is shown grows old in sight of everybody."""
        self._is_reading = False
        self.desk.trouble = message.sentence
        self._draw_bars()

    def _draw_bars(self) -> None:
        for screen in self.screen_stack:
            for bar in screen.query(Bar):
                bar.refresh()

    # Actions; each is also in the palette

    def _base(self) -> DutyScreen | None:
        screen = self.screen
        return screen if isinstance(screen, DutyScreen) else None

    def _go(self, name: str) -> None:
        """Show a screen: the board lies below, one other screen may lie over it."""
        base = self._base()
        if base is None or name == base.NAME:
            return
        if name == BoardScreen.NAME:
            self.pop_screen()
        elif base.NAME == BoardScreen.NAME:
            self.push_screen(self._make(name))
        else:
            self.switch_screen(self._make(name))

    def _make(self, name: str) -> DutyScreen:
        from console.ui.screens.log import LogScreen  # noqa: PLC0415  the board is painted first
        from console.ui.screens.mails import MailsScreen  # noqa: PLC0415
        from console.ui.screens.reports import ReportsScreen  # noqa: PLC0415

        makers: dict[str, Callable[[], DutyScreen]] = {
            "reports": lambda: ReportsScreen(self.desk, self.tones),
            "log": lambda: LogScreen(self.desk, self.tones),
            "mails": lambda: MailsScreen(self.desk, self.tones),
        }
        return makers[name]()

    def action_board(self) -> None:
        """Show the board."""
        self._go("board")

    def action_reports(self) -> None:
        """Show the report board."""
        self._go("reports")

    def action_log(self) -> None:
        """Show the duty log."""
        self._go("log")

    def action_mails(self) -> None:
        """Show the mails."""
        self._go("mails")

    def action_help(self) -> None:
        """Show all keys."""
        from console.ui.screens.help import HelpScreen  # noqa: PLC0415

        self.push_screen(HelpScreen(self.desk))

    def action_sign_in(self) -> None:
        """Ask for a sign-in."""
        from console.ui.screens.sign_in import SignInDialog  # noqa: PLC0415

        self.push_screen(SignInDialog(self.desk), self._done)

    def action_add_log(self) -> None:
        """Ask for a line of the log."""
        self.push_screen(NoteDialog(self.desk), self._done)

    def _done(self, sentence: str | None) -> None:
        if sentence:
            self.notify(content(sentence).plain, markup=False)
            self.poll()

    def action_language(self) -> None:
        """Change the language: the board is drawn in it, another screen is made anew."""
        base = self._base()
        if base is None:
            return
        is_chinese = self.desk.language is Language.ZH
        self.desk.language = Language.EN if is_chinese else Language.ZH
        if base.NAME != BoardScreen.NAME:
            self.switch_screen(self._make(base.NAME))
        self.tick()

    def action_leave(self) -> None:
        """Ask once, saying what becomes of the watch, then leave."""
        self.push_screen(LeaveDialog(self.desk), self._left)

    def _left(self, answer: str | None) -> None:
        if answer is not None:
            self.exit()

    async def action_quit(self) -> None:
        """Leave as F10 does: asked once."""
        self.action_leave()

    def action_command_palette(self) -> None:
        """Open the palette in the language of the screens."""
        if self._base() is not None:
            self.push_screen(DutyPalette(self.desk))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Return every action that has a key, with its words."""
        for rule in (*EVERYWHERE, *self._own_keys(screen)):
            yield SystemCommand(
                self.desk.say(rule.words),
                self.desk.say(rule.help),
                lambda action=rule.action, screen=screen: self._run(action, screen),
            )

    def _own_keys(self, screen: Screen[object]) -> tuple[KeyRule, ...]:
        keys = {"board": ON_BOARD, "reports": ON_REPORTS, "log": ON_LOG}
        return keys.get(screen.NAME, ()) if isinstance(screen, DutyScreen) else ()

    async def _run(self, action: str, screen: Screen[object]) -> None:
        space = screen if hasattr(screen, f"action_{action}") else self
        await self.run_action(action, space)

    # Faults

    def _handle_exception(self, error: Exception) -> None:
        """End cleanly after a fault, with a report to the file instead of a screen of values."""
        self.fault = error
        self.desk.record_fault(error)
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._close_messages_no_wait()


def furnish(house: "House") -> ConsoleHouse:
    """Return what the screens need of an installation."""
    from console.board_reading import BoardReader  # noqa: PLC0415  the first picture comes before

    rules = house.rules
    return ConsoleHouse(
        actions=house.actions(),
        reader=BoardReader(
            house.database, house.clock, house.room_key, rules.schedules, rules.plans
        ),
        fault_file=house.installation.log_file.with_name("console-faults.log"),
    )


def open_console(
    opening: "Callable[[], House]", language: Language, *, clock: Clock, log_file: Path
) -> int:
    """Paint the console, open the house behind it, stay until it is left; return the exit status.

    A console that fails is opened again, three times at most; the watch is another process and
    goes on. Raises Refused where the terminal cannot show a console.

    Args:
        opening: Opens the installation and sees to its watch; runs once, in a thread.
        language: The language that the screens begin with.
        clock: The clock that is shown and asked.
        log_file: Takes what libraries log; standard error belongs to the screens.
    """
    check_terminal(os.environ, is_terminal=sys.stdin.isatty() and sys.stderr.isatty())
    _log_to_file(log_file)
    few = has_few_colours(os.environ)
    opened = functools.cache(lambda: furnish(opening()))
    for _ in range(OPENED_AGAIN + 1):
        console = DutyConsole(clock, opened, language, few_colours=few)
        console.run()
        if console.fault is None:
            return 0
        language = console.desk.language
    return 1


def _log_to_file(path: Path) -> None:
    """Send every log record and warning to a file: the screens are drawn on standard error."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    root.addHandler(logging.FileHandler(path, encoding="utf-8", delay=True))
    logging.captureWarnings(capture=True)
