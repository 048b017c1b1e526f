"""The options that many commands share, and how instants, PINs and parties are read from them."""

import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from records.clean_text import clean
from records.errors import BadData
from records.language import Sentence, mark

if TYPE_CHECKING:
    from console.cli.call import Call

Json = Annotated[bool, typer.Option("--json", help=mark("以一个 JSON 文档输出"))]
By = Annotated[
    str | None,
    typer.Option("--by", help=mark("由谁:post:岗位、person:编号 或 unit:编号;不写即值班室本身")),
]
Signer = Annotated[str, typer.Option("--by", help=mark("由谁签名:post:岗位 或 person:编号"))]
PinFile = Annotated[
    Path | None,
    typer.Option("--pin-file", help=mark("第一行是 PIN 的文件;不写则在终端上输入")),
]

OWNER_ONLY = 0o077
ONE_DAY = timedelta(days=1)


def read_pin(call: "Call", pin_file: Path | None, *, again: bool = False) -> str | None:
    """Return the PIN from the file, else from the terminal; None where neither is there.

    Args:
        call: Who is told if others can read the file too.
        pin_file: The file of `--pin-file`.
        again: Whether it is a new PIN, which is typed twice on a terminal.
    """
    if pin_file is not None:
        return _from_file(call, pin_file)
    if not sys.stdin.isatty():
        return None
    import getpass

    pin = getpass.getpass(call.said(Sentence(mark("PIN(不显示):"))))
    if again and getpass.getpass(call.said(Sentence(mark("再输一次:")))) != pin:
        raise BadData(mark("两次输入的 PIN 不同,未作改动。"))
    return pin


def _from_file(call: "Call", pin_file: Path) -> str:
    try:
        lines = pin_file.read_text(encoding="utf-8-sig").splitlines()
        is_open = bool(pin_file.stat().st_mode & OWNER_ONLY)
    except (OSError, UnicodeDecodeError) as error:
        raise BadData(
            mark("PIN 文件 {file} 无法读取:{reason}。"), file=pin_file, reason=type(error).__name__
        ) from error
    if not lines or not lines[0].strip():
        raise BadData(mark("PIN 文件 {file} 是空的。"), file=pin_file)
    if is_open:
        shown = Sentence(
            mark("注意:PIN 文件 {file} 其他人也能读,请执行 chmod 600 {file}"), {"file": pin_file}
        )
        call.say(shown)
    return lines[0].strip()


def read_instant(text: str, name: str, zone: ZoneInfo, *, is_end: bool = False) -> datetime:
    """Return the instant that an option names; without an offset it is the room's own time.

    Args:
        text: ISO 8601; a date alone is its first instant, or, with `is_end`, its last.
        name: The option, for the error.
        zone: The room's zone.
        is_end: Whether a date alone means the end of that day.
    """
    try:
        found = datetime.fromisoformat(text)
        is_day = len(text) <= len("2026-03-16")
    except ValueError:
        raise BadData(
            mark("{name} 应为时刻,如 2026-03-16T17:30 或 2026-03-16T17:30:00+08:00,不是“{text}”。"),
            name=name,
            text=clean(text, limit=40),
        ) from None
    if is_day:
        return day_starts(found.date() + (ONE_DAY if is_end else timedelta(0)), zone)
    return found.replace(tzinfo=zone) if found.tzinfo is None else found


def day_starts(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant of a local day."""
    return datetime.combine(day, time(0), tzinfo=zone)


def bare_id(party: str, kind: str) -> str:
    """Return the id of `person:p001`, or of `p001` where the option names the kind already."""
    return party.removeprefix(f"{kind}:")
