"""The board says what holds at one instant, whatever the size of the house."""

from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select, update

from console.board import Presence
from plans.mail_states import MailState
from plans.tables import Mail
from records.duty_log import Entry, append
from records.errors import NotFound
from records.language import Sentence
from schedules import obligations
from schedules.findings import FindingKind
from schedules.outstanding import ObligationState
from schedules.tables import HolidayYear, Obligation
from tests.console.scene import PIN, Scene, local


def lines_of(board):
    return [(line.words.zh, line.missing, line.owed) for line in board.overdue]


def test_the_post_nobody_signed_in_at_comes_before_the_reports(scene) -> None:
    board = scene.reader.read()
    assert lines_of(board) == [("值班员(副班) 签到", 1, 1), ("每日值班情况", 2, 4)]
    assert [each.name for each in board.overdue[1].owing] == ["石龙区", "湛河区"]
    assert board.overdue[0].state is ObligationState.LATE


def test_an_open_alert_says_its_step_whom_it_told_and_what_follows(scene) -> None:
    told = scene.reader.read().open_alerts[0].told
    assert told.step == 3
    assert set(told.people) == {"赵敏", "王五", "欧阳建国", "孙丽"}
    assert told.since == local("2026-03-16 17:30")
    assert told.next_at == local("2026-03-16 17:45")
    assert [words.zh for words in told.next_tells] == ["值班局领导"]


def test_each_post_says_who_is_there_since_when_and_how_to_reach_them(scene) -> None:
    posts = {post.key: post for post in scene.reader.read().posts}
    assert posts["primary"].presence is Presence.SIGNED_IN
    assert posts["primary"].signed_in_at == local("2026-03-16 17:25")
    assert posts["primary"].telephone == "13800000004"
    assert posts["secondary"].presence is Presence.NOT_SIGNED_IN
    assert posts["secondary"].owes_since == local("2026-03-16 17:30")
    assert posts["driver"].presence is Presence.GAP
    assert posts["shift_lead_b"].presence is Presence.ON_CALL
    assert posts["duty_leader"].person == "孙丽"


def test_what_falls_due_next_is_nearest_first_with_its_counts(scene) -> None:
    due = scene.reader.read().due_next
    assert [line.due_at for line in due] == sorted(line.due_at for line in due)
    reports = [(line.words.zh, line.done, line.owed) for line in due if line.owed > 1]
    assert reports == [("每日值班情况", 0, 4)]


def test_a_matter_that_was_taken_says_by_whom_and_when_it_comes_back(scene) -> None:
    scene.actions.acknowledge_alert(
        acknowledged_by="person:p001", owed_by="post:secondary", by="post:primary", pin=PIN
    )
    line = scene.reader.read().taken[0]
    assert (line.acknowledged_by, line.returns_at) == ("欧阳建国", local("2026-03-16 18:11"))
    assert line.told is None
    scene.advance_to("18:12")
    assert scene.reader.read().taken[0].returns_at == local("2026-03-16 18:41")


def test_a_late_sign_in_leaves_the_board_as_a_finding(scene) -> None:
    scene.actions.sign_in(by="post:secondary", pin=PIN, reason="堵车")
    board = scene.reader.read()
    assert lines_of(board) == [("每日值班情况", 2, 4)]
    [finding] = board.findings
    assert (finding.kind, finding.person) == (FindingKind.LATE_AT_POST, "赵敏")
    assert (finding.late_seconds, finding.explanation) == (660, "堵车")


def test_the_token_changes_with_every_entry_and_every_pulse(scene) -> None:
    first = scene.reader.quick_token()
    assert first == scene.reader.read().token
    scene.actions.add_log(text="x", by="post:primary")
    second = scene.reader.quick_token()
    assert (second.seq, second.pulse_at) == (first.seq + 1, first.pulse_at)
    scene.clock.move_to(scene.clock.now() + timedelta(seconds=1))
    scene.beat()
    assert scene.reader.quick_token().pulse_at == scene.clock.now()


def test_waiting_delayed_and_refused_mails_are_counted_apart(scene) -> None:
    now = scene.clock.now()
    with scene.database.write() as session:
        for number, (state, attempts) in enumerate(
            [(MailState.WAITING, 0), (MailState.WAITING, 2), (MailState.REFUSED, 1)], start=1
        ):
            next_try_at = None if state is MailState.REFUSED else now
            session.execute(
                update(Mail)
                .where(Mail.id == number)
                .values(state=state.value, attempts=attempts, next_try_at=next_try_at)
            )
    mail = scene.reader.read().mail
    assert (mail.waiting, mail.delayed, mail.refused) == (2, 1, 1)
    shown = [(line.state, line.is_delayed) for line in scene.reader.mails()[:2]]
    assert shown == [(MailState.REFUSED, False), (MailState.WAITING, True)]


