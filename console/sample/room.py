"""The sample room: one city room with people, units, posts, holders and a roster."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlalchemy.orm import Session

from console.rooms import add_posts, make_room
from console.sample.people import DUTY_LEADER, FIRST_COMMANDER, add_people
from console.sample.roster import sample_shifts
from console.sample.units import add_units
from plans.command_centres import CommandCentre, CommandCentres, GeneralHq, load_command_centres
from records.act import Act
from records.duty_log import Entry, append
from records.language import Sentence, mark
from schedules import shifts
from schedules.rules import PostRule, ScheduleRules
from schedules.tables import PostHolder

SAMPLE_KEY = "demo"
SAMPLE_PIN = "246810"  # everybody's; the board says so
TIMEZONE = "Asia/Shanghai"

_STANDING = (
    ("commander", mark("指挥长"), "commander", "commander"),
    ("deputy", mark("副指挥长"), "deputy commander", "deputy_commander"),
    ("office", mark("办公室主任"), "office director", "office_director"),
)


def make_sample_room(session: Session, act: Act, rules: ScheduleRules) -> None:
    """Make the sample room itself, with the catalogue's posts and nobody in it."""
    make_room(
        session,
        act,
        key=act.room_key,
        name="样例市应急管理局值班室",
        timezone=TIMEZONE,
        telephone="0375-0900000",
        site="duty.example",
        code_seed="sample room",
        is_sample=True,
        rules=rules,
        posts=True,
    )


def fill_sample_room(  # noqa: PLR0913  the contract of the sample room
    session: Session,
    act: Act,
    rules: ScheduleRules,
    *,
    around: date,
    days_before: int = 2,
    days_after: int = 400,
    pin_hash: str | None,
) -> None:
    """Fill a room that has the catalogue's posts; the same arguments give the same rows.

    Args:
        session: A write session.
        act: The room's key, from when the commanders hold their posts, and in whose name.
        rules: The catalogues that the room was made with.
        around: The local day that the roster is for.
        days_before: So many days before it the roster begins.
        days_after: So many days after it the roster ends.
        pin_hash: The hash of everybody's PIN; None leaves people without one, for replays.
    """
    people = add_people(session, act, pin_hash)
    units = add_units(session, act)
    centre_posts = standing_posts(load_command_centres())
    add_posts(session, act.room_key, centre_posts, turn=len(rules.posts) + 1)
    _add_holders(session, act, centre_posts)
    sentence = Sentence(
        mark("样例值班室已备好:人员{people}人,单位{units}家,均为虚构。"),
        {"people": people, "units": units},
    )
    entry = Entry("fill_sample_room", sentence, act.operator, f"room:{act.room_key}")
    append(session, act.room_key, act.at, [entry])
    first = around - timedelta(days=days_before)
    last = around + timedelta(days=days_after)
    shifts.publish(session, act, sample_shifts(first, last, ZoneInfo(TIMEZONE)))


def standing_posts(centres: CommandCentres) -> list[PostRule]:
    """Return the posts of commander, deputy and office director, General HQ's first."""
    bodies: tuple[GeneralHq | CommandCentre, ...] = (centres.general_hq, *centres.centre)
    return [
        PostRule(
            key=f"{body.key}.{key}",
            name=f"{body.name}{title}",
            name_en=f"{body.name_en}: {title_en}",
            capacity=capacity,
            standing=True,
        )
        for body in bodies
        for key, title, title_en, capacity in _STANDING
    ]


def _add_holders(session: Session, act: Act, centre_posts: list[PostRule]) -> None:
    holders = {"duty_leader": DUTY_LEADER}
    for number, post in enumerate(centre_posts, start=FIRST_COMMANDER):
        holders[post.key] = f"p{number:03d}"
    session.execute(
        insert(PostHolder),
        [
            {
                "room_key": act.room_key,
                "post_key": post_key,
                "person_id": person_id,
                "from_at": act.at,
                "until_at": None,
            }
            for post_key, person_id in holders.items()
        ],
    )
