"""Timelines of incidents for the tests of replay: written in local hours, answered as values."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from console.replay import replay
from console.timeline import read_timeline
from records.language import Language

BEIJING = ZoneInfo("Asia/Shanghai")


def local(text: object) -> str:
    """An answered instant as "03-16 21:10[:ss]" by Beijing clocks."""
    at = datetime.fromisoformat(str(text)).astimezone(BEIJING)
    return at.strftime("%m-%d %H:%M:%S" if at.second else "%m-%d %H:%M")


def written(folder: Path, head: dict[str, object], *events: dict[str, object]) -> Path:
    """A timeline file; texts that look like local minutes become instants."""
    lines = [f"{key} = {_toml(value)}" for key, value in head.items()]
    for event in events:
        lines += ["", "[[event]]"]
        lines += [f"{key} = {_toml(value)}" for key, value in event.items()]
    path = folder / "timeline.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    if len(text) >= 16 and text[4] == "-" and text[10] == " ":
        seconds = "" if len(text) > 16 else ":00"
        return f"{text.replace(' ', 'T')}{seconds}+08:00"
    if len(text) == 10 and text[4] == "-":
        return text
    return f'"{text}"'


class Told:
    """The answer of a replay, asked in the tests' words."""

    def __init__(self, path: Path) -> None:
        self.answer: Any = replay(read_timeline(path), catalogues=None, language=Language.ZH)
        assert self.answer["log"]["verifies"]

    @property
    def incident(self) -> Any:
        (only,) = self.answer["incidents"]
        return only

    @property
    def grades(self) -> list[tuple[str, str | None, str | None]]:
        return [
            (local(each["at"]), each["grade"], each["criterion"])
            for each in self.incident["grades"]
        ]

    @property
    def legs(self) -> list[tuple[str, str, object, str]]:
        return [
            (each["from"], each["to"], each["elapsed_minutes"], each["verdict"])
            for each in self.incident["legs"]
        ]

    def owed(self, rule: str, owed_by: str = "room:") -> list[tuple[str, str]]:
        """(local due, state) of all incident reports under a rule, as they fall due."""
        return [
            (local(each["due_at"]), each["state"])
            for each in self.answer["obligations"]
            if each["kind"] == "incident_report"
            and each["rule"] == rule
            and each["owed_by"].startswith(owed_by)
        ]


def told(
    folder: Path,
    starts_at: str,
    ends_at: str,
    *events: dict[str, object],
    room: str = "empty",
) -> Told:
    """Tell a timeline about one incident of the handle "a"."""
    head: dict[str, object] = {
        "title": "t",
        "starts_at": starts_at,
        "ends_at": ends_at,
        "room": room,
    }
    handled = [
        {**event, "incident": "a"} if str(event["do"]).startswith("incident") else event
        for event in events
    ]
    return Told(written(folder, head, *handled))


def received(at: str, kind: str, **said: object) -> dict[str, object]:
    return {"at": at, "do": "incident receive", "kind": kind, **said}


def updated(at: str, **said: object) -> dict[str, object]:
    return {"at": at, "do": "incident update", **said}


def learned(at: str, level: str, learned_at: str) -> dict[str, object]:
    return {"at": at, "do": "incident learned", "level": level, "learned_at": learned_at}


def reported(
    at: str, way: str, kind: str = "first", form: str = "telephone", **more: object
) -> dict[str, object]:
    """A report; `way` is "city>province"."""
    sender, _, receiver = way.partition(">")
    return {
        "at": at,
        "do": "incident report",
        "kind": kind,
        "form": form,
        "from": sender,
        "to": receiver,
        **more,
    }
