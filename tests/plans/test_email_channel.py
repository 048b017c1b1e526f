"""The e-mail channel against a real server on loopback: what it answers, and what it never says."""

import asyncio
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plans.channels.email import EmailChannel, EmailConnection, Relay, Security
from plans.channels.letters import Answer, Letter, Outcome, PathNews, raw_mail
from plans.channels.spool import SpoolChannel
from tests.smtp_server import Behaviour, SmtpServer, certificates, free_port

LETTER = Letter(
    mail_id=7,
    message_id="<abc@duty.example>",
    thread="<matter-3@duty.example>",
    sender_name="平顶山市应急管理局值班室",
    address="an@duty.example",
    subject="【第2阶】夜班副班 史雪海 未签到 已超5分钟 请督促到岗",
    body="史雪海:\n时限 17:30\n.\n..一行\n",
    at=datetime(2026, 3, 16, 9, 30, tzinfo=UTC),
    attempt=1,
    is_top_priority=False,
)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def relay(port: int, **changes: Any) -> Relay:
    plain = Relay(
        name="first",
        host="127.0.0.1",
        port=port,
        security=Security.PLAIN_TEXT,
        sender="duty@duty.example",
        timeout=1.0,
        final_dot_most=1.0,
    )
    return replace(plain, **changes)


async def send(to: Relay, *letters: Letter) -> list[Answer]:
    connection = EmailChannel(to).connection()
    try:
        return [await connection.send(letter) for letter in letters]
    finally:
        await connection.close()


async def test_a_mail_arrives_as_it_was_written(server: SmtpServer) -> None:
    (answer,) = await send(relay(server.port), LETTER)
    assert answer.outcome is Outcome.ACCEPTED
    (received,) = server.taken
    message = received.message
    assert received.recipients == ("an@duty.example",)
    assert message["Subject"] == LETTER.subject
    assert message["Message-ID"] == "<abc@duty.example>"
    assert message["In-Reply-To"] == message["References"] == "<matter-3@duty.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Duty-Attempt"] == "1"
    assert message["Date"].datetime == LETTER.at
    assert message["From"].addresses[0].addr_spec == "duty@duty.example"
    assert message["From"].addresses[0].display_name == LETTER.sender_name
    assert message["Importance"] is None
    assert message.get_content_type() == "text/plain"
    assert message.get_content().replace("\r\n", "\n").strip() == LETTER.body.strip()


async def test_only_a_top_priority_mail_carries_the_flags(server: SmtpServer) -> None:
    await send(relay(server.port), replace(LETTER, is_top_priority=True))
    message = server.taken[0].message
    assert (message["Importance"], message["X-Priority"], message["Priority"]) == (
        "high",
        "1",
        "urgent",
    )


async def test_one_connection_takes_many_mails(server: SmtpServer) -> None:
    answers = await send(relay(server.port), *[replace(LETTER, mail_id=n) for n in range(5)])
    assert {answer.outcome for answer in answers} == {Outcome.ACCEPTED}
    assert len({received.peer for received in server.taken}) == 1


async def test_a_refused_mail_leaves_the_connection_usable(server: SmtpServer) -> None:
    server.behaviour.at_rcpt = lambda address: "550 no such user" if "bo@" in address else ""
    refused, accepted = await send(
        relay(server.port), replace(LETTER, address="bo@duty.example"), LETTER
    )
    assert refused.outcome is Outcome.REFUSED
    assert refused.path is PathNews.NONE
    assert not refused.is_for_next_relay
    assert refused.reply == "550 no such user"
    assert accepted.outcome is Outcome.ACCEPTED
    assert len({received.peer for received in server.taken}) == 1


async def test_a_closed_idle_connection_is_opened_again(server: SmtpServer) -> None:
    connection = EmailChannel(relay(server.port)).connection()
    assert (await connection.send(LETTER)).outcome is Outcome.ACCEPTED
    server.behaviour.at_rcpt = _once("421 too many")
    assert (await connection.send(LETTER)).outcome is Outcome.ACCEPTED
    server.behaviour.at_rcpt = _once("drop")
    assert (await connection.send(LETTER)).outcome is Outcome.ACCEPTED
    await connection.close()
    assert len(server.taken) == 3


def _once(answer: str):
    answers = [answer]
    return lambda _address: answers.pop() if answers else ""


