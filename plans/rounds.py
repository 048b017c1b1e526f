"""The third round of the watch: decide what is outstanding, raise the alerts, set the next look."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from plans import alerts
from plans.decisions import Decision, decide
from plans.rules import PlanRules
from plans.situation import read_situation
from records.duty_log import Entry, append
from records.language import Bilingual, Sentence, mark
from schedules.obligations import Looked
from schedules.outstanding import Outstanding
from schedules.party_words import party_words


class DecideAndRaise:
    """Tell whom the ladders name, in the transaction of the look itself."""

    def __init__(self, rules: PlanRules) -> None:
        self._rules = rules

    def run(
        self, session: Session, items: Sequence[Outstanding], *, now: datetime, more_to_come: bool
    ) -> list[Looked]:
        """Store the alerts for these items; return what their looks leave, in the same order.

        `more_to_come` says that this tick goes on with further items, so that digests wait.
        """
        looked: dict[int, Looked] = {}
        for room_key in sorted({item.room_key for item in items}):
            mine = [item for item in items if item.room_key == room_key]
            decisions = self._decide(session, room_key, mine, now)
            tellings = [telling for one in decisions for telling in one.tellings]
            alerts.raise_all(
                session, room_key, tellings, self._rules, now=now, more_to_come=more_to_come
            )
            self._record(session, room_key, mine, decisions, now)
            for item, decision in zip(mine, decisions, strict=True):
                looked[item.id] = Looked(
                    item.id, item.state, decision.told_until, decision.next_look_at
                )
        return [looked[item.id] for item in items]

    def _decide(
        self, session: Session, room_key: str, items: Sequence[Outstanding], now: datetime
    ) -> list[Decision]:
        situation = read_situation(session, room_key, items, now=now)
        return [
            decide(
                item,
                None if item.ladder is None else self._rules.ladders.get(item.ladder),
                situation,
                self._rules.returns_after,
                now=now,
            )
            for item in items
        ]

    def _record(
        self,
        session: Session,
        room_key: str,
        items: Sequence[Outstanding],
        decisions: Sequence[Decision],
        now: datetime,
    ) -> None:
        """Record who was told at which step, and where nobody could be told."""
        words = party_words(session, room_key, _parties(decisions))
        entries = []
        for item, decision in zip(items, decisions, strict=True):
            if decision.tellings:
                sentence = _told(item, decision, words)
                data = {
                    "obligation": item.id,
                    "told": [
                        [one.ladder_step, one.recipient.party, one.recipient.capacity]
                        for one in decision.tellings
                    ],
                }
                entries.append(
                    Entry("raise_alert", sentence, f"room:{room_key}", item.subject, data)
                )
            if decision.nobody_at_steps:
                sentence = Sentence(
                    mark("告警第{steps}阶无人可告知,请检查值班表和岗位任职。"),
                    {"steps": "、".join(str(step) for step in decision.nobody_at_steps)},
                )
                data = {"obligation": item.id}
                entries.append(
                    Entry("nobody_to_tell", sentence, f"room:{room_key}", item.subject, data)
                )
            if self._has_lost_its_ladder(item):
                sentence = Sentence(
                    mark("规则目录中没有阶梯{ladder},此事无人可告知,请检查 ladders.toml。"),
                    {"ladder": item.ladder},
                )
                data = {"obligation": item.id}
                entries.append(
                    Entry("nobody_to_tell", sentence, f"room:{room_key}", item.subject, data)
                )
        append(session, room_key, now, entries)

    def _has_lost_its_ladder(self, item: Outstanding) -> bool:
        """Return whether a matter has just become late or missed and its ladder is gone."""
        return (
            item.ladder is not None
            and item.ladder not in self._rules.ladders
            and item.state is not item.before
        )


def _parties(decisions: Sequence[Decision]) -> set[str]:
    told = {one.recipient.party for decision in decisions for one in decision.tellings}
    return told | {one.outstanding.owed_by for decision in decisions for one in decision.tellings}


def _told(item: Outstanding, decision: Decision, words: Mapping[str, str | Bilingual]) -> Sentence:
    """Return who was told of what; a matter that came back has no step."""
    step = decision.tellings[-1].ladder_step
    names = Sentence(
        "、".join(f"{{p{place}}}" for place in range(len(decision.tellings))),
        {f"p{place}": words[one.recipient.party] for place, one in enumerate(decision.tellings)},
    )
    params = {"step": step, "party": words[item.owed_by], "told": names}
    if step == 0:
        return Sentence(mark("{party}之事确认后仍未办结,再次告知{told}。"), params)
    return Sentence(mark("告警第{step}阶:{party},告知{told}。"), params)
