"""Acts of presence checks: ask for a digit, answer it, put a check off, change the settings."""

from dataclasses import dataclass, replace
from datetime import time, timedelta

from sqlalchemy.orm import Session

from console.acts.desk import Desk, Done
from console.parties import person_behind, require_post, split_party
from records.act import Act
from records.chance import Chance, SystemChance
from records.errors import NotOnDuty, Refused
from records.language import Sentence, mark
from schedules import presence
from schedules.answering import hands_over
from schedules.open_matters import room_zone
from schedules.presence_settings import change_settings, read_times
from schedules.presence_state import PresenceTimes
from schedules.shifts import on_duty_at
from schedules.spot_checks import manned_posts

EVERY_DIGIT = 10


@dataclass(frozen=True, slots=True)
class PresenceChanges:
    """What is to be changed of the settings; None stays, 0 minutes is not at all."""

    on: bool = True
    night_from: time | None = None
    night_until: time | None = None
    night_minutes: int | None = None
    day_minutes: int | None = None
    incident_minutes: int | None = None


class PresenceActs(Desk):
    """Acts at a post that is asked whether somebody is awake at it."""

    chance: Chance = SystemChance()  # a replay gives its own, which repeats itself

    def ask_presence(self, *, by: str) -> int:
        """Return a fresh digit for the post's screen; it must be typed to answer the check."""
        with self._act() as (session, bare):
            post_key, _ = self._standing_post(session, bare, by)
            return presence.put_question(session, bare, post_key, self.chance).digit

    def answer_presence(self, *, by: str, digit: int) -> Done:
        """Answer the check with the digit on the screen.

        A wrong or too quick answer is refused, and another digit is asked for at once: a key that
        is held down never answers.
        """
        with self._act() as (session, bare):
            post_key, person_id = self._standing_post(session, bare, by)
            act = Act(bare.room_key, bare.at, f"person:{person_id}")
            if presence.counts(session, act, post_key, digit):
                return self._presence_confirmed(session, act, post_key)
            presence.put_question(session, act, post_key, self.chance, typed=digit)
        raise Refused(mark("数字不对,或未看清就按下:请键入新显示的数字。"))

    def confirm_presence(self, *, by: str) -> Done:
        """Answer the check as given: a replay tells that it was answered, not which digit."""
        with self._act() as (session, bare):
            post_key, person_id = self._standing_post(session, bare, by)
            act = Act(bare.room_key, bare.at, f"person:{person_id}")
            return self._presence_confirmed(session, act, post_key)

    def put_off_presence(self, *, by: str) -> Done:
        """Put off the next check for some minutes: a call or a paper is being entered."""
        with self._act() as (session, bare):
            post_key, person_id = self._standing_post(session, bare, by)
            act = Act(bare.room_key, bare.at, f"person:{person_id}")
            count = presence.put_off(session, act, self._rules.schedules, post_key)
            said = mark("在岗确认已暂缓。") if count else mark("近几分钟内没有在岗确认,不必暂缓。")
            return Done(Sentence(said))

    def change_presence(
        self,
        *,
        by: str,
        confirmed_by: str,
        changes: PresenceChanges,
        pin: str | None = None,
        second_pin: str | None = None,
    ) -> Done:
        """Change how often presence is checked; two different persons sign."""
        with self._act(by) as (session, act):
            second = person_behind(session, act, confirmed_by)
            times = _changed(read_times(session, act.room_key) or PresenceTimes(), changes)
            zone = room_zone(session, act.room_key)
            wanted = times if changes.on else None
            change_settings(session, act, wanted, f"person:{second}", zone)
            self._sign(session, act, act.operator.removeprefix("person:"), pin)
            self._sign(session, act, second, second_pin)
            return Done(Sentence(mark("在岗确认的设置已更改。")))

    def _presence_confirmed(self, session: Session, act: Act, post_key: str) -> Done:
        ids = presence.confirm(session, act, self._rules.schedules, post_key)
        self._over(session, act, ids)
        params = {
            "person": self._name(session, act.operator),
            "post": self._rules.schedules.post_words(post_key),
        }
        return Done(Sentence(mark("{person}已在{post}确认在岗。"), params), ids)

    def _standing_post(self, session: Session, act: Act, by: str) -> tuple[str, str]:
        """Return the post and who stands at it; a person means the post they stand at."""
        kind, key = split_party(by)
        if kind == "post":
            require_post(session, act.room_key, key)
            person_id = self._standing_at(session, act, key)
            if person_id is None:
                raise Refused(mark("岗位{post}此刻无人任职或排班。"), post=key)
            return key, person_id
        person_id = person_behind(session, act, by)
        for party in manned_posts(session, act.room_key):
            post_key = party.removeprefix("post:")
            if self._standing_at(session, act, post_key) == person_id:
                return post_key, person_id
        raise NotOnDuty(mark("此人此刻不在岗位上,不能代答。"))

    def _standing_at(self, session: Session, act: Act, post_key: str) -> str | None:
        there = presence.at_post(session, act.room_key, post_key, act.at)
        if there is not None or hands_over(session, act.room_key, act.at):
            return there
        for place in on_duty_at(session, act.room_key, act.at):
            if place.post_key == post_key:
                return place.present_person
        return None


def _changed(times: PresenceTimes, changes: PresenceChanges) -> PresenceTimes:
    return replace(
        times,
        night_from=changes.night_from or times.night_from,
        night_until=changes.night_until or times.night_until,
        night=_span(changes.night_minutes, times.night) or times.night,
        day=_span(changes.day_minutes, times.day),
        incident=_span(changes.incident_minutes, times.incident),
    )


def _span(minutes: int | None, before: timedelta | None) -> timedelta | None:
    if minutes is None:
        return before
    return timedelta(minutes=minutes) if minutes else None
