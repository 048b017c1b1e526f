"""How the duty log words an incident: its grade, its numbers, and what an entry changed; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from plans.grade_history import Standing
from plans.grades import Grade
from plans.grading import Counts
from plans.incident_kinds import IncidentKinds
from plans.reporting_levels import ReportForm, ReportingLevel, ReportKind
from records.language import Bilingual, Sentence, mark
from schedules.calendar import local_minute

_UNGRADED = Sentence(mark("未定级"))
_NAMES: Mapping[str, str] = {
    "dead": mark("死亡{count}人"),
    "missing": mark("失踪{count}人"),
    "trapped": mark("被困{count}人"),
    "seriously_injured": mark("重伤{count}人"),
    "slightly_injured": mark("轻伤{count}人"),
    "direct_loss_cny": mark("直接损失{count}元"),
    "evacuated": mark("转移{count}人"),
    "burnt_area_ha": mark("过火{count}公顷"),
    "magnitude": mark("震级{count}"),
    "threatened": mark("受威胁{count}人"),
    "possible_loss_cny": mark("可能损失{count}元"),
    "water_cut": mark("水源中断级别{count}"),
    "has_serious_pollution": mark("严重污染:{count}"),
    "threatens_important_place": mark("威胁重要场所:{count}"),
}
_LEVELS = {
    ReportingLevel.UNIT: Bilingual("事发单位", "the unit"),
    ReportingLevel.COUNTY: Bilingual("县级", "the county"),
    ReportingLevel.CITY: Bilingual("市级", "the city"),
    ReportingLevel.PROVINCE: Bilingual("省级", "the province"),
    ReportingLevel.STATE: Bilingual("国家级", "the state"),
}
_KINDS = {
    ReportKind.FIRST: Bilingual("首报", "first report"),
    ReportKind.FOLLOW_UP: Bilingual("续报", "follow-up report"),
    ReportKind.SUPPLEMENT: Bilingual("补报", "supplementary report"),
    ReportKind.FINAL: Bilingual("终报", "final report"),
}
_FORMS = {
    ReportForm.TELEPHONE: Bilingual("电话", "telephone"),
    ReportForm.WRITTEN: Bilingual("书面", "written"),
}


class _Said(Protocol):
    """What is read of an entry."""

    @property
    def kind(self) -> str | None: ...
    @property
    def occurred_at(self) -> datetime | None: ...
    @property
    def place(self) -> str | None: ...
    @property
    def summary(self) -> str | None: ...
    @property
    def counts(self) -> Counts: ...


def grade_words(grade: Grade | None) -> Bilingual | Sentence:
    """Return a grade as people read it; None is 未定级."""
    return _UNGRADED if grade is None else grade.words


def level_words(level: ReportingLevel) -> Bilingual:
    """Return a level as people read it."""
    return _LEVELS[level]


def report_words(kind: ReportKind) -> Bilingual:
    """Return which report it is, as people read it."""
    return _KINDS[kind]


def form_words(form: ReportForm) -> Bilingual:
    """Return the form of a report, as people read it."""
    return _FORMS[form]


def counts_words(counts: Counts) -> Sentence:
    """Return all numbers that are known; without any, that they are not."""
    parts = [
        Sentence(_NAMES[each.name], {"count": number_words(getattr(counts, each.name))})
        for each in fields(counts)
        if getattr(counts, each.name) is not None
    ]
    return _listed(parts) if parts else Sentence(mark("伤亡不详"))


def changes_words(before: Standing, said: _Said, kinds: IncidentKinds, zone: ZoneInfo) -> Sentence:
    """Return what an entry says, with the number that stood before each changed one."""
    return _listed([*_facts(before, said, kinds, zone), *_numbers(before.counts, said.counts)])


def _facts(
    before: Standing, said: _Said, kinds: IncidentKinds, zone: ZoneInfo
) -> Iterator[Sentence]:
    if said.kind is not None:
        yield Sentence(mark("种类为{kind}"), {"kind": kinds.by_slug(said.kind).words})
    if said.occurred_at is not None:
        params = {"at": local_minute(said.occurred_at, zone)}
        if before.occurred_at is None:
            yield Sentence(mark("事发时间{at}"), params)
        else:
            earlier = {"before": local_minute(before.occurred_at, zone)}
            yield Sentence(mark("事发时间{before}→{at}"), params | earlier)
    if said.place is not None:
        yield Sentence(mark("地点{place}"), {"place": said.place})
    if said.summary is not None:
        yield Sentence(mark("经过已补充"))


def _numbers(before: Counts, said: Counts) -> Iterator[Sentence]:
    for each in fields(said):
        value, earlier = getattr(said, each.name), getattr(before, each.name)
        if value is not None:
            shown = number_words(value)
            if earlier is not None and earlier != value:
                shown = f"{number_words(earlier)}→{shown}"
            yield Sentence(_NAMES[each.name], {"count": shown})


def number_words(value: float) -> str:
    """Return a number without a fraction where it is whole."""
    return str(int(value)) if value == int(value) else str(value)


def _listed(parts: Sequence[Sentence]) -> Sentence:
    template = "、".join(f"{{p{place}}}" for place in range(len(parts)))
    return Sentence(template, {f"p{place}": part for place, part in enumerate(parts)})
