"""The README shows the board as it is now."""

from tests.pictures.board import README, with_picture


def test_the_readme_shows_the_board_that_the_tests_hold() -> None:
    page = README.read_text(encoding="utf-8")
    assert with_picture(page) == page, "run `make pictures`"
