"""Acts of spot checks and roll calls; leaders' visits and what is found on patrol."""

from datetime import datetime

from sqlalchemy.orm import Session

from console.acts.desk import LONGEST_WORDS, Done
from console.acts.presence import PresenceActs
from console.parties import holder_of, require_post, require_unit, split_party
from records.act import Act
from records.clean_text import clean
from records.errors import BadData, NotAuthorised
from records.language import Sentence, mark
from schedules import spot_checks
from schedules.spot_checks import UnitAnswer

_MAY_PLAN = ("shift_lead", "shift_lead_b", "duty_leader")


class SpotCheckActs(PresenceActs):
    """Acts of unannounced checks; who stands at a post is found as for presence checks."""

    def plan_spot_check(
        self,
        *,
        window_from: datetime,
        window_until: datetime,
        party: str | None = None,
        by: str | None = None,
    ) -> Done:
        """Have a post or a unit checked, or without `party` the whole room called, in a window.

        The instant is drawn by chance and shown to nobody. Only a shift lead or the leader on duty
        may, or the room itself.
        """
        with self._act(by) as (session, act):
            if by is not None:
                self._lead_must_plan(session, act)
            parties = self._checked_parties(session, act, party)
            ids = spot_checks.plan(
                session,
                act,
                self.chance,
                parties,
                (window_from, window_until),
                is_roll_call=party is None,
            )
            said = mark("已安排点名,时刻随机。") if party is None else mark("已安排抽查,时刻随机。")
            return Done(Sentence(said), tuple(ids))

    def _lead_must_plan(self, session: Session, act: Act) -> None:
        person_id = act.operator.removeprefix("person:")
        if person_id not in [holder_of(session, act, post) for post in _MAY_PLAN]:
            raise NotAuthorised(mark("只有当班带班领导或值班局领导可以安排抽查和点名。"))

    def _checked_parties(self, session: Session, act: Act, party: str | None) -> list[str]:
        if party is None:
            return spot_checks.manned_posts(session, act.room_key)
        kind, key = split_party(party)
        if kind == "post":
            require_post(session, act.room_key, key)
        elif kind == "unit":
            require_unit(session, act.room_key, key)
        else:
            raise BadData(mark("抽查对象应写作 post:岗位 或 unit:编号;不写即全室点名。"))
        return [party]

    def answer_spot_check(self, *, by: str) -> Done:
        """Answer, at the post, the check or roll call that it was asked."""
        with self._act() as (session, bare):
            post_key, person_id = self._standing_post(session, bare, by)
            act = Act(bare.room_key, bare.at, f"person:{person_id}")
            ids = spot_checks.answer(session, act, post_key)
            self._over(session, act, ids)
            params = {"post": self._rules.schedules.post_words(post_key)}
            return Done(Sentence(mark("{post}已应答抽查。"), params), ids)

    def call_unit(
        self,
        *,
        unit: str,
        answered: bool,
        by: str | None = None,
        seconds: int | None = None,
        answered_by: str = "",
        words: str = "",
    ) -> Done:
        """Record one call of a telephone spot check; a miss counts after the second one."""
        said = UnitAnswer(answered, seconds, clean(answered_by), clean(words, limit=LONGEST_WORDS))
        with self._act(by) as (session, act):
            unit_id = unit.removeprefix("unit:")
            known = require_unit(session, act.room_key, unit_id)
            outcome, ids = spot_checks.record_unit_call(session, act, unit_id, said)
            self._over(session, act, ids)
            return Done(Sentence(_CALLED[outcome], {"unit": known.name}), ids)

    def record_visit(self, *, by: str, words: str = "", pin: str | None = None) -> Done:
        """Record a leader's sign-in on a visit to the duty room."""
        with self._act(by) as (session, act):
            self._sign(session, act, act.operator.removeprefix("person:"), pin)
            seq = spot_checks.record_visit(session, act, clean(words, limit=LONGEST_WORDS))
            return Done(Sentence(mark("已记入日志第{seq}条。"), {"seq": seq}), (seq,))

    def record_patrol(self, *, by: str, words: str) -> Done:
        """Record what somebody found on patrol."""
        said = clean(words, limit=LONGEST_WORDS)
        if not said:
            raise BadData(mark("日志内容不能为空。"))
        with self._act(by) as (session, act):
            seq = spot_checks.record_patrol(session, act, said)
            return Done(Sentence(mark("已记入日志第{seq}条。"), {"seq": seq}), (seq,))


_CALLED = {
    "answered": mark("已记录:{unit}接听。"),
    "second_try": mark("已记录:{unit}无人接听,请在5分钟内再拨一次。"),
    "missed": mark("已记录:{unit}两次均无人接听。"),
}
