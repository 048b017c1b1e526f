"""A test mail along the real path: stored like every mail, sent by the watch or, without one, here.

It proves relay, password, certificate and address; it says nothing about who reads it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from console.watching import LOOK_AGAIN, is_watched
from console.wiring import House, build_channels
from plans.attempts import Attempt, Claimed, Handled
from plans.channels.letters import Answer, Channel, Letter, Outcome, PathNews
from plans.mail_outcomes import record
from plans.mail_rules import load_mail_rules
from plans.mail_states import MailState
from plans.message_ids import message_id, thread_id
from plans.tables import Delivery, Mail
from records.act import Act
from records.chance import SystemChance
from records.clock import pause
from records.contact_points import Channel as ContactChannel
from records.contact_points import point
from records.duty_log import Entry, append
from records.language import Sentence, mark
from records.tables import DutyRoom

ACCEPTED_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class Proven:
    """What became of a test mail: which relay answered what."""

    address: str
    is_accepted: bool
    relay: str | None
    reply: str

    @property
    def sentence(self) -> Sentence:
        """Return it as a sentence for people."""
        params = {"address": self.address, "relay": self.relay or "—", "reply": self.reply}
        if self.is_accepted:
            return Sentence(mark("试通邮件已由 {relay} 接收({address}):{reply}"), params)
        if self.relay is None:
            return Sentence(
                mark("试通邮件在30秒内没有送出({address});请看 duty status 中的邮件通道。"), params
            )
        return Sentence(
            mark("试通邮件未被接收({address}),{relay} 答复:{reply}。请核对 [mail] 设置。"), params
        )

    def as_data(self) -> dict[str, object]:
        """Return it for `--json`."""
        return {
            "address": self.address,
            "accepted": self.is_accepted,
            "relay": self.relay,
            "reply": self.reply,
        }


def send_test(house: House, address: str) -> Proven:
    """Send a test mail to an address and return what became of it, after 30 s at most.

    Raises BadData if the address is none, SettingsError if a password cannot be read.
    """
    wanted = point(ContactChannel.EMAIL, address).address
    channels = build_channels(house)
    by_watch = is_watched(house)
    act = Act(house.room_key, house.clock.now(), f"room:{house.room_key}")
    with house.database.write() as session:
        mail_id = _store(session, act, wanted, by_watch=by_watch)
    if not by_watch:
        _send_here(house, channels, mail_id, wanted)
    return _wait(house, mail_id, wanted)


def _store(session: Session, act: Act, address: str, *, by_watch: bool) -> int:
    """Store the mail; the one that is sent here is claimed at once, so that nobody else does."""
    site = session.scalar(select(DutyRoom.site).where(DutyRoom.key == act.room_key)) or ""
    key = f"test/{SystemChance().token()}"
    recipient = f"address:{address}"
    state = MailState.WAITING if by_watch else MailState.CLAIMED
    mail_id = session.scalar(
        insert(Mail)
        .values(
            room_key=act.room_key,
            group_key=key,
            message_id=message_id(key, recipient, site),
            thread=thread_id("test", site),
            recipient=recipient,
            is_top_priority=True,
            is_drill=False,
            is_digest=False,
            at=act.at,
            state=state.value,
            next_try_at=act.at,
            attempts=0 if by_watch else 1,
            contact_turn=1,
            last_reply="",
        )
        .returning(Mail.id)
    )
    assert mail_id is not None
    sentence = Sentence(mark("发送试通邮件到 {address}。"), {"address": address})
    append(
        session,
        act.room_key,
        act.at,
        [Entry("test_mail", sentence, act.operator, "mail", {"mail": mail_id})],
    )
    return int(mail_id)


def _send_here(house: House, channels: Sequence[Channel], mail_id: int, address: str) -> None:
    from console.mail_texts import words_of  # noqa: PLC0415  only where no watch is alive

    now = house.clock.now()
    language = house.loaded.settings.room.language
    render = words_of(language, house.rules.schedules, house.rules.plans)
    with house.database.read() as session:
        words = render(session, [mail_id], now)[mail_id]
        mail = session.get_one(Mail, mail_id)
        room = session.get_one(DutyRoom, house.room_key)
        letter = Letter(
            mail_id=mail_id,
            message_id=mail.message_id,
            thread=mail.thread,
            sender_name=room.name,
            address=address,
            subject=words.subject,
            body=words.body,
            at=mail.at,
            attempt=1,
            is_top_priority=True,
        )
    attempts = asyncio.run(_ask(house, channels, letter))
    claimed = Claimed(letter, house.room_key, f"address:{address}", None)
    retry = load_mail_rules(house.installation.catalogues).retry_table
    with house.database.write() as session:
        record(session, [Handled(claimed, attempts)], retry, now=house.clock.now())


async def _ask(house: House, channels: Sequence[Channel], letter: Letter) -> tuple[Attempt, ...]:
    """Try the relays in their order, as the postman does."""
    attempts: list[Attempt] = []
    for channel in channels:
        connection = channel.connection()
        try:
            answer: Answer = await connection.send(letter)
        finally:
            await connection.close()
        attempts.append(Attempt(channel.name, house.clock.now(), answer, _shown_of_path(answer)))
        if not answer.is_for_next_relay:
            break
    return tuple(attempts)


def _shown_of_path(answer: Answer) -> bool | None:
    """Return whether the relay works, as far as one mail can show it."""
    if answer.outcome is Outcome.ACCEPTED:
        return True
    return False if answer.path is PathNews.DOWN else None


def _wait(house: House, mail_id: int, address: str) -> Proven:
    waited = 0.0
    while True:
        with house.database.read() as session:
            mail = session.get_one(Mail, mail_id)
            tried = session.execute(
                select(Delivery.relay, Delivery.reply)
                .where(Delivery.mail_id == mail_id)
                .order_by(Delivery.id.desc())
                .limit(1)
            ).first()
            is_accepted = mail.state == MailState.ACCEPTED.value
            is_settled = is_accepted or mail.state == MailState.REFUSED.value or tried is not None
        if is_settled or waited >= ACCEPTED_WITHIN:
            relay, reply = (tried.relay, tried.reply) if tried else (None, mail.last_reply)
            return Proven(address, is_accepted, relay, reply)
        pause(LOOK_AGAIN)
        waited += LOOK_AGAIN
