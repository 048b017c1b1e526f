"""What an operator can do: one action, one instant, one transaction.

The same methods serve the screens, the commands and the replay.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from console.parties import (
    holder_of,
    operator_of,
    person_behind,
    require_post,
    require_unit,
    signing_in,
)
from plans import alerts
from plans.mail_states import Stage
from plans.rules import PlanRules
from records.act import Act
from records.clean_text import clean
from records.clock import Clock
from records.database import Database
from records.duty_log import Entry, append
from records.errors import BadData, NotAuthorised
from records.language import Sentence, mark
from records.names import party_names
from records.signing import PinAnswer, PinRules, Signing, refusal
from schedules import routine_reports
from schedules.findings import Judged, explain, judge
from schedules.rules import ScheduleRules
from schedules.shifts import OnDuty, on_duty
from schedules.sign_in import place_for, sign_in, sign_out

LONGEST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Done:
    """What an action did, as a sentence for the operator, and the rows it concerned."""

    sentence: Sentence
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """All catalogues that the actions go by."""

    schedules: ScheduleRules
    plans: PlanRules
    pins: PinRules


class Actions:
    """The operator's acts in one room."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        room_key: str,
        rules: Rules,
        signing: Signing,
        *,
        after: Callable[[], None] = lambda: None,
    ) -> None:
        """Take what acts need; `after` is called when one is committed, to wake the watch."""
        self._database = database
        self._clock = clock
        self._room_key = room_key
        self._rules = rules
        self._signing = signing
        self._after = after

    def sign_in(
        self, *, by: str, post: str | None = None, pin: str | None = None, reason: str = ""
    ) -> Done:
        """Sign a person in at a post, and tell those who were told that it is over.

        `by` is a post (its shift's holder) or a person; `post` is needed only where a person the
        roster does not name takes a post (a suspected 替岗).
        """
        with self._act() as (session, bare):
            person_id = signing_in(session, bare, self._rules.schedules, by)
            place = self._place(session, bare, by, post, person_id)
            act = Act(bare.room_key, bare.at, f"person:{person_id}")
            self._sign(session, act, person_id, pin)
            done = sign_in(session, act, place, person_id, clean(reason))
            if done.obligation_id is not None:
                self._over(session, act, [done.obligation_id])
            late = int(done.late_seconds)
            words = (
                mark("{person}已在{post}签到,迟到{minutes}分{seconds}秒,疑似误岗待认定。")
                if late
                else mark("{person}已在{post}签到。")
            )
            return Done(
                Sentence(
                    words,
                    {
                        "person": self._name(session, f"person:{person_id}"),
                        "post": self._rules.schedules.post_words(done.post_key),
                        "minutes": late // 60,
                        "seconds": late % 60,
                    },
                )
            )

    def _place(
        self, session: Session, act: Act, by: str, post: str | None, person_id: str
    ) -> OnDuty:
        rules = self._rules.schedules
        if by.startswith("post:"):
            return place_for(session, act, rules, post_key=by.removeprefix("post:"))
        if post is None:
            return place_for(session, act, rules, person_id=person_id)
        key = post.removeprefix("post:")
        require_post(session, act.room_key, key)
        named = [
            place
            for place in on_duty(
                session, act.room_key, act.at + rules.obligations["sign_in"].opens_before, act.at
            )
            if place.post_key == key and place.person_id == person_id
        ]
        return named[0] if named else place_for(session, act, rules, post_key=key)

    def sign_out(self, *, by: str, pin: str | None = None) -> Done:
        """Sign a person out of the post they are signed in at."""
        with self._act() as (session, bare):
            person_id = person_behind(session, bare, by)
            act = Act(bare.room_key, bare.at, f"person:{person_id}")
            self._sign(session, act, person_id, pin)
            post_key = sign_out(session, act, person_id)
            return Done(
                Sentence(
                    mark("{person}已从{post}签退。"),
                    {
                        "person": self._name(session, f"person:{person_id}"),
                        "post": self._rules.schedules.post_words(post_key),
                    },
                )
            )

    def receive_report(
        self, *, unit: str, report: str, by: str | None = None, nil: bool = False
    ) -> Done:
        """Record that a unit's routine report has come in; tell those who were told of it."""
        with self._act(by) as (session, act):
            unit_id = unit.removeprefix("unit:")
            known = require_unit(session, act.room_key, unit_id)
            rule = routine_reports.report_rule(self._rules.schedules, report)
            received = routine_reports.receive(session, act, unit_id, rule, is_nil=nil)
            self._over(session, act, [received.obligation_id])
            late = int(received.settled.late_seconds)
            words = (
                mark("已收到{unit}的{report},迟{minutes}分{seconds}秒。")
                if late
                else mark("已收到{unit}的{report},按时。")
            )
            params = {
                "unit": known.name,
                "report": self._rules.schedules.words_for("", f"report:{report}"),
                "minutes": late // 60,
                "seconds": late % 60,
            }
            return Done(Sentence(words, params), (received.obligation_id,))

    def chase_report(
        self,
        *,
        unit: str,
        report: str,
        words: str,
        by: str | None = None,
        promised_at: datetime | None = None,
    ) -> Done:
        """Record that a unit was chased, what it said and until when it promised."""
        with self._act(by) as (session, act):
            unit_id = unit.removeprefix("unit:")
            known = require_unit(session, act.room_key, unit_id)
            rule = routine_reports.report_rule(self._rules.schedules, report)
            said = clean(words, limit=LONGEST_WORDS)
            owed = routine_reports.chase(
                session, act, unit_id, rule, words=said, promised_at=promised_at
            )
            return Done(Sentence(mark("已记录催报:{unit}。"), {"unit": known.name}), (owed,))

    def acknowledge_alert(  # noqa: PLR0913  the contract's fields
        self,
        *,
        acknowledged_by: str,
        owed_by: str | None = None,
        code: str | None = None,
        obligation_kind: str | None = None,
        subject: str | None = None,
        by: str | None = None,
        how: str = "",
        pin: str | None = None,
    ) -> Done:
        """Record that a person took on the open alerts of a party, or of a mail's code.

        Raises NotFound where nothing is open, BadData where neither party nor code is given.
        """
        if owed_by is None and code is None:
            raise BadData(mark("确认告警须写明 owed_by(欠项方)或邮件中的四位代码 code。"))
        with self._act(by) as (session, act):
            if by is not None:
                self._sign(session, act, act.operator.removeprefix("person:"), pin)
            person_id = person_behind(session, act, acknowledged_by)
            ids = alerts.open_matters(
                session, act.room_key, owed_by, kind=obligation_kind, subject=subject
            )
            if code is not None:
                ids = alerts.with_code(session, act.room_key, ids, code)
            count = alerts.acknowledge(
                session,
                act,
                ids,
                f"person:{person_id}",
                self._rules.plans,
                how=clean(how, limit=LONGEST_WORDS),
            )
            params = {
                "person": self._name(session, f"person:{person_id}"),
                "count": count,
                "minutes": int(self._rules.plans.returns_after.total_seconds() // 60),
            }
            words = mark("{person}已接手{count}项告警;{minutes}分钟后仍未办结将再次提醒。")
            return Done(Sentence(words, params), tuple(ids))

    def explain_finding(self, *, finding: int, words: str, by: str | None = None) -> Done:
        """Add the explanation of the person concerned to a suspected finding."""
        with self._act(by) as (session, act):
            explain(session, act, finding, clean(words, limit=LONGEST_WORDS))
            return Done(Sentence(mark("已记入说明。")), (finding,))

    def judge_finding(
        self, *, finding: int, confirm: bool, reason: str, by: str, pin: str | None = None
    ) -> Done:
        """Confirm or dismiss a suspected finding; only a shift lead or leader on duty may."""
        with self._act(by) as (session, act):
            person_id = act.operator.removeprefix("person:")
            self._require_lead(session, act, person_id)
            self._sign(session, act, person_id, pin)
            judged = Judged.CONFIRMED if confirm else Judged.DISMISSED
            judge(session, act, finding, judged, clean(reason, limit=LONGEST_WORDS))
            return Done(Sentence(mark("已认定。") if confirm else mark("已撤销疑似。")), (finding,))

    def _require_lead(self, session: Session, act: Act, person_id: str) -> None:
        for post in ("shift_lead", "shift_lead_b", "duty_leader"):
            if holder_of(session, act, post) == person_id:
                return
        raise NotAuthorised(mark("只有当班带班领导或值班局领导可以认定疑似事项。"))

    def add_log(self, *, text: str, by: str | None = None, kind: str = "note") -> Done:
        """Write a line into the duty log."""
        words = clean(text, lines=True, limit=LONGEST_WORDS)
        if not words:
            raise BadData(mark("日志内容不能为空。"))
        with self._act(by) as (session, act):
            entry = Entry(f"log_{kind}", Sentence("{text}", {"text": words}), act.operator)
            seq = append(session, act.room_key, act.at, [entry])
            return Done(Sentence(mark("已记入日志第{seq}条。"), {"seq": seq}), (seq,))

    def check_pin(self, *, by: str, pin: str) -> Done:
        """Check a person's PIN, as unlocking the console does."""
        with self._act() as (session, act):
            person_id = person_behind(session, act, by)
            self._sign(session, act, person_id, pin)
            name = self._name(session, f"person:{person_id}")
            return Done(Sentence(mark("{person}已验证。"), {"person": name}))

    def _over(self, session: Session, act: Act, ids: Sequence[int]) -> None:
        alerts.tell_those_who_were_told(session, act, ids, Stage.OVER, self._rules.plans)

    def _name(self, session: Session, party: str) -> str:
        return party_names(session, self._room_key, [party])[party]

    def _sign(self, session: Session, act: Act, person_id: str, pin: str | None) -> None:
        """Take a signature; a wrong PIN is counted although the act itself is rolled back."""
        answer = self._signing.answer(session, act.room_key, person_id, pin, act.at)
        if answer is not PinAnswer.RIGHT:
            raise _NotSigned(person_id, pin, answer)

    @contextmanager
    def _act(self, by: str | None = None) -> Iterator[tuple[Session, Act]]:
        """Give one transaction at one instant; nothing is left half done."""
        now = self._clock.now()
        bare = Act(self._room_key, now, f"room:{self._room_key}")
        try:
            with self._database.write() as session:
                yield session, Act(bare.room_key, now, operator_of(session, bare, by))
        except _NotSigned as wrong:
            raise self._refused(wrong, now) from None
        self._after()

    def _refused(self, wrong: "_NotSigned", now: datetime) -> NotAuthorised:
        """Count the wrong PIN in a transaction of its own and say why it is refused."""
        with self._database.write() as session:
            answer = self._signing.answer(session, self._room_key, wrong.person_id, wrong.pin, now)
            assert answer is not PinAnswer.RIGHT
            return refusal(session, answer, self._room_key, wrong.person_id, now, self._rules.pins)


class _NotSigned(Exception):
    """A signature was not taken."""

    def __init__(self, person_id: str, pin: str | None, answer: PinAnswer) -> None:
        super().__init__(person_id)
        self.person_id = person_id
        self.pin = pin
        self.answer = answer
