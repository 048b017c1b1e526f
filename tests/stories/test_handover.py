"""Stories of the changeover: offered, read back, taken; late, refused, taken over."""

import pytest
from sqlalchemy import select

from console.handover_reading import read_handover
from records.errors import NotAuthorised, NotOnDuty, Refused, WrongState
from records.language import Language
from records.tables import LogEntry
from schedules.answering import responsible
from schedules.handover_tables import HandoverMatter
from schedules.open_matters import read_open_matters
from schedules.tables import Finding, Obligation
from tests.stories.duty_room import ROOM, StoryRoom, local

REPORT = "routine_report/report:county_duty_situation@03-16T17:00"


@pytest.fixture
def evening(room: StoryRoom) -> StoryRoom:
    """A quarter past five: Dee and Eve stand the day, An and Bo come at half past five."""
    room.publish_shift("day", "08:30", 9, primary="dee", secondary="eve")
    room.publish_shift("night", "17:30", 15, primary="an", secondary="bo")
    room.actions.sign_in(by="person:dee", post="primary")
    room.actions.sign_in(by="person:eve", post="secondary")
    room.actions.switch_handovers(on=True, by="person:cy", confirmed_by="person:eve")
    room.advance_to("17:15")
    room.forget()
    return room


def who(room: StoryRoom, at: str, post: str = "primary") -> str | None:
    with room.database.read() as session:
        return responsible(session, ROOM, post, local(f"2026-03-16 {at}"))


def hand_over_secondary(room: StoryRoom) -> None:
    room.actions.offer_handover(by="person:eve")
    room.actions.accept_handover(by="person:bo")
    room.actions.sign_in(by="person:bo")


@pytest.mark.rule("R-HAND-01")
@pytest.mark.rule("R-HAND-03")
def test_a_quiet_handover_moves_responsibility_at_the_start_of_the_shift(
    evening: StoryRoom,
) -> None:
    evening.act_at("17:19:59")
    with pytest.raises(WrongState):
        evening.actions.offer_handover(by="post:primary")
    evening.act_at("17:22")
    evening.actions.sign_in(by="post:primary")
    evening.actions.offer_handover(by="post:primary", words="一切正常")
    hand_over_secondary(evening)
    evening.actions.accept_handover(by="post:primary", words="已核对")
    assert who(evening, "17:29") == "dee"
    assert who(evening, "17:30") == "an"
    evening.advance_to("17:46")
    assert evening.state_of("post:primary", "handover") == ("fulfilled", 0)
    evening.expect_nothing_more()
    evening.actions.review_handover(by="person:dee", words="无遗漏")


@pytest.mark.rule("R-HAND-02")
def test_an_unread_matter_keeps_the_post_with_the_outgoing_officer(room: StoryRoom) -> None:
    room.publish_shift("day", "08:30", 9, primary="dee", secondary="eve")
    room.publish_shift("night", "17:30", 15, primary="an", secondary="bo")
    room.actions.sign_in(by="person:dee", post="primary")
    room.actions.switch_handovers(on=True, by="person:cy", confirmed_by="person:eve")
    room.add_units("north", "south")
    room.act_at("17:22")
    room.actions.offer_handover(by="person:dee")
    with pytest.raises(Refused, match="每日值班情况"):
        room.actions.accept_handover(by="person:an")
    assert who(room, "17:40") == "dee"
    room.actions.answer_matter(by="person:an", item=REPORT, confirmed=False, words="未见催报")
    with pytest.raises(Refused, match="不予接受"):
        room.actions.accept_handover(by="person:an")
    room.actions.receive_report(unit="unit:north", report="county_duty_situation")
    room.actions.answer_matter(by="person:an", item=REPORT, confirmed=True, words="南局待催")
    room.actions.accept_handover(by="person:an")
    with room.database.read() as session:
        carried = session.execute(
            select(HandoverMatter.key, HandoverMatter.is_carried, HandoverMatter.words)
        ).all()
    assert [tuple(row) for row in carried] == [(REPORT, True, "南局待催")]
    room.forget()


