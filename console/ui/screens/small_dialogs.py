"""The smaller dialogs: judge a finding, a report came in, chase a unit, write the log, leave."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input

from console.board import FindingLine, ReportLine
from console.ui.desk import Desk, Doing
from console.ui.keys import IN_DIALOG, bindings
from console.ui.screens.dialog import Dialog
from console.ui.widgets.choice import Choice
from console.wording import finding_word, lateness, when
from records.errors import BadData
from records.language import mark

JUDGES = ("shift_lead", "shift_lead_b", "duty_leader")


class JudgeDialog(Dialog):
    """Confirm or dismiss a suspected finding, with the reason."""

    AUTO_FOCUS = "#reason"

    def __init__(self, desk: Desk, finding: FindingLine) -> None:
        super().__init__(desk)
        self._finding = finding

    def title_words(self) -> str:
        """Return what the dialog is about."""
        what = finding_word(self._finding.kind, self.desk.language)
        return self.desk.say(mark("认定疑似{what}"), what=what)

    def facts(self) -> Sequence[str]:
        """Return what was found and what the person concerned said."""
        finding, desk = self._finding, self.desk
        late = lateness(finding.late_seconds, desk.language) if finding.late_seconds else ""
        at = when(finding.at, desk.zone, desk.now())
        fact = f"{finding.post.said_in(desk.language)} {finding.person or '—'} {at} {late}"
        said = finding.explanation or desk.say(mark("无"))
        return (fact, desk.say(mark("本人说明:{said}"), said=said))

    def fields(self) -> Sequence[tuple[str, Widget]]:
        """Return the judgement, the reason, who judges, the PIN."""
        desk = self.desk
        judgements = [
            ("confirm", desk.say(mark("认定属实"))),
            ("dismiss", desk.say(mark("不予认定"))),
        ]
        judges = [
            (f"person:{post.person_id}", f"{post.person} {post.words.said_in(desk.language)}")
            for post in desk.signers()
            if post.key in JUDGES
        ]
        return (
            (desk.say(mark("认定")), Choice(self.tones, judgements, place="judgement")),
            (desk.say(mark("理由")), Input(max_length=500, id="reason")),
            (desk.say(mark("认定人")), Choice(self.tones, judges, place="signer")),
            self.pin(),
        )

    def doing(self) -> Doing:
        """Return the judgement with what was entered."""
        signer, reason, pin = self.chosen("signer"), self.typed("reason"), self.typed("pin")
        if signer is None:
            raise BadData(mark("当班没有带班领导,无人可认定。"))
        if not reason.strip():
            raise BadData(mark("请写明理由。"))
        desk, finding = self.desk, self._finding
        is_confirmed = self.chosen("judgement") == "confirm"
        return lambda: desk.house.actions.judge_finding(
            finding=finding.id, confirm=is_confirmed, reason=reason, by=signer, pin=pin
        ).sentence.said_in(desk.language)


class ReceiveDialog(Dialog):
    """Record that a unit's report came in, or its nil return."""

    def __init__(self, desk: Desk, line: ReportLine, *, is_nil: bool) -> None:
        super().__init__(desk)
        self._line = line
        self._is_nil = is_nil

    def title_words(self) -> str:
        """Return what the dialog is about."""
        return self.desk.say(mark("登记零报告") if self._is_nil else mark("登记收到报送"))

    def facts(self) -> Sequence[str]:
        """Return which unit and which report."""
        return report_facts(self.desk, self._line)

    def fields(self) -> Sequence[tuple[str, Widget]]:
        """Return who records it."""
        return (self.signer(),)

    def doing(self) -> Doing:
        """Return the receipt."""
        signer, desk, line, nil = self.chosen("signer"), self.desk, self._line, self._is_nil
        return lambda: desk.house.actions.receive_report(
            unit=f"unit:{line.unit_id}", report=line.report, by=signer, nil=nil
        ).sentence.said_in(desk.language)


