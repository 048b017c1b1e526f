"""Where every error of a call ends: a sentence on standard error and an exit status.

One of the four edges that may catch everything: what nobody expected is written to the program's
log file, without secrets.
"""

import logging
import os
import re
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

import typer

from console.cli.usage import complaint
from records.errors import DutyError
from records.language import Language, Sentence, mark, translate

if TYPE_CHECKING:
    from console.cli.call import Call

DONE = 0
REFUSED = 1
WRONG_CALL = 2
UNREACHABLE = 4
FAULT = 70  # sysexits.h: an internal fault of the program
INTERRUPTED = 130

_SECRETS = re.compile(
    r"(?i)(password|passwd|pin|secret|token)([\"']?\s*[:=]\s*)(\S+)|(://[^:/@\s]*:)[^@\s]+(@)"
)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Told:
    """The exit status of the call."""

    status: int = DONE


class _Usage(Protocol):
    """What is read of the argument parser's own errors."""

    exit_code: int
    ctx: typer.Context | None

    def format_message(self) -> str: ...


@contextmanager
def told_by_status(call: "Call") -> Iterator[Told]:
    """Turn whatever is raised inside into a sentence for people and an exit status."""
    told = Told()
    try:
        yield told
        sys.stdout.flush()
    except DutyError as error:
        call.say(error.said_in(call.language))
        told.status = error.exit_status
    except typer.Exit as leaving:
        told.status = leaving.exit_code
    except (KeyboardInterrupt, typer.Abort):
        told.status = INTERRUPTED
    except BrokenPipeError:
        _say_no_more()
    except SystemExit as leaving:
        # The parser turns a reader who has had enough into this by itself.
        if not isinstance(leaving.__context__, BrokenPipeError):
            raise
        _say_no_more()
    except Exception as error:  # noqa: BLE001  one of the four edges
        told.status = _unexpected(call, error)


def _say_no_more() -> None:
    """Leave without trying to say the rest: whoever read the answer has had enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno())  # type: ignore[union-attr]  # only a process without streams has none


def _unexpected(call: "Call", error: Exception) -> int:
    if _is_wrong_call(error):
        return _wrong_call(call, cast("_Usage", error))
    log_file = call.installation.log_file
    try:
        with log_file.open("a", encoding="utf-8") as file:
            file.write(redacted("".join(traceback.format_exception(error))))
        noted = Sentence(mark("程序内部错误,已记入 {file}:{error}"), _of(error, str(log_file)))
    except OSError:
        noted = Sentence(mark("程序内部错误:{error}"), _of(error, ""))
    call.say(noted)
    return FAULT


def _wrong_call(call: "Call", error: _Usage) -> int:
    """Say what is wrong with the words of the call; a group without a command shows its help."""
    context = error.ctx
    message = error.format_message()
    if context is not None and message == context.get_help():
        call.say(message)
        return error.exit_code
    call.say(Sentence(mark("命令有误:{reason}"), {"reason": complaint(message)}))
    if context is not None:
        call.say(Sentence(mark("用法见:{command} --help"), {"command": context.command_path}))
    return error.exit_code


def _of(error: Exception, file: str) -> dict[str, object]:
    return {"error": redacted(f"{type(error).__name__}: {error}")[:300], "file": file}


def _is_wrong_call(error: Exception) -> bool:
    # The parser's base class is private; BadParameter is its public descendant.
    usage = typer.BadParameter.__mro__[2]
    return isinstance(error, usage)


def redacted(text: str) -> str:
    """Return a text without what follows a word for a secret, or a password in an address."""
    return _SECRETS.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    if found[4]:
        return f"{found[4]}***{found[5]}"
    return f"{found[1]}{found[2]}***"


class _Spoken(Protocol):
    """What is read and rewritten of a command: its help and that of its options."""

    help: str | None
    short_help: str | None
    params: list["_Spoken"]
    commands: dict[str, "_Spoken"]

    def main(self, args: list[str], *, prog_name: str, standalone_mode: bool) -> object: ...


def spoken_help(command: object, language: Language) -> "_Spoken":
    """Return the command with all its help texts in that language."""
    spoken = cast("_Spoken", command)
    if language is not Language.ZH:
        _translate(spoken, language)
    return spoken


def _translate(spoken: "_Spoken", language: Language) -> None:
    for each in (spoken, *getattr(spoken, "params", ())):
        if getattr(each, "help", None):
            each.help = translate(str(each.help).strip(), language)
    for inner in getattr(spoken, "commands", {}).values():
        _translate(inner, language)