@pytest.mark.rule("R-HAND-01")
def test_a_late_relief_climbs_the_ladder_and_the_outgoing_officer_stays(
    evening: StoryRoom,
) -> None:
    evening.act_at("17:22")
    hand_over_secondary(evening)
    evening.advance_to("17:40")
    assert who(evening, "17:40") == "dee"
    about = [row for row in evening.alerts() if row[4] == "primary"]
    assert len(about) == 6  # sign-in and handover: the officer and the partner, then the leader
    evening.act_at("17:42")
    evening.actions.sign_in(by="person:an")
    evening.actions.offer_handover(by="person:dee")
    with pytest.raises(NotOnDuty):
        evening.actions.accept_handover(by="person:cy", post="primary")
    evening.actions.accept_handover(by="person:an")
    assert evening.state_of("post:primary", "handover") == ("late", 720)
    assert [who(evening, at) for at in ("17:41:59", "17:42")] == ["dee", "an"]
    # The late arrival is one finding; the late handover that follows from it is not another.
    assert [row[1] for row in evening.findings()] == ["late_at_post"]
    evening.forget()


def test_who_came_in_time_and_took_over_late_is_suspected_for_the_handover(
    evening: StoryRoom,
) -> None:
    evening.act_at("17:22")
    hand_over_secondary(evening)
    evening.actions.sign_in(by="person:an")
    evening.advance_to("17:33")
    evening.actions.offer_handover(by="person:dee")
    evening.actions.accept_handover(by="person:an")
    assert evening.findings() == [("17:33:00", "late_at_post", "an", 180)]
    evening.forget()


@pytest.mark.rule("R-HAND-01")
def test_a_refused_handover_leaves_the_post_where_it_is_and_is_resumed(
    evening: StoryRoom,
) -> None:
    evening.act_at("17:22")
    hand_over_secondary(evening)
    evening.actions.sign_in(by="person:an")
    evening.actions.offer_handover(by="person:dee")
    evening.actions.refuse_handover(by="person:an", reason="传真机故障未登记")
    with pytest.raises(WrongState):
        evening.actions.accept_handover(by="person:an")
    evening.advance_to("17:31")
    assert who(evening, "17:31") == "dee"
    evening.actions.offer_handover(by="person:dee", words="已登记报修")
    assert _only_finding(evening) is None
    evening.actions.accept_handover(by="person:an")
    assert [who(evening, at) for at in ("17:30:59", "17:31")] == ["dee", "an"]
    evening.forget()


def _only_finding(room: StoryRoom) -> int | None:
    with room.database.read() as session:
        return session.scalar(select(Finding.id))


@pytest.mark.rule("R-HAND-05")
def test_an_emergency_takeover_is_marked_and_ends_the_ladder(evening: StoryRoom) -> None:
    evening.act_at("17:22")
    hand_over_secondary(evening)
    evening.actions.sign_in(by="person:an")
    evening.advance_to("17:32")
    evening.actions.take_over_post(by="person:an", reason="交班人送医")
    assert [who(evening, at) for at in ("17:31:59", "17:32")] == ["dee", "an"]
    with evening.database.read() as session:
        text = session.scalars(select(LogEntry.text).where(LogEntry.act == "take_over_post")).one()
    assert text.startswith("紧急接管")
    with pytest.raises(Refused):
        evening.actions.take_over_post(by="person:an", post="primary", reason="再次")
    evening.forget()
    evening.advance_to("17:50")
    evening.expect_nothing_more()


@pytest.mark.rule("R-HAND-03")
def test_the_same_person_does_not_sign_both_sides(evening: StoryRoom) -> None:
    evening.act_at("17:22")
    evening.actions.offer_handover(by="person:dee")
    with pytest.raises(NotAuthorised):
        evening.actions.accept_handover(by="person:dee", post="primary")
    with pytest.raises(NotOnDuty):
        evening.actions.offer_handover(by="person:cy")
    evening.forget()


