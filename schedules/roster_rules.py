"""The catalogues of rosters and key periods, read into frozen models."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from records.catalogue import Duration, Frozen, PositiveDuration, load, wrong_value
from records.errors import CatalogueError
from records.language import Bilingual, mark
from schedules.key_periods import DatedSpan, KeyPeriod, PeriodReport, YearlySpan
from schedules.roster import ShiftHours, ShiftPattern
from schedules.rules import Confidence, LocalTime, ShiftRule, Weekday, load_schedule_rules


def _share(value: object) -> object:
    """Return the share that "1/3" says."""
    if not isinstance(value, str):
        return value
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError):
        raise wrong_value(mark("应为分数,如“1/3”")) from None


def _month_day(value: object) -> object:
    """Return (month, day) of "05-15"; 29 February is no day of every year."""
    if not isinstance(value, str):
        return value
    try:
        day = date.fromisoformat(f"2001-{value}")
    except ValueError:
        raise wrong_value(mark("应为月日,如“05-15”")) from None
    return day.month, day.day


Share = Annotated[Fraction, BeforeValidator(_share)]
MonthDay = Annotated[tuple[int, int], BeforeValidator(_month_day)]


class GapRule(Frozen):
    """When a post that nobody is rostered for is alarmed, and to whom."""

    alarm_before: PositiveDuration
    owed_by: str
    ladder: str
    source: str
    confidence: Confidence


class HolidayRosterRule(Frozen):
    """By when the roster of a holiday is published."""

    days_before: int = Field(ge=0, le=60)
    time: LocalTime
    grace: Duration
    owed_by: str
    ladder: str
    source: str
    confidence: Confidence


class CalendarRule(Frozen):
    """By when the next year's holidays are loaded."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=28)
    time: LocalTime
    grace: Duration
    owed_by: str
    ladder: str
    source: str
    confidence: Confidence


class _PatternShift(Frozen):
    kind: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str = ""
    name_en: str = ""
    starts: LocalTime | None = None
    ends: LocalTime | None = None
    posts: tuple[str, ...] = ()
    weekday: Weekday | None = None


class _Pattern(Frozen):
    key: str
    name: str
    name_en: str
    shift: tuple[_PatternShift, ...] = Field(min_length=1)
    source: str
    confidence: Confidence


class _Roster(Frozen):
    rest: Duration
    night_hour: LocalTime
    source: str
    confidence: Confidence
    gaps: GapRule
    holiday_roster: HolidayRosterRule
    calendar: CalendarRule
    pattern: tuple[_Pattern, ...]


class _Dated(Frozen):
    first: date
    last: date

    @model_validator(mode="after")
    def _in_order(self) -> "_Dated":
        if self.last < self.first:
            raise wrong_value(mark("last 不应早于 first"))
        return self


class _Report(Frozen):
    slug: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    owed_by: tuple[str, ...]
    time: LocalTime


class _Period(Frozen):
    key: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    name_en: str
    holiday: str | None = None
    starts: MonthDay | None = Field(default=None, alias="from")
    ends: MonthDay | None = Field(default=None, alias="to")
    dated: tuple[_Dated, ...] = ()
    strength: Share = Field(ge=Fraction(1, 3), le=1)
    leaders_at_post: bool
    reports: tuple[_Report, ...] = ()
    before: tuple[str, ...] = ()
    during: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    source: str
    confidence: Confidence

    @model_validator(mode="after")
    def _says_when(self) -> "_Period":
        if (self.starts is None) != (self.ends is None):
            raise wrong_value(mark("from 与 to 应同时写明"))
        if self.holiday is None and self.starts is None and not self.dated:
            raise wrong_value(mark("应写明 holiday、from 和 to,或 dated 之一"))
        return self


class _Periods(Frozen):
    period: tuple[_Period, ...]


@dataclass(frozen=True, slots=True)
class RosterRules:
    """The catalogues of rosters and key periods."""

    rest: timedelta
    night_hour: time
    gaps: GapRule
    holiday_roster: HolidayRosterRule
    calendar: CalendarRule
    patterns: Mapping[str, ShiftPattern]
    pattern_words: Mapping[str, Bilingual]
    shift_words: Mapping[str, Bilingual]
    periods: tuple[KeyPeriod, ...]


def load_roster_rules(
    override: Path | None = None, shifts: Mapping[str, ShiftRule] | None = None
) -> RosterRules:
    """Return the catalogues, each from the installation's folder if it is there, else as shipped.

    `shifts` are the room's own hours by kind of shift; without them their catalogue is read.

    Raises CatalogueError naming file, table, key and what was expected.
    """
    hours = shifts if shifts is not None else load_schedule_rules(override).shifts
    roster = load("schedules", "roster", _Roster, override)
    words = {kind: Bilingual(rule.name, rule.name_en) for kind, rule in hours.items()}
    for pattern in roster.pattern:
        for shift in pattern.shift:
            if shift.name and shift.kind not in words:
                words[shift.kind] = Bilingual(shift.name, shift.name_en)
    return RosterRules(
        rest=roster.rest,
        night_hour=roster.night_hour,
        gaps=roster.gaps,
        holiday_roster=roster.holiday_roster,
        calendar=roster.calendar,
        patterns={each.key: _pattern(each, hours) for each in roster.pattern},
        pattern_words={each.key: Bilingual(each.name, each.name_en) for each in roster.pattern},
        shift_words=words,
        periods=tuple(
            _period(each) for each in load("schedules", "key_periods", _Periods, override).period
        ),
    )


def _pattern(read: _Pattern, hours: Mapping[str, ShiftRule]) -> ShiftPattern:
    return ShiftPattern(read.key, tuple(_hours(read.key, each, hours) for each in read.shift))


def _hours(key: str, shift: _PatternShift, hours: Mapping[str, ShiftRule]) -> ShiftHours:
    known = hours.get(shift.kind)
    starts, ends = shift.starts, shift.ends
    posts = shift.posts
    if known is not None:
        starts, ends, posts = starts or known.starts, ends or known.ends, posts or known.posts
    if starts is None or ends is None or not posts:
        raise CatalogueError(
            mark("roster.toml 的班制{key}:班次{kind}应写明 starts、ends 和 posts。"),
            key=key,
            kind=shift.kind,
        )
    weekday = None if shift.weekday is None else list(Weekday).index(shift.weekday)
    return ShiftHours(shift.kind, starts, ends, posts, weekday)


def _period(read: _Period) -> KeyPeriod:
    yearly = None
    if read.starts is not None and read.ends is not None:
        yearly = YearlySpan(read.starts, read.ends)
    return KeyPeriod(
        key=read.key,
        words=Bilingual(read.name, read.name_en),
        holiday=read.holiday,
        yearly=yearly,
        dated=tuple(DatedSpan(each.first, each.last) for each in read.dated),
        strength=read.strength,
        leaders_at_post=read.leaders_at_post,
        reports=tuple(PeriodReport(r.slug, r.owed_by, r.time) for r in read.reports),
        before=read.before,
        during=read.during,
        after=read.after,
    )
