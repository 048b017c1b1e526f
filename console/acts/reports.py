"""Acts on routine reports: receive them, chase them."""

from datetime import datetime

from console.acts.desk import LONGEST_WORDS, Desk, Done
from console.parties import require_unit
from records.clean_text import clean
from records.language import Sentence, mark
from schedules import routine_reports


class ReportActs(Desk):
    """Acts on the reports that units owe."""

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