@pytest.mark.rule("R-HAND-06")
def test_two_persons_switch_it_on_and_without_it_sign_ins_move_the_post(room: StoryRoom) -> None:
    room.publish_shift("day", "08:30", 9, primary="dee", secondary="eve")
    room.publish_shift("night", "17:30", 15, primary="an", secondary="bo")
    room.actions.sign_in(by="person:dee", post="primary")
    room.act_at("17:25")
    with pytest.raises(WrongState):
        room.actions.offer_handover(by="post:primary")
    with pytest.raises(NotAuthorised):
        room.actions.switch_handovers(on=True, by="person:cy", confirmed_by="person:cy")
    room.actions.sign_in(by="person:an")
    assert [who(room, at) for at in ("17:29", "17:30")] == ["dee", "an"]
    room.actions.switch_handovers(on=True, by="person:cy", confirmed_by="person:eve")
    with pytest.raises(WrongState):
        room.actions.switch_handovers(on=True, by="person:cy", confirmed_by="person:eve")
    room.forget()


def test_whoever_stands_two_shifts_in_a_row_owes_no_handover(room: StoryRoom) -> None:
    room.publish_shift("day", "08:30", 9, primary="an", secondary="eve")
    room.publish_shift("night", "17:30", 15, primary="an", secondary="bo")
    room.actions.switch_handovers(on=True, by="person:cy", confirmed_by="person:eve")
    room.tick()
    with room.database.read() as session:
        owing = session.scalars(select(Obligation.owed_by).where(Obligation.kind == "handover"))
        assert list(owing) == ["post:secondary"]


@pytest.mark.rule("R-HAND-02")
def test_the_shift_lead_reads_back_what_waits_for_judgement(room: StoryRoom) -> None:
    """Nobody comes to be secondary: 漏岗 is suspected, and the next lead inherits it."""
    room.publish_shift("lead", "08:30", 10, shift_lead="cy")
    room.publish_shift("evening", "18:30", 10, shift_lead="dee")
    room.publish_shift("night", "17:30", 15, primary="an", secondary="bo")
    room.actions.sign_in(by="person:cy")
    room.actions.switch_handovers(on=True, by="person:cy", confirmed_by="person:eve")
    room.actions.sign_in(by="person:an")
    room.advance_to("18:25")
    room.actions.offer_handover(by="person:cy")
    with pytest.raises(Refused, match="待认定"):
        room.actions.accept_handover(by="person:dee")
    with room.database.read() as session:
        shown = read_handover(
            session, ROOM, room.rules.schedules, "shift_lead", room.clock.now(), Language.ZH
        )
        mine = read_handover(
            session, ROOM, room.rules.schedules, "primary", room.clock.now(), Language.EN
        )
    matters = shown["matters"]
    assert isinstance(matters, list)
    assert [each["item"] for each in matters] == ["finding:1"]
    assert mine["matters"] == []
    room.actions.accept_handover(by="person:dee", confirmed=["finding:1"])
    assert who(room, "18:30", "shift_lead") == "dee"
    room.forget()


@pytest.mark.rule("R-HAND-02")
def test_what_has_stood_for_a_day_is_one_matter_a_subject(room: StoryRoom) -> None:
    room.publish_shift("night", "17:30", 15, primary="an", secondary="bo")
    room.add_units("north", "south")
    for _ in range(3):
        room.advance_to("16:30")
        room.advance_to("17:01")
    with room.database.read() as session:
        found = read_open_matters(session, ROOM, "primary", room.clock.now())
    assert [(one.key.partition("@")[2], len(one.obligation_ids)) for one in found] == [
        ("standing", 6),
        ("03-19T17:00", 2),
    ]
    assert [one.due_at is None for one in found] == [True, False]
    room.forget()