class ChaseDialog(Dialog):
    """Record that a unit was chased, what it said and what it promised."""

    AUTO_FOCUS = "#words"

    def __init__(self, desk: Desk, line: ReportLine) -> None:
        super().__init__(desk)
        self._line = line

    def title_words(self) -> str:
        """Return what the dialog is about."""
        return self.desk.say(mark("催报"))

    def facts(self) -> Sequence[str]:
        """Return which unit and which report, and the last chase."""
        facts = [*report_facts(self.desk, self._line)]
        if self._line.chased_at is not None:
            at = when(self._line.chased_at, self.desk.zone, self.desk.now())
            facts.append(
                self.desk.say(mark("上次催报 {at}:{words}"), at=at, words=self._line.chase_words)
            )
        return facts

    def fields(self) -> Sequence[tuple[str, Widget]]:
        """Return what was said, what was promised, who called."""
        return (
            (self.desk.say(mark("对方答复")), Input(max_length=500, id="words")),
            (
                self.desk.say(mark("承诺时间")),
                Input(placeholder="18:30", max_length=5, id="promised"),
            ),
            self.signer(),
        )

    def doing(self) -> Doing:
        """Return the chase with what was entered."""
        words, signer, desk, line = (
            self.typed("words"),
            self.chosen("signer"),
            self.desk,
            self._line,
        )
        if not words.strip():
            raise BadData(mark("请写明对方答复。"))
        promised_at = promised(self.typed("promised"), desk)
        return lambda: desk.house.actions.chase_report(
            unit=f"unit:{line.unit_id}",
            report=line.report,
            words=words,
            by=signer,
            promised_at=promised_at,
        ).sentence.said_in(desk.language)


class NoteDialog(Dialog):
    """Write a line into the duty log."""

    AUTO_FOCUS = "#note"

    def title_words(self) -> str:
        """Return what the dialog is about."""
        return self.desk.say(mark("记入值班日志"))

    def fields(self) -> Sequence[tuple[str, Widget]]:
        """Return the words and who writes them."""
        return ((self.desk.say(mark("内容")), Input(max_length=2000, id="note")), self.signer())

    def doing(self) -> Doing:
        """Return the entry with what was entered."""
        note, signer, desk = self.typed("note"), self.chosen("signer"), self.desk
        return lambda: desk.house.actions.add_log(text=note, by=signer).sentence.said_in(
            desk.language
        )


class LeaveDialog(Dialog):
    """Ask once before leaving, and say what becomes of the watch."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(IN_DIALOG[:1]),
        Binding("f10,ctrl+q", "leave", show=False),
    ]

    def title_words(self) -> str:
        """Return what the dialog is about."""
        return self.desk.say(mark("离开值守台?"))

    def facts(self) -> Sequence[str]:
        """Return what becomes of the watch."""
        board = self.desk.board
        words = (
            mark("样例值班室:值守程序随值守台结束。")
            if board is not None and board.room.is_sample
            else mark("值守程序继续运行,告警照常发出。")
        )
        return (self.desk.say(words),)

    def act(self) -> None:
        """Leave; nothing is written."""
        self.dismiss("leave")

    def action_leave(self) -> None:
        """Leave: the same key twice is enough."""
        self.act()


def report_facts(desk: Desk, line: ReportLine) -> list[str]:
    """Return which unit owes which report by when."""
    due = when(line.due_at, desk.zone, desk.now())
    return [
        f"{line.unit} · {line.words.said_in(desk.language)}",
        desk.say(mark("时限 {due}"), due=due),
    ]


def promised(typed: str, desk: Desk) -> datetime | None:
    """Return the next instant at which the room's clocks show what was typed; None for nothing."""
    words = typed.strip().replace("：", ":").replace("点", ":")
    if not words:
        return None
    hour, colon, minute = words.partition(":")
    if not colon and words.isdecimal() and len(words) == len("1830"):
        hour, minute = words[:2], words[2:]
    local = desk.now().astimezone(desk.zone)
    try:
        at = local.replace(hour=int(hour), minute=int(minute or "0"), second=0, microsecond=0)
    except ValueError:
        raise BadData(mark("承诺时间“{typed}”应写作 18:30。"), typed=typed) from None
    return (at if at > local else at + timedelta(days=1)).astimezone(UTC)