def test_a_row_that_was_set_aside_is_shown_until_it_is_looked_at_again(scene) -> None:
    now = scene.clock.now()
    with scene.database.write() as session:
        number = session.scalars(
            select(Obligation.id).where(
                Obligation.owed_by == "post:secondary", Obligation.state == "late"
            )
        ).one()
        obligations.set_aside(session, number, "ValueError", now=now)
        entry = Entry("set_aside", Sentence("x"), "room:room", "", {"obligation": number})
        append(session, "room", now, [entry])
    [line] = scene.reader.read().set_aside
    assert (line.id, line.words.zh, line.why) == (number, "值班员(副班) 签到", "ValueError")
    scene.clock.move_to(now + timedelta(hours=1))
    assert scene.reader.read().set_aside == ()


def test_from_december_on_a_year_without_holidays_is_named(scene) -> None:
    assert scene.reader.read().year_without_holidays is None
    scene.clock.move_to(local("2026-12-01 00:00"))
    assert scene.reader.read().year_without_holidays == 2027
    with scene.database.write() as session:
        session.execute(
            insert(HolidayYear).values(room_key="room", year=2027, loaded_at=scene.clock.now())
        )
    assert scene.reader.read().year_without_holidays is None


def test_the_reports_of_a_day_name_state_lateness_and_chase(scene) -> None:
    found = {line.unit: line for line in scene.reader.reports().lines}
    assert found["新华区"].late_seconds == 0
    assert (found["卫东区"].late_seconds, found["卫东区"].is_nil) == (1200, True)
    assert found["石龙区"].chase_words == "半小时内报"
    assert found["石龙区"].promised_at == local("2026-03-16 17:50")
    assert found["湛河区"].fulfilled_at is None
    assert scene.reader.reports(days_back=1).lines == ()


def test_the_log_comes_by_pages_and_by_search(scene) -> None:
    page = scene.reader.log_page(limit=5)
    assert [entry.seq for entry in page.entries] == list(range(page.head, page.head - 5, -1))
    below = scene.reader.log_page(before_seq=page.entries[-1].seq, limit=1)
    assert below.entries[0].seq == page.head - 5
    found = scene.reader.log_page(sought="石龙区")
    assert found.entries
    assert all("石龙区" in entry.text for entry in found.entries)


def test_people_are_found_by_pinyin_initials(scene) -> None:
    assert [person.name for person in scene.reader.people("oyjg")] == ["欧阳建国"]


def test_a_room_that_is_not_there_is_not_found(scene) -> None:
    scene.reader._room_key = "nowhere"
    with pytest.raises(NotFound):
        scene.reader.read()


def test_a_flood_of_reports_does_not_push_a_post_off_the_board(scene) -> None:
    flood(scene, 3_000)
    board = scene.reader.read()
    assert board.overdue[0].words.zh == "值班员(副班) 签到"
    assert board.is_more_overdue


def test_the_number_of_statements_does_not_grow_with_the_house(scene) -> None:
    """What is read is bounded by limits, each statement by an index."""
    few = statements(scene)
    flood(scene, 3_000)
    assert statements(scene) <= few + 4


def flood(scene: Scene, count: int) -> None:
    """Make so many units owe the report of 17:35."""
    due_at = local("2026-03-16 17:35")
    rows = [
        {
            "room_key": "room",
            "occurrence": f"flood{number}",
            "kind": "routine_report",
            "subject": "report:county_duty_situation",
            "owed_by": f"unit:x{number}",
            "rule": "",
            "source": "",
            "ladder": "reporting",
            "is_top_priority": False,
            "is_drill": False,
            "arose_at": due_at,
            "due_at": due_at,
            "missed_at": due_at + timedelta(hours=1),
            "state": "late",
            "note": "",
        }
        for number in range(count)
    ]
    with scene.database.write() as session:
        session.execute(insert(Obligation), rows)


def statements(scene: Scene) -> int:
    found = []
    listener = lambda *args: found.append(args[2])  # noqa: E731  an event wants one callable
    event.listen(scene.database.engine, "before_cursor_execute", listener)
    scene.reader.read()
    event.remove(scene.database.engine, "before_cursor_execute", listener)
    return len(found)
