"""The catalogues of `schedules`, read into frozen models; every fault names file, table and key."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator

from records.catalogue import Duration, Frozen, load
from records.language import Bilingual


def _local_time(value: object) -> object:
    return time.fromisoformat(value) if isinstance(value, str) else value


LocalTime = Annotated[time, BeforeValidator(_local_time)]


class Confidence(StrEnum):
    """How sure a rule's source is; medium and low must be confirmed by the bureau."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class ObligationRule(Frozen):
    """What holds for one kind of obligation."""

    kind: str
    name: str
    name_en: str
    grace: Duration
    ladder: str
    opens_before: Duration
    rule: str
    source: str
    confidence: Confidence
    valid_from: date
    valid_until: date | None = None


class Rhythm(StrEnum):
    """How often a routine report is owed."""

    DAILY = "daily"
    WORKDAYS = "workdays"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


class IfNotWorkday(StrEnum):
    """What becomes of a report whose day is no workday."""

    SAME = "same"
    NEXT_WORKDAY = "next_workday"
    NEXT_WORKDAY_SAME_WEEK = "next_workday_same_week"


class Weekday(StrEnum):
    """The days of the week, Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class ReportRule(Frozen):
    """Which units owe a routine report, and by when."""

    slug: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    name: str
    name_en: str
    owed_by: tuple[str, ...]  # kinds of units
    rhythm: Rhythm
    time: LocalTime
    weekday: Weekday | None = None
    day: int | None = Field(default=None, ge=1, le=31)
    if_not_workday: IfNotWorkday
    counts_early: Duration
    grace: Duration
    ladder: str
    rule: str
    source: str
    confidence: Confidence
    valid_from: date
    valid_until: date | None = None

    @model_validator(mode="after")
    def _names_its_day(self) -> "ReportRule":
        if self.rhythm is Rhythm.WEEKLY and self.weekday is None:
            raise ValueError("weekly 须写明 weekday / a weekly report names its weekday")
        if self.rhythm is Rhythm.MONTHLY and self.day is None:
            raise ValueError("monthly 须写明 day / a monthly report names its day")
        return self


class ShiftRule(Frozen):
    """Local hours of one kind of shift and the posts that stand it."""

    kind: str
    name: str
    name_en: str
    starts: LocalTime
    ends: LocalTime
    posts: tuple[str, ...]
    source: str
    confidence: Confidence


class PostRule(Frozen):
    """A post that a new room begins with."""

    key: str
    name: str
    name_en: str
    capacity: str
    manned: bool = False
    standing: bool = False
    partner: str | None = None


class HolidaySpan(Frozen):
    """One holiday and the workdays that make up for it."""

    name: str
    first: date
    last: date
    workdays: tuple[date, ...]


class HolidayNotice(Frozen):
    """The holidays of one year, from the State Council's notice."""

    year: int
    source: str
    holiday: tuple[HolidaySpan, ...]


class _Obligations(Frozen):
    obligation: tuple[ObligationRule, ...]


class _Reports(Frozen):
    report: tuple[ReportRule, ...]


class _Shifts(Frozen):
    shift: tuple[ShiftRule, ...]


class _Posts(Frozen):
    post: tuple[PostRule, ...]


class _Holidays(Frozen):
    year: tuple[HolidayNotice, ...]


@dataclass(frozen=True, slots=True)
class ScheduleRules:
    """All catalogues of `schedules`."""

    obligations: Mapping[str, ObligationRule]
    reports: Mapping[str, ReportRule]
    shifts: Mapping[str, ShiftRule]
    posts: tuple[PostRule, ...]
    holidays: tuple[HolidayNotice, ...]

    def words_for(self, kind: str, subject: str) -> Bilingual:
        """Return what is owed, as people call it: the report's own name, else the kind's.

        What is owed of an incident names it.
        """
        report = self.reports.get(subject.removeprefix("report:"))
        if report is not None:
            return Bilingual(report.name, report.name_en)
        rule = self.obligations.get(kind)
        words = Bilingual(rule.name, rule.name_en) if rule else Bilingual(kind, kind)
        incident = subject.removeprefix("incident:")
        if incident == subject:
            return words
        return Bilingual(f"{words.zh}({incident})", f"{words.en} ({incident})")

    def post_words(self, key: str) -> Bilingual:
        """Return a post's name; an unknown key names itself."""
        for post in self.posts:
            if post.key == key:
                return Bilingual(post.name, post.name_en)
        return Bilingual(key, key)


def load_schedule_rules(override: Path | None = None) -> ScheduleRules:
    """Return the catalogues, each from the installation's folder if it is there, else as shipped.

    Raises CatalogueError naming file, table, key and what was expected.
    """
    package = "schedules"
    return ScheduleRules(
        obligations={
            rule.kind: rule
            for rule in load(package, "obligations", _Obligations, override).obligation
        },
        reports={
            rule.slug: rule for rule in load(package, "routine_reports", _Reports, override).report
        },
        shifts={
            rule.kind: rule for rule in load(package, "shift_patterns", _Shifts, override).shift
        },
        posts=load(package, "posts", _Posts, override).post,
        holidays=load(package, "holidays", _Holidays, override).year,
    )
