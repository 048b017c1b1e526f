"""The board, painted at three sizes and in both languages, and what its keys do."""

import pytest

from records.language import Language
from tests.console.ui.painted import assert_golden, console_of, painted, settled

SIZES = ((80, 24), (120, 40), (200, 60))


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_board_of_the_evening(scene, tmp_path, size, language) -> None:
    app = console_of(scene, tmp_path, language)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        assert_golden(f"board-{size[0]}x{size[1]}-{language}", painted(app))
