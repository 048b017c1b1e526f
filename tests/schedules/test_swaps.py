"""A swap is asked for, accepted, approved, and only then changes the roster."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from console.acts.rosters import SwapWish
from records.absences import send_away
from records.errors import Conflict, DutyError, NotAuthorised, NotFound, NotOnDuty, WrongState
from records.language import Language
from records.tables import LogEntry
from schedules.roster_tables import SwapRequest
from schedules.shifts import PlannedShift, publish
from schedules.tables import Assignment, Shift
from tests.schedules.owing import act_of
from tests.stories.duty_room import ROOM, StoryRoom, local

NIGHT, OTHER = "night:2026-03-17", "night:2026-03-18"


@pytest.fixture
def rostered(room: StoryRoom) -> StoryRoom:
    """An and Bo stand the nights of the 17th and 18th; Cy leads each day, Eve has stood before."""

    def shift(kind: str, starts: str, hours: int, **people: str | None) -> PlannedShift:
        begins = local(starts)
        key = f"{kind}:{begins.date()}"
        return PlannedShift(kind, key, begins, begins + timedelta(hours=hours), people)

    with room.database.write() as session:
        publish(
            session,
            act_of(room),
            [
                shift("lead", "2026-03-16 08:30", 24, shift_lead="cy"),
                shift("day", "2026-03-10 08:30", 9, primary="eve"),
                shift("lead", "2026-03-17 08:30", 24, shift_lead="cy"),
                shift("night", "2026-03-17 17:30", 15, primary="an", secondary=None),
                shift("lead", "2026-03-18 08:30", 24, shift_lead="cy"),
                shift("night", "2026-03-18 17:30", 15, primary="bo"),
            ],
        )
    return room


def holder(room: StoryRoom, key: str, post: str = "primary") -> str | None:
    with room.database.read() as session:
        return session.scalar(
            select(Assignment.person_id)
            .join(Shift, Shift.id == Assignment.shift_id)
            .where(Shift.key == key, Assignment.post_key == post)
        )


def states(room: StoryRoom) -> list[str]:
    with room.database.read() as session:
        return list(session.scalars(select(SwapRequest.state).order_by(SwapRequest.id)))


def refused(act: Callable[[], object]) -> tuple[type[DutyError], str]:
    with pytest.raises(DutyError) as caught:
        act()
    return type(caught.value), caught.value.said_in(Language.ZH)


@pytest.mark.rule("R-ROS-05")
def test_two_trade_their_nights_once_the_leader_has_approved(rostered: StoryRoom) -> None:
    room = rostered
    wish = SwapWish(NIGHT, other_shift=OTHER, reason="孩子家长会")
    done = room.actions.ask_swap(wish, by="person:an")
    assert done.sentence.said_in(Language.ZH) == "已记录请求第1号,待博同意、带班领导批准。"
    assert holder(room, NIGHT) == "an"
    room.actions.accept_swap(by="person:bo")
    assert (holder(room, NIGHT), states(room)) == ("an", ["accepted"])
    room.actions.approve_swap(by="post:shift_lead")
    assert (holder(room, NIGHT), holder(room, OTHER)) == ("bo", "an")
    assert states(room) == ["effective"]
    with room.database.read() as session:
        told = session.scalars(
            select(LogEntry.text).where(LogEntry.act.like("%swap")).order_by(LogEntry.seq)
        ).all()
    assert told == [
        f"请求调班:安的{NIGHT}值班员(主班)与博的{OTHER}互换。原因:孩子家长会",
        f"博同意接替安的{NIGHT}值班员(主班),待带班领导批准。",
        f"岑批准:安的{NIGHT}值班员(主班)与博的{OTHER}互换,即时生效。",
    ]


@pytest.mark.rule("R-ROS-05")
def test_one_stands_in_for_another_and_owes_the_sign_in(rostered: StoryRoom) -> None:
    room = rostered
    room.actions.cover_shift(SwapWish(NIGHT, replacement="person:eve"), by="person:an")
    room.actions.accept_swap(by="person:eve", request=1)
    room.actions.approve_swap(by="person:dee", request=1)
    assert holder(room, NIGHT) == "eve"
    room.clock.move_to(local("2026-03-17 17:30"))
    room.actions.sign_in(by="post:primary")
    with room.database.read() as session:
        assert session.scalar(select(LogEntry.text).where(LogEntry.act == "stand_in")) is None
    assert room.findings() == []


@pytest.mark.rule("R-ROS-05")
@pytest.mark.parametrize(
    ("wish", "by", "expected"),
    [
        (
            SwapWish("night:2026-03-19", replacement="person:bo"),
            "person:an",
            (NotOnDuty, "安没有排在班次night:2026-03-19,请写明岗位或核对班次。"),
        ),
        (
            SwapWish("night:2026-03-19", "primary", replacement="person:bo"),
            "person:an",
            (
                NotFound,
                "值班表中没有班次night:2026-03-19的岗位primary,请用 duty roster show 查看。",
            ),
        ),
        (
            SwapWish(NIGHT, "secondary", replacement="person:bo"),
            "person:cy",
            (NotOnDuty, f"班次{NIGHT}的这个岗位无人,请直接排班,不必替班。"),
        ),
        (
            SwapWish(NIGHT, "primary", replacement="person:eve"),
            "person:bo",
            (NotAuthorised, "只有当班带班领导或值班局领导可以批准或代为申请调班、替班。"),
        ),
    ],
)
def test_what_is_nobodys_or_anothers_cannot_be_given_away(
    rostered: StoryRoom, wish: SwapWish, by: str, expected: tuple[type[DutyError], str]
) -> None:
    assert refused(lambda: rostered.actions.cover_shift(wish, by=by)) == expected


@pytest.mark.rule("R-ROS-05")
def test_the_replacement_must_be_another_qualified_free_rested_and_present(
    rostered: StoryRoom,
) -> None:
    room = rostered

    def asked(person: str, shift: str = NIGHT, by: str = "person:an") -> str:
        wish = SwapWish(shift, replacement=f"person:{person}")
        return refused(lambda: room.actions.cover_shift(wish, by=by))[1]

    assert asked("an") == "不能由本人替自己,请指定另一人。"
    assert asked("dee") == "迪不具备值班员(主班)的岗位资格,请另找一人。"
    with room.database.write() as session:
        day = PlannedShift(
            "day",
            "day:2026-03-18",
            local("2026-03-18 08:30"),
            local("2026-03-18 17:30"),
            {"primary": "eve"},
        )
        publish(session, act_of(room), [day])
    assert asked("eve") == f"伊站{NIGHT}前后休息不足12小时,请另找一人或换一个班次。"
    with room.database.write() as session:
        late = PlannedShift(
            "late",
            "late:2026-03-17",
            local("2026-03-17 20:00"),
            local("2026-03-17 22:00"),
            {"secondary": "eve"},
        )
        publish(session, act_of(room), [late])
    assert asked("eve") == f"伊在{NIGHT}期间已排其他班次,不能重复排班。"
    with room.database.write() as session:
        span = (local("2026-03-18 00:00"), local("2026-03-18 01:00"))
        send_away(session, act_of(room), "bo", *span, None, "出差")
    assert asked("bo") == f"博在{NIGHT}期间外出,请另找一人。"


@pytest.mark.rule("R-ROS-05")
def test_after_the_start_only_an_emergency_with_its_reason_is_taken(rostered: StoryRoom) -> None:
    room = rostered
    room.clock.move_to(local("2026-03-17 17:30"))

    def asked(*, emergency: bool, reason: str = "") -> None:
        wish = SwapWish(NIGHT, "primary", "person:eve", reason=reason, emergency=emergency)
        room.actions.cover_shift(wish, by="post:shift_lead")

    assert refused(lambda: asked(emergency=False)) == (
        WrongState,
        f"班次{NIGHT}已经开始,不能再调班;确属紧急请注明紧急和原因。",
    )
    assert refused(lambda: asked(emergency=True))[1] == "紧急替班须写明原因。"
    asked(emergency=True, reason="突发疾病")
    room.actions.accept_swap(by="person:eve")
    room.actions.approve_swap(by="person:dee")
    assert holder(room, NIGHT) == "eve"
    room.clock.move_to(local("2026-03-18 08:30"))
    wish = SwapWish(NIGHT, "primary", "person:an", reason="晚了", emergency=True)
    told = refused(lambda: room.actions.cover_shift(wish, by="post:shift_lead"))
    assert told == (WrongState, f"班次{NIGHT}已经结束,不能再调班。")


@pytest.mark.rule("R-ROS-05")
def test_only_the_replacement_accepts_and_only_another_leader_approves(
    rostered: StoryRoom,
) -> None:
    room = rostered
    actions = room.actions
    actions.cover_shift(SwapWish(NIGHT, replacement="person:eve"), by="person:an")
    told = refused(lambda: actions.accept_swap(by="person:bo", request=1))
    assert told == (NotAuthorised, "只有接替的本人可以同意这次调班或替班。")
    assert refused(lambda: actions.accept_swap(by="person:bo"))[0] is NotFound
    told = refused(lambda: actions.approve_swap(by="post:shift_lead", request=1))
    assert told == (WrongState, "第1号请求须先由接替人同意,并且尚未办结。")
    actions.accept_swap(by="person:eve")
    assert refused(lambda: actions.accept_swap(by="person:eve", request=1))[0] is WrongState
    assert refused(lambda: actions.approve_swap(by="person:an"))[0] is NotAuthorised
    told = refused(
        lambda: actions.cover_shift(SwapWish(NIGHT, replacement="person:eve"), by="person:an")
    )
    assert told[0] is WrongState
    assert refused(lambda: actions.approve_swap(by="post:shift_lead", request=7))[0] is NotFound
    assert holder(room, NIGHT) == "an"


@pytest.mark.rule("R-ROS-05")
def test_a_leader_does_not_approve_what_concerns_himself(rostered: StoryRoom) -> None:
    room = rostered
    with room.database.write() as session:
        shift = PlannedShift(
            "lead",
            "lead:2026-03-25",
            local("2026-03-25 08:30"),
            local("2026-03-26 08:30"),
            {"shift_lead": "eve"},
        )
        publish(session, act_of(room), [shift])
    wish = SwapWish("lead:2026-03-18", replacement="person:eve")
    room.actions.cover_shift(wish, by="person:cy")
    room.actions.accept_swap(by="person:eve")
    told = refused(lambda: room.actions.approve_swap(by="post:shift_lead"))
    assert told == (NotAuthorised, "当事人不能批准自己的调班或替班,请另一位领导批准。")
    room.actions.approve_swap(by="post:duty_leader")
    assert holder(room, "lead:2026-03-18", "shift_lead") == "eve"


@pytest.mark.rule("R-ROS-05")
def test_what_changed_since_it_was_asked_is_looked_at_again_before_it_takes_effect(
    rostered: StoryRoom,
) -> None:
    room = rostered
    room.actions.cover_shift(SwapWish(NIGHT, replacement="person:eve"), by="person:an")
    room.actions.accept_swap(by="person:eve")
    with room.database.write() as session:
        send_away(
            session,
            act_of(room),
            "eve",
            local("2026-03-17 12:00"),
            local("2026-03-19 12:00"),
            None,
            "病假",
        )
    told = refused(lambda: room.actions.approve_swap(by="post:shift_lead"))
    assert told[1] == f"伊在{NIGHT}期间外出,请另找一人。"
    assert (holder(room, NIGHT), states(room)) == ("an", ["accepted"])


def test_a_roster_changed_in_between_is_a_conflict(rostered: StoryRoom) -> None:
    room = rostered
    room.actions.cover_shift(SwapWish(NIGHT, replacement="person:eve"), by="person:an")
    room.actions.accept_swap(by="person:eve")
    with room.database.write() as session:
        changed = PlannedShift(
            "night",
            NIGHT,
            local("2026-03-17 17:30"),
            local("2026-03-18 08:30"),
            {"primary": "bo"},
        )
        publish(session, act_of(room), [changed])
    told = refused(lambda: room.actions.approve_swap(by="post:shift_lead"))
    assert told == (Conflict, f"班次{NIGHT}的值班表已改动,请重新申请。")


@pytest.mark.rule("R-ROS-05")
def test_a_request_is_refused_or_withdrawn_once(rostered: StoryRoom) -> None:
    room = rostered
    for by in ("person:eve", "post:shift_lead", "person:an"):
        room.actions.cover_shift(SwapWish(NIGHT, replacement="person:eve"), by="person:an")
        room.actions.refuse_swap(by=by, reason="另有安排")
    assert states(room) == ["refused", "refused", "withdrawn"]
    told = refused(lambda: room.actions.refuse_swap(by="person:an", reason="", request=1))
    assert told == (WrongState, "第1号请求已经办结。")
    room.actions.cover_shift(SwapWish(NIGHT, replacement="person:eve"), by="person:an")
    assert refused(lambda: room.actions.refuse_swap(by="person:bo", reason="x"))[0] is NotAuthorised


def test_the_same_shift_s_posts_are_traded_and_a_secondary_cannot_cover_his_own_primary(
    rostered: StoryRoom,
) -> None:
    room = rostered
    with room.database.write() as session:
        filled = PlannedShift(
            "night",
            NIGHT,
            local("2026-03-17 17:30"),
            local("2026-03-18 08:30"),
            {"primary": "an", "secondary": "eve"},
        )
        publish(session, act_of(room), [filled])
    wish = SwapWish(NIGHT, "primary", "person:eve")
    told = refused(lambda: room.actions.cover_shift(wish, by="person:an"))
    assert told[1] == f"伊在{NIGHT}期间已排其他班次,不能重复排班。"
    traded = SwapWish(NIGHT, "primary", other_shift=NIGHT, other_post="secondary")
    room.actions.ask_swap(traded, by="person:an")
    room.actions.accept_swap(by="person:eve")
    room.actions.approve_swap(by="post:shift_lead")
    assert (holder(room, NIGHT), holder(room, NIGHT, "secondary")) == ("eve", "an")


def test_a_request_of_another_room_is_unknown(rostered: StoryRoom) -> None:
    room = rostered
    room.actions.cover_shift(SwapWish(NIGHT, replacement="person:eve"), by="person:an")
    with room.database.write() as session:
        request = session.scalars(select(SwapRequest)).one()
        assert request.room_key == ROOM
    assert refused(lambda: room.actions.accept_swap(by="person:eve", request=2))[0] is NotFound
