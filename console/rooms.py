"""Making a room: its row, its duty log, the posts and holidays of the catalogue, its opening."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import insert
from sqlalchemy.orm import Session

from records import duty_log
from records.act import Act
from records.duty_log import Entry
from records.language import Sentence, mark
from records.tables import DutyRoom
from schedules import openings
from schedules.calendar import days
from schedules.holidays import load_year
from schedules.rules import HolidayNotice, PostRule, ScheduleRules
from schedules.tables import Post


def make_room(  # noqa: PLR0913  a room has as many facts
    session: Session,
    act: Act,
    *,
    key: str,
    name: str,
    timezone: str,
    telephone: str,
    site: str,
    code_seed: str,
    is_sample: bool,
    rules: ScheduleRules,
    posts: bool,
) -> None:
    """Make a room; it owes nothing that fell due before `act.at`.

    Args:
        session: A write session.
        act: When and by whom; its room is the new one.
        key: What the room is called in parties and tables, such as "demo".
        name: What people call it.
        timezone: The name of its zone, such as "Asia/Shanghai".
        telephone: The duty telephone, as mails give it.
        site: The right side of its Message-IDs.
        code_seed: What the four-digit codes of its alerts are derived from.
        is_sample: Whether all people and units in it are invented.
        rules: The catalogues; posts and holidays are taken from them.
        posts: Whether it begins with the posts of the catalogue, or with none.
    """
    session.execute(
        insert(DutyRoom).values(
            key=key,
            name=name,
            parent_key=None,
            timezone=timezone,
            telephone=telephone,
            site=site,
            code_seed=code_seed,
            is_sample=is_sample,
            opened_at=act.at,
        )
    )
    duty_log.open_log(session, key)
    openings.begin(session, key, act.at)
    sentence = Sentence(mark("值班室{name}建立({key})。"), {"name": name, "key": key})
    entry = Entry("make_room", sentence, act.operator, f"room:{key}", {"timezone": timezone})
    duty_log.append(session, key, act.at, [entry])
    if posts:
        add_posts(session, key, rules.posts)
    for notice in rules.holidays:
        _load(session, Act(key, act.at, act.operator), notice)


def add_posts(session: Session, room_key: str, posts: Iterable[PostRule], turn: int = 1) -> None:
    """Store posts in their order, numbered from `turn`; the caller records the entry."""
    rows = [
        {
            "room_key": room_key,
            "key": post.key,
            "name": post.name,
            "name_en": post.name_en,
            "capacity": post.capacity,
            "is_manned": post.manned,
            "is_standing": post.standing,
            "partner_key": post.partner,
            "turn": number,
        }
        for number, post in enumerate(posts, start=turn)
    ]
    if rows:
        session.execute(insert(Post), rows)


def _load(session: Session, act: Act, notice: HolidayNotice) -> None:
    days_off: dict[date, str] = {}
    workdays: dict[date, str] = {}
    for span in notice.holiday:
        days_off |= dict.fromkeys(days(span.first, span.last), span.name)
        workdays |= dict.fromkeys(span.workdays, span.name)
    load_year(session, act, notice.year, days_off, workdays)
