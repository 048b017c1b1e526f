"""Every screen, painted at its sizes and in both languages, compared line by line."""

import pytest

from records.language import Language
from tests.console.ui.painted import assert_golden, console_of, painted, settled

SIZES = ((80, 24), (120, 40), (200, 60))
SCREENS = {
    "reports": ["f4"],
    "log": ["f7"],
    "mails": ["f8"],
    "help": ["f1"],
    "acknowledge": ["enter"],
    "sign-in": ["f3"],
}


def by_size(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("size", SIZES, ids=by_size)
async def test_the_board_of_the_evening(scene, tmp_path, size, language) -> None:
    app = console_of(scene, tmp_path, language)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert_golden(f"board-{by_size(size)}-{language}", painted(app))


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("screen", SCREENS)
async def test_the_other_screens_on_the_smallest_terminal(
    scene, tmp_path, screen, language
) -> None:
    app = console_of(scene, tmp_path, language)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press(*SCREENS[screen])
        await settled(pilot)
        assert_golden(f"{screen}-80x24-{language}", painted(app))


@pytest.mark.parametrize("screen", ["reports", "log", "mails"])
@pytest.mark.parametrize("size", SIZES[1:], ids=by_size)
async def test_the_lists_on_larger_terminals(scene, tmp_path, screen, size) -> None:
    app = console_of(scene, tmp_path)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        await pilot.press(*SCREENS[screen])
        await settled(pilot)
        assert_golden(f"{screen}-{by_size(size)}-zh", painted(app))
