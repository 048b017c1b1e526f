"""What people do in the sample room's story: signing in, reporting, chasing, telephoning."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.actions import Actions
from console.sample.room import TIMEZONE
from console.sample.roster import EVENING, MORNING, leaders_of, officers_of
from schedules.calendar import ONE_DAY, days, local_day, local_instant
from schedules.tables import Obligation

# A post may stand unsigned so long before somebody surely would have stepped in.
STILL_CLIMBING = timedelta(minutes=45)

_ZONE = ZoneInfo(TIMEZONE)
_LATE_BY = timedelta(minutes=6)
_RELEASED_BEFORE = timedelta(minutes=12)
_EARLIEST = timedelta(minutes=14)  # before the change; the shift lead comes first
_EARLY_AT_MOST = timedelta(minutes=78)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that people do at an instant."""

    at: datetime
    do: Callable[[Actions], object]


def tell(begins_at: datetime, now: datetime, reports: Sequence["Occurrence"]) -> list[Event]:
    """Return what people do from `begins_at` to `now`, in order."""
    told = (
        *_at_the_posts(begins_at, now),
        *_reporting(begins_at, now, reports),
        *_calls(now),
    )
    # Who came before the beginning for a shift that begins after it has just come.
    story = [Event(max(event.at, begins_at), event.do) for event in told if event.at <= now]
    return sorted(story, key=lambda event: event.at)


@dataclass(frozen=True, slots=True)
class _Change:
    """A change of shift: when, on which local day, and whether it is the morning's."""

    at: datetime
    day: date
    is_morning: bool


def _changes(begins_at: datetime, ends_at: datetime) -> list[_Change]:
    """Return the changes of shift after one instant up to another, in order."""
    return [
        change
        for day in days(local_day(begins_at, _ZONE), local_day(ends_at, _ZONE))
        for change in (
            _Change(local_instant(day, MORNING, _ZONE), day, is_morning=True),
            _Change(local_instant(day, EVENING, _ZONE), day, is_morning=False),
        )
        if begins_at < change.at <= ends_at
    ]


def _at_the_posts(begins_at: datetime, now: datetime) -> Iterator[Event]:
    """Yield comings and goings: one secondary comes late, the last one's post is not signed in."""
    changes = _changes(begins_at, now + _EARLIEST)
    last = changes[-1]
    is_last_open = last.at > now - STILL_CLIMBING
    for number, change in enumerate(changes):
        yield _signs_in(change.at - timedelta(minutes=9), "primary")
        if change.is_morning:
            yield _signs_in(change.at - _EARLIEST, "shift_lead")
        if number == 0:
            yield from _late_sign_in(change.at)
        elif change is not last or not is_last_open:
            yield _signs_in(change.at - timedelta(minutes=6), "secondary")
        yield from _relieved(change, is_kept=change is last and is_last_open)
    if not is_last_open:
        yield from _released(now - _RELEASED_BEFORE)


def _relieved(change: _Change, *, is_kept: bool) -> Iterator[Event]:
    """Yield the outgoing people's leaving; `is_kept`: the secondary is not relieved and stays."""
    yesterday = change.day - ONE_DAY
    primary, secondary = (
        officers_of(yesterday)[2:] if change.is_morning else officers_of(change.day)[:2]
    )
    yield _signs_out(change.at + timedelta(minutes=2), primary)
    if not is_kept:
        yield _signs_out(change.at + timedelta(minutes=8), secondary)
    if change.is_morning:
        yield _signs_out(change.at + timedelta(minutes=4), leaders_of(yesterday)[0])


def _signs_out(at: datetime, person_id: str) -> Event:
    return Event(at, lambda actions: actions.sign_out(by=f"person:{person_id}"))


def _signs_in(at: datetime, post: str, reason: str = "") -> Event:
    return Event(at, lambda actions: actions.sign_in(by=f"post:{post}", reason=reason))


def _late_sign_in(change: datetime) -> Iterator[Event]:
    """Yield the secondary's coming too late, and the shift lead's taking the alert on."""

    def taken(actions: Actions) -> object:
        return actions.acknowledge_alert(
            owed_by="post:secondary",
            by="post:primary",
            acknowledged_by="post:shift_lead",
            how="电话告知:已联系副班本人,正在路上,约两分钟后到",
        )

    yield Event(change + timedelta(minutes=5, seconds=20), taken)
    yield _signs_in(
        change + _LATE_BY, "secondary", "途中遇追尾事故堵车,绕行耽搁六分钟,已电话报告带班领导"
    )


