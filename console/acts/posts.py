"""Acts at a post: sign in, sign out, prove who one is."""

from sqlalchemy.orm import Session

from console.acts.desk import Desk, Done
from console.parties import person_behind, require_post, signing_in
from records.act import Act
from records.clean_text import clean
from records.errors import Refused
from records.language import Sentence, mark
from schedules.answering import hands_over, responsible
from schedules.shifts import OnDuty, on_duty
from schedules.sign_in import place_for, sign_in, sign_out


class PostActs(Desk):
    """Acts of officers at their posts."""

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
            is_bound = hands_over(session, act.room_key, act.at)
            if is_bound and responsible(session, act.room_key, post_key, act.at) == person_id:
                raise Refused(mark("接班人尚未接班,不能签退离岗;请先办理交接班。"))
            return Done(
                Sentence(
                    mark("{person}已从{post}签退。"),
                    {
                        "person": self._name(session, f"person:{person_id}"),
                        "post": self._rules.schedules.post_words(post_key),
                    },
                )
            )

    def check_pin(self, *, by: str, pin: str) -> Done:
        """Check a person's PIN, as unlocking the console does."""
        with self._act() as (session, act):
            person_id = person_behind(session, act, by)
            self._sign(session, act, person_id, pin)
            name = self._name(session, f"person:{person_id}")
            return Done(Sentence(mark("{person}已验证。"), {"person": name}))
