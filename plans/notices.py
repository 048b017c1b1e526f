"""Notices: mails that are no alerts (you come on duty, your shift moved, this week's duty).

A notice is a mail that is worded when it is stored: nobody acknowledges it, nothing climbs, and a
retry says the same. The same notice is stored once, whoever stores it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from plans.mail_states import MailState
from plans.message_ids import message_id, thread_id
from plans.tables import Mail
from records.act import Act
from records.contact_points import Channel, contact_points_of
from records.duty_log import Entry, append
from records.language import Bilingual, Language, Sentence, mark
from records.tables import DutyRoom, Person
from schedules.calendar import local_day, local_instant, local_minute
from schedules.openers import Room
from schedules.tables import Assignment, Post, Shift

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Notice:
    """What one person is told; `key` says which notice it is, so that it is stored once."""

    key: str
    person_id: str
    subject: Sentence
    lines: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """One assignment that a notice speaks of."""

    shift_key: str
    starts_at: datetime
    ends_at: datetime
    post_key: str
    post: Bilingual
    person_id: str


def send_notices(session: Session, act: Act, notices: Sequence[Notice], language: Language) -> int:
    """Store these notices as mails to be sent at once; return how many were new.

    Who has no e-mail address gets none: a notice is a courtesy, the roster itself is published.

    Rule: R-MAIL-05
    """
    found = contact_points_of(
        session, act.room_key, {f"person:{each.person_id}" for each in notices}, Channel.EMAIL
    )
    wanted = {f"notice/{each.key}/{each.person_id}": each for each in notices}
    there = set(
        session.scalars(
            select(Mail.group_key).where(
                Mail.room_key == act.room_key, Mail.group_key.in_(sorted(wanted))
            )
        )
    )
    room = session.get_one(DutyRoom, act.room_key)
    rows = [
        _row(room, act, key, each, language)
        for key, each in wanted.items()
        if key not in there and found.get(f"person:{each.person_id}")
    ]
    if rows:
        session.execute(insert(Mail), rows)
        sentence = Sentence(mark("发出值班通知{count}封。"), {"count": len(rows)})
        data = {"recipients": [row["recipient"] for row in rows]}
        entry = Entry("send_notices", sentence, act.operator, "roster", data)
        append(session, act.room_key, act.at, [entry])
    return len(rows)


def _row(
    room: DutyRoom, act: Act, key: str, notice: Notice, language: Language
) -> dict[str, object]:
    recipient = f"person:{notice.person_id}"
    footer = Sentence(
        mark("{room} 值班电话 {telephone}。本邮件是通知,不需要确认。"),
        {"room": room.name, "telephone": room.telephone or "—"},
    )
    lines = [*(each.said_in(language) for each in notice.lines), "", footer.said_in(language)]
    return {
        "room_key": act.room_key,
        "group_key": key,
        "message_id": message_id(key, recipient, room.site),
        "thread": thread_id(key, room.site),
        "recipient": recipient,
        "is_top_priority": False,
        "is_drill": False,
        "is_digest": False,
        "at": act.at,
        "state": MailState.WAITING.value,
        "next_try_at": act.at,
        "attempts": 0,
        "contact_turn": 1,
        "subject": notice.subject.said_in(language),
        "body": "\n".join(lines),
        "last_reply": "",
    }


class DutyNotices:
    """Tells people that they come on duty, and on what days of the coming week.

    It is given the same spans as what opens obligations: a day and more ahead.
    """

    def __init__(self, language: Language) -> None:
        self._language = language

    def open(self, session: Session, act: Act, room: Room, span: tuple[datetime, datetime]) -> int:
        """Store the notices of the shifts that begin in the span; obligations are none of them.

        Rule: R-MAIL-05
        """
        notices = [coming(room, duty) for duty in duties(session, room.key, *span)]
        for monday in _mondays(room, span):
            week = duties(session, room.key, monday, monday + _WEEK)
            notices += this_week(room, monday, week)
        send_notices(session, act, notices, self._language)
        return 0


def duties(session: Session, room_key: str, starts: datetime, ends: datetime) -> list[Duty]:
    """Return the assignments of people in service whose shifts begin in `[starts, ends)`."""
    rows = session.execute(
        select(Shift, Assignment.post_key, Assignment.person_id, Post.name, Post.name_en)
        .join(Assignment, Assignment.shift_id == Shift.id)
        .join(Post, (Post.room_key == Shift.room_key) & (Post.key == Assignment.post_key))
        .join(Person, (Person.room_key == Shift.room_key) & (Person.id == Assignment.person_id))
        .where(
            Shift.room_key == room_key,
            Shift.starts_at >= starts,
            Shift.starts_at < ends,
            Person.retired_at.is_(None),
        )
        .order_by(Shift.starts_at, Post.turn)
    )
    return [
        Duty(shift.key, shift.starts_at, shift.ends_at, key, Bilingual(name, name_en), person_id)
        for shift, key, person_id, name, name_en in rows
        if person_id is not None
    ]


def _said(room: Room, duty: Duty) -> Mapping[str, object]:
    return {
        "post": duty.post,
        "from": local_minute(duty.starts_at, room.zone),
        "to": local_minute(duty.ends_at, room.zone),
    }


def coming(room: Room, duty: Duty) -> Notice:
    """Return the notice that somebody comes on duty."""
    return Notice(
        f"coming/{duty.shift_key}/{duty.post_key}",
        duty.person_id,
        Sentence(mark("【值班通知】您{from}起值班:{post}"), _said(room, duty)),
        (
            Sentence(mark("岗位:{post}"), _said(room, duty)),
            Sentence(mark("时间:{from}至{to}"), _said(room, duty)),
            Sentence(mark("请提前到岗,办理交接并签到;不能到岗请先办理替班。")),
        ),
    )


def this_week(room: Room, monday: datetime, week: Sequence[Duty]) -> list[Notice]:
    """Return each person's notice of the week's duties."""
    day = local_day(monday, room.zone).isoformat()
    people = dict.fromkeys(duty.person_id for duty in week)
    return [
        Notice(
            f"week/{day}",
            person_id,
            Sentence(
                mark("【值班通知】{day}这一周您有{count}个班"), {"day": day, "count": len(own)}
            ),
            tuple(Sentence(mark("{from}至{to} {post}"), _said(room, duty)) for duty in own),
        )
        for person_id in people
        for own in ([duty for duty in week if duty.person_id == person_id],)
    ]


def moved(room: Room, duty: Duty, before: str, after: str, *, turn: int) -> list[Notice]:
    """Return what both are told when a shift passes from one to the other.

    Args:
        room: The room.
        duty: The shift and the post.
        before: Who had it.
        after: Who has it now.
        turn: The number of the request, so that a shift that moves twice is told twice.
    """
    key = f"moved/{turn}/{duty.shift_key}/{duty.post_key}"
    lines = (
        Sentence(mark("岗位:{post}"), _said(room, duty)),
        Sentence(mark("时间:{from}至{to}"), _said(room, duty)),
    )
    gone = Sentence(mark("【值班通知】您{from}的班已由他人接替:{post}"), _said(room, duty))
    given = Sentence(mark("【值班通知】您接替{from}的班:{post}"), _said(room, duty))
    return [Notice(key, before, gone, lines), Notice(key, after, given, lines)]


def _mondays(room: Room, span: tuple[datetime, datetime]) -> list[datetime]:
    """Return the local beginnings of weeks within a span."""
    first = local_day(span[0], room.zone)
    found = []
    day = first - timedelta(days=first.weekday())
    while (monday := local_instant(day, time(0), room.zone)) < span[1]:
        if monday >= span[0]:
            found.append(monday)
        day += _WEEK
    return found
