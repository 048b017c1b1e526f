"""The sample room is what cli.md says of it, on any date, and its day before can be told."""

import functools
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from console.sample.people import sample_people
from console.sample.room import (
    SAMPLE_KEY,
    SAMPLE_PIN,
    fill_sample_room,
    make_sample_room,
    standing_posts,
)
from console.sample.roster import sample_shifts
from console.sample.story import LETTERS_KEPT, make_sample
from console.wiring import load_rules
from plans.channels.spool import SpoolChannel
from plans.command_centres import load_command_centres
from plans.mail_rules import load_mail_rules
from plans.postman import Rounds
from plans.tables import Alert, Mail
from records.act import Act
from records.contact_points import contact_points_of
from records.database import Database
from records.duty_log import head, verify_chain
from records.signing import PinAnswer, check_pin, hash_pin
from records.tables import Base, LogEntry, Person, Unit
from schedules.calendar import local_instant
from schedules.holidays import read_calendar
from schedules.report_calendar import reports_due
from schedules.rounds import OpenDue
from schedules.shifts import on_duty_at, standing_holder
from schedules.tables import Assignment, Finding, Obligation, Post, PostHolder, Shift

ZONE = ZoneInfo("Asia/Shanghai")
RULES = load_rules()
AT = datetime(2026, 3, 16, 9, tzinfo=UTC)
COUNTY_BODIES = [
    "410402",
    "410403",
    "410404",
    "410411",
    "410421",
    "410422",
    "410423",
    "410425",
    "410471",
    "410472",
    "410481",
    "410482",
]


def fill(database: Database, at: datetime = AT, *, pin_hash: str | None = None) -> None:
    act = Act(SAMPLE_KEY, at, "room:demo")
    with database.write() as session:
        make_sample_room(session, act, RULES.schedules)
        fill_sample_room(
            session,
            act,
            RULES.schedules,
            around=at.astimezone(ZONE).date(),
            days_after=10,
            pin_hash=pin_hash,
        )


def in_memory() -> Database:
    database = Database.in_memory()
    Base.metadata.create_all(database.engine)
    return database


def rows_of(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }


def test_every_date_from_2020_to_2035_has_the_three_shifts_at_their_hours():
    shifts = sample_shifts(date(2020, 1, 1), date(2035, 12, 31), ZONE)
    days = (date(2035, 12, 31) - date(2020, 1, 1)).days + 1
    assert Counter(shift.kind for shift in shifts) == {"day": days, "night": days, "lead": days}
    hours = {
        (shift.kind, shift.starts_at.astimezone(ZONE).time(), shift.ends_at - shift.starts_at)
        for shift in shifts
    }
    assert hours == {
        ("day", time(8, 30), timedelta(hours=9)),
        ("night", time(17, 30), timedelta(hours=15)),
        ("lead", time(8, 30), timedelta(hours=24)),
    }
    for shift in shifts:
        assert shift.key == f"{shift.kind}:{shift.starts_at.astimezone(ZONE).date()}"
        posts = {"shift_lead", "shift_lead_b", "driver"}
        assert set(shift.people) == ({"primary", "secondary"} if shift.kind != "lead" else posts)


def test_nobody_stands_two_shifts_that_touch_nor_two_posts_at_once():
    shifts = sample_shifts(date(2020, 1, 1), date(2035, 12, 31), ZONE)
    free_from: dict[str, datetime] = {}
    for shift in sorted(shifts, key=lambda each: each.starts_at):
        people = [person for person in shift.people.values() if person is not None]
        assert len(set(people)) == len(shift.people)
        for person in people:
            assert free_from.get(person, shift.starts_at - timedelta(1)) < shift.starts_at
            free_from[person] = shift.ends_at


