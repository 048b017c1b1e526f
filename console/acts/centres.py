"""Acts of command: centres called, activated, staffed, stood down; the response and its levels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from console.acts.desk import LONGEST_WORDS, Desk, Done
from console.parties import holder_of, person_behind, split_party
from plans.command_states import ActivationState, Part, Step
from plans.grades import ResponseLevel
from records.act import Act
from records.clean_text import clean
from records.errors import BadData, NotAuthorised
from records.language import Sentence, mark
from schedules.tables import Post

if TYPE_CHECKING:  # few commands need them
    from plans import responses
    from plans.activations import Calling
    from plans.command_reading import IncidentInBrief
    from plans.command_routing import Routing
    from plans.responses import Response

LONGEST_HANDLE = 40
_ON_DUTY = ("shift_lead", "shift_lead_b", "duty_leader")


@dataclass(frozen=True, slots=True)
class CentreStep:
    """What is to become of a centre in an incident; without `centre` the kind of it decides whom.

    `counties` is how many counties it concerns; `level` is the one whose strength is asked for,
    without it the one of the response; `signed_by` is who signed it, without it who acts.
    """

    incident: str
    state: ActivationState = ActivationState.PROPOSED
    centre: str | None = None
    part: Part | None = None
    kind: str | None = None
    counties: int = 1
    strength: Mapping[str, int] | None = None
    level: ResponseLevel | None = None
    signed_by: str | None = None
    reason: str = ""
    is_drill: bool = False


@dataclass(frozen=True, slots=True)
class ResponseStepWanted:
    """What is to become of the response to an incident; `signed_by` as for a centre."""

    incident: str
    step: Step
    level: ResponseLevel | None = None
    centre: str | None = None
    signed_by: str | None = None
    document: str = ""
    reason: str = ""
    is_drill: bool = False


class CentreActs(Desk):
    """Acts on the command centres and on the response to an incident."""

    def move_centre(
        self, step: CentreStep, *, by: str | None = None, pin: str | None = None
    ) -> Done:
        """Call, activate, staff or stand down a centre; each is signed and has its minute.

        Whoever is on duty may call one; a centre is activated and stood down by its commander,
        deputy or office director, by those of General HQ, or by the shift lead or duty leader.
        """
        from plans.command_reading import incident_facts  # noqa: PLC0415

        with self._act(by) as (session, act):
            facts = incident_facts(session, act.room_key, _handle(step.incident))
            if by is not None and act.operator.startswith("person:"):
                self._sign(session, act, act.operator.removeprefix("person:"), pin)
            match step.state:
                case ActivationState.PROPOSED:
                    kind = step.kind or facts.kind
                    is_drill = step.is_drill or facts.is_drill
                    return self._propose(session, act, step, kind, is_drill=is_drill)
                case ActivationState.STAFFED:
                    return self._staff(session, act, step)
                case _:
                    return self._sign_for(session, act, step, facts)

    def _calling(self) -> "Calling":
        from plans.activations import Calling  # noqa: PLC0415

        rules = self._rules
        rule = rules.schedules.obligations["acknowledgement"]
        return Calling(rules.command.centres, rules.plans.ladders, rule)

    def _propose(
        self, session: Session, act: Act, step: CentreStep, kind: str | None, *, is_drill: bool
    ) -> Done:
        from plans import activations  # noqa: PLC0415

        subject = _subject(step.incident)
        calling = self._calling()
        routing = self._routing(session, act, step, kind)
        called = activations.propose(session, act, calling, subject, routing, is_drill=is_drill)
        if not called:
            return Done(Sentence(mark("所列指挥部均已提请,没有再次通知。")))
        names = _listed([calling.centres.by_key(key).words for key in called])
        return Done(Sentence(mark("已提请并通知:{centres}。"), {"centres": names}))

    def _routing(self, session: Session, act: Act, step: CentreStep, kind: str | None) -> "Routing":
        """Return the centres of the kind, or the one that is named, besides those at work."""
        from plans.activations import lead_of, working  # noqa: PLC0415
        from plans.command_routing import route  # noqa: PLC0415

        centres = self._rules.command.centres
        subject = _subject(step.incident)
        also = [each.centre_key for each in working(session, act.room_key, subject)]
        if step.centre is None:
            return route(kind, centres, counties=step.counties, also=also)
        wanted = centres.by_key(step.centre).key
        routing = route(kind, centres, counties=step.counties, also=[*also, wanted])
        is_first = lead_of(session, act.room_key, subject) is None
        part = step.part or (Part.LEAD if is_first else Part.SUPPORTING)
        if part is Part.LEAD and wanted == routing.lead:
            return routing
        return routing.led_by(wanted) if part is Part.LEAD else routing.only(wanted, part)

    def _staff(self, session: Session, act: Act, step: CentreStep) -> Done:
        from plans import activations, centre_staffing, responses  # noqa: PLC0415

        rules = self._rules.command
        key = self._centre_of(session, act, step)
        activation = activations.require_working(
            session, act.room_key, _subject(step.incident), key
        )
        standing = responses.standing(session, act.room_key, activation.subject)
        level = step.level or (standing.level if standing else None)
        if level is None:
            raise BadData(mark("没有响应级别可依,请写明 level(I、II、III、IV)。"))
        needed = centre_staffing.needed_at(level, rules.responses)
        lacking = centre_staffing.staff(
            session, act, self._calling(), activation, step.strength or {}, needed
        )
        params = {"centre": rules.centres.by_key(key).words, "count": len(lacking)}
        words = (
            mark("{centre}还有{count}个工作组人数不足。") if lacking else mark("{centre}人员到齐。")
        )
        return Done(Sentence(words, params), (activation.id,))

    def _sign_for(
        self, session: Session, act: Act, step: CentreStep, facts: "IncidentInBrief"
    ) -> Done:
        from plans import activations  # noqa: PLC0415

        calling = self._calling()
        subject = _subject(step.incident)
        if step.state is ActivationState.ACTIVATED and not self._is_called(session, act, step):
            self._propose(session, act, step, facts.kind, is_drill=facts.is_drill)
        key = self._centre_of(session, act, step)
        person_id = self._signer(session, act, step.signed_by)
        self._require_may_activate(session, act, person_id, key)
        signed_by = f"person:{person_id}"
        reason = clean(step.reason, limit=LONGEST_WORDS)
        params = {"centre": calling.centres.by_key(key).words}
        activation = activations.require_working(session, act.room_key, subject, key)
        if step.state is ActivationState.STOOD_DOWN:
            over = activations.stand_down(
                session, act, calling, activation, signed_by=signed_by, reason=reason
            )
            self._over(session, act, over)
            return Done(Sentence(mark("{centre}已撤收。"), params), (activation.id,))
        activations.activate(session, act, calling, activation, signed_by=signed_by, reason=reason)
        return Done(Sentence(mark("{centre}已启动。"), params), (activation.id,))

    def _is_called(self, session: Session, act: Act, step: CentreStep) -> bool:
        """Return whether the centre that is named, else any lead, is called already."""
        from plans.activations import lead_of, working  # noqa: PLC0415

        subject = _subject(step.incident)
        if step.centre is None:
            return lead_of(session, act.room_key, subject) is not None
        key = self._rules.command.centres.by_key(step.centre).key
        return key in [each.centre_key for each in working(session, act.room_key, subject)]

    def _centre_of(self, session: Session, act: Act, step: CentreStep) -> str:
        """Return the key of the centre that is named, else of the leading one."""
        from plans.activations import lead_of  # noqa: PLC0415

        if step.centre is not None:
            return self._rules.command.centres.by_key(step.centre).key
        lead = lead_of(session, act.room_key, _subject(step.incident))
        if lead is None:
            raise BadData(mark("此事件还没有牵头指挥部,请写明 centre 或先提请。"))
        return lead

    def _signer(self, session: Session, act: Act, signed_by: str | None) -> str:
        """Return the person who signs: the one that is named, else the one who acts."""
        if signed_by is not None:
            return person_behind(session, act, signed_by)
        kind, key = split_party(act.operator)
        if kind != "person":
            raise NotAuthorised(mark("须由人签发:请写明 by 或 signed_by。"))
        return key

    def _require_may_activate(
        self, session: Session, act: Act, person_id: str, centre_key: str
    ) -> None:
        hq = self._rules.command.centres.general_hq.key
        standing = [
            f"{key}.{post}"
            for key in dict.fromkeys((centre_key, hq))
            for post in ("commander", "deputy", "office")
        ]
        for post_key in (*standing, *_ON_DUTY):
            is_there = session.get(Post, (act.room_key, post_key)) is not None
            if is_there and holder_of(session, act, post_key) == person_id:
                return
        raise NotAuthorised(
            mark(
                "只有该指挥部或总指挥部的指挥长、副职、办公室主任,或带班领导、值班局领导可以签发。"
            )
        )

    def step_response(
        self, wanted: ResponseStepWanted, *, by: str | None = None, pin: str | None = None
    ) -> Done:
        """Activate, change or end a response, or hand it up, by the signature that it needs.

        `signed_by` may have signed by telephone; whoever acts records it and signs that.
        """
        from plans import responses  # noqa: PLC0415
        from plans.command_reading import (  # noqa: PLC0415
            incident_facts,
            note_response,
            require_not_ended,
        )

        if wanted.step in (Step.ACTIVATE, Step.CHANGE) and wanted.level is None:
            raise BadData(mark("启动或调整响应须写明 level(I、II、III、IV)。"))
        with self._act(by) as (session, act):
            facts = incident_facts(session, act.room_key, _handle(wanted.incident))
            require_not_ended(session, act.room_key, _handle(wanted.incident))
            if by is not None and act.operator.startswith("person:"):
                self._sign(session, act, act.operator.removeprefix("person:"), pin)
            rules = self._rules.command
            person_id = self._signer(session, act, wanted.signed_by)
            ordered = responses.Ordered(
                clean(wanted.reason, limit=LONGEST_WORDS),
                clean(wanted.document),
                wanted.is_drill or facts.is_drill,
            )
            found = responses.take_step(
                session,
                act,
                responses.Deciding(rules.responses, rules.centres),
                self._response(session, act, wanted),
                responses.signature_of(session, act, person_id),
                ordered,
            )
            note_response(session, act, _handle(wanted.incident), wanted.step)
            return Done(_response_said(wanted.step, found))

    def _response(
        self, session: Session, act: Act, wanted: ResponseStepWanted
    ) -> "responses.Wanted":
        from plans import activations, responses  # noqa: PLC0415

        subject = _subject(wanted.incident)
        standing = responses.standing(session, act.room_key, subject)
        if wanted.centre is not None:
            lead = self._rules.command.centres.by_key(wanted.centre).key
        elif standing is not None:
            lead = standing.lead_key
        else:
            lead = activations.lead_of(session, act.room_key, subject) or ""
        if not lead:
            raise BadData(mark("此事件还没有牵头指挥部,请写明 centre 或先提请。"))
        level = wanted.level if wanted.step in (Step.ACTIVATE, Step.CHANGE) else None
        return responses.Wanted(subject, wanted.step, lead, level)


def _response_said(step: Step, found: "Response") -> Sentence:
    if step is Step.HAND_UP:
        return Sentence(mark("已记录移交上级指挥,本市转为配合。"))
    if found.level is None or found.issuing_authority is None:
        return Sentence(mark("响应已终止。"))
    params = {"level": found.level.words, "authority": found.issuing_authority.words}
    return Sentence(mark("现为{level}({authority})。"), params)


def _handle(incident: str) -> str:
    return clean(incident.removeprefix("incident:"), limit=LONGEST_HANDLE)


def _subject(incident: str) -> str:
    return f"incident:{_handle(incident)}"


def _listed(words: Sequence[object]) -> Sentence:
    return Sentence(
        "、".join(f"{{w{n}}}" for n in range(len(words))),
        {f"w{n}": each for n, each in enumerate(words)},
    )
