"""Acknowledging the alerts of one line: who took it on, who records it, how it was said."""

from collections.abc import Sequence

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from console.board import OverdueLine, PersonChoice
from console.ui.bar_lines import who_owes
from console.ui.desk import Desk, Doing
from console.ui.messages import PeopleFound
from console.ui.screens.dialog import Dialog
from console.ui.text import Piece
from console.ui.widgets.lines import LineList, LineRow
from console.wording import countdown, obligation_look, when
from records.errors import BadData
from records.language import mark


class AcknowledgeDialog(Dialog):
    """Record that somebody took a line's matters on.

    Enter and a PIN are enough where the present officer takes it on; a name typed at the top
    says who else did, by telephone.
    """

    AUTO_FOCUS = "#pin"

    def __init__(self, desk: Desk, line: OverdueLine) -> None:
        super().__init__(desk)
        self._line = line
        self._people: dict[str, PersonChoice] = {}

    def title_words(self) -> str:
        """Return what the dialog is about."""
        return self.desk.say(mark("确认告警:谁接手"))

    def facts(self) -> Sequence[str]:
        """Return what it is about, since when, and who was told."""
        line, desk = self._line, self.desk
        look = obligation_look(line.state, line.due_at, desk.now(), is_fulfilled=False)
        what = f"{look.said_in(desk.language)} {line.words.said_in(desk.language)}"
        if line.owing[0].owed_by.startswith("unit:"):
            what = f"{what} {who_owes(desk, line)}"
        late = countdown(line.due_at, desk.now(), desk.language).removeprefix("-")
        facts = [desk.say(mark("{what} · 已超 {late}"), what=what, late=late)]
        if line.missing > 1:
            facts.append("、".join(owing.name for owing in line.owing))
        if line.told is not None:
            facts.append(
                desk.say(
                    mark("第{step}阶 · {since}起 · 已告 {people}"),
                    step=line.told.step,
                    since=when(line.told.since, desk.zone, desk.now()),
                    people="、".join(line.told.people) or "—",
                )
            )
        return facts

    def fields(self) -> Sequence[tuple[str, Widget]]:
        """Return who took it on, how, who records it, the PIN."""
        name = Input(
            placeholder=self.desk.say(mark("空 = 操作人本人;输入姓名、拼音或电话尾号")), id="person"
        )
        people = LineList(self.tones, place="people")
        return (
            (self.desk.say(mark("接手人")), name),
            ("", people),
            (self.desk.say(mark("方式")), Input(max_length=200, id="how")),
            self.signer(),
            self.pin(),
        )

    def on_mount(self) -> None:
        """Hide the list of people until somebody is sought."""
        self.query_one("#people").display = False

    @on(Input.Changed, "#person")
    def _seek(self, event: Input.Changed) -> None:
        """Look for people in a worker while the name is typed."""
        typed = event.value.strip()
        self.query_one("#people").display = bool(typed)
        if typed:
            self.run_worker(
                lambda: self._find(typed),
                thread=True,
                exclusive=True,
                group="people",
                exit_on_error=False,
            )

    def _find(self, typed: str) -> None:
        self.post_message(PeopleFound(typed, self.desk.house.reader.people(typed)))

    def on_people_found(self, message: PeopleFound) -> None:
        """Show who may be meant; an answer to what is no longer typed is dropped."""
        if message.typed != self.typed("person").strip():
            return
        self._people = {person.id: person for person in message.people}
        rows = [
            LineRow(
                (
                    Piece(f"{person.name} ", "strong"),
                    Piece(f"{person.body} {person.title} {person.telephone}", "muted"),
                ),
                person.id,
            )
            for person in message.people
        ]
        nobody = LineRow((Piece(self.desk.say(mark("无此人")), "near"),))
        found = self.query_one("#people", LineList)
        found.show(rows or [nobody])
        found.move_to(0)

    @on(Input.Submitted, "#person")
    def _to_pin(self, event: Input.Submitted) -> None:
        """Go on to the PIN: the name alone is not enough."""
        event.stop()
        event.prevent_default()
        self.query_one("#pin").focus()

    def _acknowledger(self) -> str:
        if not self.typed("person").strip():
            signer = self.chosen("signer")
            if signer is None:
                raise BadData(mark("当班无人可操作,请先签到。"))
            return signer
        key = self.query_one("#people", LineList).key
        if not isinstance(key, str):
            raise BadData(mark("请从名单中选定接手人。"))
        return f"person:{key}"

    def doing(self) -> Doing:
        """Return the acknowledgement of every party of the line."""
        signer = self.chosen("signer")
        if signer is None:
            raise BadData(mark("当班无人可操作,请先签到。"))
        taken_by, how, pin = self._acknowledger(), self.typed("how"), self.typed("pin")
        desk, line = self.desk, self._line

        def acknowledge() -> str:
            done = desk.house.actions.acknowledge_alert(
                acknowledged_by=taken_by,
                matters=[owing.obligation_id for owing in line.owing],
                by=signer,
                how=how,
                pin=pin,
            )
            return done.sentence.said_in(desk.language)

        return acknowledge