def test_work_at_night_and_leading_on_sundays_go_round():
    shifts = sample_shifts(date(2026, 1, 1), date(2026, 12, 31), ZONE)
    nights = Counter(
        person for shift in shifts if shift.kind == "night" for person in shift.people.values()
    )
    sundays = Counter(
        shift.people["shift_lead"]
        for shift in shifts
        if shift.kind == "lead" and shift.starts_at.astimezone(ZONE).weekday() == 6
    )
    assert len(nights) == 20
    assert max(nights.values()) - min(nights.values()) <= 2
    assert len(sundays) == 7


def test_the_units_are_those_of_the_contract(database: Database):
    fill(database)
    with database.read() as session:
        units = session.execute(select(Unit.id, Unit.kind, Unit.parent_id)).all()
        emails = contact_points_of(
            session, SAMPLE_KEY, [f"unit:{unit.id}" for unit in units], "email"
        )
    assert len(units) == 2680
    assert Counter(unit.kind for unit in units) == {
        "county_body": 12,
        "chem_producer": 34,
        "mine": 33,
        "fireworks_store": 8,
        "chem_trader": 508,
        "industry": 2085,
    }
    assert sorted(unit.id for unit in units if unit.kind == "county_body") == COUNTY_BODIES
    assert sorted(unit.id for unit in units if unit.kind == "chem_producer") == [
        f"chem-{number:02d}" for number in range(1, 35)
    ]
    assert all(unit.parent_id in COUNTY_BODIES for unit in units if unit.kind != "county_body")
    assert all(len(found) == 1 and found[0].endswith("@duty.example") for found in emails.values())


def test_everybody_has_a_number_an_address_and_the_same_pin(database: Database):
    fill(database, pin_hash=hash_pin(SAMPLE_PIN, cheap=True))
    with database.write() as session:
        people = session.scalars(select(Person.id).order_by(Person.id)).all()
        assert people == [f"p{number:03d}" for number in range(1, 67)]
        emails = contact_points_of(
            session, SAMPLE_KEY, [f"person:{person}" for person in people], "email"
        )
        assert emails == {f"person:{person}": [f"{person}@duty.example"] for person in people}
        for person in ("p001", "p009", "p066"):
            answer = check_pin(session, SAMPLE_KEY, person, "246810", AT, RULES.pins)
            assert answer is PinAnswer.RIGHT


def test_names_are_unlike_within_a_body_so_that_an_import_finds_them_known():
    people = [(person["name"], person["body"]) for person in sample_people()]
    assert len(set(people)) == len(people)
    assert all(person["pinyin"] for person in sample_people())


def test_the_posts_have_their_partners_and_their_duties(database: Database):
    fill(database)
    with database.read() as session:
        rows = session.execute(select(Post.key, Post.partner_key, Post.is_manned)).all()
        leader = standing_holder(session, SAMPLE_KEY, "duty_leader", AT)
        holders = session.scalars(select(PostHolder.person_id)).all()
        rostered = set(session.scalars(select(Assignment.person_id)))
    partners = {row.key: row.partner_key for row in rows if row.is_manned}
    assert partners == {
        "primary": "secondary",
        "secondary": "primary",
        "shift_lead": "shift_lead_b",
    }
    assert leader == "p001"
    assert len(set(holders)) == len(holders) == 37
    assert not rostered & set(holders)


def test_general_hq_and_eleven_centres_each_have_commander_deputy_and_office():
    centres = load_command_centres()
    keys = [post.key for post in standing_posts(centres)]
    assert len(centres.centre) == 11
    assert len(set(keys)) == 36
    assert keys[:3] == ["general_hq.commander", "general_hq.deputy", "general_hq.office"]
    assert {"flood.commander", "environment.office"} <= set(keys)


@pytest.mark.parametrize(
    ("kind", "centre"),
    [
        ("acc.mine.coal", "mine"),
        ("nat.weather.rain", "flood"),
        ("nat.weather.fog", "weather"),
        ("acc.utility.gas", "construction_utilities"),
        ("health.food", None),
    ],
)
def test_an_incident_kind_belongs_to_one_centre_or_to_general_hq(kind: str, centre: str | None):
    leading = load_command_centres().leading_in(kind)
    assert (leading.key if leading else None) == centre


