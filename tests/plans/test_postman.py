"""The postman with a real server: nothing lost, nobody told twice without need, all on record."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import update

from plans.attempts import Wanted
from plans.channels.email import EmailChannel, Relay, Security
from plans.channels.letters import Answer, Channel, Letter, Outcome
from plans.mail_claims import claim, release_claims
from plans.postman import Postman, Rounds
from plans.retries import RetryTable
from plans.tables import Mail
from records.clock import SystemClock, pause
from records.database import Database
from tests.plans.mail_room import AT, MailRoom, later, plain_words, wait_for
from tests.smtp_server import Behaviour, SmtpServer, free_port

QUICK = RetryTable((timedelta(seconds=0.15), timedelta(seconds=0.3)))
SLOW = RetryTable(tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60)))
ALL = Wanted(1000, 1000)


@pytest.fixture
def room(sqlite_database: Database) -> MailRoom:
    return MailRoom(sqlite_database)


@pytest.fixture(name="server")
def _server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def relay(port: int, name: str = "first", timeout: float = 0.4) -> Channel:
    return EmailChannel(
        Relay(
            name=name,
            host="127.0.0.1",
            port=port,
            security=Security.PLAIN_TEXT,
            sender="duty@duty.example",
            timeout=timeout,
            final_dot_most=timeout,
        )
    )


@contextmanager
def postman(
    room: MailRoom, *channels: Channel, retry: RetryTable = QUICK, connections: int = 4
) -> Iterator[Postman]:
    running = Postman(
        room.database,
        SystemClock(),
        channels,
        Rounds(plain_words, retry, connections),
        lambda: 1,
    )
    running.start()
    try:
        yield running
    finally:
        assert running.stop()


def test_a_mail_is_sent_once_and_stands_in_the_log(room: MailRoom, server: SmtpServer) -> None:
    mail = room.mail(room.person("an", "an@duty.example"))
    with postman(room, relay(server.port)):
        assert wait_for(lambda: room.states() == ["accepted"])
        pause(0.1)
    (received,) = server.taken
    row = room.row(mail)
    assert received.message["Message-ID"] == row.message_id
    assert received.message["Subject"] == row.subject == f"第{mail}封"
    assert row.accepted_at is not None
    assert row.next_try_at is None
    assert room.deliveries(mail) == [(1, "first", "accepted")]
    assert room.acts() == ["deliver_mails"]
    path = room.path("first")
    assert path is not None
    assert path.is_working


def test_a_wake_up_is_enough(room: MailRoom, server: SmtpServer) -> None:
    an = room.person("an", "an@duty.example")
    with postman(room, relay(server.port)) as running:
        pause(0.3)
        room.mail(an)
        running.wake()
        assert wait_for(lambda: room.states() == ["accepted"], 0.6)


def test_many_mails_share_few_connections_and_commits(room: MailRoom, server: SmtpServer) -> None:
    people = [room.person(f"p{n}", f"p{n}@duty.example") for n in range(40)]
    with room.database.write() as session:
        for person in people:
            room.add_mail(session, person)
    before = server.connections
    with postman(room, relay(server.port)):
        assert wait_for(lambda: set(room.states()) == {"accepted"})
    assert server.connections - before <= 4
    assert len({one.message["Message-ID"] for one in server.taken}) == len(server.taken) == 40
    assert len(room.acts()) < 40


def test_top_priority_goes_first(room: MailRoom, server: SmtpServer) -> None:
    an = room.person("an", "an@duty.example")
    plain = [room.mail(an) for _ in range(3)]
    top = room.mail(an, top=True)
    with postman(room, relay(server.port), connections=1):
        assert wait_for(lambda: set(room.states()) == {"accepted"})
    subjects = [one.message["Subject"] for one in server.taken]
    assert subjects == [f"第{number}封" for number in (top, *plain)]


def test_a_refusing_relay_delays_and_loses_nothing(room: MailRoom) -> None:
    port = free_port()
    an = room.person("an", "an@duty.example")
    for _ in range(10):
        room.mail(an)
    with postman(room, relay(port)):
        assert wait_for(lambda: "mail_path_breaks" in room.acts())
        path = room.path("first")
        assert path is not None
        assert not path.is_working
        assert set(room.states()) <= {"waiting", "claimed"}
        with SmtpServer(port=port) as server:
            assert wait_for(lambda: set(room.states()) == {"accepted"})
            ids = [one.message["Message-ID"] for one in server.taken]
    assert len(ids) == len(set(ids)) == 10
    acts = room.acts()
    assert acts.count("mail_path_breaks") == acts.count("mail_path_works") == 1


def test_a_second_relay_takes_over_at_once(room: MailRoom, server: SmtpServer) -> None:
    mail = room.mail(room.person("an", "an@duty.example"))
    with postman(room, relay(free_port()), relay(server.port, "second"), retry=SLOW):
        assert wait_for(lambda: room.states() == ["accepted"])
    assert room.deliveries(mail) == [(1, "first", "delayed"), (1, "second", "accepted")]
    assert len(server.taken) == 1


def test_greylisting_is_tried_again_with_the_same_words(room: MailRoom, server: SmtpServer) -> None:
    answers = ["451 try later"]
    server.behaviour.at_rcpt = lambda _: answers.pop() if answers else ""
    mail = room.mail(room.person("an", "an@duty.example"))
    with postman(room, relay(server.port)):
        assert wait_for(lambda: room.states() == ["accepted"])
    assert room.deliveries(mail) == [(1, "first", "delayed"), (2, "first", "accepted")]
    assert [one.message["X-Duty-Attempt"] for one in server.taken] == ["2"]
    assert "451 try later" in room.texts()


def test_a_refused_address_gives_way_to_the_next(room: MailRoom, server: SmtpServer) -> None:
    server.behaviour.at_rcpt = lambda address: "550 unknown" if address.startswith("old") else ""
    mail = room.mail(room.person("an", "old@duty.example", "new@duty.example"))
    with postman(room, relay(server.port), retry=SLOW):
        assert wait_for(lambda: room.states() == ["accepted"])
    assert [one.recipients for one in server.taken] == [("new@duty.example",)]
    assert room.row(mail).address == "new@duty.example"
    assert "refuse_address" in room.acts()


def test_without_an_address_left_a_mail_is_refused_for_good(
    room: MailRoom, server: SmtpServer
) -> None:
    server.behaviour.at_rcpt = lambda address: "550 unknown" if address.startswith("old") else ""
    lost = room.mail(room.person("an", "old@duty.example"))
    mute = room.mail(room.person("bo"))
    fine = room.mail(room.person("cy", "cy@duty.example"))
    with postman(room, relay(server.port), retry=SLOW):
        assert wait_for(lambda: room.states() == ["refused", "refused", "accepted"])
    assert room.acts().count("refuse_mail") == 2
    assert room.row(lost).next_try_at is None
    assert [room.row(each).state for each in (mute, fine)] == ["refused", "accepted"]
    assert len(server.taken) == 1


def test_what_was_lost_after_the_final_dot_comes_again_with_the_same_message_id(
    room: MailRoom, server: SmtpServer
) -> None:
    answers = ["drop"]
    server.behaviour.at_dot = lambda _: answers.pop() if answers else ""
    mail = room.mail(room.person("an", "an@duty.example"))
    with postman(room, relay(server.port)):
        assert wait_for(lambda: room.states() == ["accepted"])
    first, second = server.seen
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert first.message["Subject"] == second.message["Subject"]
    assert [one.message["X-Duty-Attempt"] for one in (first, second)] == ["1", "2"]
    assert room.deliveries(mail) == [(1, "first", "unknown"), (2, "first", "accepted")]
    assert "lose_sight_of_mails" in room.acts()


def test_a_hanging_recipient_delays_nobody_else(room: MailRoom) -> None:
    behaviour = Behaviour(think_at_rcpt=lambda a: 10.0 if a.startswith("slow") else 0.0)
    slow = room.mail(room.person("slow", "slow@duty.example"))
    others = [room.mail(room.person(f"p{n}", f"p{n}@duty.example")) for n in range(12)]
    with SmtpServer(behaviour) as server, postman(room, relay(server.port, timeout=2.0)):
        assert wait_for(lambda: all(room.row(n).state == "accepted" for n in others), 1.5)
        assert room.row(slow).state == "claimed"


def test_what_failed_before_never_takes_every_connection(room: MailRoom) -> None:
    behaviour = Behaviour(think_at_rcpt=lambda a: 10.0 if a.startswith("slow") else 0.0)
    for n in range(8):
        room.mail(room.person(f"slow{n}", f"slow{n}@duty.example"))
    with room.database.write() as session:
        session.execute(update(Mail).values(attempts=1))
    with (
        SmtpServer(behaviour) as server,
        postman(room, relay(server.port, timeout=2.0), connections=2),
    ):
        pause(0.3)
        fine = room.mail(room.person("an", "an@duty.example"))
        assert wait_for(lambda: room.row(fine).state == "accepted", 1.5)


def test_a_stop_finishes_what_is_in_flight_and_gives_the_rest_back(room: MailRoom) -> None:
    an = room.person("an", "an@duty.example")
    for _ in range(20):
        room.mail(an)
    with (
        SmtpServer(Behaviour(think_at_dot=lambda _: 0.2)) as server,
        postman(room, relay(server.port, timeout=3.0), connections=2),
    ):
        assert wait_for(lambda: len(server.seen) >= 2)
    states = room.states()
    assert "claimed" not in states
    assert states.count("accepted") == len(server.taken)
    with room.database.read() as session:
        assert {row.attempts for row in session.query(Mail).filter_by(state="waiting")} == {0}


def test_a_standby_claims_nothing(room: MailRoom, server: SmtpServer) -> None:
    room.mail(room.person("an", "an@duty.example"))
    fence: list[int | None] = [None]
    running = Postman(
        room.database,
        SystemClock(),
        [relay(server.port)],
        Rounds(plain_words, QUICK),
        lambda: fence[0],
    )
    running.start()
    pause(0.3)
    assert room.states() == ["waiting"]
    fence[0] = 4
    running.wake()
    assert wait_for(lambda: room.states() == ["accepted"])
    assert running.stop()
    assert server.taken


def test_a_crash_between_claim_and_send_is_made_good_at_the_start(
    room: MailRoom, server: SmtpServer
) -> None:
    mail = room.mail(room.person("an", "an@duty.example"))
    with room.database.write() as session:
        (claimed,) = claim(session, ALL, plain_words, fence=1, now=AT)
    with postman(room, relay(server.port)):
        assert wait_for(lambda: room.states() == ["accepted"])
    (received,) = server.taken
    assert received.message["Message-ID"] == claimed.letter.message_id
    assert received.message["X-Duty-Attempt"] == "2"
    assert room.row(mail).state == "accepted"


def test_a_fault_of_the_program_is_recorded_and_the_mails_go_on(
    room: MailRoom, server: SmtpServer
) -> None:
    room.mail(room.person("an", "an@duty.example"))
    faults = [RuntimeError("a bug")]

    def fence() -> int:
        if faults:
            raise faults.pop()
        return 1

    running = Postman(
        room.database, SystemClock(), [relay(server.port)], Rounds(plain_words, QUICK), fence
    )
    running.start()
    assert wait_for(lambda: room.states() == ["accepted"])
    assert running.stop()
    assert room.acts() == ["postman_fault", "deliver_mails"]
    assert "a bug" in room.texts()


class _Overtaken:
    """A channel during whose send another watch takes over and claims the mail."""

    name = "first"

    def __init__(self, room: MailRoom, outcome: Outcome) -> None:
        self._room = room
        self._outcome = outcome
        self.is_done = threading.Event()

    def connection(self) -> "_Overtaken":
        return self

    async def send(self, letter: Letter) -> Answer:
        with self._room.database.write() as session:
            release_claims(session, 2)
            claim(session, ALL, plain_words, fence=2, now=later(1e9))
        self.is_done.set()
        return Answer(self._outcome, "as it was")

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("outcome", "state"), [(Outcome.ACCEPTED, "accepted"), (Outcome.DELAYED, "claimed")]
)
def test_only_an_acceptance_is_recorded_after_a_take_over(
    room: MailRoom, outcome: Outcome, state: str
) -> None:
    mail = room.mail(room.person("an", "an@duty.example"))
    channel = _Overtaken(room, outcome)
    with postman(room, channel):
        assert channel.is_done.wait(5)
        assert wait_for(lambda: len(room.deliveries(mail)) == 1)
    assert room.row(mail).state == state
    assert room.row(mail).claimed_fence == 2
