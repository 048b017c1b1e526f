"""Every key of the console in one table: its id, its keys, what it does, how it is called."""

from dataclasses import dataclass

from textual.binding import Binding, BindingType

from records.language import mark


@dataclass(frozen=True, slots=True)
class KeyRule:
    """One action and its keys; the first is the one that is shown."""

    id: str
    keys: tuple[str, ...]
    shown: str
    action: str
    words: str  # short, for the bar at the foot
    help: str

    def binding(self) -> Binding:
        """Return what Textual wants to know; words are translated where they are shown."""
        return Binding(",".join(self.keys), self.action, self.words, id=self.id, show=False)


# The same order at the foot of every screen. Ctrl+A and Ctrl+B stay free for screen and tmux.
EVERYWHERE = (
    KeyRule("help", ("f1", "question_mark"), "F1", "help", mark("帮助"), mark("打开本页")),
    KeyRule("board", ("f2",), "F2", "board", mark("总览"), mark("总览:在岗、超时、将到、邮路")),
    KeyRule("sign_in", ("f3", "s"), "F3", "sign_in", mark("签到"), mark("在岗位签到,须输入PIN")),
    KeyRule("reports", ("f4",), "F4", "reports", mark("报送"), mark("例行报送:登记、零报告、催报")),
    KeyRule(
        "add_log", ("f6", "ctrl+n", "n"), "F6", "add_log", mark("记事"), mark("在值班日志记一条")
    ),
    KeyRule("log", ("f7",), "F7", "log", mark("日志"), mark("值班日志:翻页、查找")),
    KeyRule("mails", ("f8",), "F8", "mails", mark("邮件"), mark("邮件:被拒和延迟的在前")),
    KeyRule("language", ("f9", "ctrl+l"), "F9", "language", "中/EN", mark("中文与英文切换")),
    KeyRule("leave", ("f10", "ctrl+q"), "F10", "leave", mark("退出"), mark("离开值守台")),
)
PALETTE = KeyRule(
    "palette", ("ctrl+p",), "Ctrl+P", "command_palette", mark("命令"), mark("按名称查找操作")
)

ON_BOARD = (
    KeyRule(
        "acknowledge",
        ("ctrl+k", "a"),
        "Enter",
        "acknowledge",
        mark("确认"),
        mark("确认光标所在的告警:谁接手、谁操作、PIN"),
    ),
)
ON_REPORTS = (
    KeyRule(
        "receive", ("ctrl+r",), "Enter", "receive", mark("收到"), mark("登记光标所在单位已报送")
    ),
    KeyRule("nil_return", ("f5", "0"), "F5", "nil_return", mark("零报告"), mark("登记为零报告")),
    KeyRule(
        "chase",
        ("ctrl+t", "c"),
        "Ctrl+T",
        "chase",
        mark("催报"),
        mark("记录催报:对方的话、承诺时间"),
    ),
    KeyRule(
        "filter", ("ctrl+f", "slash"), "/", "filter", mark("查找"), mark("按单位名称或拼音查找")
    ),
    KeyRule(
        "day_before",
        ("ctrl+left", "left"),
        "←",
        "day_before",
        mark("前一日"),
        mark("看前一日的报送"),
    ),
    KeyRule(
        "day_after",
        ("ctrl+right", "right"),
        "→",
        "day_after",
        mark("后一日"),
        mark("看后一日的报送"),
    ),
)
ON_LOG = (
    KeyRule(
        "search", ("ctrl+f", "slash"), "/", "search", mark("查找"), mark("在日志中查找,两字起")
    ),
    KeyRule("newest", ("ctrl+home", "g"), "Home", "newest", mark("最新"), mark("回到最新一条")),
)
IN_DIALOG = (
    KeyRule("close", ("escape",), "Esc", "close", mark("取消"), mark("关闭,不作任何记录")),
    KeyRule("next", ("tab",), "Tab", "next", mark("下一项"), mark("到下一栏")),
)
ALL = (*EVERYWHERE, PALETTE, *ON_BOARD, *ON_REPORTS, *ON_LOG)


def bindings(rules: tuple[KeyRule, ...]) -> list[BindingType]:
    """Return the bindings of some keys."""
    return [rule.binding() for rule in rules]
