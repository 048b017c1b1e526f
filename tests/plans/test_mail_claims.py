"""Claims and outcomes without a thread, as stories and replays use them, on both engines."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from plans.attempts import Wanted, Words
from plans.channels.letters import Answer, Letter, Outcome
from plans.channels.list_channel import ListChannel
from plans.mail_claims import claim, next_delivery_at, release_claims
from plans.message_ids import message_id, thread_id
from plans.postman import Rounds, deliver_due
from plans.retries import RetryTable
from records.clock import ManualClock
from records.database import Database
from schedules.tables import WatchLease
from tests.plans.mail_room import AT, SITE, MailRoom, later, plain_words

SLOW = RetryTable(tuple(timedelta(seconds=seconds) for seconds in (15, 30, 60)))
ALL = Wanted(1000, 1000)


@pytest.fixture
def either(database: Database) -> MailRoom:
    return MailRoom(database)


def _claim(room: MailRoom, seconds: float = 0.0, fence: int | None = 1, **other) -> list[int]:
    with room.database.write() as session:
        found = claim(session, ALL, plain_words, fence=fence, now=later(seconds), **other)
    return [item.letter.mail_id for item in found]


def test_a_mail_is_claimed_once(either: MailRoom) -> None:
    mail = either.mail(either.person("an", "an@duty.example"))
    assert _claim(either) == [mail]
    assert _claim(either) == []


def test_only_an_older_fence_is_given_back(either: MailRoom) -> None:
    an = either.person("an", "an@duty.example")
    first = either.mail(an)
    _claim(either, fence=1)
    second = either.mail(an)
    _claim(either, fence=2)
    with either.database.write() as session:
        assert release_claims(session, 2, but=[second]) == 1
        assert release_claims(session, 3, but=[second]) == 0
        assert release_claims(session, 3) == 1
    assert either.states() == ["waiting", "waiting"]
    assert _claim(either, fence=3) == [first, second]


def test_an_overtaken_watch_claims_nothing(either: MailRoom) -> None:
    mail = either.mail(either.person("an", "an@duty.example"))
    with either.database.write() as session:
        session.add(
            WatchLease(
                name="watch",
                holder="b",
                fence=8,
                renewals=0,
                expires_at=AT,
                started_at=AT,
                stands_by="",
            )
        )
    assert _claim(either, fence=7) == []
    assert _claim(either, fence=8) == [mail]


def test_a_retry_waits_as_the_table_says(either: MailRoom) -> None:
    mail = either.mail(either.person("an", "an@duty.example"))
    channel = ListChannel(lambda letter: Answer(Outcome.DELAYED, "451 later"))
    rounds = Rounds(plain_words, SLOW)
    now, waits = AT, []
    for _ in range(5):
        with either.database.write() as session:
            assert deliver_due(session, channel, rounds, now=now) == 1
            next_at = next_delivery_at(session)
        assert next_at is not None
        waits.append((next_at - now).total_seconds())
        now = next_at
    assert waits == [15, 30, 60, 60, 60]
    assert either.row(mail).attempts == 5
    assert channel.letters == []


def test_a_list_takes_every_mail_at_the_instant_given(either: MailRoom) -> None:
    an = either.person("an", "an@duty.example")
    mails = [either.mail(an), either.mail(an, at=later(5))]
    channel = ListChannel()
    clock = ManualClock(AT)
    for _ in range(2):
        with either.database.write() as session:
            deliver_due(session, channel, Rounds(None, SLOW), now=clock.now())
        clock.move_to(later(5))
    assert [letter.mail_id for letter in channel.letters] == mails
    assert [either.row(mail).accepted_at for mail in mails] == [AT, later(5)]
    with either.database.read() as session:
        assert next_delivery_at(session) is None
    assert either.acts() == ["deliver_mails", "deliver_mails"]


def test_a_refusing_list_goes_through_all_contact_points(either: MailRoom) -> None:
    mail = either.mail(either.person("an", "a@duty.example", "b@duty.example", "c@duty.example"))
    tried: list[str] = []

    def answer(letter: Letter) -> Answer:
        tried.append(letter.address)
        is_last = letter.address.startswith("c")
        return Answer(Outcome.ACCEPTED if is_last else Outcome.REFUSED, "")

    with either.database.write() as session:
        deliver_due(session, ListChannel(answer), Rounds(plain_words, SLOW), now=AT)
    assert tried == ["a@duty.example", "b@duty.example", "c@duty.example"]
    assert either.row(mail).state == "accepted"


def test_a_test_mail_names_its_address_itself(either: MailRoom) -> None:
    either.mail("address:someone@duty.example")
    channel = ListChannel()
    with either.database.write() as session:
        deliver_due(session, channel, Rounds(plain_words, SLOW), now=AT)
    assert [letter.address for letter in channel.letters] == ["someone@duty.example"]


def test_a_mail_that_cannot_be_worded_goes_out_in_bare_words(either: MailRoom) -> None:
    an = either.person("an", "an@duty.example")
    bad, good = either.mail(an), either.mail(an)

    def render(session: Session, ids: Sequence[int], now) -> dict[int, Words]:
        if bad in ids:
            raise RuntimeError("no words")
        return dict(plain_words(session, ids, now))

    channel = ListChannel()
    with either.database.write() as session:
        deliver_due(session, channel, Rounds(render, SLOW), now=AT)
    assert [letter.mail_id for letter in channel.letters] == [bad, good]
    assert "【告警】" in channel.letters[0].subject
    assert "word_mail_barely" in either.acts()


def test_a_clock_that_stepped_back_does_not_put_a_mail_off(either: MailRoom) -> None:
    mail = either.mail(either.person("an", "an@duty.example"), at=later(86_400))
    assert _claim(either) == [mail]


def test_a_digest_that_still_fills_is_not_claimed(either: MailRoom) -> None:
    either.mail(either.person("an", "an@duty.example"), at=later(1))
    assert _claim(either) == []
    assert _claim(either, 1) != []


def test_identities_are_derived_and_safe() -> None:
    one = message_id("1/told/1/x/person:an", "person:an", SITE)
    assert one == message_id("1/told/1/x/person:an", "person:an", SITE)
    assert one != message_id("1/told/1/x/person:an", "person:bo", SITE)
    assert one.endswith(f"@{SITE}>")
    assert thread_id("12", SITE) == f"<matter-12@{SITE}>"
    hostile = thread_id("a>\r\nTo: x", "平顶山\r\n.example")
    assert hostile.isascii()
    assert "\r" not in hostile
    assert hostile.endswith("@example>")
