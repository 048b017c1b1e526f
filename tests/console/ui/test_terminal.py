"""A terminal that can show no screen is refused with a sentence that names the commands."""

import pytest

from console.ui.terminal import check_terminal, has_few_colours
from records.errors import Refused
from records.language import Language


@pytest.mark.parametrize("term", ["dumb", "", "unknown"])
def test_a_terminal_without_screens_is_refused(term) -> None:
    with pytest.raises(Refused) as refused:
        check_terminal({"TERM": term}, is_terminal=True)
    assert "duty status" in refused.value.said_in(Language.ZH)


def test_a_pipe_is_refused() -> None:
    with pytest.raises(Refused):
        check_terminal({"TERM": "xterm"}, is_terminal=False)


def test_a_usual_terminal_is_taken() -> None:
    check_terminal({"TERM": "xterm-256color"}, is_terminal=True)


@pytest.mark.parametrize(
    ("environ", "few"),
    [
        ({"TERM": "linux"}, True),
        ({"TERM": "vt100"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({"TERM": "linux", "COLORTERM": "truecolor"}, False),
        ({"TERM": "xterm", "TEXTUAL_COLOR_SYSTEM": "standard"}, True),
    ],
)
def test_a_terminal_of_sixteen_colours_is_noticed(environ, few) -> None:
    assert has_few_colours(environ) is few
