"""Mails over SMTP; the only user of aiosmtplib.

A connection is kept between letters and opened again when the server has closed it. TLS is
required or expressly renounced, never opportunistic. Every step has a time limit.
"""

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import aiosmtplib

from plans.channels.letters import (
    Answer,
    Letter,
    Outcome,
    PathNews,
    cleaned_reply,
    is_sendable,
    raw_mail,
)
from plans.channels.spool import unsendable
from plans.retries import final_dot_limit
from records.errors import DeliveryFailed
from records.language import Language, Sentence, mark

_OK = 250
_WILL_FORWARD = 251
_GO_ON = 354
_CLOSING = 421
_PERMANENT = 500
_PERMANENT_END = 600
_QUIT_LIMIT = 2.0
_READABLE_BY_OTHERS = 0o077


class Security(StrEnum):
    """How the way to the relay is protected; required, never opportunistic."""

    STARTTLS = "starttls"
    TLS = "tls"
    PLAIN_TEXT = "plain-text"


@dataclass(frozen=True, slots=True)
class Relay:
    """One SMTP server that takes our mails; `timeout` is in seconds, for each step of a letter."""

    name: str
    host: str
    port: int
    security: Security
    sender: str
    username: str = ""
    password_file: Path | None = None
    ca_file: Path | None = None
    timeout: float = 10.0
    final_dot_most: float = 60.0


class EmailChannel:
    """A relay and what its connections share."""

    def __init__(self, relay: Relay) -> None:
        """Take the relay's settings; nothing is opened or read yet."""
        self.relay = relay
        self._tls: ssl.SSLContext | None = None

    @property
    def name(self) -> str:
        """Return the relay's name on the board."""
        return self.relay.name

    def connection(self) -> "EmailConnection":
        """Return a new connection, not yet opened."""
        return EmailConnection(self)

    def tls(self) -> ssl.SSLContext:
        """Return what certificates are checked with; OSError if the file cannot be used."""
        if self._tls is None:
            self._tls = ssl.create_default_context(
                cafile=str(self.relay.ca_file) if self.relay.ca_file else None
            )
            self._tls.minimum_version = ssl.TLSVersion.TLSv1_2
        return self._tls

    def password(self) -> str | None:
        """Return the password from its file, which only its owner may read."""
        file = self.relay.password_file
        if not self.relay.username or file is None:
            return None
        if file.stat().st_mode & _READABLE_BY_OTHERS:
            raise DeliveryFailed(
                mark("口令文件 {file} 可被他人读取,请执行 chmod 600"), permanent=False, file=file
            )
        return file.read_text(encoding="utf-8").strip()


async def _greet(smtp: aiosmtplib.SMTP) -> None:
    try:
        await smtp.ehlo(timeout=None)
    except aiosmtplib.SMTPHeloError:
        await smtp.helo(timeout=None)


class _NotTakenError(Exception):
    """The server said no at one step of the letter."""

    def __init__(self, step: str, response: aiosmtplib.SMTPResponse) -> None:
        super().__init__(step)
        self.step = step
        self.code = response.code
        self.reply = cleaned_reply(f"{response.code} {response.message}")


