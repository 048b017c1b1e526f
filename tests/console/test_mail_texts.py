"""What mails say: a tired reader finds who, what, since when, what is wanted, and how to answer."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from console.mail_texts import MailTexts
from plans.attempts import Words
from plans.codes import code_of
from plans.mail_states import MailState, Stage
from plans.rules import load_plan_rules
from plans.tables import Alert, Mail
from records.database import Database
from records.duty_log import Entry, append, head
from records.language import Language, Sentence, mark
from records.tables import Unit
from schedules.rules import load_schedule_rules
from schedules.tables import Assignment, Obligation, Post, Shift
from tests.plans.mail_room import AT, MailRoom

DUE = AT  # 17:30 in Beijing
FIVE = timedelta(minutes=5)
TEXTS = MailTexts(load_schedule_rules(), load_plan_rules(), Language.ZH)


class Night:
    """A night shift with a post that nobody signed in at, and a unit that owes a report."""

    def __init__(self, database: Database) -> None:
        self.room = MailRoom(database)
        self.database = database
        for person, name in (("p1", "史雪海"), ("p2", "梁凤"), ("p3", "带班人")):
            self.room.person(person, f"{person}@duty.example", name=name)
        with database.write() as session:
            for key, name, capacity in (
                ("secondary", "值班员(副班)", "duty_officer"),
                ("shift_lead", "带班领导(A角)", "shift_lead"),
            ):
                session.add(
                    Post(
                        room_key="demo",
                        key=key,
                        name=name,
                        name_en=key,
                        capacity=capacity,
                        is_manned=True,
                        is_standing=False,
                        turn=1,
                    )
                )
            session.add(
                Unit(
                    room_key="demo",
                    id="410402",
                    name="新华区应急管理局",
                    kind="county_body",
                    region_code="410402",
                    head="",
                    pinyin="",
                    added_at=AT,
                )
            )
            shift = Shift(
                room_key="demo",
                kind="night",
                key="night:2026-03-16",
                starts_at=DUE,
                ends_at=DUE + timedelta(hours=15),
            )
            session.add(shift)
            session.flush()
            session.add(
                Assignment(room_key="demo", shift_id=shift.id, post_key="secondary", person_id="p1")
            )
            append(session, "demo", AT, [Entry("begin", Sentence(mark("值班开始。")), "room:demo")])
        self.sign_in = self.owe("sign_in", "shift:night:2026-03-16", "post:secondary")
        self.report = self.owe("routine_report", "report:county_duty_situation", "unit:410402")

    def owe(self, kind: str, subject: str, owed_by: str) -> int:
        with self.database.write() as session:
            row = Obligation(
                room_key="demo",
                occurrence=f"{kind}|{owed_by}",
                kind=kind,
                subject=subject,
                owed_by=owed_by,
                rule="R",
                source="",
                ladder="manning",
                is_top_priority=False,
                is_drill=False,
                arose_at=DUE,
                due_at=DUE,
                missed_at=DUE + timedelta(minutes=15),
                state="late",
            )
            session.add(row)
            session.flush()
            return row.id

    def change(self, obligation_id: int, **values: object) -> None:
        with self.database.write() as session:
            session.execute(
                update(Obligation).where(Obligation.id == obligation_id).values(**values)
            )

    def tell(
        self,
        to: str,
        *about: int,
        stage: Stage = Stage.TOLD,
        step: int = 1,
        capacity: str = "duty_officer",
        after: timedelta = timedelta(0),
        late: int = 0,
        drill: bool = False,
    ) -> int:
        mail = self.room.mail(to, at=DUE + after)
        with self.database.write() as session:
            session.execute(update(Mail).where(Mail.id == mail).values(is_drill=drill))
            for obligation_id in about:
                session.add(
                    Alert(
                        room_key="demo",
                        alert_key=f"{obligation_id}/{stage}/{step}/{after}/{to}",
                        obligation_id=obligation_id,
                        stage=stage.value,
                        ladder_step=step,
                        recipient=to,
                        capacity=capacity,
                        at=DUE + after,
                        late_seconds=late,
                        mail_id=mail,
                    )
                )
        return mail

    def words(
        self, mail: int, texts: MailTexts = TEXTS, held_up: timedelta = timedelta(0)
    ) -> Words:
        with self.database.read() as session:
            row = session.get(Mail, mail)
            assert row is not None
            return texts.render(session, mail, row.at + held_up)


@pytest.fixture
def night(database: Database) -> Night:
    return Night(database)


@pytest.fixture
def lite(sqlite_database: Database) -> Night:
    return Night(sqlite_database)


def test_the_shift_lead_finds_everything_in_one_mail(night: Night) -> None:
    night.tell("person:p1", night.sign_in)
    mail = night.tell("person:p3", night.sign_in, step=2, capacity="shift_lead", after=FIVE)
    words = night.words(mail)
    assert words.subject == "【第2阶】夜班值班员(副班) 史雪海 未签到 已超5分钟 请督促到岗"
    code = code_of("seed", night.sign_in)
    with night.database.read() as session:
        seq, digest = head(session, "demo")
    for part in (
        "带班人:您以带班领导身份收到本告警",
        "责任方:夜班值班员(副班) 史雪海",
        "时限:2026-03-16 17:30(北京时间)",
        "已超5分钟",
        "需要您:请督促到岗",
        "0375-0800000",
        f"报确认码 {code}",
        f"值班日志第{seq}条 {digest[:12]}",
        "平顶山市应急管理局值班室",
    ):
        assert part in words.body
    assert len(code) == 4
    assert code.isdecimal()


@pytest.mark.parametrize(
    ("to", "capacity", "wanted"),
    [
        ("person:p1", "duty_officer", "请立即到岗签到"),
        ("person:p2", "partner", "请提醒其立即到岗签到"),
    ],
)
def test_each_reader_is_asked_for_what_is_theirs(
    lite: Night, to: str, capacity: str, wanted: str
) -> None:
    words = lite.words(lite.tell(to, lite.sign_in, capacity=capacity))
    assert words.subject == f"【第1阶】夜班值班员(副班) 史雪海 未签到 时限已到 {wanted}"


def test_a_stand_in_is_asked_to_come_at_once(lite: Night) -> None:
    words = lite.words(lite.tell("person:p2", lite.sign_in))
    assert words.subject.endswith("请立即到岗签到")


def test_a_unit_reads_the_name_of_its_report(lite: Night) -> None:
    words = lite.words(lite.tell("unit:410402", lite.report, capacity="unit"))
    assert words.subject == "【第1阶】新华区应急管理局 未报每日值班情况 时限已到 请立即报送"


def test_the_same_stage_again_says_how_often(lite: Night) -> None:
    for minutes in (10, 15):
        mail = lite.tell(
            "person:p3",
            lite.sign_in,
            step=3,
            capacity="duty_leader",
            after=timedelta(minutes=minutes),
        )
    assert lite.words(mail).subject.startswith("【第3阶·第2次】")
    assert "已超15分钟 请过问并安排顶岗" in lite.words(mail).subject


def test_an_acknowledged_matter_that_comes_back_says_so(lite: Night) -> None:
    lite.tell("person:p3", lite.sign_in, capacity="shift_lead")
    mail = lite.tell(
        "person:p3",
        lite.sign_in,
        stage=Stage.RETURNED,
        step=0,
        capacity="acknowledged_by",
        after=timedelta(minutes=95),
    )
    subject = lite.words(mail).subject
    assert subject.startswith("【仍未办结·第2次】")
    assert "已超1小时35分钟 您已接手,请尽快办结" in subject


def test_those_who_were_told_read_that_it_is_taken(lite: Night) -> None:
    lite.change(lite.sign_in, acknowledged_at=DUE + FIVE, acknowledged_by="person:p3")
    mail = lite.tell("person:p2", lite.sign_in, stage=Stage.TAKEN, step=0, after=FIVE)
    words = lite.words(mail)
    assert words.subject == "【已接手】夜班值班员(副班) 史雪海 未签到 已由带班人接手"
    assert "接手时间:2026-03-16 17:35(北京时间)" in words.body
    assert "确认码" not in words.body


def test_those_who_were_told_read_that_it_is_over(lite: Night) -> None:
    lite.change(lite.sign_in, fulfilled_at=DUE + FIVE, fulfilled_by="person:p1")
    mail = lite.tell("person:p2", lite.sign_in, stage=Stage.OVER, step=0, after=FIVE)
    words = lite.words(mail)
    assert words.subject.startswith("【已了结】夜班值班员(副班) 史雪海 签到")
    assert "2026-03-16 17:35(北京时间)完成,迟5分钟(史雪海)" in words.body


def test_a_waived_matter_is_over_too(lite: Night) -> None:
    lite.change(lite.report, waived_at=DUE + FIVE, waived_by="person:p3")
    mail = lite.tell("unit:410402", lite.report, stage=Stage.OVER, step=0)
    assert "由带班人免除" in lite.words(mail).subject


def test_a_digest_has_a_line_for_each_matter(night: Night) -> None:
    others = [
        night.owe("routine_report", "report:county_duty_situation", f"unit:x{n}") for n in range(4)
    ]
    mail = night.tell("person:p2", night.report, *others)
    words = night.words(mail)
    assert words.subject == "【汇总】5项未完成 请电话催报"
    lines = [line for line in words.body.splitlines() if line[:1].isdigit()]
    assert [line.partition(".")[0] for line in lines] == ["1", "2", "3", "4", "5"]
    assert "新华区应急管理局 未报每日值班情况 时限2026-03-16 17:30(北京时间)" in lines[0]
    assert f"确认码{code_of('seed', night.report)}" in lines[0]


def test_a_digest_of_closing_mails_asks_for_nothing(lite: Night) -> None:
    lite.change(lite.report, fulfilled_at=DUE, fulfilled_by="unit:410402")
    lite.change(lite.sign_in, fulfilled_at=DUE, fulfilled_by="person:p1")
    mail = lite.tell("person:p2", lite.report, lite.sign_in, stage=Stage.OVER, step=0)
    words = lite.words(mail)
    assert words.subject == "【汇总】2项已接手或了结"
    assert "确认:" not in words.body


def test_what_came_late_because_of_us_says_so(lite: Night) -> None:
    mail = lite.tell("person:p3", lite.sign_in, capacity="shift_lead", late=1080)
    assert "因本值守程序自身原因,本告警迟发18分钟。" in lite.words(mail).body
    plain = lite.tell("person:p2", lite.sign_in)
    assert "迟发" not in lite.words(plain).body


def test_a_mail_held_up_by_the_mail_path_says_so(lite: Night) -> None:
    mail = lite.tell("person:p3", lite.sign_in, capacity="shift_lead")
    held_up = lite.words(mail, held_up=timedelta(minutes=20))
    assert "本邮件因邮件通道不畅迟发20分钟。" in held_up.body


def test_a_drill_cannot_be_mistaken(lite: Night) -> None:
    words = lite.words(lite.tell("person:p3", lite.sign_in, drill=True))
    lines = words.body.splitlines()
    assert words.subject.startswith("【演练】")
    assert "【演练】" in lines[0]
    assert "【演练】" in lines[-1]


def test_a_test_mail_says_that_it_is_one(lite: Night) -> None:
    words = lite.words(lite.room.mail("address:someone@duty.example"))
    assert words.subject == "【测试】平顶山市应急管理局值班室邮件通道测试"
    assert "无需处理" in words.body


def test_times_are_those_of_the_rooms_own_clocks(lite: Night) -> None:
    texts = TEXTS
    mail = lite.tell("person:p3", lite.sign_in)
    lite.change(lite.sign_in, due_at=datetime(2026, 3, 15, 18, 0, 30, tzinfo=UTC))
    assert "2026-03-16 02:00:30(北京时间)" in lite.words(mail, texts).body


def test_an_unknown_kind_and_party_still_make_a_mail(lite: Night) -> None:
    odd = lite.owe("unheard_of", "unheard_of:9", "post:nowhere")
    words = lite.words(lite.tell("person:p2", odd, capacity="something"))
    assert words.subject == "【第1阶】nowhere (无人排班) 未完成unheard_of 时限已到 请督促办理"


def test_many_mails_are_worded_at_once_like_one_by_one(lite: Night) -> None:
    mails = [lite.tell("person:p2", lite.sign_in), lite.tell("unit:410402", lite.report)]
    with lite.database.read() as session:
        together = TEXTS.render_many(session, mails, AT)
    assert together == {mail: lite.words(mail) for mail in mails}
    assert {MailState(state) for state in lite.room.states()} == {MailState.WAITING}


def test_no_text_of_a_name_fills_a_placeholder(lite: Night) -> None:
    lite.room.person("p9", name="{code}{0}%s")
    words = lite.words(lite.tell("person:p9", lite.sign_in, capacity="shift_lead"))
    assert words.body.startswith("{code}{0}%s:您以带班领导身份")


@pytest.mark.parametrize("build", [code_of])
def test_codes_are_the_same_every_time_and_differ_between_matters(
    build: Callable[[str, int], str],
) -> None:
    codes = [build("seed", number) for number in range(200)]
    assert codes == [build("seed", number) for number in range(200)]
    assert len(set(codes)) > 150
    assert codes != [build("other", number) for number in range(200)]
