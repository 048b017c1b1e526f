"""How screens word instants, countdowns, spans and states, in both languages; nothing is read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from console.board import MailLine, Presence
from plans.mail_states import MailState
from records.language import Language, mark, translate
from schedules.outstanding import ObligationState

if TYPE_CHECKING:
    from schedules.findings import FindingKind

ONE_DAY = timedelta(days=1)
ONE_HOUR = timedelta(hours=1)
ONE_MINUTE = timedelta(minutes=1)
SOON = timedelta(minutes=30)  # so long before its deadline a line is marked as near

WEEKDAYS = (
    mark("周一"),
    mark("周二"),
    mark("周三"),
    mark("周四"),
    mark("周五"),
    mark("周六"),
    mark("周日"),
)


def clock_time(instant: datetime, zone: ZoneInfo) -> str:
    """Return the local time to the second: 17:33:07."""
    return instant.astimezone(zone).strftime("%H:%M:%S")


def minute(instant: datetime, zone: ZoneInfo) -> str:
    """Return the local time to the minute: 17:33."""
    return instant.astimezone(zone).strftime("%H:%M")


def day(instant: datetime, zone: ZoneInfo, language: Language) -> str:
    """Return the local date with its weekday: 2026-03-16 周一, 2026-03-16 Mon."""
    local = instant.astimezone(zone)
    return f"{local:%Y-%m-%d} {translate(WEEKDAYS[local.weekday()], language)}"


def short_day(instant: datetime, zone: ZoneInfo, language: Language) -> str:
    """Return month and day with the weekday: 03-16 周一, 03-16 Mon."""
    return day(instant, zone, language)[5:]


def when(instant: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Return the time of day, with the date before it where that is not today's: 03-15 17:33."""
    local = instant.astimezone(zone)
    is_today = local.date() == now.astimezone(zone).date()
    return local.strftime("%H:%M" if is_today else "%m-%d %H:%M")


