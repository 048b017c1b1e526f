"""A dead watch cannot look alive, old data cannot look fresh, a slow database stops no clock."""

import threading
from datetime import timedelta

import pytest

from console.board_reading import BoardReader
from records.clock import pause
from records.errors import Unreachable
from tests.console.ui.painted import console_of, painted, settled, styles_of

SIZES = ((80, 24), (120, 40), (60, 10))
LATER = 20


async def later(pilot, scene, seconds: int, *, beats: bool) -> None:
    """Let seconds pass, with or without a watch that beats, and tick."""
    scene.clock.move_to(scene.clock.now() + timedelta(seconds=seconds))
    if beats:
        scene.beat()
    pilot.app.tick()
    await settled(pilot)


@pytest.mark.rule("R-WATCH-02")
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_silent_watch_covers_the_top_bar_of_every_screen(scene, tmp_path, size) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await later(pilot, scene, 15, beats=False)
        assert "值守程序已停止" not in painted(app)
        await later(pilot, scene, 1, beats=False)
        for key in ("f2", "f4", "f7", "f8", "f3"):
            await pilot.press(key)
            await settled(pilot)
            assert "值守程序已停止 00:16 请人工值守" in painted(app)
        assert all("#c1121f" in style for style in styles_of(app, "值守程序已停止"))


@pytest.mark.rule("R-WATCH-02")
async def test_a_watch_that_beats_again_clears_the_bar(scene, tmp_path) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await later(pilot, scene, LATER, beats=False)
        await later(pilot, scene, 2, beats=True)
        assert "值守程序已停止" not in painted(app)


async def test_a_step_of_the_wall_clock_does_not_make_a_dead_watch_look_alive(
    scene, tmp_path
) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        scene.clock.step(timedelta(hours=-1))
        await later(pilot, scene, LATER, beats=False)
        assert "值守程序已停止" in painted(app)


async def test_the_mark_beats_with_the_pulse_and_never_by_itself(scene, tmp_path) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        seen = set()
        for _ in range(3):
            await later(pilot, scene, 1, beats=False)
            seen.add(painted(app).splitlines()[0].split()[-2])
        assert len(seen) == 1
        await later(pilot, scene, 1, beats=True)
        first = painted(app).splitlines()[0].split()[-2]
        await later(pilot, scene, 1, beats=True)
        assert painted(app).splitlines()[0].split()[-2] != first


class FailingReader(BoardReader):
    """A reader whose database can be taken away."""

    is_away = False

    def quick_token(self):
        if self.is_away:
            raise Unreachable("数据库无法使用")
        return super().quick_token()


async def test_data_that_grows_old_says_so_and_the_clock_goes_on(scene, tmp_path) -> None:
    scene.reader = FailingReader(
        scene.database, scene.clock, "room", scene.rules.schedules, scene.rules.plans
    )
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        scene.reader.is_away = True
        await later(pilot, scene, 12, beats=True)
        shown = painted(app)
        assert "数据 12 秒前" in shown
        assert "17:41:12" in shown
        assert "数据库无法使用" in shown
        await later(pilot, scene, 5, beats=True)
        assert "数据库无法读取 00:17 请人工值守" in painted(app)
        scene.reader.is_away = False
        await later(pilot, scene, 1, beats=True)
        assert "数据库" not in painted(app)


class SlowReader(BoardReader):
    """A reader whose database does not answer until it is let go."""

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.answers = threading.Event()
        self.answers.set()
        self.asked = 0

    def quick_token(self):
        self.asked += 1
        pause(20, self.answers)
        return super().quick_token()


async def test_a_database_that_does_not_answer_stops_neither_clock_nor_keys(
    scene, tmp_path
) -> None:
    scene.reader = SlowReader(
        scene.database, scene.clock, "room", scene.rules.schedules, scene.rules.plans
    )
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        scene.reader.answers.clear()
        asked = scene.reader.asked
        for _ in range(3):
            scene.clock.move_to(scene.clock.now() + timedelta(seconds=1))
            app.tick()
            await pilot.pause()
        assert "17:41:03" in painted(app)
        await pilot.press("f10")
        await pilot.pause()
        assert "离开值守台?" in painted(app)
        assert scene.reader.asked == asked + 1
        scene.reader.answers.set()
        await settled(pilot)


async def test_a_reading_that_fails_is_recorded_and_shown(scene, tmp_path) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        scene.reader.mails = lambda: 1 // 0
        await pilot.press("f8")
        for _ in range(3):
            await pilot.pause()
        app.tick()
        assert "读取出错:ZeroDivisionError" in painted(app)
    assert "ZeroDivisionError" in (tmp_path / "faults.log").read_text(encoding="utf-8")


async def test_a_window_that_is_too_small_says_who_is_here_and_what_is_urgent(
    scene, tmp_path
) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=(70, 12)) as pilot:
        await settled(pilot)
        shown = painted(app)
        assert "已超 00:11:00 值班员(副班) 签到" in shown
        assert "在岗 王五、欧阳建国" in shown
        await pilot.resize_terminal(120, 40)
        await settled(pilot)
        assert "最近记录" in painted(app)


async def test_a_fault_ends_the_console_cleanly_with_a_report_that_names_nobody(
    scene, tmp_path
) -> None:
    with pytest.raises(ZeroDivisionError):
        await fail(console_of(scene, tmp_path))
    report = (tmp_path / "faults.log").read_text(encoding="utf-8")
    assert "ZeroDivisionError" in report
    assert "欧阳建国" not in report


async def fail(app) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        secret = "欧阳建国"
        app.call_later(lambda: len(secret) // 0)
        await pilot.pause()
        await pilot.pause()
