"""The four scales that look alike, as four types: grade, response, warning and risk level; pure.

They are no strings, so that a red warning is never equal to a red risk and no scale is compared
by its letters; `value` is what is stored and answered.
"""

from enum import Enum
from functools import total_ordering
from typing import Self

from records.language import Bilingual


@total_ordering
class _Scale(Enum):
    """Members are listed from the gravest down; `<` means less grave, within one scale only."""

    @property
    def rank(self) -> int:
        """Return 1 for the lowest member, more for each graver one."""
        members = list(type(self))
        return len(members) - members.index(self)

    def __lt__(self, other: Self) -> bool:
        if type(self) is type(other):
            return self.rank < other.rank
        return NotImplemented


class Grade(_Scale):
    """How grave an incident is, assessed from its consequences (事件分级)."""

    ESPECIALLY_SERIOUS = "especially_serious"
    SERIOUS = "serious"
    LARGE = "large"
    ORDINARY = "ordinary"

    @property
    def words(self) -> Bilingual:
        """Return what people read."""
        return _GRADES[self]


class ResponseLevel(_Scale):
    """How far we mobilise, decided by a commander (应急响应级别); I is the fullest.

    It means nothing without its issuing authority: a city's I is not the province's.
    """

    I = "I"  # noqa: E741  the law's own numeral
    II = "II"
    III = "III"
    IV = "IV"

    @property
    def words(self) -> Bilingual:
        """Return what people read."""
        return _RESPONSES[self]


class WarningLevel(_Scale):
    """A forecast of what may come (预警级别)."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"

    @property
    def words(self) -> Bilingual:
        """Return what people read."""
        return _WARNINGS[self]


class RiskLevel(_Scale):
    """The yearly assessment of a site (安全风险等级)."""

    RED = "red"
    ORANGE = "orange"
    YELLOW = "yellow"
    BLUE = "blue"

    @property
    def words(self) -> Bilingual:
        """Return what people read."""
        return _RISKS[self]


_GRADES = {
    Grade.ESPECIALLY_SERIOUS: Bilingual("特别重大", "especially serious"),
    Grade.SERIOUS: Bilingual("重大", "serious"),
    Grade.LARGE: Bilingual("较大", "large"),
    Grade.ORDINARY: Bilingual("一般", "ordinary"),
}
_RESPONSES = {
    ResponseLevel.I: Bilingual("Ⅰ级响应", "response I"),
    ResponseLevel.II: Bilingual("Ⅱ级响应", "response II"),
    ResponseLevel.III: Bilingual("Ⅲ级响应", "response III"),
    ResponseLevel.IV: Bilingual("Ⅳ级响应", "response IV"),
}
_WARNINGS = {
    WarningLevel.RED: Bilingual("红色预警", "red warning"),
    WarningLevel.ORANGE: Bilingual("橙色预警", "orange warning"),
    WarningLevel.YELLOW: Bilingual("黄色预警", "yellow warning"),
    WarningLevel.BLUE: Bilingual("蓝色预警", "blue warning"),
}
_RISKS = {
    RiskLevel.RED: Bilingual("红色(重大风险)", "red (serious risk)"),
    RiskLevel.ORANGE: Bilingual("橙色(较大风险)", "orange (large risk)"),
    RiskLevel.YELLOW: Bilingual("黄色(一般风险)", "yellow (ordinary risk)"),
    RiskLevel.BLUE: Bilingual("蓝色(低风险)", "blue (low risk)"),
}
