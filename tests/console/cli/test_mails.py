"""`duty mail test` through a real server, with and without a watch; `duty mail list`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.cli.running import duty, own_process
from tests.console.cli.watches import running_watch
from tests.smtp_server import Behaviour, SmtpServer

ADDRESS = "bureau@city.example"


@pytest.fixture(name="server")
def _server() -> Iterator[SmtpServer]:
    server = SmtpServer()
    server.start()
    yield server
    server.stop()


def _settings(data: Path, port: int) -> None:
    text = (
        '[room]\nkey = "room"\n[mail]\nhost = "127.0.0.1"\n'
        f'port = {port}\nsecurity = "plain-text"\ntimeout = "2 s"\n'
    )
    (data / "settings.toml").write_text(text, encoding="utf-8")


def test_without_a_watch_the_test_mail_is_sent_here(own: Path, server: SmtpServer) -> None:
    _settings(own, server.port)
    ran = duty("mail", "test", ADDRESS, "--json", data=own)
    assert ran.status == 0, ran.err
    assert ran.document["accepted"] is True
    assert ran.document["relay"] == "first"
    assert ran.document["reply"]
    assert [mail.recipients for mail in server.seen] == [(ADDRESS,)]
    assert server.seen[0].message["Auto-Submitted"] == "auto-generated"
    status = duty("status", "--json", data=own).document
    assert status["alarm_path_last_proven"] is not None
    assert [row["is_working"] for row in status["mail"]["path"]] == [True]
    assert duty("log", "verify", data=own).status == 0


def test_a_refused_test_mail_ends_with_1_and_the_servers_words(
    own: Path, server: SmtpServer
) -> None:
    server.behaviour = Behaviour(at_rcpt=lambda _address: "550 5.1.1 no such mailbox")
    _settings(own, server.port)
    ran = duty("mail", "test", ADDRESS, data=own)
    assert ran.status == 1
    assert "no such mailbox" in ran.err
    assert duty("status", "--json", data=own).document["alarm_path_last_proven"] is None


def test_a_server_that_is_not_there_ends_with_1(own: Path, server: SmtpServer) -> None:
    _settings(own, server.port)
    server.stop()
    try:
        ran = duty("mail", "test", ADDRESS, "--json", data=own)
    finally:
        server.start()
    assert ran.status == 1
    assert ran.document["accepted"] is False
    waiting = duty("mail", "list", "--json", data=own).document["mails"]
    assert [(mail["to"], mail["state"]) for mail in waiting] == [(f"address:{ADDRESS}", "delayed")]


@pytest.mark.slow
def test_with_a_watch_the_test_mail_goes_through_its_postman(own: Path, server: SmtpServer) -> None:
    _settings(own, server.port)
    with running_watch(own):
        ran = own_process("mail", "test", ADDRESS, "--json", data=own)
    assert ran.status == 0, ran.err
    assert ran.document["accepted"] is True
    assert len(server.seen) == 1


def test_where_no_server_is_set_the_test_mail_goes_to_the_spool(own: Path) -> None:
    ran = duty("mail", "test", ADDRESS, "--json", data=own)
    assert (ran.status, ran.document["relay"]) == (0, "spool")
    assert len(list((own / "spool").glob("*.eml"))) == 1


def test_waiting_mails_come_first_in_the_list(own: Path, server: SmtpServer) -> None:
    _settings(own, server.port)
    assert duty("mail", "test", ADDRESS, data=own).status == 0
    server.behaviour = Behaviour(at_rcpt=lambda _address: "451 4.3.0 later")
    assert duty("mail", "test", "other@city.example", data=own).status == 1
    mails = duty("mail", "list", "--json", data=own).document["mails"]
    assert [mail["state"] for mail in mails] == ["delayed", "accepted"]
    assert "later" in mails[0]["last_reply"]
    assert duty("mail", "list", "--limit", 1, "--json", data=own).document["mails"] == mails[:1]
