"""What an operator does at the screens: keys in, one sentence out, the duty log tells it."""

from sqlalchemy import select

from console.ui.screens.acknowledge import AcknowledgeDialog
from console.ui.screens.board import BoardScreen
from console.ui.screens.sign_in import SignInDialog
from plans.tables import Acknowledgement
from records.language import Language
from records.tables import LogEntry
from schedules.tables import Chase, Finding, Obligation, SignIn
from tests.console.scene import PIN
from tests.console.ui.painted import console_of, painted, settled

REPORT = "report:county_duty_situation"


def toasts(app) -> list[str]:
    return [each.message for each in app._notifications]


def rows(scene, query):
    with scene.database.read() as session:
        return session.execute(query).all()


async def test_a_missed_post_is_acknowledged_in_two_keys_and_a_pin(scene, tmp_path) -> None:
    """The present officer, 王五, takes it on; the alert of 赵敏's post is settled."""
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        assert isinstance(app.screen, AcknowledgeDialog)
        await pilot.press(*PIN, "enter")
        await settled(pilot)
        assert isinstance(app.screen, BoardScreen)
        assert toasts(app) == ["王五已接手1项告警;30分钟后仍未办结将再次提醒。"]
        app.tick()
        await settled(pilot)
        assert "王五已接手 18:11再提醒" in painted(app)
    taken = rows(scene, select(Acknowledgement.acknowledged_by, Acknowledgement.operator))
    assert taken == [("person:p004", "person:p004")]


async def test_a_name_typed_in_pinyin_says_who_took_it_by_telephone(scene, tmp_path) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        app.screen.query_one("#person").focus()
        await pilot.press(*"oyjg")
        await settled(pilot)
        assert "欧阳建国" in painted(app)
        await pilot.press("enter", *PIN, "enter")
        await settled(pilot)
        assert toasts(app) == ["欧阳建国已接手1项告警;30分钟后仍未办结将再次提醒。"]
    taken = rows(scene, select(Acknowledgement.acknowledged_by, Acknowledgement.operator))
    assert taken == [("person:p001", "person:p004")]


async def test_a_line_of_several_units_is_acknowledged_as_one(scene, tmp_path) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("down", "enter", *PIN, "enter")
        await settled(pilot)
        assert toasts(app) == ["王五已接手2项告警;30分钟后仍未办结将再次提醒。"]
    query = select(Obligation.owed_by).where(
        Obligation.subject == REPORT, Obligation.acknowledged_at.is_not(None)
    )
    assert sorted(rows(scene, query)) == [("unit:410404",), ("unit:410411",)]


async def test_a_wrong_pin_is_one_sentence_and_nothing_that_was_typed_is_lost(
    scene, tmp_path
) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        app.screen.query_one("#how").focus()
        await pilot.press(*"tel", "tab", "tab", *"111111", "enter")
        await settled(pilot)
        assert isinstance(app.screen, AcknowledgeDialog)
        assert "PIN" in painted(app)
        assert app.screen.query_one("#how").value == "tel"
        assert app.screen.query_one("#pin").value == ""
        assert "111111" not in painted(app)
    assert rows(scene, select(Acknowledgement.id)) == []


async def test_the_post_that_owes_its_sign_in_is_proposed(scene, tmp_path) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("f3")
        assert isinstance(app.screen, SignInDialog)
        assert "值班员(副班) 赵敏 ○未签到" in painted(app)
        await pilot.press(*PIN, "enter")
        await settled(pilot)
        assert toasts(app) == ["赵敏已在值班员(副班)签到,迟到11分0秒,疑似误岗待认定。"]
        app.tick()
        await settled(pilot)
        assert "疑似误岗" in painted(app)
    assert rows(scene, select(SignIn.person_id).where(SignIn.person_id == "p005")) == [("p005",)]


async def test_a_finding_is_judged_by_the_shift_lead(scene, tmp_path) -> None:
    scene.actions.sign_in(by="post:secondary", pin=PIN, reason="堵车")
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("end", "enter")
        assert "说明:堵车" in painted(app).replace(" ", "")
        await pilot.press(*"yes", "tab", "tab", *PIN, "enter")
        await settled(pilot)
        assert toasts(app) == ["已认定。"]
    judged = rows(scene, select(Finding.judged, Finding.judged_by, Finding.reason))
    assert judged == [("confirmed", "person:p001", "yes")]


async def test_a_report_is_received_and_another_chased(scene, tmp_path) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("f4")
        await settled(pilot)
        await pilot.press("enter", "enter")
        await settled(pilot)
        assert toasts(app) == ["已收到湛河区的每日值班情况,迟41分0秒。"]
        await pilot.press("ctrl+t", *"soon", "tab", *"1830", "enter")
        await settled(pilot)
        assert toasts(app)[-1] == "已记录催报:石龙区。"
    chased = rows(scene, select(Chase.words, Chase.chased_by).order_by(Chase.id.desc()).limit(1))
    assert chased == [("soon", "person:p004")]


async def test_a_nil_return_is_recorded_as_one(scene, tmp_path) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("f4")
        await settled(pilot)
        await pilot.press("f5", "enter")
        await settled(pilot)
    query = select(Obligation.owed_by).where(
        Obligation.note == "nil_return", Obligation.owed_by == "unit:410411"
    )
    assert rows(scene, query) == [("unit:410411",)]


async def test_a_line_is_written_into_the_log_from_any_screen(scene, tmp_path) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("f7")
        await settled(pilot)
        await pilot.press("f6", *"abc", "enter")
        await settled(pilot)
        app.tick()
        await settled(pilot)
        assert "abc" in painted(app)
    query = select(LogEntry.text, LogEntry.operator).order_by(LogEntry.seq.desc()).limit(1)
    assert rows(scene, query) == [("abc", "person:p004")]


async def test_full_width_keys_are_taken_as_plain_ones(scene, tmp_path) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("f4")
        await settled(pilot)
        await pilot.press("／")
        await settled(pilot)
        assert app.focused is app.screen.query_one("#filter")
        await pilot.press(*"zhq")
        await settled(pilot)
        assert "湛河区" in painted(app)
        assert "石龙区" not in painted(app)


async def test_the_language_changes_at_run_time(scene, tmp_path) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await settled(pilot)
        await pilot.press("f9")
        await settled(pilot)
        assert app.desk.language is Language.EN
        assert "due within 24 hours" in painted(app)
        await pilot.press("ctrl+l")
        await settled(pilot)
        assert "24 小时内到时" in painted(app)


async def test_leaving_is_asked_once_and_says_what_becomes_of_the_watch(scene, tmp_path) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("f10")
        await settled(pilot)
        assert "样例值班室:值守程序随值守台结束。" in painted(app)
        await pilot.press("escape")
        assert isinstance(app.screen, BoardScreen)
        await pilot.press("ctrl+q", "ctrl+q")
        await pilot.pause()
    assert app.return_code == 0
