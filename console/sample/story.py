"""The day before, told in the sample room by the real watch and the real actions."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from console.actions import Actions, Rules
from console.sample.room import SAMPLE_KEY, SAMPLE_PIN, TIMEZONE, fill_sample_room
from console.sample.roster import EVENING, MORNING
from plans.channels.letters import Letter
from plans.channels.list_channel import ListChannel
from plans.channels.spool import SpoolChannel
from plans.mail_claims import next_delivery_at
from plans.postman import Rounds, deliver_due
from plans.rounds import DecideAndRaise
from records.act import Act
from records.clock import ManualClock
from records.database import Database
from records.signing import TakenAsGiven, hash_pin
from schedules.calendar import days, local_day, local_instant
from schedules.findings import Judged
from schedules.rounds import LookAtDue, OpenDue
from schedules.sign_in import count_as_signed_in
from schedules.tables import Finding, Obligation
from schedules.watch import Watch

TOLD_BACK = timedelta(hours=20)  # long enough that a shift change and a report always lie in it
LETTERS_KEPT = 40
# A post may stand unsigned so long before somebody surely would have stepped in.
STILL_CLIMBING = timedelta(minutes=45)

_ZONE = ZoneInfo(TIMEZONE)
_LATE_BY = timedelta(minutes=6)
_RELEASED_BEFORE = timedelta(minutes=12)

_Do = Callable[[Actions], object]


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that people do at an instant."""

    at: datetime
    do: _Do


def make_sample(
    database: Database,
    now: datetime,
    rules: Rules,
    rounds: Rounds,
    *,
    spool: SpoolChannel | None = None,
) -> None:
    """Make and fill the sample room, and tell the hours up to `now` in it; what `--demo` does.

    Args:
        database: With all tables, without the sample room.
        now: The present instant.
        rules: All catalogues.
        rounds: Words of the mails and how they are tried again.
        spool: Where the last mails are written as files; None writes none.
    """
    begins_at = now - TOLD_BACK
    act = Act(SAMPLE_KEY, begins_at, f"room:{SAMPLE_KEY}")
    with database.write() as session:
        fill_sample_room(
            session,
            act,
            rules.schedules,
            around=local_day(now, _ZONE),
            pin_hash=hash_pin(SAMPLE_PIN, cheap=True),
        )
        count_as_signed_in(session, act)
    tell_the_day_before(database, now, rules, rounds, spool=spool)


def tell_the_day_before(
    database: Database,
    now: datetime,
    rules: Rules,
    rounds: Rounds,
    *,
    spool: SpoolChannel | None = None,
) -> None:
    """Tell the hours up to `now` in a room that was filled as of `now - TOLD_BACK`.

    What is left open on purpose: a post nobody stands at, units whose report is overdue, and
    their alerts that nobody has taken on.
    """
    clock = ManualClock(now - TOLD_BACK)
    actions = Actions(database, clock, SAMPLE_KEY, rules, TakenAsGiven())
    watch = Watch(
        database,
        OpenDue(rules.schedules),
        LookAtDue(rules.schedules),
        DecideAndRaise(rules.plans),
    )
    channel = ListChannel()
    channel.name = "spool"
    teller = _Teller(database, clock, watch, channel, rounds)
    teller.run_to(clock.now())
    with database.read() as session:
        reports = _reports_due(session, clock.now(), now)
    story = sorted(_story(clock.now(), now, reports), key=lambda event: event.at)
    for event in story:
        teller.run_before(event.at)
        event.do(actions)
    teller.run_to(now)
    _judge_one(database, actions)
    if spool is not None:
        asyncio.run(_write(channel.letters[-LETTERS_KEPT:], spool))


class _Teller:
    """Moves the clock from look to look and lets the watch and the post do their part."""

    def __init__(
        self,
        database: Database,
        clock: ManualClock,
        watch: Watch,
        channel: ListChannel,
        rounds: Rounds,
    ) -> None:
        self._database = database
        self._clock = clock
        self._watch = watch
        self._channel = channel
        self._rounds = rounds

    def run_to(self, instant: datetime) -> None:
        """Let everything happen up to and including `instant`."""
        self.run_before(instant)
        self._turn()

    def run_before(self, instant: datetime) -> None:
        """Let everything happen before `instant` and stand there; acts of an instant come first."""
        while (next_at := self._next_at()) is not None and next_at < instant:
            self._clock.move_to(max(next_at, self._clock.now()))
            self._turn()
        self._clock.move_to(instant)

    def _turn(self) -> None:
        now = self._clock.now()
        self._watch.tick(now)
        with self._database.write() as session:
            deliver_due(session, self._channel, self._rounds, now=now)

    def _next_at(self) -> datetime | None:
        with self._database.read() as session:
            mail_at = next_delivery_at(session)
        wanted = [instant for instant in (self._watch.next_at(), mail_at) if instant is not None]
        return min(wanted) if wanted else None