@pytest.mark.parametrize(
    ("behaviour", "outcome", "path", "is_for_next"),
    [
        (Behaviour(at_rcpt=lambda _: "451 later"), Outcome.DELAYED, PathNews.NONE, True),
        (Behaviour(at_dot=lambda _: "451 later"), Outcome.DELAYED, PathNews.NONE, True),
        (Behaviour(at_dot=lambda _: "554 no"), Outcome.REFUSED, PathNews.NONE, True),
        (Behaviour(at_rcpt=lambda _: "421 closing"), Outcome.DELAYED, PathNews.DOWN, True),
        (Behaviour(at_rcpt=lambda _: "drop"), Outcome.DELAYED, PathNews.TROUBLE, True),
        (Behaviour(think_at_rcpt=lambda _: 5.0), Outcome.DELAYED, PathNews.TROUBLE, True),
        (Behaviour(at_dot=lambda _: "drop"), Outcome.UNKNOWN, PathNews.TROUBLE, False),
        (Behaviour(think_at_dot=lambda _: 5.0), Outcome.UNKNOWN, PathNews.TROUBLE, False),
    ],
    ids=[
        "451 at rcpt",
        "451 after the dot",
        "554 after the dot",
        "421",
        "cut at rcpt",
        "hangs at rcpt",
        "cut after the dot",
        "hangs after the dot",
    ],
)
async def test_what_a_bad_server_amounts_to(
    behaviour: Behaviour, outcome: Outcome, path: PathNews, is_for_next: bool
) -> None:
    with SmtpServer(behaviour) as server:
        (answer,) = await send(relay(server.port, timeout=0.3, final_dot_most=0.3), LETTER)
    assert (answer.outcome, answer.path, answer.is_for_next_relay) == (outcome, path, is_for_next)


async def test_a_slow_server_is_given_more_time_with_each_attempt() -> None:
    with SmtpServer(Behaviour(think_at_dot=lambda _: 0.5)) as server:
        slow = relay(server.port, timeout=0.2, final_dot_most=2.0)
        first, third = await send(slow, LETTER, replace(LETTER, attempt=3))
    assert first.outcome is Outcome.UNKNOWN
    assert third.outcome is Outcome.ACCEPTED


async def test_a_relay_that_is_not_there_is_down() -> None:
    (answer,) = await send(relay(free_port()), LETTER)
    assert (answer.outcome, answer.path) == (Outcome.DELAYED, PathNews.DOWN)
    assert "连接失败" in answer.reply


async def test_a_relay_that_never_greets_is_down_after_the_limit() -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()
        (answer,) = await send(relay(mute.getsockname()[1], timeout=0.2), LETTER)
    assert (answer.outcome, answer.path) == (Outcome.DELAYED, PathNews.DOWN)
    assert "没有应答" in answer.reply


@pytest.fixture(name="tls")
def _tls(tmp_path: Path):
    context, authority = certificates()
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(authority)
    return context, ca_file


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("is_from_start", [True, False], ids=["tls", "starttls"])
async def test_a_mail_goes_through_tls(tls, is_from_start: bool, tmp_path: Path) -> None:
    context, ca_file = tls
    password_file = tmp_path / "password"
    password_file.write_text("correct horse\n")
    password_file.chmod(0o600)
    with SmtpServer(
        tls=context, is_tls_from_the_start=is_from_start, password="correct horse"
    ) as server:
        secured = relay(
            server.port,
            security=Security.TLS if is_from_start else Security.STARTTLS,
            ca_file=ca_file,
            username="duty",
            password_file=password_file,
        )
        answers = await send(secured, LETTER, LETTER)
        assert [answer.outcome for answer in answers] == [Outcome.ACCEPTED] * 2
        assert all(received.was_encrypted for received in server.taken)

        password_file.write_text("wrong")
        (answer,) = await send(secured, LETTER)
        assert (answer.outcome, answer.path) == (Outcome.DELAYED, PathNews.DOWN)

        password_file.chmod(0o644)
        (answer,) = await send(secured, LETTER)
        assert "chmod 600" in answer.reply
    assert len(server.taken) == 2


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
async def test_a_certificate_that_cannot_be_checked_is_not_trusted(tls, security: Security) -> None:
    context, _ = tls
    _, other_authority = certificates()
    other = tls[1].with_name("other.pem")
    other.write_bytes(other_authority)
    with SmtpServer(tls=context, is_tls_from_the_start=security is Security.TLS) as server:
        (answer,) = await send(relay(server.port, security=security, ca_file=other), LETTER)
    assert (answer.outcome, answer.path) == (Outcome.DELAYED, PathNews.DOWN)
    assert server.seen == []


