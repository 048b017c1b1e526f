"""Alerts are stored once, grouped where they are many, taken on by a person, and told as over."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from plans import alerts
from plans.decisions import Recipient, Telling
from plans.mail_rules import load_mail_rules
from plans.mail_states import MailState, Stage
from plans.postman import Rounds, deliver_due
from plans.rounds import DecideAndRaise
from plans.rules import PlanRules, load_plan_rules
from plans.tables import Acknowledgement, Alert, Mail
from records.act import Act
from records.database import Database
from records.duty_log import verify_chain
from records.errors import NotFound
from records.tables import LogEntry
from schedules import obligations
from schedules.obligations import due_for_a_look
from schedules.outstanding import Outstanding
from tests.schedules.owing import act_of, owed, put
from tests.stories.duty_room import ROOM, StoryRoom, local

DUE = local("2026-03-16 16:50")
RULES = load_plan_rules()


@pytest.fixture
def room(database: Database) -> StoryRoom:
    """A duty room a quarter to five, without a roster."""
    return StoryRoom(database)


def outstanding(room: StoryRoom, *parties: str, top: Sequence[str] = ()) -> list[Outstanding]:
    """Return matters that are due at once, one for each party."""
    put(room, *(owed(party, DUE, is_top_priority=party in top) for party in parties))
    with room.database.read() as session:
        return due_for_a_look(session, now=DUE, most=1_000)


def telling(item: Outstanding, who: str = "person:an", step: int = 1) -> Telling:
    return Telling(item, Stage.TOLD, step, DUE, Recipient(who, "duty_officer"))


def tell(room: StoryRoom, *tellings: Telling, late: float = 0, more: bool = False) -> None:
    with room.database.write() as session:
        alerts.raise_all(
            session,
            ROOM,
            tellings,
            RULES,
            now=DUE + timedelta(seconds=late),
            more_to_come=more,
        )


def mails(room: StoryRoom) -> list[tuple[str, bool, int]]:
    """Return recipient, whether it is a digest, and the number of alerts of each mail."""
    with room.database.read() as session:
        told = list(session.scalars(select(Alert.mail_id)))
        return [
            (row.recipient.partition(":")[2], row.is_digest, told.count(row.id))
            for row in session.scalars(select(Mail).order_by(Mail.id))
        ]


def units(count: int) -> list[str]:
    return [f"unit:{n}" for n in range(count)]


def deliver(room: StoryRoom, seconds: float = 0) -> int:
    with room.database.write() as session:
        rounds = Rounds(None, load_mail_rules().retry_table)
        return deliver_due(session, room.letters, rounds, now=DUE + timedelta(seconds=seconds))


def test_one_telling_is_one_alert_with_a_mail_that_waits(room: StoryRoom) -> None:
    (item,) = outstanding(room, "unit:0")
    tell(room, telling(item))
    with room.database.read() as session:
        alert = session.scalars(select(Alert)).one()
        mail = session.scalars(select(Mail)).one()
        assert (alert.stage, alert.ladder_step, alert.late_seconds) == ("told", 1, 0)
        assert (mail.state, mail.next_try_at, mail.attempts) == (MailState.WAITING, DUE, 0)
        assert mail.group_key == alert.alert_key
    tell(room)
    assert len(mails(room)) == 1


def test_the_same_telling_twice_is_refused_by_the_table(room: StoryRoom) -> None:
    (item,) = outstanding(room, "unit:0")
    tell(room, telling(item))
    with pytest.raises(IntegrityError):
        tell(room, telling(item))
    tell(room, telling(item, step=2), telling(item, "person:bo"))
    assert [name for name, _, _ in mails(room)] == ["an", "an", "bo"]


@pytest.mark.parametrize(("late", "seconds"), [(0, 0), (2, 0), (2.5, 2), (3_600, 3_600)])
def test_what_is_told_late_because_of_us_says_so(
    room: StoryRoom, late: float, seconds: int
) -> None:
    (item,) = outstanding(room, "unit:0")
    tell(room, telling(item), late=late)
    with room.database.read() as session:
        assert session.scalars(select(Alert.late_seconds)).one() == seconds


@pytest.mark.rule("R-MAIL-03")
@pytest.mark.parametrize(("count", "letters"), [(3, 3), (4, 1), (40, 1)])
def test_from_four_on_the_alerts_of_a_moment_share_one_mail(
    room: StoryRoom, count: int, letters: int
) -> None:
    items = outstanding(room, *units(count))
    tell(room, *(telling(item) for item in items), telling(items[0], "person:bo"))
    to_an = [mail for mail in mails(room) if mail[0] == "an"]
    assert len(to_an) == letters
    assert sum(alerts_in for _, _, alerts_in in to_an) == count
    assert [mail for mail in mails(room) if mail[0] == "bo"] == [("bo", False, 1)]


def test_top_priority_always_goes_by_itself(room: StoryRoom) -> None:
    items = outstanding(room, *units(6), top=["unit:2", "unit:3"])
    tell(room, *(telling(item) for item in items))
    assert mails(room) == [("an", True, 4), ("an", False, 1), ("an", False, 1)]


def test_the_chunks_of_one_burst_join_one_digest_which_waits_for_them(room: StoryRoom) -> None:
    items = outstanding(room, *units(12))
    tell(room, *(telling(item) for item in items[:6]), more=True)
    assert deliver(room) == 0
    tell(room, *(telling(item) for item in items[6:]))
    assert mails(room) == [("an", True, 12)]
    assert deliver(room, seconds=1) == 1


def test_a_digest_that_was_begun_is_not_joined_and_does_not_stop_the_burst(
    room: StoryRoom,
) -> None:
    """What came later would never be read; the recipient gets a second and a third digest."""
    items = outstanding(room, *units(18))
    for start in (0, 6, 12):
        tell(room, *(telling(item) for item in items[start : start + 6]))
        assert deliver(room) == 1
    assert mails(room) == [("an", True, 6)] * 3
    with room.database.read() as session:
        assert len(set(session.scalars(select(Mail.message_id)))) == 3


def test_a_second_digest_of_a_moment_may_be_joined_too(room: StoryRoom) -> None:
    items = outstanding(room, *units(18))
    tell(room, *(telling(item) for item in items[:6]))
    assert deliver(room) == 1
    tell(room, *(telling(item) for item in items[6:12]), more=True)
    tell(room, *(telling(item) for item in items[12:]))
    assert mails(room) == [("an", True, 6), ("an", True, 12)]


@pytest.mark.rule("R-ACK-01")
@pytest.mark.rule("R-LAD-03")
def test_who_takes_it_on_is_stored_and_all_others_who_were_told_are_told(
    room: StoryRoom,
) -> None:
    items = outstanding(room, "unit:0", "unit:1")
    tell(room, *(telling(item, who) for item in items for who in ("person:an", "person:bo")))
    act = act_of(room, "person:an")
    with room.database.write() as session:
        ids = [item.id for item in items]
        assert alerts.acknowledge(session, act, ids, "person:an", RULES, how="电话") == 2
    with room.database.read() as session:
        open_alerts = select(Alert).where(Alert.acknowledged_at.is_(None))
        taken = session.scalars(open_alerts).all()
        stored = session.scalars(select(Acknowledgement)).all()
        entry = session.scalars(select(LogEntry).where(LogEntry.act == "acknowledge_alert")).one()
        assert {(row.stage, row.recipient, row.ladder_step) for row in taken} == {
            ("taken", "person:bo", 0)
        }
        assert len(taken) == 2
        assert {(row.acknowledged_by, row.operator, row.how) for row in stored} == {
            ("person:an", "person:an", "电话")
        }
        assert entry.text == "安确认接手2项告警。电话"


def test_a_digest_of_the_same_instant_does_not_stop_an_acknowledgement(room: StoryRoom) -> None:
    """The tick and the act of one instant both tell the same people in one mail each."""
    items = outstanding(room, *units(5))
    tell(room, *(telling(item) for item in items))
    deliver(room)
    act = Act(ROOM, DUE, "person:bo")
    with room.database.write() as session:
        alerts.acknowledge(session, act, [item.id for item in items], "person:bo", RULES)
    assert mails(room) == [("an", True, 5), ("an", True, 5)]


def test_taking_on_nothing_is_refused(room: StoryRoom) -> None:
    with room.database.write() as session, pytest.raises(NotFound):
        alerts.acknowledge(session, act_of(room), [], "person:an", RULES)


def test_open_matters_are_those_that_were_told_and_not_taken(room: StoryRoom) -> None:
    items = outstanding(room, "unit:0", "unit:1", "unit:2")
    tell(room, *(telling(item) for item in items[:2]))
    with room.database.write() as session:

        def found(owed_by: str | None = None, **which: str) -> list[int]:
            return alerts.open_matters(session, ROOM, owed_by, **which)

        assert found() == [items[0].id, items[1].id]
        assert found("unit:1") == [items[1].id]
        assert found(kind="sign_in") == []
        assert found(subject=items[0].subject, kind=items[0].kind) == found()
        codes = {alerts.code_of("story", item.id): item.id for item in items}
        for code, number in codes.items():
            assert alerts.with_code(session, ROOM, [number], code) == [number]
        assert alerts.with_code(session, ROOM, found(), "no code") == []
        alerts.acknowledge(session, act_of(room), [items[0].id], "person:cy", RULES)
        obligations.fulfil(session, act_of(room), items[1].id, at=DUE)
        assert found() == []


@pytest.mark.rule("R-LAD-03")
def test_each_who_was_told_is_told_once_that_it_is_over(room: StoryRoom) -> None:
    (item,) = outstanding(room, "unit:0")
    tell(room, telling(item), telling(item, step=2), telling(item, "person:bo"))
    with room.database.write() as session:
        told = alerts.tell_those_who_were_told(session, act_of(room), [item.id], Stage.OVER, RULES)
        assert told == 2
        again = alerts.tell_those_who_were_told(session, act_of(room), [], Stage.OVER, RULES)
        assert again == 0


def test_a_matter_whose_ladder_is_gone_says_that_nobody_can_be_told(room: StoryRoom) -> None:
    """The catalogue was replaced after the matter was opened: it must not be silent."""
    put(room, owed("unit:0", DUE, ladder="vanished"))
    bare = PlanRules({}, RULES.returns_after, RULES.digest_from)
    third = DecideAndRaise(bare)
    for minutes in (0, 5, 15):
        now = DUE + timedelta(minutes=minutes)
        with room.database.write() as session:
            items = due_for_a_look(session, now=now, most=10)
            looks = third.run(session, items, now=now, more_to_come=False)
            obligations.store_looks(session, looks)
    with room.database.read() as session:
        found = session.scalars(select(LogEntry.text).where(LogEntry.act == "nobody_to_tell"))
        texts = list(found)
        verify_chain(session, ROOM)
    assert len(texts) == 2  # when it was late, and when it was missed
    assert "vanished" in texts[0]
