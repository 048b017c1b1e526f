"""The mails (F8): refused and delayed ones first, with the words of the one under the cursor."""

from collections.abc import Mapping
from typing import ClassVar

from rich.style import Style
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from console.board import MailLine
from console.ui.desk import Desk
from console.ui.messages import MailsRead, MailTextRead, ReadFailed
from console.ui.screens.duty_screen import DutyScreen
from console.ui.text import Piece, content, fit, wrapped
from console.ui.widgets.lines import LineList, LineRow
from console.wording import CALM, DONE, mail_look, when
from records.errors import DutyError
from records.language import Language, mark


class MailsScreen(DutyScreen):
    """Recent mails and their words."""

    NAME = "mails"
    AUTO_FOCUS = "#mails"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, desk: Desk, tones: Mapping[str, Style]) -> None:
        super().__init__(desk, tones)
        self._mails: tuple[MailLine, ...] | None = None
        self._text: tuple[int, str] = (0, "")

    def body(self) -> ComposeResult:
        """Lay out the list and the words."""
        with Container(id="mail-panes"):
            for place in ("mails", "mail-text"):
                panel = LineList(self.tones, place=place)
                panel.add_class("panel")
                yield panel

    def on_mount(self) -> None:
        """Read the mails."""
        super().on_mount()
        self._read()

    def board_changed(self) -> None:
        """Read the mails again: something was recorded."""
        super().board_changed()
        self._read()

    def _read(self) -> None:
        self.run_worker(
            self._fetch, thread=True, exclusive=True, group="mails", exit_on_error=False
        )

    def _fetch(self) -> None:
        try:
            self.post_message(MailsRead(self.desk.house.reader.mails()))
        except DutyError as error:
            self.app.post_message(ReadFailed(error.said_in(self.desk.language)))

    def on_mails_read(self, message: MailsRead) -> None:
        """Show the mails."""
        self._mails = message.mails
        self.redraw()
        self._read_text()

    def _selected(self) -> MailLine | None:
        key = self.query_one("#mails", LineList).key
        return next((mail for mail in self._mails or () if mail.id == key), None)

    def _read_text(self) -> None:
        mail = self._selected()
        if mail is not None:
            self.run_worker(
                lambda: self._fetch_text(mail.id),
                thread=True,
                exclusive=True,
                group="mail-text",
                exit_on_error=False,
            )

    def _fetch_text(self, mail_id: int) -> None:
        try:
            self.post_message(MailTextRead(mail_id, self.desk.house.reader.mail_text(mail_id)))
        except DutyError as error:
            self.app.post_message(ReadFailed(error.said_in(self.desk.language)))

    def on_mail_text_read(self, message: MailTextRead) -> None:
        """Show the words of the mail under the cursor."""
        self._text = (message.mail_id, message.text)
        self.query_one("#mail-text", LineList).move_to(0)
        self.redraw()

    def on_line_list_moved(self, message: LineList.Moved) -> None:
        """Read the words of the mail that the cursor came to."""
        if message.lines.id == "mails":
            self._read_text()

    def draw(self) -> None:
        """Draw the list and the words."""
        desk = self.desk
        panel, pane = self.query_one("#mails", LineList), self.query_one("#mail-text", LineList)
        mails = self._mails
        count = desk.say(mark("…载入")) if mails is None else str(len(mails))
        panel.border_title = content(desk.say(mark("邮件 {count}"), count=count))
        cells = panel.scrollable_content_region.width
        rows = [self._row(mail, cells) for mail in mails or ()]
        none = LineRow((Piece(desk.say(mark(" 无")), "muted"),))
        panel.show(rows or [none], is_stale=desk.is_stale)
        mail = self._selected()
        pane.border_title = content(mail.subject if mail else desk.say(mark("正文")))
        pane.show(self._words(mail, pane.scrollable_content_region.width))

    def _row(self, mail: MailLine, cells: int) -> LineRow:
        look = mail_look(mail)
        head = fit(look.said_in(self.desk.language), 8 if self._is_chinese() else 10)
        at = fit(when(mail.at, self.desk.zone, self.desk.now()), 11)
        tries = f"×{mail.attempts}" if mail.attempts > 1 else ""
        name = fit(mail.recipient, 10 if cells < 100 else 20)  # noqa: PLR2004
        subject = mail.subject or self.desk.say(mark("(尚未成文)"))
        reply = "" if look.tone in (DONE, CALM) else f" {mail.last_reply}"
        return LineRow(
            (
                Piece(f"{head} ", "" if look.tone == CALM else _tone(look.tone)),
                Piece(f"{at} ", "muted"),
                Piece(f"{name} ", "strong"),
                Piece(subject),
                Piece(f" {tries}{reply}", "near"),
            ),
            mail.id,
        )

    def _is_chinese(self) -> bool:
        return self.desk.language is Language.ZH

    def _words(self, mail: MailLine | None, cells: int) -> list[LineRow]:
        if mail is None:
            return []
        desk = self.desk
        facts = [
            desk.say(
                mark("收件 {name} <{address}>"),
                name=mail.recipient,
                address=mail.address or desk.say(mark("未定")),
            ),
            desk.say(
                mark("{state} · 第{attempts}次 · {reply}"),
                state=mail_look(mail).said_in(desk.language),
                attempts=mail.attempts,
                reply=mail.last_reply or "—",
            ),
            "",
        ]
        words = self._text[1] if self._text[0] == mail.id else desk.say(mark("…载入"))
        rows = [LineRow((Piece(fact, "muted"),)) for fact in facts]
        return rows + [LineRow((Piece(line),)) for line in wrapped(words, cells)]


def _tone(tone: str) -> str:
    return "serious" if tone == "overdue" else tone
