"""Help (F1): every key, in the language of the screens."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from console.ui.desk import Desk
from console.ui.keys import EVERYWHERE, ON_BOARD, ON_LOG, ON_REPORTS, PALETTE, KeyRule
from console.ui.palette import tones_of
from console.ui.text import Piece, content, fit
from console.ui.widgets.lines import LineList, LineRow
from records.language import mark

SHOWN = {
    "question_mark": "?",
    "slash": "/",
    "ctrl+left": "Ctrl+←",
    "ctrl+right": "Ctrl+→",
    "left": "←",
    "right": "→",
    "ctrl+home": "Ctrl+Home",
}


class HelpScreen(ModalScreen[None]):
    """All keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,f1,enter", "close", show=False)]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def compose(self) -> ComposeResult:
        """Lay out the list."""
        with Vertical(id="dialog", classes="tall"):
            panel = LineList(tones_of(few_colours=self.desk.has_few_colours), place="help")
            panel.border_title = content(self.desk.say(mark("帮助 · Esc 关闭")))
            yield panel

    def on_mount(self) -> None:
        """Show the keys."""
        self.query_one("#help", LineList).show(self._rows())

    def _rows(self) -> list[LineRow]:
        say = self.desk.say
        parts: tuple[tuple[str, tuple[KeyRule, ...]], ...] = (
            (say(mark("各处通用")), (*EVERYWHERE, PALETTE)),
            (say(mark("总览 F2")), ON_BOARD),
            (say(mark("报送 F4")), ON_REPORTS),
            (say(mark("日志 F7")), ON_LOG),
        )
        rows = []
        for heading, rules in parts:
            rows.append(LineRow((Piece(heading, "strong"),)))
            rows += [self._row(rule) for rule in rules]
        closing = (
            mark("●○ 随值守程序的心跳闪动;超过15秒无心跳,顶栏变红。"),
            mark("▲ 迟,■ 漏,△ 30分钟内到时;未确认的整行反白为红。"),
            mark("所有操作也可用命令行:duty --help。"),
        )
        rows += [LineRow((Piece(say(words), "muted"),)) for words in closing]
        return rows

    def _row(self, rule: KeyRule) -> LineRow:
        keys = [SHOWN.get(key, key.title() if len(key) > 1 else key) for key in rule.keys]
        shown = " ".join(dict.fromkeys([rule.shown, *keys]))
        return LineRow((Piece(f"  {fit(shown, 26)} ", "key"), Piece(self.desk.say(rule.help))))

    def action_close(self) -> None:
        """Close."""
        self.dismiss(None)
