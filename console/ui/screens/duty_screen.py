"""DutyScreen: what every screen has: the bars, the tick, keys typed in full width."""

import unicodedata
from collections.abc import Mapping
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from console.ui.desk import Desk
from console.ui.widgets.bars import AlarmLine, Bar, KeyBar, TopBar, TruthLine
from records.language import mark

FULL_WIDTH = range(0xFF01, 0xFF5F)


class DutyScreen(Screen[None]):
    """A screen with the bars; below its least size it shows one truth only."""

    NAME: ClassVar[str] = ""

    def __init__(self, desk: Desk, tones: Mapping[str, Style]) -> None:
        super().__init__()
        self.desk = desk
        self.tones = tones

    def compose(self) -> ComposeResult:
        """Lay out the bars around the body."""
        with Vertical(id="whole"):
            yield TopBar(self.desk, self.tones, place="top")
            yield AlarmLine(self.desk, self.tones, place="alarm")
            yield from self.body()
            yield KeyBar(self.desk, self.tones, place="keys")
        yield TruthLine(self.desk, self.tones, place="truth")

    def body(self) -> ComposeResult:
        """Lay out what is the screen's own."""
        yield from ()

    def on_mount(self) -> None:
        """Draw what is known already."""
        self.tick()

    def tick(self) -> None:
        """Draw everything that moves with the time; nothing is read."""
        for bar in self.query(Bar):
            bar.refresh()
        self.draw()

    def draw(self) -> None:
        """Draw the screen's own rows from what it has."""

    def redraw(self) -> None:
        """Draw now, and again once the panels have the sizes that this leads to."""
        self.draw()
        self.call_after_refresh(self.draw)

    def on_resize(self) -> None:
        """Draw in the new size."""
        self.redraw()

    def board_changed(self) -> None:
        """Take in that a new board was read."""
        self.tick()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Record and show what a reading worker could not do; the screen goes on."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            self.desk.record_fault(error)
            words = mark("读取出错:{reason},已写入故障记录。")
            self.desk.trouble = self.desk.say(words, reason=type(error).__name__)

    async def on_key(self, event: events.Key) -> None:
        """Treat a key typed in full width, as an input method gives it, as its plain one."""
        plain = _plain_key(event)
        if plain is not None:
            event.stop()
            found = self.active_bindings.get(plain)
            if found is not None and found.enabled:
                await self.app.run_action(found.binding.action, found.node)


def _plain_key(event: events.Key) -> str | None:
    """Return the key that was meant by one in full width; None for any other."""
    if event.key.startswith("fullwidth_"):
        return event.key.removeprefix("fullwidth_").replace("solidus", "slash")
    character = event.character
    if character is None or len(character) != 1 or ord(character) not in FULL_WIDTH:
        return None
    return unicodedata.normalize("NFKC", character).lower()
