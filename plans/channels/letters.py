"""What every channel is given and gives back: a letter, an answer; and a letter's raw form."""

import base64
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from enum import StrEnum
from typing import Protocol

from records.clean_text import clean, for_header

SUBJECT_LIMIT = 300
BODY_LIMIT = 2_000_000
_B64_LINE = 57  # octets that make one line of 76 characters

# What an SMTP server of today surely takes: ASCII, one @, nothing that could end the command.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})")
_IDENTITY = re.compile(r"<[!-;=?-~]{1,250}>")


class Outcome(StrEnum):
    """How one attempt ended."""

    ACCEPTED = "accepted"
    REFUSED = "refused"  # for good: this address or these words are not taken
    DELAYED = "delayed"  # surely not accepted; may be tried again
    UNKNOWN = "unknown"  # lost after the final dot: perhaps accepted


class PathNews(StrEnum):
    """What an attempt says about the relay itself."""

    NONE = "none"
    TROUBLE = "trouble"  # may be this recipient's doing; many of them are the relay's
    DOWN = "down"  # cannot be reached, or will not take any mail of ours


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail, worded and addressed; `at` is the instant of what it tells."""

    mail_id: int
    message_id: str
    thread: str
    sender_name: str
    address: str
    subject: str
    body: str
    at: datetime
    attempt: int
    is_top_priority: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """How an attempt ended, in the server's own words where it said any.

    `is_for_next_relay`: nothing was accepted, and another relay may be asked at once.
    """

    outcome: Outcome
    reply: str
    path: PathNews = PathNews.NONE
    is_for_next_relay: bool = False


class Connection(Protocol):
    """One way through a channel, used for one letter at a time."""

    async def send(self, letter: Letter) -> Answer:
        """Return how it ended; raises nothing but for a bug."""
        ...

    async def close(self) -> None:
        """Give the connection back; it opens again by itself."""
        ...


class Channel(Protocol):
    """A relay or a folder; `name` is what the board calls it: first, second, spool."""

    @property
    def name(self) -> str:
        """Return the name on the board."""
        ...

    def connection(self) -> Connection:
        """Return a new connection, not yet opened."""
        ...


def is_sendable(address: str) -> bool:
    """Return whether an address may stand in an SMTP command as it is."""
    return _ADDRESS.fullmatch(address) is not None


def cleaned_reply(text: str) -> str:
    """Return a server's words fit for the log and the board."""
    return clean(text.replace("\n", " "), limit=300)


def raw_mail(letter: Letter, sender: str) -> bytes:
    """Return the mail as it travels: ASCII octets, CRLF line ends, no line over 78 octets but ids.

    Built by hand because `EmailMessage` costs more than the whole conversation with the server;
    every value is either encoded, checked against a pattern, or made here. ValueError if an
    address or identity does not fit its pattern.
    """
    if not (is_sendable(letter.address) and is_sendable(sender)):
        raise ValueError(f"mail {letter.mail_id}: an address cannot stand in a header")
    if not (_IDENTITY.fullmatch(letter.message_id) and _IDENTITY.fullmatch(letter.thread)):
        raise ValueError(f"mail {letter.mail_id}: an identity cannot stand in a header")
    headers = [
        f"From: {_encoded(for_header(letter.sender_name, limit=60), 6)}\r\n <{sender}>",
        f"To: <{letter.address}>",
        f"Subject: {_encoded(for_header(letter.subject, limit=SUBJECT_LIMIT), 9)}",
        f"Date: {format_datetime(letter.at)}",
        f"Message-ID: {letter.message_id}",
        f"In-Reply-To: {letter.thread}",
        f"References: {letter.thread}",
        "Auto-Submitted: auto-generated",
        f"X-Duty-Attempt: {letter.attempt}",
    ]
    if letter.is_top_priority:
        headers += ["Importance: high", "X-Priority: 1", "Priority: urgent"]
    headers += [
        "MIME-Version: 1.0",
        'Content-Type: text/plain; charset="utf-8"',
        "Content-Transfer-Encoding: base64",
    ]
    return "\r\n".join(headers).encode("ascii") + b"\r\n\r\n" + _encoded_body(letter.body)


def _encoded(text: str, used: int) -> str:
    """Return encoded words (RFC 2047), folded; `used` octets stand before them on the line."""
    words = []
    part = b""
    most = (75 - used - 12) // 4 * 3
    for character in text:
        octets = character.encode()
        if len(part) + len(octets) > most:
            words.append(part)
            part, most = b"", 45
        part += octets
    words.append(part)
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(word).decode()}?=" for word in words)


def _encoded_body(text: str) -> bytes:
    octets = clean(text, lines=True, limit=BODY_LIMIT).replace("\n", "\r\n").encode() + b"\r\n"
    return b"".join(
        base64.b64encode(octets[start : start + _B64_LINE]) + b"\r\n"
        for start in range(0, len(octets), _B64_LINE)
    )
