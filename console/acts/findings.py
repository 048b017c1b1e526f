"""Acts on suspected findings: explain, confirm, dismiss."""

from sqlalchemy.orm import Session

from console.acts.desk import LONGEST_WORDS, Desk, Done
from console.parties import holder_of
from records.act import Act
from records.clean_text import clean
from records.errors import NotAuthorised
from records.language import Sentence, mark
from schedules.findings import Judged, explain, judge


class FindingActs(Desk):
    """Acts on what the watch suspects about posts."""

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
