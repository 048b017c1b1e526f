"""The catalogue of reporting clocks as frozen models: who owes whom, from which start, how long.

How a clock is counted on an incident is in `reporting_clocks`. Pure.
"""

from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Self

from pydantic import Field, field_validator, model_validator

from plans.grades import Grade
from plans.report_legs import LegRule
from plans.reporting_levels import Reach, ReportingLevel
from records.catalogue import Duration, Frozen, wrong_value
from records.language import mark
from schedules.rules import Confidence, LocalTime


class ClockParty(StrEnum):
    """Who owes a report or must get it; the levels, and who stands beside them."""

    SITE = "site"  # a person at the place itself
    UNIT = "unit"
    COUNTY = "county"
    CITY = "city"
    PROVINCE = "province"
    STATE = "state"
    GOVERNMENT = "government"  # the reporting level's own
    PUBLIC = "public"


_REPORTING = ("site", *ReportingLevel)


class StartsAt(StrEnum):
    """The event from which a clock counts."""

    OCCURRED = "occurred"
    RECEIVED = "received"  # when the reporting level itself came to know
    CASUALTIES_CHANGED = "casualties_changed"


class ClockForm(StrEnum):
    """In which form the rule wants it."""

    ANY = "any"
    TELEPHONE = "telephone"
    TELEPHONE_THEN_WRITTEN = "telephone_then_written"
    WRITTEN = "written"
    STATISTICS = "statistics"
    PUBLIC = "public"


class ClockRule(Frozen):
    """One clock. It has a limit, or hours of each day, or a number a day, or ends with the day."""

    key: str = Field(pattern=r"^C\d\d(\.[a-z_]+)?$")
    name: str
    name_en: str
    from_party: ClockParty = Field(alias="from")
    to_party: ClockParty = Field(alias="to")
    kinds: tuple[str, ...] = Field(min_length=1)
    except_kinds: tuple[str, ...] = ()
    grades: tuple[Grade, ...] = ()  # none: whatever the grade
    also_near_miss: bool = False
    also_socially_significant: bool = False
    is_optional: bool = False  # "may": shown, never owed
    starts_at: StartsAt
    limit: Duration | None = None
    daily_at: tuple[LocalTime, ...] = ()
    times_a_day: int | None = Field(default=None, ge=1)
    begins_after: Duration = timedelta(0)
    begins_next_day: bool = False
    within_days: int | None = Field(default=None, ge=1)
    form: ClockForm
    rule: str
    source: str = Field(min_length=1)
    confidence: Confidence
    valid_from: date
    valid_until: date | None = None

    @field_validator("from_party")
    @classmethod
    def _comes_to_know(cls, party: ClockParty) -> ClockParty:
        if party in (ClockParty.GOVERNMENT, ClockParty.PUBLIC):
            raise wrong_value(mark("应为以下之一:{expected}"), expected=", ".join(_REPORTING))
        return party

    @model_validator(mode="after")
    def _is_counted_in_one_way(self) -> Self:
        ways = [self.limit, self.daily_at or None, self.times_a_day, self.within_days]
        if sum(way is not None for way in ways) != 1:
            raise wrong_value(mark("limit、daily_at、times_a_day、within_days 应恰有一项"))
        if (self.within_days is not None) != (self.starts_at is StartsAt.CASUALTIES_CHANGED):
            raise wrong_value(mark("within_days 与 starts_at = casualties_changed 应同时出现"))
        return self

    @property
    def is_follow_up(self) -> bool:
        """Return whether it asks for a further report, which the first one cannot be."""
        return self.limit is None

    def is_valid_on(self, day: date) -> bool:
        """Return whether it holds on that day; both its days are included."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class ClockRules(Frozen):
    """The whole of reporting_clocks.toml: clocks, the national chain's legs, and the reach."""

    warn_at_percent: tuple[int, ...]
    source: str = Field(min_length=1)
    reach: Reach
    leg: tuple[LegRule, ...]
    clock: tuple[ClockRule, ...] = Field(min_length=1)

    @field_validator("warn_at_percent")
    @classmethod
    def _warnings_lie_within(cls, percents: tuple[int, ...]) -> tuple[int, ...]:
        if any(not 0 < percent < 100 for percent in percents):  # noqa: PLR2004  per cent
            raise wrong_value(mark("每项应大于 0 且小于 100"))
        return percents

    @field_validator("leg")
    @classmethod
    def _legs_are_the_steps(cls, legs: tuple[LegRule, ...]) -> tuple[LegRule, ...]:
        wanted = list(pairwise(ReportingLevel))
        if [(leg.from_level, leg.to_level) for leg in legs] != wanted:
            steps = "、".join(f"{lower}→{upper}" for lower, upper in wanted)
            raise wrong_value(mark("应依次为 {steps}"), steps=steps)
        return legs

    @field_validator("clock")
    @classmethod
    def _versions_do_not_overlap(cls, clocks: tuple[ClockRule, ...]) -> tuple[ClockRule, ...]:
        for number, clock in enumerate(clocks):
            for other in clocks[number + 1 :]:
                last = clock.valid_until or date.max
                others_last = other.valid_until or date.max
                meet = other.valid_from <= last and clock.valid_from <= others_last
                if clock.key == other.key and meet:
                    raise wrong_value(
                        mark("{key} 的各版本有效期不应重叠:{first} 起与 {second} 起"),
                        key=clock.key,
                        first=clock.valid_from,
                        second=other.valid_from,
                    )
        return clocks
