"""A sentence is kept once and said in either language."""

import pytest

from records.errors import DeliveryFailed, DutyError, NotFound, SettingsError, Unreachable
from records.language import Language, Sentence, mark, translate

LATE = "没有编号为{id}的人员。"


def test_chinese_is_said_as_it_is_written() -> None:
    assert translate(LATE, Language.ZH) == LATE
    assert mark(LATE) == LATE
    assert Sentence(LATE, {"id": "p7"}).said_in(Language.ZH) == "没有编号为p7的人员。"


def test_english_is_one_switch_away() -> None:
    assert Sentence(LATE, {"id": "p7"}).said_in(Language.EN) == "There is no person with the id p7."


def test_a_sentence_without_english_stays_chinese() -> None:
    assert translate("无此译文", Language.EN) == "无此译文"


def test_a_sentence_inside_a_sentence_is_said_in_the_same_language() -> None:
    inner = Sentence("应为整数")
    outer = Sentence("{file} {table}:{reason}。", {"file": "a", "table": "[b]", "reason": inner})
    assert outer.said_in(Language.ZH) == "a [b]:应为整数。"
    assert outer.said_in(Language.EN) == "a [b]: expected a whole number."


def test_braces_in_a_value_are_only_text() -> None:
    assert Sentence(LATE, {"id": "{x}"}).said_in(Language.ZH) == "没有编号为{x}的人员。"


@pytest.mark.parametrize(
    ("error", "exit_status"), [(NotFound, 1), (SettingsError, 2), (Unreachable, 4)]
)
def test_an_error_is_a_sentence_with_an_exit_status(
    error: type[DutyError], exit_status: int
) -> None:
    raised = error(LATE, id="p7")
    assert str(raised) == raised.said_in(Language.ZH) == "没有编号为p7的人员。"
    assert raised.said_in(Language.EN) == "There is no person with the id p7."
    assert raised.params == {"id": "p7"}
    assert raised.exit_status == exit_status


def test_a_failed_delivery_says_whether_it_is_permanent() -> None:
    assert DeliveryFailed(LATE, permanent=True, id="p7").permanent