def due(database: Database, report: str, first: date, last: date) -> list[str]:
    with database.read() as session:
        calendar = read_calendar(session, SAMPLE_KEY)
    start = local_instant(first, time(0), ZONE)
    end = local_instant(last, time(0), ZONE) + timedelta(days=1)
    found = reports_due(RULES.schedules.reports[report], calendar, ZONE, start, end)
    return [f"{each.due_at.astimezone(ZONE):%m-%d %H:%M}" for each in found]


def test_the_weekly_dispatch_goes_round_the_spring_festival_of_2026():
    database = in_memory()
    fill(database)
    assert due(database, "weekly_dispatch", date(2026, 2, 2), date(2026, 3, 2)) == [
        "02-02 09:00",
        "02-09 09:00",
        "02-24 09:00",
        "03-02 09:00",
    ]


def test_the_monthly_statistics_move_to_the_next_workday_after_the_fifth():
    database = in_memory()
    fill(database)
    assert due(database, "monthly_statistics", date(2026, 2, 1), date(2026, 7, 31)) == [
        "02-05 17:00",
        "03-05 17:00",
        "04-07 17:00",
        "05-06 17:00",
        "06-05 17:00",
        "07-06 17:00",
    ]


def test_what_is_owed_on_an_ordinary_monday_is_what_the_contract_lists():
    database = in_memory()
    fill(database)
    with database.write() as session:
        OpenDue(RULES.schedules).run(session, now=AT)
        rows = session.scalars(
            select(Obligation).where(Obligation.due_at < AT + timedelta(hours=24))
        ).all()
    owed = Counter(
        (row.kind, row.subject if row.kind == "routine_report" else row.owed_by, str(row.due_at))
        for row in rows
    )
    assert owed == {
        # 17:00 sharp is owed too: nothing that falls due from the first instant on is left out.
        ("routine_report", "report:county_duty_situation", "2026-03-16 09:00:00+00:00"): 12,
        ("routine_report", "report:risk_commitment", "2026-03-17 02:00:00+00:00"): 34,
        ("sign_in", "post:primary", "2026-03-16 09:30:00+00:00"): 1,
        ("sign_in", "post:secondary", "2026-03-16 09:30:00+00:00"): 1,
        ("sign_in", "post:primary", "2026-03-17 00:30:00+00:00"): 1,
        ("sign_in", "post:secondary", "2026-03-17 00:30:00+00:00"): 1,
        ("sign_in", "post:shift_lead", "2026-03-17 00:30:00+00:00"): 1,
    }
    assert {row.missed_at - row.due_at for row in rows if row.kind == "sign_in"} == {
        timedelta(minutes=15)
    }
    assert {row.missed_at - row.due_at for row in rows if row.kind != "sign_in"} == {
        timedelta(minutes=60)
    }


def test_the_same_day_gives_the_same_rows():
    one, other = in_memory(), in_memory()
    fill(one)
    fill(other)
    assert rows_of(one) == rows_of(other)


def test_the_roster_reaches_from_before_the_first_instant_to_the_last_day_asked_for():
    database = in_memory()
    fill(database)
    with database.read() as session:
        assert session.scalar(select(Shift.key).order_by(Shift.starts_at)) == "day:2026-03-14"
        assert len(on_duty_at(session, SAMPLE_KEY, AT)) == 5


# The story -------------------------------------------------------------------------------------

HOURS = [
    "2026-11-23T00:30:10+08:00",
    "2026-11-23T04:30:00+08:00",
    "2026-11-23T08:29:30+08:00",
    "2026-11-23T08:31:00+08:00",
    "2026-11-23T09:08:00+08:00",
    "2026-11-22T13:30:00+08:00",
    "2026-11-23T17:05:00+08:00",
    "2026-02-17T17:40:00+08:00",
    "2029-06-05T22:00:59+08:00",
]


