"""A room is made with its log, its posts and holidays, and owes nothing from before."""

from datetime import UTC, date, datetime

from sqlalchemy import select

from console.rooms import make_room
from records.act import Act
from records.database import Database
from records.duty_log import verify_chain
from records.tables import DutyRoom, LogEntry
from schedules import openings
from schedules.holidays import read_calendar
from schedules.rules import load_schedule_rules
from schedules.tables import Post

AT = datetime(2026, 3, 16, 9, tzinfo=UTC)
RULES = load_schedule_rules()


def make(database: Database, *, posts: bool) -> None:
    with database.write() as session:
        make_room(
            session,
            Act("room", AT, "room:room"),
            key="room",
            name="值班室",
            timezone="Asia/Shanghai",
            telephone="0375-0900000",
            site="duty.example",
            code_seed="seed",
            is_sample=False,
            rules=RULES,
            posts=posts,
        )


def test_a_new_room_begins_with_the_posts_of_the_catalogue_in_their_order(database: Database):
    make(database, posts=True)
    with database.read() as session:
        posts = session.execute(select(Post.key, Post.is_manned).order_by(Post.turn)).all()
        room = session.execute(select(DutyRoom.opened_at, DutyRoom.is_sample)).one()
    assert [post.key for post in posts] == [rule.key for rule in RULES.posts]
    assert {post.key for post in posts if post.is_manned} == {"primary", "secondary", "shift_lead"}
    assert tuple(room) == (AT, False)


def test_a_room_can_begin_without_any_post(database: Database):
    make(database, posts=False)
    with database.read() as session:
        assert session.scalars(select(Post)).all() == []


def test_a_new_room_owes_from_its_first_instant_on_and_its_log_verifies(database: Database):
    make(database, posts=True)
    with database.read() as session:
        assert openings.opened_until(session, "room") == AT
        count = verify_chain(session, "room")
        acts = session.scalars(select(LogEntry.act).order_by(LogEntry.seq)).all()
    assert count == len(acts)
    assert acts[0] == "make_room"


def test_a_new_room_knows_the_holidays_of_every_notice_in_the_catalogue(database: Database):
    make(database, posts=False)
    with database.read() as session:
        calendar = read_calendar(session, "room")
    assert calendar.years == {notice.year for notice in RULES.holidays}
    assert not calendar.is_workday(date(2026, 2, 16))
    assert calendar.is_workday(date(2026, 2, 14))
