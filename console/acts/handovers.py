"""Acts of handover: offer, read back, accept or refuse, take over, review; switching it on."""

from collections.abc import Callable, Sequence

from sqlalchemy.orm import Session

from console.acts.desk import LONGEST_WORDS, Desk, Done
from console.parties import person_behind, require_post, split_party
from records.act import Act
from records.clean_text import clean
from records.errors import BadData, NotOnDuty, Refused
from records.language import Sentence, mark
from schedules import handover
from schedules.answering import responsible, switch_handovers
from schedules.handover import Assumed
from schedules.handover_records import latest
from schedules.handover_state import Answer
from schedules.open_matters import read_open_matters, room_zone
from schedules.spot_checks import manned_posts

_Side = Callable[[Session, Act, str], str | None]


class HandoverActs(Desk):
    """Acts by which a post passes from one person to another.

    `by` is a post or a person: a post means its responsible officer where the outgoing side acts,
    and the one who is to come where the incoming side acts.
    """

    def offer_handover(
        self, *, by: str, post: str | None = None, words: str = "", pin: str | None = None
    ) -> Done:
        """Offer the post to whoever comes; signed by the outgoing officer."""
        with self._act() as (session, bare):
            post_key, person_id = self._post_and_person(session, bare, by, post, self._outgoing)
            act = Act(bare.room_key, bare.at, f"person:{person_id}")
            self._sign(session, act, person_id, pin)
            place = handover.relief_for(session, act, self._rules.schedules, post_key)
            stored = handover.offer(
                session, act, self._rules.schedules, place, clean(words, limit=LONGEST_WORDS)
            )
            matters = read_open_matters(session, act.room_key, post_key, act.at)
            params = {
                "post": self._rules.schedules.post_words(post_key),
                "incoming": self._name(session, f"person:{stored.handing.relief.incoming}"),
                "count": len(matters),
            }
            said = mark("{post}已交班,待{incoming}逐项复述{count}项未办结事项后接班。")
            return Done(Sentence(said, params))

    def answer_matter(
        self,
        *,
        by: str,
        item: str,
        confirmed: bool,
        post: str | None = None,
        words: str = "",
    ) -> Done:
        """Read back one open matter: confirm it, or say that it is not accepted as it stands."""
        with self._act() as (session, bare):
            post_key, person_id = self._post_and_person(session, bare, by, post, self._incoming)
            act = Act(bare.room_key, bare.at, f"person:{person_id}")
            said = Answer.CONFIRMED if confirmed else Answer.REFUSED
            handover.answer_matter(
                session,
                act,
                self._rules.schedules,
                post_key,
                {item: said},
                clean(words, limit=LONGEST_WORDS),
            )
            return Done(Sentence(mark("已记入对{item}的复述。"), {"item": item}))

    def accept_handover(
        self,
        *,
        by: str,
        post: str | None = None,
        confirmed: Sequence[str] = (),
        words: str = "",
        pin: str | None = None,
        is_read_back: bool = False,
    ) -> Done:
        """Accept the post; signed by the incoming officer. `confirmed` are matters read back now.

        `is_read_back` says that all matters nobody has answered yet were read back (replays).
        All in one transaction: where it is refused, nothing has changed.
        """
        with self._act() as (session, bare):
            post_key, person_id = self._post_and_person(session, bare, by, post, self._incoming)
            act = Act(bare.room_key, bare.at, f"person:{person_id}")
            self._sign(session, act, person_id, pin)
            rules = self._rules.schedules
            if is_read_back:
                confirmed = handover.unanswered(session, act, post_key)
            if confirmed:
                answers = dict.fromkeys(confirmed, Answer.CONFIRMED)
                handover.answer_matter(session, act, rules, post_key, answers, "")
            assumed = handover.accept(
                session, act, rules, post_key, clean(words, limit=LONGEST_WORDS)
            )
            self._over(session, act, assumed.obligation_ids)
            return self._assumed(session, act, post_key, assumed)

    def refuse_handover(
        self, *, by: str, reason: str, post: str | None = None, pin: str | None = None
    ) -> Done:
        """Refuse the whole handover; the outgoing officer stays responsible."""
        why = clean(reason, limit=LONGEST_WORDS)
        if not why:
            raise BadData(mark("拒绝接班须写明原因。"))
        with self._act() as (session, bare):
            post_key, person_id = self._post_and_person(session, bare, by, post, self._incoming)
            act = Act(bare.room_key, bare.at, f"person:{person_id}")
            self._sign(session, act, person_id, pin)
            stored = handover.refuse(session, act, post_key, why)
            params = {
                "post": self._rules.schedules.post_words(post_key),
                "outgoing": self._name(session, f"person:{stored.handing.outgoing}"),
            }
            return Done(Sentence(mark("已拒绝接班;{outgoing}继续负责{post}。"), params))

    def take_over_post(
        self, *, by: str, reason: str, post: str | None = None, pin: str | None = None
    ) -> Done:
        """Take a post over from the log alone, in an emergency; it is marked for ever."""
        why = clean(reason, limit=LONGEST_WORDS)
        if not why:
            raise BadData(mark("紧急接管须写明原因。"))
        with self._act() as (session, bare):
            post_key, person_id = self._post_and_person(session, bare, by, post, self._incoming)
            act = Act(bare.room_key, bare.at, f"person:{person_id}")
            self._sign(session, act, person_id, pin)
            rules = self._rules.schedules
            place = handover.relief_for(session, act, rules, post_key)
            assumed = handover.take_over(session, act, rules, place, why)
            self._over(session, act, assumed.obligation_ids)
            return self._assumed(session, act, post_key, assumed)

    def review_handover(
        self, *, by: str, post: str | None = None, words: str = "", pin: str | None = None
    ) -> Done:
        """Sign, as the outgoing officer, that nothing was overlooked."""
        with self._act() as (session, bare):
            post_key, person_id = self._post_and_person(session, bare, by, post, self._reviewing)
            act = Act(bare.room_key, bare.at, f"person:{person_id}")
            self._sign(session, act, person_id, pin)
            handover.review(session, act, post_key, clean(words, limit=LONGEST_WORDS))
            params = {"post": self._rules.schedules.post_words(post_key)}
            return Done(Sentence(mark("{post}的交接已复核。"), params))

    def switch_handovers(
        self,
        *,
        on: bool,
        by: str,
        confirmed_by: str,
        pin: str | None = None,
        second_pin: str | None = None,
    ) -> Done:
        """Have posts move by handover from now on, or by sign-in again; two persons sign."""
        with self._act(by) as (session, act):
            second = person_behind(session, act, confirmed_by)
            switch_handovers(session, act, is_on=on, confirmed_by=f"person:{second}")
            self._sign(session, act, act.operator.removeprefix("person:"), pin)
            self._sign(session, act, second, second_pin)
            return Done(Sentence(mark("已启用交接班。") if on else mark("已停用交接班。")))

    def _assumed(self, session: Session, act: Act, post_key: str, assumed: Assumed) -> Done:
        local = assumed.assumed_at.astimezone(room_zone(session, act.room_key))
        params = {
            "person": self._name(session, f"person:{assumed.person_id}"),
            "post": self._rules.schedules.post_words(post_key),
            "from_at": local.strftime("%H:%M:%S"),
            "count": assumed.matters,
        }
        said = mark("{person}自{from_at}起负责{post},承接未办结事项{count}项。")
        return Done(Sentence(said, params), assumed.obligation_ids)

    def _post_and_person(
        self, session: Session, act: Act, by: str, post: str | None, side: _Side
    ) -> tuple[str, str]:
        """Return the post that is meant, and who acts on that side of it.

        A person without a post means the one post where that person is on this side.
        """
        kind, key = split_party(by)
        if kind == "post":
            require_post(session, act.room_key, key)
            person_id = side(session, act, key)
            if person_id is None:
                raise Refused(mark("岗位{post}此刻没有可交接的人。"), post=key)
            return key, person_id
        person_id = person_behind(session, act, by)
        if post is not None:
            post_key = post.removeprefix("post:")
            require_post(session, act.room_key, post_key)
            return post_key, person_id
        keys = [party.removeprefix("post:") for party in manned_posts(session, act.room_key)]
        return _only([each for each in keys if side(session, act, each) == person_id]), person_id

    def _outgoing(self, session: Session, act: Act, post_key: str) -> str | None:
        return responsible(session, act.room_key, post_key, act.at)

    def _incoming(self, session: Session, act: Act, post_key: str) -> str | None:
        there = latest(session, act.room_key, post_key)
        if there is not None and there.handing.is_pending:
            return there.handing.relief.incoming
        try:
            place = handover.relief_for(session, act, self._rules.schedules, post_key)
        except NotOnDuty:
            return None
        return place.present_person

    def _reviewing(self, session: Session, act: Act, post_key: str) -> str | None:
        there = latest(session, act.room_key, post_key)
        return None if there is None else there.handing.outgoing


def _only(keys: Sequence[str]) -> str:
    if not keys:
        raise NotOnDuty(mark("此人此刻没有可交接的岗位。"))
    if len(keys) > 1:
        raise BadData(
            mark("此人此刻在{posts}都可交接,请写明 post。"),
            posts="、".join(f"post:{k}" for k in keys),
        )
    return keys[0]