def _story(
    begins_at: datetime, now: datetime, reports: Sequence["_Occurrence"]
) -> Iterator[_Event]:
    """Yield what people do after `begins_at` and not after `now`, in any order."""
    for event in (
        *_at_the_posts(begins_at, now),
        *_reporting(now, reports),
        *_calls(now),
    ):
        # What lies before the beginning was done before it, or is done as soon as it begins.
        at = max(event.at, begins_at + timedelta(minutes=1))
        if at <= now:
            yield _Event(at, event.do)


def _at_the_posts(begins_at: datetime, now: datetime) -> Iterator[_Event]:
    changes = [
        change
        for day in days(local_day(begins_at, _ZONE), local_day(now, _ZONE))
        for change in (local_instant(day, MORNING, _ZONE), local_instant(day, EVENING, _ZONE))
        if begins_at < change <= now
    ]
    is_climbing = now - changes[-1] <= STILL_CLIMBING
    late_at = changes[0] if is_climbing or len(changes) > 1 else changes[-1]
    for change in changes:
        yield _signs_in(change - timedelta(minutes=9), "primary")
        if change.astimezone(_ZONE).time() == MORNING:
            yield _signs_in(change - timedelta(minutes=14), "shift_lead")
        if change == late_at:
            yield from _late_sign_in(change)
        elif change != changes[-1] or not is_climbing:
            yield _signs_in(change - timedelta(minutes=6), "secondary")
    if not is_climbing:
        yield from _released(now - _RELEASED_BEFORE)


def _signs_in(at: datetime, post: str, reason: str = "") -> _Event:
    return _Event(at, lambda actions: actions.sign_in(by=f"post:{post}", reason=reason))


def _late_sign_in(change: datetime) -> Iterator[_Event]:
    """Yield the secondary's coming too late, and the shift lead's taking the alert on."""

    def taken(actions: Actions) -> object:
        return actions.acknowledge_alert(
            owed_by="post:secondary",
            by="post:primary",
            acknowledged_by="post:shift_lead",
            how="电话告知:已联系副班本人,正在路上,约两分钟后到",
        )

    yield _Event(change + timedelta(minutes=5, seconds=20), taken)
    yield _signs_in(change + _LATE_BY, "secondary", "稻香路早晚高峰追尾,绕行耽搁六分钟")


def _released(at: datetime) -> Iterator[_Event]:
    """Yield the secondary's leaving with consent: the post stands empty when the story ends."""
    yield _log(
        at - timedelta(minutes=2),
        "副班家中老人突发急病,电话请示带班领导同意先行离岗,已通知备勤人员到岗接替。",
    )
    yield _Event(at, lambda actions: actions.sign_out(by="post:secondary"))


@dataclass(frozen=True, slots=True)
class _Occurrence:
    """One routine report that fell due: which, when, and the units that owe it, in order."""

    report: str
    due_at: datetime
    units: tuple[str, ...]


def _reports_due(session: Session, begins_at: datetime, now: datetime) -> list[_Occurrence]:
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
        _Occurrence(subject.removeprefix("report:"), due_at, tuple(units))
        for (subject, due_at), units in found.items()
    ]


def _reporting(now: datetime, occurrences: Sequence[_Occurrence]) -> Iterator[_Event]:
    """Yield the reports: most on time, two late, and of the last that fell due two still owed."""
    last = max((one.due_at for one in occurrences if one.due_at <= now), default=None)
    for number, one in enumerate(occurrences):
        # Another unit is the slow one each time.
        turn = (one.due_at.toordinal() + number) % len(one.units)
        slow, slower, silent, promising, *prompt = one.units[turn:] + one.units[:turn]
        if one.due_at != last:
            prompt += [silent, promising]
        for place, unit in enumerate(prompt):
            early = timedelta(minutes=78) * (place + 1) / (len(prompt) + 1)
            seconds = timedelta(seconds=(place * 37) % 60)
            yield _receives(one.due_at - early + seconds, unit, one.report, nil=place == 1)
        yield _receives(one.due_at + timedelta(minutes=7, seconds=30), slow, one.report)
        yield from _chased_and_received(one, slower)
        if one.due_at == last:
            yield from _chased_in_vain(one, promising, now)


def _receives(at: datetime, unit: str, report: str, *, nil: bool = False) -> _Event:
    return _Event(
        at,
        lambda actions: actions.receive_report(
            unit=unit, report=report, by="post:primary", nil=nil
        ),
    )


def _chased_and_received(one: _Occurrence, unit: str) -> Iterator[_Event]:
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

    yield _Event(one.due_at + timedelta(minutes=9), taken)
    yield _Event(one.due_at + timedelta(minutes=10), chased)
    yield _receives(one.due_at + timedelta(minutes=28), unit, one.report)


def _chased_in_vain(one: _Occurrence, unit: str, now: datetime) -> Iterator[_Event]:
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

    yield _Event(max(one.due_at + timedelta(minutes=18), now - timedelta(minutes=34)), chased)


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


def _calls(now: datetime) -> Iterator[_Event]:
    for minutes, kind, words in _LINES:
        at = (now - timedelta(minutes=minutes)).replace(microsecond=0)
        yield _log(at, words, kind)


def _log(at: datetime, words: str, kind: str = "call") -> _Event:
    return _Event(at, lambda actions: actions.add_log(text=words, by="post:primary", kind=kind))