def hours(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """Return a span of local time: 17:30-08:30."""
    return f"{minute(starts_at, zone)}-{minute(ends_at, zone)}"


def countdown(due_at: datetime, now: datetime, language: Language) -> str:
    """Return the time left as digits that line up: 00:12:40, -00:03:12, 1天 03:04.

    Seconds are whole and never flatter: what is left is rounded up, what has passed down, so that
    00:00:00 appears at the deadline itself and not before.
    """
    left = due_at - now
    if left < timedelta(0):
        return "-" + _digits(int(-left / timedelta(seconds=1)), language)
    return _digits(-int(-left // timedelta(seconds=1)), language)


def _digits(seconds: int, language: Language) -> str:
    days, rest = divmod(seconds, 86_400)
    hour, rest = divmod(rest, 3_600)
    if days:
        template = translate(mark("{days}天 {hours:02d}:{minutes:02d}"), language)
        return template.format(days=days, hours=hour, minutes=rest // 60)
    return f"{hour:02d}:{rest // 60:02d}:{rest % 60:02d}"


def minutes_and_seconds(span: timedelta) -> str:
    """Return a span as minutes and seconds, hours before them where there are any: 00:17."""
    seconds = max(0, int(span.total_seconds()))
    hour, rest = divmod(seconds, 3_600)
    short = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hour}:{short}" if hour else short


def span_words(span: timedelta, language: Language) -> str:
    """Return a span in words, no finer than people say it: 40秒, 12分, 3小时05分, 2天4小时."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < ONE_MINUTE.total_seconds():
        return translate(mark("{count}秒"), language).format(count=seconds)
    if seconds < ONE_HOUR.total_seconds():
        return translate(mark("{count}分"), language).format(count=seconds // 60)
    if seconds < ONE_DAY.total_seconds():
        template = translate(mark("{hours}小时{minutes:02d}分"), language)
        return template.format(hours=seconds // 3_600, minutes=seconds // 60 % 60)
    template = translate(mark("{days}天{hours}小时"), language)
    return template.format(days=seconds // 86_400, hours=seconds // 3_600 % 24)


def lateness(seconds: int, language: Language) -> str:
    """Return by how much something was late, to the second below an hour: 3分12秒."""
    if seconds >= ONE_HOUR.total_seconds():
        return span_words(timedelta(seconds=seconds), language)
    template = translate(mark("{minutes}分{seconds:02d}秒"), language)
    return template.format(minutes=seconds // 60, seconds=seconds % 60)


@dataclass(frozen=True, slots=True)
class Look:
    """Three signs of one state: a symbol, a word in Chinese (to be translated), and a tone."""

    symbol: str
    word: str
    tone: str

    def said_in(self, language: Language) -> str:
        """Return symbol and word together."""
        return f"{self.symbol}{translate(self.word, language)}"


CALM, NEAR, OVERDUE, DONE, OFF = "calm", "near", "overdue", "done", "off"


_LOOKS = {
    ObligationState.LATE: Look("▲", mark("迟"), OVERDUE),
    ObligationState.MISSED: Look("■", mark("漏"), OVERDUE),
    ObligationState.FULFILLED: Look("✓", mark("按时"), DONE),
    ObligationState.WAIVED: Look("-", mark("免除"), OFF),
    ObligationState.SUPERSEDED: Look("-", mark("已替代"), OFF),
}
_LOOKS_WHEN_FULFILLED = {
    ObligationState.LATE: Look("✓", mark("迟报"), NEAR),
    ObligationState.MISSED: Look("✓", mark("漏后补"), NEAR),
}


def obligation_look(
    state: ObligationState, due_at: datetime, now: datetime, *, is_fulfilled: bool
) -> Look:
    """Return how an obligation's state is shown at `now`; late and missed stay, also when done."""
    if state is not ObligationState.OPEN:
        return (is_fulfilled and _LOOKS_WHEN_FULFILLED.get(state)) or _LOOKS[state]
    if due_at < now:
        return Look("▲", mark("超时"), OVERDUE)
    if due_at - now <= SOON:
        return Look("△", mark("临期"), NEAR)
    return Look("·", mark("未到"), CALM)


def presence_look(presence: Presence, *, is_owed: bool, is_manned: bool = True) -> Look:
    """Return how a post's presence is shown; a sign-in that is owed and overdue is an alarm."""
    match presence:
        case Presence.SIGNED_IN:
            return Look("●", mark("在岗"), DONE)
        case Presence.NOT_SIGNED_IN:
            return Look("○", mark("未签到"), OVERDUE if is_owed else NEAR)
        case Presence.ON_CALL:
            return Look("·", mark("备勤"), OFF)
        case Presence.GAP:
            return Look("×", mark("无人"), OVERDUE if is_manned else NEAR)


def mail_look(mail: MailLine) -> Look:
    """Return how a mail's state is shown; tried in vain is not the same as waiting."""
    match mail.state:
        case MailState.WAITING | MailState.CLAIMED if mail.is_delayed:
            return Look("△", mark("延迟"), NEAR)
        case MailState.WAITING:
            return Look("·", mark("待发"), CALM)
        case MailState.CLAIMED:
            return Look("›", mark("发送中"), CALM)
        case MailState.ACCEPTED:
            return Look("✓", mark("已投递"), DONE)
        case MailState.REFUSED:
            return Look("×", mark("被拒"), OVERDUE)
        case MailState.UNKNOWN:
            return Look("?", mark("不明"), NEAR)


def finding_word(kind: "FindingKind", language: Language) -> str:
    """Return what is suspected: 漏岗, uncovered post."""
    from schedules.findings import FINDING_WORDS  # noqa: PLC0415  needs the database library

    return translate(FINDING_WORDS[kind], language)


def relay_word(relay: str, language: Language) -> str:
    """Return what a relay is called."""
    words = {
        "first": mark("主邮路"),
        "second": mark("备邮路"),
        "spool": mark("样例信箱"),
    }
    return translate(words.get(relay, relay), language)
