"""A real SMTP server on loopback that behaves as badly as a test wants."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


def free_port() -> int:
    """Return a port of loopback that nobody listens at now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Received:
    """One message that reached the server whole, taken or not."""

    recipients: tuple[str, ...]
    raw: bytes
    peer: tuple[str, int]
    was_encrypted: bool
    answer: str

    @property
    def message(self) -> EmailMessage:
        """Return the mail as the standard library reads it."""
        message = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message


# Each may answer with a reply of its own; "" lets the server go on, "drop" cuts the connection.
Step = Callable[[str], str]


def go_on(_address: str) -> str:
    """Let the server do what servers do."""
    return ""


@dataclass
class Behaviour:
    """What the server says at RCPT and after the final dot, and how long it thinks first."""

    at_rcpt: Step = go_on
    at_dot: Step = go_on
    think_at_rcpt: Callable[[str], float] = lambda _address: 0.0
    think_at_dot: Callable[[str], float] = lambda _address: 0.0


class SmtpServer:
    """Listens in a thread of its own from start to stop; may be started again at the same port."""

    def __init__(
        self,
        behaviour: Behaviour | None = None,
        *,
        port: int | None = None,
        tls: ssl.SSLContext | None = None,
        is_tls_from_the_start: bool = False,
        password: str | None = None,
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        self.port = port or free_port()
        self.seen: list[Received] = []
        self.connections = 0
        self._password = password
        self._tls = tls
        self._is_tls_from_the_start = is_tls_from_the_start
        self._controller: Controller | None = None

    @property
    def taken(self) -> list[Received]:
        """Return the messages that the server accepted."""
        return [one for one in self.seen if one.answer.startswith("250")]

    def start(self) -> "SmtpServer":
        server = self

        class Watched(SMTP):
            def connection_made(self, transport: Any) -> None:
                super().connection_made(transport)
                server.connections += 1

        class Listening(Controller):
            def factory(self) -> SMTP:
                starttls = server._tls if not server._is_tls_from_the_start else None
                return Watched(
                    self.handler,
                    tls_context=starttls,
                    require_starttls=starttls is not None,
                    hostname="localhost",
                    auth_required=server._password is not None,
                    auth_require_tls=starttls is not None,
                    authenticator=server._check,
                    loop=self.loop,
                )

        self._controller = Listening(
            _Handler(self),
            hostname="127.0.0.1",
            port=self.port,
            ssl_context=self._tls if self._is_tls_from_the_start else None,
        )
        self._controller.start()
        return self

    def stop(self) -> None:
        if self._controller is not None:
            with suppress(AssertionError):
                self._controller.stop()
            self._controller = None

    def __enter__(self) -> "SmtpServer":
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def _check(self, *args: Any) -> AuthResult:
        login = args[-1]
        assert isinstance(login, LoginPassword)
        return AuthResult(success=login.password.decode() == self._password)


@dataclass
class _Handler:
    server: SmtpServer

    async def handle_RCPT(  # noqa: N802  the name is aiosmtpd's
        self, smtp: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        behaviour = self.server.behaviour
        await asyncio.sleep(behaviour.think_at_rcpt(address))
        answer = behaviour.at_rcpt(address)
        if answer == "drop":
            smtp.transport.abort()
            return "421 gone"
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802  the name is aiosmtpd's
        self, smtp: SMTP, session: Session, envelope: Envelope
    ) -> str:
        behaviour = self.server.behaviour
        address = envelope.rcpt_tos[0]
        answer = behaviour.at_dot(address) or "250 OK"
        self.server.seen.append(
            Received(
                tuple(envelope.rcpt_tos),
                bytes(envelope.original_content or b""),
                session.peer,
                smtp.transport.get_extra_info("ssl_object") is not None,
                answer,
            )
        )
        if answer == "drop":
            smtp.transport.abort()
            return "421 gone"
        await asyncio.sleep(behaviour.think_at_dot(address))
        return answer


def certificates(host: str = "127.0.0.1") -> tuple[ssl.SSLContext, bytes]:
    """Return the server's context and the authority's certificate, in PEM."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(host).configure_cert(context)
    return context, authority.cert_pem.bytes()
