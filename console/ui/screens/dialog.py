"""Dialog: what every dialog shares; an act runs in a worker, its answer is one sentence."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, Static

from console.ui.desk import Desk, Doing
from console.ui.keys import IN_DIALOG, bindings
from console.ui.messages import ActDone, ActRefused
from console.ui.palette import tones_of
from console.ui.text import content
from console.ui.widgets.choice import Choice
from console.ui.widgets.lines import LineList
from records.errors import DutyError
from records.language import mark


class Dialog(ModalScreen[str]):
    """A dialog that ends with the sentence of what was done, or with None when it was closed."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(IN_DIALOG[:1])

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.tones = tones_of(few_colours=desk.has_few_colours)
        self._is_acting = False

    # What a dialog says and asks

    def title_words(self) -> str:
        """Return what the dialog is about."""
        return ""

    def facts(self) -> Sequence[str]:
        """Return lines that are only to be read."""
        return ()

    def fields(self) -> Sequence[tuple[str, Widget]]:
        """Return the fields with their names, in order."""
        return ()

    def doing(self) -> Doing:
        """Return the act with what was entered; raises DutyError for what cannot be meant."""
        raise NotImplementedError

    # How it works

    def compose(self) -> ComposeResult:
        """Lay out title, facts, fields, the place of the answer and the keys."""
        with Vertical(id="dialog"):
            yield Static(content(self.title_words()), id="title")
            for line in self.facts():
                yield Static(content(line), classes="fact")
            for name, field in self.fields():
                yield Static(content(name), classes="name")
                yield field
            yield Static(content(""), id="answer")
            yield Static(
                content(self.desk.say(mark("Enter 确定 · Tab 下一栏 · Esc 取消"))), id="hint"
            )

    def signer(self, place: str = "signer") -> tuple[str, Choice]:
        """Return the field that says who acts: those who are present first."""
        options = [
            (f"person:{post.person_id}", f"{post.person} {post.words.said_in(self.desk.language)}")
            for post in self.desk.signers()
        ]
        return self.desk.say(mark("操作人")), Choice(self.tones, options, place=place)

    def pin(self) -> tuple[str, Input]:
        """Return the field of the PIN; what is typed is never shown."""
        return self.desk.say(mark("PIN")), Input(password=True, max_length=12, id="pin")

    def typed(self, place: str) -> str:
        """Return what was typed into a field."""
        return self.query_one(f"#{place}", Input).value

    def chosen(self, place: str) -> str | None:
        """Return what is chosen in a field."""
        return self.query_one(f"#{place}", Choice).value

    def on_input_submitted(self) -> None:
        """Act: Enter in a field is enough."""
        self.act()

    def key_enter(self) -> None:
        """Act from a field that takes no text."""
        if isinstance(self.focused, Choice | LineList) or self.focused is None:
            self.act()

    def act(self) -> None:
        """Hand the act to a worker; a second Enter while it runs does nothing."""
        if self._is_acting:
            return
        try:
            doing = self.doing()
        except DutyError as error:
            self.answer(error.said_in(self.desk.language))
            return
        self._is_acting = True
        self.answer(self.desk.say(mark("正在登记…")), is_fault=False)
        self.run_worker(lambda: self._work(doing), thread=True, group="act", exit_on_error=False)

    def _work(self, doing: Doing) -> None:
        """Run in a thread: one act, one answer."""
        try:
            self.post_message(ActDone(doing()))
        except DutyError as error:
            self.post_message(ActRefused(error.said_in(self.desk.language)))
        except Exception as error:  # noqa: BLE001  one of the four edges: recorded and shown
            self.desk.record_fault(error)
            words = self.desk.say(mark("程序出错,未作登记;已写入故障记录。请再试或用命令行。"))
            self.post_message(ActRefused(words))

    def on_act_done(self, message: ActDone) -> None:
        """Close with the sentence."""
        self.dismiss(message.sentence)

    def on_act_refused(self, message: ActRefused) -> None:
        """Show why; what was entered stays, but for the PIN."""
        self._is_acting = False
        self.answer(message.sentence)
        for field in self.query("#pin").results(Input):
            field.value = ""
            field.focus()

    def answer(self, sentence: str, *, is_fault: bool = True) -> None:
        """Show one sentence in the dialog."""
        place = self.query_one("#answer", Static)
        place.update(content(sentence))
        place.set_class(is_fault, "fault")

    def action_close(self) -> None:
        """Close without doing anything; an act that is under way is waited for."""
        if not self._is_acting:
            self.dismiss(None)
