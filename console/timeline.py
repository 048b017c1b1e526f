"""A timeline: what people did and when; read from TOML, each fault with its event and key."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from records.catalogue import Frozen, nearest, validated
from records.errors import BadData
from records.language import mark


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("2026-03-16T17:30:00+08:00")
    return instant.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_aware)]


class Event(Frozen):
    """What every event says: when, and by whom."""

    at: Instant
    do: str
    by: str | None = None


class SignInEvent(Event):
    """Somebody signs in."""

    post: str | None = None
    reason: str = ""


class SignOutEvent(Event):
    """Somebody signs out."""


class ReportReceiveEvent(Event):
    """A routine report comes in."""

    unit: str
    report: str
    nil: bool = False


class ReportChaseEvent(Event):
    """A unit is chased."""

    unit: str
    report: str
    words: str = ""
    promised_at: Instant | None = None


class AlertAcknowledgeEvent(Event):
    """A person takes alerts on."""

    acknowledged_by: str
    owed_by: str | None = None
    code: str | None = None
    obligation_kind: str | None = None
    subject: str | None = None
    how: str = ""


class FindingExplainEvent(Event):
    """A suspected finding is explained."""

    finding: int
    words: str


class FindingJudgeEvent(Event):
    """A suspected finding is confirmed or dismissed."""

    finding: int
    reason: str


class LogAddEvent(Event):
    """A line is written into the duty log."""

    text: str
    kind: str = "note"


EVENTS: Mapping[str, type[Event]] = {
    "sign-in": SignInEvent,
    "sign-out": SignOutEvent,
    "report receive": ReportReceiveEvent,
    "report chase": ReportChaseEvent,
    "alert acknowledge": AlertAcknowledgeEvent,
    "finding explain": FindingExplainEvent,
    "finding confirm": FindingJudgeEvent,
    "finding dismiss": FindingJudgeEvent,
    "log add": LogAddEvent,
}


class _Frame(Frozen):
    title: str = ""
    starts_at: Instant
    ends_at: Instant
    room: str = "demo"
    presence_checks: bool = False
    handovers: bool = False
    event: tuple[dict[str, object], ...] = Field(default=())


@dataclass(frozen=True, slots=True)
class Timeline:
    """A span, a room, and the events in their order."""

    title: str
    starts_at: datetime
    ends_at: datetime
    room: str
    presence_checks: bool
    handovers: bool
    events: tuple[Event, ...]


def read_timeline(path: Path) -> Timeline:
    """Return the timeline in a TOML file.

    Raises BadData naming file, event, key and what was expected; an unknown act names the nearest.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadData(mark("读不到时间线{file}:{reason}。"), file=path, reason=error) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadData(
            mark("{file}不是有效的 TOML 时间线:{reason}。"), file=path.name, reason=error
        ) from error
    frame = validated(data, _Frame, path.name, BadData)
    if frame.ends_at < frame.starts_at:
        raise BadData(mark("{file}:ends_at 早于 starts_at。"), file=path.name)
    events = tuple(
        _event(path.name, number, raw) for number, raw in enumerate(frame.event, start=1)
    )
    _check_order(path.name, frame, events)
    return Timeline(
        frame.title,
        frame.starts_at,
        frame.ends_at,
        frame.room,
        frame.presence_checks,
        frame.handovers,
        events,
    )


def _event(file: str, number: int, raw: dict[str, object]) -> Event:
    name = str(raw.get("do", ""))
    model = EVENTS.get(name)
    if model is None:
        raise BadData(
            mark("{file}第{number}个事件:没有动作“{do}”,最接近的是“{near}”。"),
            file=file,
            number=number,
            do=name,
            near=nearest(name, list(EVENTS)) or "—",
        )
    read: BaseModel = validated(raw, model, f"{file} [[event]] {number}", BadData)
    assert isinstance(read, Event)
    return read


def _check_order(file: str, frame: _Frame, events: tuple[Event, ...]) -> None:
    earlier = frame.starts_at
    for number, event in enumerate(events, start=1):
        if event.at < earlier:
            raise BadData(
                mark("{file}第{number}个事件:at 早于前一事件或 starts_at,须按时间先后。"),
                file=file,
                number=number,
            )
        if event.at > frame.ends_at:
            raise BadData(
                mark("{file}第{number}个事件:at 晚于 ends_at。"), file=file, number=number
            )
        earlier = event.at
