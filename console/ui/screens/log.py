"""The duty log (F7): the whole of it, by pages, and what a search finds."""

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

from console.ui.desk import Desk
from console.ui.keys import ON_LOG, bindings
from console.ui.messages import LogPageRead, ReadFailed
from console.ui.screens.duty_screen import DutyScreen
from console.ui.text import Line, Piece, content, fit, wrapped
from console.ui.widgets.lines import LineList
from console.ui.widgets.log_list import PAGE, LogList
from records.errors import DutyError
from records.language import mark

if TYPE_CHECKING:
    from records.duty_log import Recorded


class _WordedLog(LogList):
    """The log in the words of the screen's language and zone."""

    def __init__(self, desk: Desk, *args: object) -> None:
        tones, loading = args
        assert isinstance(tones, dict)
        super().__init__(tones, str(loading), place="entries")
        self._desk = desk

    def line_of(self, entry: "Recorded") -> Line:
        """Return number, time and words of an entry."""
        local = entry.at.astimezone(self._desk.zone)
        is_narrow = self.scrollable_content_region.width < 110  # noqa: PLR2004
        at = local.strftime("%m-%d %H:%M:%S" if is_narrow else "%Y-%m-%d %H:%M:%S")
        words = entry.said_in(self._desk.language)
        number = fit(f"{entry.seq:,}", 9)
        return (Piece(f"{number} ", "muted"), Piece(f"{at} ", "info"), Piece(words))


class LogScreen(DutyScreen):
    """The duty log."""

    NAME = "log"
    AUTO_FOCUS = "#entries"
    BINDINGS: ClassVar[list[BindingType]] = bindings(ON_LOG)

    def body(self) -> ComposeResult:
        """Lay out the list, the field of the search, the entry under the cursor."""
        panel = _WordedLog(self.desk, dict(self.tones), self.desk.say(mark("…载入")))
        panel.add_class("panel")
        yield panel
        yield Static(content(""), id="detail")
        yield Input(placeholder=self.desk.say(mark("查找,两字起;Esc 取消")), id="sought")
        keys = mark("/ 查找 · ↑↓ PgUp PgDn Home End · F6 记事 · Esc 清除查找")
        yield Static(content(" " + self.desk.say(keys)), id="hint")

    @property
    def entries(self) -> LogList:
        """Return the list."""
        return self.query_one("#entries", LogList)

    @property
    def sought(self) -> str:
        """Return what is searched for."""
        return self.query_one("#sought", Input).value.strip()

    def on_mount(self) -> None:
        """Show the newest page."""
        self.query_one("#sought").display = False
        super().on_mount()
        self.board_changed()

    def board_changed(self) -> None:
        """Take in that the log has grown."""
        if self.desk.token is not None:
            self.entries.follow(self.desk.token.seq)
        super().board_changed()

    def draw(self) -> None:
        """Draw the title and the entry under the cursor."""
        panel = self.entries
        panel.is_stale = self.desk.is_stale
        title = self.desk.say(mark("值班日志 {count} 条"), count=f"{panel.head:,}")
        if self.sought:
            found = self.desk.say(
                mark("查找“{sought}” 命中 {count}"), sought=self.sought, count=panel.count()
            )
            title = f"{title} · {found}"
        panel.border_title = content(title)
        panel.refresh()
        self._show_entry()

    def _show_entry(self) -> None:
        panel = self.entries
        entry = panel.entry(panel.cursor) if panel.cursor < panel.count() else None
        words = "" if entry is None else self._words_of(entry)
        self.query_one("#detail", Static).update(content(words, lines=True), layout=False)

    def _words_of(self, entry: "Recorded") -> str:
        lines = wrapped(entry.said_in(self.desk.language), max(20, self.size.width - 2))[:3]
        return "\n".join([*lines, f"{entry.operator} {entry.act} {entry.hash[:16]}"])

    def on_line_list_moved(self, _message: LineList.Moved) -> None:
        """Show the entry that the cursor came to."""
        self._show_entry()

    def on_log_list_wanted(self, message: LogList.Wanted) -> None:
        """Load a page by worker."""
        sought = self.sought
        self.run_worker(
            lambda: self._fetch(message.before_seq, sought),
            thread=True,
            group="log",
            exit_on_error=False,
        )

    def _fetch(self, before_seq: int | None, sought: str) -> None:
        try:
            page = self.desk.house.reader.log_page(before_seq=before_seq, sought=sought, limit=PAGE)
            self.post_message(LogPageRead(page, before_seq, sought))
        except DutyError as error:
            self.app.post_message(ReadFailed(error.said_in(self.desk.language)))

    def on_log_page_read(self, message: LogPageRead) -> None:
        """Show a page, if it is still the one that is wanted."""
        if message.sought != self.sought:
            return
        is_more = len(message.page.entries) >= PAGE
        if not message.sought:
            if message.before_seq is not None:
                self.entries.keep(message.page.entries, message.before_seq)
        elif message.before_seq is None:
            self.entries.show_found(message.page.entries, is_more=is_more)
        else:
            self.entries.add_found(message.page.entries, is_more=is_more)
        self.draw()

    def action_search(self) -> None:
        """Open the field of the search."""
        field = self.query_one("#sought", Input)
        field.display = True
        field.focus()

    @on(Input.Submitted, "#sought")
    def _search(self) -> None:
        sought = self.sought
        self.entries.focus()
        if not sought:
            self.key_escape()
            return
        self.run_worker(
            lambda: self._fetch(None, sought),
            thread=True,
            exclusive=True,
            group="search",
            exit_on_error=False,
        )

    def key_escape(self) -> None:
        """Show the whole log again."""
        field = self.query_one("#sought", Input)
        field.value = ""
        field.display = False
        self.entries.show_found(None)
        self.entries.focus()
        self.board_changed()

    def action_newest(self) -> None:
        """Go back to the newest entry."""
        self.entries.move_to(0)