async def test_a_certificate_for_another_name_is_not_trusted(tmp_path: Path) -> None:
    context, authority = certificates("elsewhere.example")
    ca_file = tmp_path / "ca.pem"
    ca_file.write_bytes(authority)
    with SmtpServer(tls=context) as server:
        wrong = relay(server.port, security=Security.STARTTLS, ca_file=ca_file)
        (answer,) = await send(wrong, LETTER)
    assert (answer.outcome, answer.path) == (Outcome.DELAYED, PathNews.DOWN)


class _Wire:
    """A server without STARTTLS that writes down every octet it is sent."""

    def __init__(self) -> None:
        self.heard = b""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with self._listener, self._listener.accept()[0] as peer:
            peer.sendall(b"220 hello\r\n")
            while data := peer.recv(4096):
                self.heard += data
                peer.sendall(b"250-hello\r\n250 SIZE 1000000\r\n")

    def close(self) -> None:
        self._thread.join(5)


async def test_without_starttls_nothing_is_said_in_clear(tmp_path: Path) -> None:
    wire = _Wire()
    password_file = tmp_path / "password"
    password_file.write_text("secret word")
    password_file.chmod(0o600)
    (answer,) = await send(
        relay(
            wire.port,
            security=Security.STARTTLS,
            username="duty",
            password_file=password_file,
        ),
        LETTER,
    )
    await asyncio.to_thread(wire.close)
    assert (answer.outcome, answer.path) == (Outcome.DELAYED, PathNews.DOWN)
    assert "不提供STARTTLS" in answer.reply
    assert wire.heard == b"EHLO duty.example\r\n"


async def test_an_address_that_could_end_the_command_is_refused_unsent(server: SmtpServer) -> None:
    hostile = ["an@duty.example>\r\nRCPT TO:<x@y>", "an@duty.example\n", "a b@x.y", "张@x.y", ""]
    for address in hostile:
        (answer,) = await send(relay(server.port), replace(LETTER, address=address))
        assert answer.outcome is Outcome.REFUSED
    assert server.connections == 1  # the server's own check at its start


HOSTILE = st.text(
    alphabet=st.one_of(st.characters(), st.sampled_from("\r\n\x00\x85\u2028\u202e=?."))
)


@given(subject=HOSTILE, body=HOSTILE, name=HOSTILE)
def test_no_text_adds_a_header_or_ends_the_mail(subject: str, body: str, name: str) -> None:
    letter = replace(LETTER, subject=subject, body=body, sender_name=name)
    raw = raw_mail(letter, "duty@duty.example")
    message = message_from_bytes(raw, policy=policy.default)
    assert [key.lower() for key in message] == [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "auto-submitted",
        "x-duty-attempt",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
    ]
    assert message["To"].addresses[0].addr_spec == LETTER.address
    assert message["From"].addresses[0].addr_spec == "duty@duty.example"
    assert not message.defects
    lines = raw.split(b"\r\n")
    assert all(b"\r" not in line and b"\n" not in line for line in lines)
    assert all(len(line) <= 78 and not line.startswith(b".") for line in lines)
    assert raw.isascii()


async def test_the_spool_keeps_whole_mails_under_names_of_our_own(tmp_path: Path) -> None:
    connection = SpoolChannel(tmp_path / "spool", "duty@duty.example").connection()
    for _ in range(2):
        answer = await connection.send(replace(LETTER, subject="../../etc/passwd"))
        assert answer.outcome is Outcome.ACCEPTED
    await connection.close()
    assert os.listdir(tmp_path / "spool") == ["20260316T093000Z-00000007.eml"]  # noqa: PTH208
    stored = (tmp_path / "spool" / "20260316T093000Z-00000007.eml").read_bytes()
    assert message_from_bytes(stored, policy=policy.default)["Subject"] == "../../etc/passwd"


async def test_a_spool_that_cannot_be_written_is_a_broken_path(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file where the folder should be")
    connection = SpoolChannel(tmp_path / "spool", "duty@duty.example").connection()
    answer = await connection.send(LETTER)
    assert (answer.outcome, answer.path) == (Outcome.DELAYED, PathNews.DOWN)


def test_connections_share_one_relay() -> None:
    assert isinstance(EmailChannel(relay(1)).connection(), EmailConnection)
