"""The report board (F4): a day's routine reports, received, chased, owed."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Input, Static

from console.board import ReportBoard, ReportLine
from console.ui.desk import Desk
from console.ui.keys import ON_REPORTS, bindings
from console.ui.messages import ReadFailed, ReportsRead
from console.ui.report_rows import is_owed, report_rows
from console.ui.screens.duty_screen import DutyScreen
from console.ui.screens.small_dialogs import ChaseDialog, ReceiveDialog
from console.ui.text import content
from console.ui.widgets.lines import LineList
from console.wording import day
from records.errors import DutyError
from records.language import mark


class ReportsScreen(DutyScreen):
    """A day's routine reports."""

    NAME = "reports"
    AUTO_FOCUS = "#reports"
    BINDINGS: ClassVar[list[BindingType]] = bindings(ON_REPORTS)

    def __init__(self, desk: Desk, tones: Mapping[str, Style]) -> None:
        super().__init__(desk, tones)
        self._reports: ReportBoard | None = None
        self._days_back = 0
        self._is_settled = False

    def body(self) -> ComposeResult:
        """Lay out the list, the field of the filter, the keys of this screen."""
        panel = LineList(self.tones, place="reports")
        panel.add_class("panel")
        yield panel
        yield Input(placeholder=self.desk.say(mark("单位名称、拼音或首字母")), id="filter")
        keys = mark("Enter 收到 · F5 零报告 · Ctrl+T 催报 · / 查找 · ←→ 换日 · Esc 清除查找")
        yield Static(content(" " + self.desk.say(keys)), id="hint")

    def on_mount(self) -> None:
        """Read the day."""
        self.query_one("#filter").display = False
        super().on_mount()
        self._read()

    def board_changed(self) -> None:
        """Read the day again: something was recorded."""
        super().board_changed()
        self._read()

    def _read(self) -> None:
        self.run_worker(
            self._fetch, thread=True, exclusive=True, group="reports", exit_on_error=False
        )

    def _fetch(self) -> None:
        back = self._days_back
        try:
            self.post_message(ReportsRead(self.desk.house.reader.reports(days_back=back), back))
        except DutyError as error:
            self.app.post_message(ReadFailed(error.said_in(self.desk.language)))

    def on_reports_read(self, message: ReportsRead) -> None:
        """Show the day, if it is still the one that is wanted."""
        if message.days_back == self._days_back:
            self._reports = message.board
            self.redraw()
            self._is_settled = False

    def draw(self) -> None:
        """Draw the rows."""
        desk, panel = self.desk, self.query_one("#reports", LineList)
        shown = desk.now() - timedelta(days=self._days_back)
        title = desk.say(mark("例行报送 {day}"), day=day(shown, desk.zone, desk.language))
        if self._reports is None:
            panel.border_title = content(f"{title} {desk.say(mark('…载入'))}")
            return
        lines = self._reports.lines
        owed = sum(is_owed(line) for line in lines)
        counts = desk.say(
            mark("应报 {all} 已报 {received}"), all=len(lines), received=len(lines) - owed
        )
        panel.border_title = content(f"{title} · {counts}")
        cells = panel.scrollable_content_region.width
        rows = report_rows(desk, self._reports, cells, self.query_one("#filter", Input).value)
        is_first = panel.count() == 0
        panel.show(rows, is_stale=desk.is_stale, follows=not self._is_settled)
        if is_first or panel.key is None:
            first = next((n for n, row in enumerate(rows) if row.key is not None), 0)
            panel.move_to(first)

    def action_filter(self) -> None:
        """Open the field of the filter."""
        field = self.query_one("#filter", Input)
        field.display = True
        field.focus()

    @on(Input.Changed, "#filter")
    def _filter(self) -> None:
        self.draw()

    @on(Input.Submitted, "#filter")
    def _filtered(self) -> None:
        self.query_one("#reports").focus()

    def key_escape(self) -> None:
        """Clear the filter."""
        field = self.query_one("#filter", Input)
        field.value = ""
        field.display = False
        self.query_one("#reports").focus()
        self.draw()

    def action_day_before(self) -> None:
        """Show the day before."""
        self._turn(1)

    def action_day_after(self) -> None:
        """Show the day after, up to tomorrow."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        self._days_back = max(-1, self._days_back + by)
        self._reports = None
        self.query_one("#reports", LineList).show(())
        self.draw()
        self._read()

    def _line(self) -> ReportLine | None:
        key = self.query_one("#reports", LineList).key
        lines = self._reports.lines if self._reports else ()
        return next((line for line in lines if line.obligation_id == key), None)

    def on_line_list_chosen(self) -> None:
        """Record that the report under the cursor came in."""
        self.action_receive()

    def action_receive(self) -> None:
        """Record that the report under the cursor came in."""
        self._receive(is_nil=False)

    def action_nil_return(self) -> None:
        """Record that a nil return came in."""
        self._receive(is_nil=True)

    def _receive(self, *, is_nil: bool) -> None:
        line = self._owed_line()
        if line is not None:
            self.app.push_screen(ReceiveDialog(self.desk, line, is_nil=is_nil), self._settled)

    def action_chase(self) -> None:
        """Record that the unit under the cursor was chased."""
        line = self._owed_line()
        if line is not None:
            self.app.push_screen(ChaseDialog(self.desk, line), self._done)

    def _owed_line(self) -> ReportLine | None:
        """Return the line under the cursor; what came in already is said, not asked."""
        line = self._line()
        if line is None or is_owed(line):
            return line
        self.notify(self.desk.say(mark("此项已报送,不必再登记。")), markup=False)
        return None

    def _settled(self, sentence: str | None) -> None:
        """After a receipt the cursor stays where it is: the next owed row comes to it."""
        self._is_settled = bool(sentence)
        self._done(sentence)

    def _done(self, sentence: str | None) -> None:
        if sentence:
            self.notify(content(sentence).plain, markup=False)
            self._read()
