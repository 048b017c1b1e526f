"""A timeline: what people did and when; read from TOML, each fault with its event and key."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, Field

from console.events import (
    alerts,
    centres,
    findings,
    handovers,
    incidents,
    log,
    orders,
    posts,
    presence,
    reports,
    rosters,
    spot_checks,
)
from console.events.event import Event, EventKind, Instant
from records.catalogue import Frozen, nearest, validated
from records.errors import BadData
from records.language import mark

EVENTS: Mapping[str, EventKind] = {
    **posts.KINDS,
    **reports.KINDS,
    **alerts.KINDS,
    **findings.KINDS,
    **log.KINDS,
    **incidents.KINDS,
    **handovers.KINDS,
    **presence.KINDS,
    **spot_checks.KINDS,
    **rosters.KINDS,
    **centres.KINDS,
    **orders.KINDS,
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
    kind = EVENTS.get(name)
    if kind is None:
        raise BadData(
            mark("{file}第{number}个事件:没有动作“{do}”,最接近的是“{near}”。"),
            file=file,
            number=number,
            do=name,
            near=nearest(name, list(EVENTS)) or "—",
        )
    read: BaseModel = validated(raw, kind.model, f"{file} [[event]] {number}", BadData)
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
