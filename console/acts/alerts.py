"""Acts on alerts: a named person takes a matter on."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from console.acts.desk import LONGEST_WORDS, Desk, Done
from console.parties import person_behind
from plans import alerts
from records.act import Act
from records.clean_text import clean
from records.errors import BadData
from records.language import Sentence, mark


class AlertActs(Desk):
    """Acts on alerts."""

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
        matters: Sequence[int] = (),
    ) -> Done:
        """Record that a person took on the open alerts of a party, of a mail's code, or of matters.

        `matters` are obligations, as a line of the board stands for several; what was settled or
        taken meanwhile is passed over. Raises NotFound where nothing is open, BadData where
        nothing says which alerts are meant.
        """
        if owed_by is None and code is None and not matters:
            raise BadData(mark("确认告警须写明 owed_by(欠项方)或邮件中的四位代码 code。"))
        with self._act(by) as (session, act):
            if by is not None:
                self._sign(session, act, act.operator.removeprefix("person:"), pin)
            person_id = person_behind(session, act, acknowledged_by)
            ids = alerts.open_matters(
                session, act.room_key, owed_by, kind=obligation_kind, subject=subject
            )
            if matters:
                ids = [one for one in ids if one in set(matters)]
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
            self._settle_calls(session, act, ids)
            params = {
                "person": self._name(session, f"person:{person_id}"),
                "count": count,
                "minutes": int(self._rules.plans.returns_after.total_seconds() // 60),
            }
            words = mark("{person}已接手{count}项告警;{minutes}分钟后仍未办结将再次提醒。")
            return Done(Sentence(words, params), tuple(ids))

    def _settle_calls(self, session: Session, act: Act, ids: Sequence[int]) -> None:
        from plans.activations import settle_acknowledged  # noqa: PLC0415  only this act needs it

        settle_acknowledged(session, act, ids)