def _released(at: datetime) -> Iterator[Event]:
    """Yield the secondary's leaving with consent: the post stands empty when the story ends."""
    yield _log(
        at - timedelta(minutes=2),
        "副班家中老人突发急病,电话请示带班领导同意先行离岗,已通知备勤人员到岗接替。",
    )
    yield Event(at, lambda actions: actions.sign_out(by="post:secondary"))


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One routine report that fell due: which, when, and the units that owe it, in order."""

    report: str
    due_at: datetime
    units: tuple[str, ...]


def reports_told(session: Session, begins_at: datetime, now: datetime) -> list[Occurrence]:
    """Return what falls due in the story, and what may come in early before its end."""
    rows = session.execute(
        select(Obligation.subject, Obligation.due_at, Obligation.owed_by)
        .where(
            Obligation.kind == "routine_report",
            Obligation.due_at > begins_at,
            Obligation.due_at < now + timedelta(hours=2),
        )
        .order_by(Obligation.due_at, Obligation.subject, Obligation.owed_by)
    )
    found: dict[tuple[str, datetime], list[str]] = {}
    for row in rows:
        found.setdefault((row.subject, row.due_at), []).append(row.owed_by)
    return [
        Occurrence(subject.removeprefix("report:"), due_at, tuple(units))
        for (subject, due_at), units in found.items()
    ]


def _reporting(
    begins_at: datetime, now: datetime, occurrences: Sequence[Occurrence]
) -> Iterator[Event]:
    """Yield the reports: most on time, two late, and of the last that fell due two still owed."""
    fallen_due = [one for one in occurrences if one.due_at <= now]
    last = fallen_due[-1] if fallen_due else None
    for number, one in enumerate(occurrences):
        # Other units are the slow ones each time.
        turn = (one.due_at.toordinal() + number) % len(one.units)
        slow, slower, silent, promising, *prompt = one.units[turn:] + one.units[:turn]
        if one is not last:
            prompt += [silent, promising]
        prompt = prompt[::3] + prompt[1::3] + prompt[2::3]  # they do not telephone by number
        early = min(_EARLY_AT_MOST, one.due_at - begins_at)
        for place, unit in enumerate(prompt, start=1):
            at = (one.due_at - early * place / (len(prompt) + 1)).replace(microsecond=0)
            yield _receives(max(at, begins_at), unit, one.report, nil=place == 1)
        yield _receives(one.due_at + timedelta(minutes=7, seconds=30), slow, one.report)
        yield from _chased_and_received(one, slower)
        if one is last:
            yield from _chased_in_vain(one, promising, now)


def _receives(at: datetime, unit: str, report: str, *, nil: bool = False) -> Event:
    return Event(
        at,
        lambda actions: actions.receive_report(
            unit=unit, report=report, by="post:primary", nil=nil
        ),
    )


def _chased_and_received(one: Occurrence, unit: str) -> Iterator[Event]:
    def taken(actions: Actions) -> object:
        return actions.acknowledge_alert(
            owed_by=unit,
            subject=f"report:{one.report}",
            by="post:primary",
            acknowledged_by="post:primary",
            how="值班员接手,电话催报",
        )

    def chased(actions: Actions) -> object:
        return actions.chase_report(
            unit=unit,
            report=one.report,
            words="值班员接电话,称材料待领导签发,答应二十分钟内报出",
            by="post:primary",
            promised_at=one.due_at + timedelta(minutes=30),
        )

    yield Event(one.due_at + timedelta(minutes=9), taken)
    yield Event(one.due_at + timedelta(minutes=10), chased)
    yield _receives(one.due_at + timedelta(minutes=28), unit, one.report)


def _chased_in_vain(one: Occurrence, unit: str, now: datetime) -> Iterator[Event]:
    """Yield a chase that got a promise which has not been kept when the story ends."""
    promised_at = (now + timedelta(minutes=20)).replace(second=0, microsecond=0)

    def chased(actions: Actions) -> object:
        return actions.chase_report(
            unit=unit,
            report=one.report,
            words="电话三声后接听,称专网故障正在抢修,修复后即报",
            by="post:primary",
            promised_at=promised_at,
        )

    yield Event(max(one.due_at + timedelta(minutes=18), now - timedelta(minutes=34)), chased)


# How long before the end, what kind of line, and what the officer wrote.
_LINES = (
    (1170, "call", "省应急管理厅值班室电话抽查,两声接听,值班员、带班领导均在岗。"),
    (1085, "note", "视频调度系统与十二个县区试线,画面、声音正常。"),
    (
        930,
        "call",
        "市气象台:发布大风蓝色预警,未来24小时全市有6级以上阵风。已转各县区应急管理局和专项指挥部办公室。",
    ),
    (905, "note", "大风蓝色预警转发完毕,十二个县区值班室均已电话复核收到。"),
    (
        640,
        "call",
        "鲁山县应急管理局报告:尧山镇一处通信杆被大风刮倒,电话线垂落路面,无人员伤亡,已设警戒。",
    ),
    (618, "note", "已通知通信运营企业抢修;请鲁山县应急管理局一小时内续报。"),
    (545, "call", "鲁山县应急管理局续报:垂落线路已移开,道路恢复通行,通信预计两小时内恢复。"),
    (470, "note", "核实矿山安全监测联网一次甲烷传感器报警:系标校作业,现场浓度正常。"),
    (395, "call", "鲁山县应急管理局:尧山镇通信已恢复,此事办结。"),
    (260, "note", "卫星电话、应急通信车例行检查正常;备用电源电量100%。"),
    (140, "call", "市气象台:阵风减弱,大风蓝色预警继续有效,暂不升级。"),
    (52, "note", "抽查两家危险化学品生产企业值班电话,均三声内接听,装置运行平稳。"),
)


def _calls(now: datetime) -> Iterator[Event]:
    for minutes, kind, words in _LINES:
        at = (now - timedelta(minutes=minutes)).replace(microsecond=0)
        yield _log(at, words, kind)


def _log(at: datetime, words: str, kind: str = "call") -> Event:
    return Event(at, lambda actions: actions.add_log(text=words, by="post:primary", kind=kind))
