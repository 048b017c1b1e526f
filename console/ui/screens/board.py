"""The board (F2): overdue first, then what is due, who is here, whether the watch is well."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from console.board import Board, FindingLine, OverdueLine
from console.ui import board_rows
from console.ui.keys import ON_BOARD, bindings
from console.ui.screens.acknowledge import AcknowledgeDialog
from console.ui.screens.duty_screen import DutyScreen
from console.ui.screens.sign_in import SignInDialog
from console.ui.screens.small_dialogs import JudgeDialog
from console.ui.text import content
from console.ui.widgets.lines import LineList
from records.language import mark

PANELS: tuple[tuple[str, board_rows.Rows], ...] = (
    ("matters", board_rows.matter_rows),
    ("due", board_rows.due_rows),
    ("posts", board_rows.post_rows),
    ("health", board_rows.health_rows),
    ("latest", board_rows.log_rows),
)
ONLY_READ = ("health", "latest")


class BoardScreen(DutyScreen):
    """The main screen."""

    NAME = "board"
    AUTO_FOCUS = "#matters"
    BINDINGS: ClassVar[list[BindingType]] = bindings(ON_BOARD)

    def body(self) -> ComposeResult:
        """Lay out the panels; the style sheet places them by the size of the screen."""
        with Container(id="board"):
            for place, _ in PANELS:
                panel = LineList(self.tones, place=place, can_focus=place not in ONLY_READ)
                panel.add_class("panel")
                yield panel

    def draw(self) -> None:
        """Draw all panels from the board."""
        desk, board = self.desk, self.desk.board
        for (place, rows), title in zip(PANELS, board_rows.titles(desk, board), strict=True):
            panel = self.query_one(f"#{place}", LineList)
            panel.border_title = content(title)
            if board is not None:
                cells = panel.scrollable_content_region.width
                panel.show(rows(desk, board, cells), is_stale=desk.is_stale)
        alarms = bool(board and board.open_alerts)
        self.query_one("#matters").set_class(alarms, "alarming")
        self.query_one("#matters", LineList).border_subtitle = content(
            desk.say(mark("Enter 确认 · Tab 换栏"))
        )

    def on_line_list_chosen(self, message: LineList.Chosen) -> None:
        """Open what the chosen row asks for."""
        self._open(message.key)

    def action_acknowledge(self) -> None:
        """Open what the row under the cursor of the first panel asks for."""
        self._open(self.query_one("#matters", LineList).key)

    def _open(self, key: object) -> None:
        board = self.desk.board
        match key:
            case ("overdue", int(number)) if board is not None:
                self._open_overdue(_overdue(board, number))
            case ("finding", int(number)) if board is not None:
                finding = _finding(board, number)
                if finding is not None:
                    self._ask(JudgeDialog(self.desk, finding))
            case ("post", str(post_key)):
                self._ask(SignInDialog(self.desk, post_key))
            case _:
                pass

    def _open_overdue(self, line: OverdueLine | None) -> None:
        if line is None:
            return
        if line.acknowledged_at is None:
            self._ask(AcknowledgeDialog(self.desk, line))
            return
        words = self.desk.say(mark("{person}已接手,尚未办结。"), person=line.acknowledged_by or "")
        self.notify(words, markup=False)

    def _ask(self, dialog: AcknowledgeDialog | JudgeDialog | SignInDialog) -> None:
        self.app.push_screen(dialog, self._done)

    def _done(self, sentence: str | None) -> None:
        if sentence:
            self.notify(content(sentence).plain, markup=False)


def _overdue(board: Board, number: int) -> OverdueLine | None:
    for line in board.overdue:
        if any(owing.obligation_id == number for owing in line.owing):
            return line
    return None


def _finding(board: Board, number: int) -> FindingLine | None:
    return next((finding for finding in board.findings if finding.id == number), None)
