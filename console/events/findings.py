"""Events of findings: explained, confirmed, dismissed."""

from collections.abc import Mapping

from console.actions import Actions, Done
from console.events.event import Event, EventKind


class FindingExplainEvent(Event):
    """A suspected finding is explained."""

    finding: int
    words: str


class FindingJudgeEvent(Event):
    """A suspected finding is confirmed or dismissed."""

    finding: int
    reason: str


def _explain(actions: Actions, event: Event) -> Done:
    assert isinstance(event, FindingExplainEvent)
    return actions.explain_finding(by=event.by, finding=event.finding, words=event.words)


def _judge(actions: Actions, event: Event) -> Done:
    assert isinstance(event, FindingJudgeEvent)
    return actions.judge_finding(
        by=event.signer(),
        finding=event.finding,
        confirm=event.do == "finding confirm",
        reason=event.reason,
    )


KINDS: Mapping[str, EventKind] = {
    "finding explain": EventKind(FindingExplainEvent, _explain),
    "finding confirm": EventKind(FindingJudgeEvent, _judge),
    "finding dismiss": EventKind(FindingJudgeEvent, _judge),
}
