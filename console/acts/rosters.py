"""Acts on rosters: publish, ask for a swap or cover, accept, approve, refuse."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from console.acts.desk import LONGEST_WORDS, Desk, Done
from console.parties import holder_of, person_behind, require_person, require_post
from console.roster_drafting import Draft, Wanted, draft_roster, zone_of_room
from plans import notices
from records.act import Act
from records.clean_text import clean
from records.errors import BadData, NotAuthorised, NotFound, NotOnDuty, Refused
from records.language import Language, Sentence, mark
from schedules import roster_matters, swaps
from schedules.openers import Room
from schedules.roster_tables import SwapRequest
from schedules.roster_versions import issue
from schedules.swaps import Asking, Standing, SwapState, standing_at
from schedules.tables import Shift

OFFICERS, LEADERS, DRIVERS = "duty_officer", "shift_lead", "driver"
_LEADING = ("shift_lead", "shift_lead_b", "duty_leader")
_INSTANT = timedelta(microseconds=1)
_SHOWN = 5  # gaps named in a sentence; the rest are counted


@dataclass(frozen=True, slots=True)
class RosterWish:
    """What is to be published; people are `person:ID`, none means everybody qualified."""

    first: date
    last: date
    pattern: str = "day_night"
    lead_pattern: str = "lead"
    officers: tuple[str, ...] = ()
    leaders: tuple[str, ...] = ()
    drivers: tuple[str, ...] = ()

    def wanted(self) -> Wanted:
        """Return it as patterns and people by what they are at a post."""
        named = {OFFICERS: self.officers, LEADERS: self.leaders, DRIVERS: self.drivers}
        people = {
            capacity: tuple(dict.fromkeys(each.removeprefix("person:") for each in parties))
            for capacity, parties in named.items()
            if parties
        }
        patterns = tuple(key for key in (self.pattern, self.lead_pattern) if key)
        return Wanted(self.first, self.last, patterns, people)


@dataclass(frozen=True, slots=True)
class SwapWish:
    """A swap or a cover that is asked for; without `other_shift` it is a cover.

    `post` may be left out where the one who asks stands that shift; `replacement` where the other
    shift names them.
    """

    shift: str
    post: str | None = None
    replacement: str | None = None
    other_shift: str | None = None
    other_post: str | None = None
    reason: str = ""
    emergency: bool = False


class RosterActs(Desk):
    """Acts on who stands which shift."""

    def draft_roster(self, wish: RosterWish) -> Draft:
        """Return the roster that would be published, with its gaps and what is unfair."""
        with self._database.read() as session:
            return draft_roster(session, self._room_key, wish.wanted(), self._rules.rosters)

    def publish_roster(
        self,
        wish: RosterWish,
        *,
        by: str | None = None,
        with_gaps: bool = False,
        pin: str | None = None,
    ) -> Done:
        """Make a fair roster and publish it as the next version.

        Raises Refused naming the gaps if there are any and `with_gaps` does not accept them.
        """
        with self._act(by) as (session, act):
            if by is not None:
                self._sign(session, act, act.operator.removeprefix("person:"), pin)
            draft = draft_roster(session, act.room_key, wish.wanted(), self._rules.rosters)
            manned = [gap for gap in draft.gaps if self._is_manned(session, gap.post)]
            if manned and not with_gaps:
                raise Refused(
                    mark("有{count}处空岗,未发布:{gaps}。请补充人员,或注明接受空岗后再发布。"),
                    count=len(manned),
                    gaps="、".join(f"{gap.key}/{gap.post}" for gap in manned[:_SHOWN]),
                )
            zone = zone_of_room(session, act.room_key)
            issued = issue(session, act, draft.edition, zone)
            self._over(session, act, roster_matters.settle(session, act, zone))
            words = mark("值班表第{number}版已发布:{first}至{last},{shifts}个班次,空岗{gaps}个。")
            if draft.unfair:
                words = mark(
                    "值班表第{number}版已发布:{first}至{last},{shifts}个班次,空岗{gaps}个。"
                    "未能均衡:{reason}"
                )
            params = {
                "number": issued.number,
                "first": wish.first.isoformat(),
                "last": wish.last.isoformat(),
                "shifts": len(draft.edition.shifts),
                "gaps": len(draft.gaps),
                "reason": draft.unfair[0].reason if draft.unfair else "",
            }
            return Done(Sentence(words, params), (issued.number,))

    def _is_manned(self, session: Session, post_key: str) -> bool:
        return require_post(session, self._room_key, post_key).is_manned

    def ask_swap(self, wish: SwapWish, *, by: str, pin: str | None = None) -> Done:
        """Ask that two trade their shifts."""
        if wish.other_shift is None:
            raise BadData(mark("调班须写明对方的班次 other_shift;只请人代班请用替班。"))
        return self._ask(wish, by, pin)

    def cover_shift(self, wish: SwapWish, *, by: str, pin: str | None = None) -> Done:
        """Ask that somebody stands in for somebody on one shift."""
        if wish.replacement is None or wish.other_shift is not None:
            raise BadData(mark("替班须写明接替人 replacement,不写 other_shift。"))
        return self._ask(wish, by, pin)

    def _ask(self, wish: SwapWish, by: str, pin: str | None) -> Done:
        with self._act(by) as (session, act):
            asker = act.operator.removeprefix("person:")
            self._sign(session, act, asker, pin)
            mine = self._place_of(session, act, wish.shift, wish.post, asker)
            if mine.person_id != asker:
                self._require_leader(session, act, asker)
            asking = self._asking(session, act, wish, mine)
            number = swaps.ask(session, act, asking, self._rules.rosters.rest)
            words = mark("已记录请求第{number}号,待{replacement}同意、带班领导批准。")
            params = {
                "number": number,
                "replacement": self._name(session, f"person:{asking.replacement_id}"),
            }
            return Done(Sentence(words, params), (number,))

    def _asking(self, session: Session, act: Act, wish: SwapWish, mine: Standing) -> Asking:
        replacement = None
        if wish.replacement is not None:
            replacement = person_behind(session, act, wish.replacement)
        theirs = None
        if wish.other_shift is not None:
            post = wish.other_post or (None if replacement else mine.place.post)
            theirs = self._place_of(session, act, wish.other_shift, post, replacement)
            if theirs.person_id is None:
                raise NotOnDuty(
                    mark("班次{shift}的岗位{post}无人,不能调换。"),
                    shift=theirs.place.key,
                    post=theirs.place.post,
                )
            replacement = replacement or theirs.person_id
        assert replacement is not None
        require_person(session, act.room_key, replacement)
        reason = clean(wish.reason, limit=LONGEST_WORDS)
        return Asking(mine, replacement, theirs, reason, wish.emergency)

    def _place_of(
        self, session: Session, act: Act, shift: str, post: str | None, person_id: str | None
    ) -> Standing:
        """Return a shift's post; where none is named, the one that the person stands."""
        key = shift.removeprefix("shift:")
        if post is not None:
            post_key = post.removeprefix("post:")
            require_post(session, act.room_key, post_key)
            return standing_at(session, act.room_key, key, post_key)
        for each in swaps.standings_of(session, act.room_key, key):
            if each.person_id == person_id:
                return each
        raise NotOnDuty(
            mark("{person}没有排在班次{shift},请写明岗位或核对班次。"),
            person=self._name(session, f"person:{person_id}"),
            shift=key,
        )

    def accept_swap(self, *, by: str, request: int | None = None, pin: str | None = None) -> Done:
        """Record that the replacement agrees; without a number the one that waits for them."""
        with self._act(by) as (session, act):
            person_id = act.operator.removeprefix("person:")
            self._sign(session, act, person_id, pin)
            number = request or _only(
                swaps.open_requests(
                    session, act.room_key, SwapState.ASKED, replacement_id=person_id
                )
            )
            swaps.accept(session, act, number)
            words = mark("已同意第{number}号请求,待带班领导批准。")
            return Done(Sentence(words, {"number": number}), (number,))

    def approve_swap(self, *, by: str, request: int | None = None, pin: str | None = None) -> Done:
        """Record the leader's approval: the roster is changed at once."""
        with self._act(by) as (session, act):
            person_id = act.operator.removeprefix("person:")
            self._require_leader(session, act, person_id)
            self._sign(session, act, person_id, pin)
            number = request or _only(
                swaps.open_requests(session, act.room_key, SwapState.ACCEPTED)
            )
            swaps.approve(session, act, number, self._rules.rosters.rest)
            zone = zone_of_room(session, act.room_key)
            self._tell_moved(session, act, number, Room(act.room_key, zone))
            self._over(session, act, roster_matters.settle(session, act, zone))
            return Done(
                Sentence(mark("第{number}号请求已批准,值班表已更改。"), {"number": number}),
                (number,),
            )

    def _tell_moved(self, session: Session, act: Act, number: int, room: Room) -> None:
        """Tell both people of each shift that passed from one to the other."""
        request = swaps.request_of(session, act.room_key, number)
        places = [(request.shift_id, request.post_key)]
        if request.other_shift_id is not None and request.other_post_key is not None:
            places.append((request.other_shift_id, request.other_post_key))
        told = []
        for shift_id, post_key in places:
            shift = session.get_one(Shift, shift_id)
            begins = (shift.starts_at, shift.starts_at + _INSTANT)
            for duty in notices.duties(session, act.room_key, *begins):
                if (duty.shift_key, duty.post_key) == (shift.key, post_key):
                    pair = {request.person_id, request.replacement_id}
                    (before,) = pair - {duty.person_id}
                    told += notices.moved(room, duty, before, duty.person_id, turn=number)
        notices.send_notices(session, act, told, Language.ZH)

    def refuse_swap(
        self, *, by: str, reason: str, request: int | None = None, pin: str | None = None
    ) -> Done:
        """Refuse a request as replacement or leader, or withdraw one's own."""
        with self._act(by) as (session, act):
            person_id = act.operator.removeprefix("person:")
            self._sign(session, act, person_id, pin)
            number = request or _only(swaps.open_requests(session, act.room_key))
            found = swaps.request_of(session, act.room_key, number)
            if person_id not in (found.person_id, found.replacement_id):
                self._require_leader(session, act, person_id)
            swaps.refuse(session, act, number, clean(reason, limit=LONGEST_WORDS))
            return Done(Sentence(mark("第{number}号请求已办结。"), {"number": number}), (number,))

    def _require_leader(self, session: Session, act: Act, person_id: str) -> None:
        if not any(holder_of(session, act, post) == person_id for post in _LEADING):
            raise NotAuthorised(mark("只有当班带班领导或值班局领导可以批准或代为申请调班、替班。"))


def _only(requests: list[SwapRequest]) -> int:
    """Return the number of the one request; NotFound or BadData where it is not one."""
    if not requests:
        raise NotFound(mark("没有待办的调班或替班请求。"))
    if len(requests) > 1:
        raise BadData(
            mark("有多个待办请求({numbers}),请写明 request。"),
            numbers="、".join(str(each.id) for each in requests),
        )
    return requests[0].id