class EmailConnection:
    """One connection; one letter at a time."""

    def __init__(self, channel: EmailChannel) -> None:
        """Take the relay of the channel."""
        self._channel = channel
        self._relay = channel.relay
        self._smtp: aiosmtplib.SMTP | None = None
        self._was_closed = False  # by the server, before the content was sent

    async def send(self, letter: Letter) -> Answer:
        """Return how one attempt ended; a connection the server had closed is opened anew."""
        if not is_sendable(letter.address):
            return Answer(Outcome.REFUSED, unsendable())
        raw = raw_mail(letter, self._relay.sender)
        if self._smtp is not None and self._smtp.is_connected:
            answer = await self._converse(letter, raw)
            # The server may close a connection it finds idle or used enough: begin again.
            if not self._was_closed:
                return answer
        failure = await self._open()
        return failure or await self._converse(letter, raw)

    async def close(self) -> None:
        """Take leave of the server, briefly."""
        smtp, self._smtp = self._smtp, None
        if smtp is None or not smtp.is_connected:
            return
        with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
            async with asyncio.timeout(_QUIT_LIMIT):
                await smtp.quit(timeout=None)
        smtp.close()

    async def _open(self) -> Answer | None:
        """Open the connection; return why it could not be, else None."""
        self._drop()
        self._was_closed = False
        try:
            async with asyncio.timeout(self._relay.timeout):
                await self._connect()
        except (aiosmtplib.SMTPException, OSError, ValueError, DeliveryFailed) as error:
            self._drop()
            reason = self._why_closed(error)
            return Answer(Outcome.DELAYED, reason, PathNews.DOWN, is_for_next_relay=True)
        return None

    async def _connect(self) -> None:
        relay = self._relay
        context = None if relay.security is Security.PLAIN_TEXT else self._channel.tls()
        self._smtp = smtp = aiosmtplib.SMTP(
            hostname=relay.host,
            port=relay.port,
            # Asking the name service for our own name could take longer than the mail.
            local_hostname=relay.sender.rpartition("@")[2],
            timeout=None,
            use_tls=relay.security is Security.TLS,
            start_tls=False,  # done below, before the password is anywhere near
            tls_context=context,
        )
        await smtp.connect()
        await _greet(smtp)
        if relay.security is Security.STARTTLS:
            if not smtp.supports_extension("starttls"):
                raise DeliveryFailed(
                    mark("{host}:{port} 不提供STARTTLS,未以明文发送任何内容"),
                    permanent=False,
                    host=relay.host,
                    port=relay.port,
                )
            await smtp.starttls(timeout=None)
            await _greet(smtp)
        password = self._channel.password()
        if password is not None:
            await smtp.login(relay.username, password, timeout=None)

    def _why_closed(self, error: Exception) -> str:
        if isinstance(error, DeliveryFailed):
            return cleaned_reply(error.said_in(Language.ZH))
        place = {"host": self._relay.host, "port": self._relay.port}
        if isinstance(error, TimeoutError):
            template = mark("{host}:{port} 在{limit:g}秒内没有应答")
            failure = Sentence(template, {**place, "limit": self._relay.timeout})
        else:
            reason = str(error) or type(error).__name__
            failure = Sentence(mark("{host}:{port} 连接失败:{reason}"), {**place, "reason": reason})
        return cleaned_reply(failure.said_in(Language.ZH))

    async def _converse(self, letter: Letter, raw: bytes) -> Answer:
        is_sent = self._was_closed = False
        try:
            async with asyncio.timeout(self._relay.timeout):
                await self._offer(letter)
            relay = self._relay
            limit = final_dot_limit(relay.timeout, letter.attempt, most=relay.final_dot_most)
            is_sent = True
            async with asyncio.timeout(limit):
                return await self._hand_over(raw)
        except _NotTakenError as error:
            return await self._not_taken(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            # Without the server's answer the state of the conversation is not known.
            self._drop()
            return self._cut_off(error, is_sent=is_sent)

    async def _offer(self, letter: Letter) -> None:
        await self._step("MAIL", (_OK,), f"FROM:<{self._relay.sender}>")
        await self._step("RCPT", (_OK, _WILL_FORWARD), f"TO:<{letter.address}>")
        await self._step("DATA", (_GO_ON,))

    async def _step(self, word: str, wanted: tuple[int, ...], *rest: str) -> None:
        assert self._smtp is not None
        response = await self._smtp.execute_command(
            word.encode(), *(part.encode("ascii") for part in rest), timeout=None
        )
        if response.code not in wanted:
            raise _NotTakenError(word, response)

    async def _hand_over(self, raw: bytes) -> Answer:
        """Send the content and its final dot; no line of ours begins with a dot."""
        assert self._smtp is not None
        protocol = self._smtp.protocol
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        protocol.write(raw + b".\r\n")
        response = await protocol.read_response(timeout=None)
        if response.code != _OK:
            raise _NotTakenError("content", response)
        return Answer(Outcome.ACCEPTED, cleaned_reply(f"{response.code} {response.message}"))

    async def _not_taken(self, error: _NotTakenError) -> Answer:
        if error.code == _CLOSING:
            self._drop()
            self._was_closed = error.step != "content"
            return Answer(Outcome.DELAYED, error.reply, PathNews.DOWN, is_for_next_relay=True)
        await self._reset()
        is_permanent = _PERMANENT <= error.code < _PERMANENT_END
        if error.step == "MAIL" and is_permanent:
            # The relay does not want our sender: no address of any recipient helps.
            return Answer(Outcome.DELAYED, error.reply, PathNews.DOWN, is_for_next_relay=True)
        if is_permanent:
            # A recipient unknown here is unknown; words refused here may pass elsewhere.
            return Answer(Outcome.REFUSED, error.reply, is_for_next_relay=error.step != "RCPT")
        return Answer(Outcome.DELAYED, error.reply, is_for_next_relay=True)

    async def _reset(self) -> None:
        """Make the connection ready for the next letter, or drop it."""
        assert self._smtp is not None
        try:
            async with asyncio.timeout(_QUIT_LIMIT):
                await self._smtp.rset(timeout=None)
        except (aiosmtplib.SMTPException, OSError):
            self._drop()

    def _cut_off(self, error: Exception, *, is_sent: bool) -> Answer:
        if is_sent:
            reason = Sentence(
                mark("内容发完后没有应答,结果不明:{reason}"),
                {"reason": str(error) or type(error).__name__},
            ).said_in(Language.ZH)
            return Answer(Outcome.UNKNOWN, cleaned_reply(reason), PathNews.TROUBLE)
        self._was_closed = not isinstance(error, TimeoutError)
        reason = self._why_closed(error)
        return Answer(Outcome.DELAYED, reason, PathNews.TROUBLE, is_for_next_relay=True)

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None