@functools.cache
def told_until(text: str) -> Database:
    """Stories take a second each; tests that only read share them."""
    return told(datetime.fromisoformat(text))


def told(now: datetime, spool: SpoolChannel | None = None) -> Database:
    database = in_memory()
    rounds = Rounds(None, load_mail_rules().retry_table)
    make_sample(database, now, RULES, rounds, spool=spool)
    return database


@pytest.mark.parametrize("text", HOURS)
def test_at_any_hour_something_is_overdue_and_a_post_is_not_signed_in(text: str):
    now = datetime.fromisoformat(text)
    database = told_until(text)
    with database.read() as session:
        assert verify_chain(session, SAMPLE_KEY) == head(session, SAMPLE_KEY)[0]
        overdue = session.scalars(
            select(Obligation.owed_by).where(
                Obligation.fulfilled_at.is_(None), Obligation.state.in_(["late", "missed"])
            )
        ).all()
        nearby = on_duty_at(session, SAMPLE_KEY, now) + on_duty_at(
            session, SAMPLE_KEY, now + timedelta(minutes=14)
        )
    units = [owed_by for owed_by in overdue if owed_by.startswith("unit:")]
    posts = [owed_by for owed_by in overdue if owed_by.startswith("post:")]
    assert 2 <= len(units) <= 4
    assert len(posts) <= 1
    unsigned = {
        place.post_key
        for place in nearby
        if place.signed_in_by is None and place.post_key not in {"shift_lead_b", "driver"}
    }
    assert unsigned == {"secondary"}


@pytest.mark.parametrize("text", HOURS)
def test_the_story_floods_nobody_and_all_its_mails_are_accepted(text: str):
    now = datetime.fromisoformat(text)
    database = told_until(text)
    with database.read() as session:
        states = Counter(session.scalars(select(Mail.state)))
        findings = session.execute(select(Finding.kind, Finding.judged, Finding.late_seconds)).all()
        unacknowledged = session.scalars(
            select(Alert.id).where(Alert.acknowledged_at.is_(None), Alert.stage == "told")
        ).all()
        last = session.scalar(select(LogEntry.at).order_by(LogEntry.seq.desc()))
        faults = session.scalars(
            select(LogEntry.text).where(LogEntry.act.in_(["set_aside", "watch_fault"]))
        ).all()
    assert set(states) == {"accepted"}
    assert sum(states.values()) <= 60
    assert [tuple(row) for row in findings if row.kind == "late_at_post"] == [
        ("late_at_post", "suspected", 360)
    ]
    assert unacknowledged
    assert last is not None
    assert last <= now
    assert faults == []


def test_right_after_a_change_of_shift_the_secondarys_alert_is_climbing():
    now = datetime.fromisoformat("2026-11-23T17:42:00+08:00")
    database = told(now)
    with database.read() as session:
        steps = session.scalars(
            select(Alert.ladder_step)
            .join(Obligation, Obligation.id == Alert.obligation_id)
            .where(Obligation.owed_by == "post:secondary", Obligation.fulfilled_at.is_(None))
        ).all()
    assert Counter(steps) == {1: 2, 2: 1, 3: 1}


def test_the_same_instant_gives_the_same_story():
    now = datetime.fromisoformat(HOURS[-1])
    one, other = told(now), told(now)
    with one.read() as session, other.read() as another:
        assert head(session, SAMPLE_KEY) == head(another, SAMPLE_KEY)


def test_the_last_mails_of_the_story_lie_in_the_spool_and_no_more(tmp_path: Path):
    now = datetime.fromisoformat("2026-11-23T18:14:00+08:00")
    database = told(now, SpoolChannel(tmp_path, "duty@duty.example"))
    with database.read() as session:
        mails = session.scalars(select(Mail.id)).all()
    assert len(list(tmp_path.glob("*.eml"))) == min(len(mails), LETTERS_KEPT)
