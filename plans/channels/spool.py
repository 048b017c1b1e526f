"""Mails as files in a folder, where no server is set: readable with any mail program."""

import os
from dataclasses import dataclass
from pathlib import Path

from plans.channels.letters import (
    Answer,
    Letter,
    Outcome,
    PathNews,
    cleaned_reply,
    is_sendable,
    raw_mail,
)
from records.language import Language, Sentence, mark


@dataclass(frozen=True, slots=True)
class SpoolChannel:
    """A folder that takes mails; each becomes one `.eml` file, whole or not at all."""

    folder: Path
    sender: str
    name: str = "spool"

    def connection(self) -> "SpoolConnection":
        """Return a way into the folder."""
        return SpoolConnection(self)


class SpoolConnection:
    """Writes one letter at a time."""

    def __init__(self, channel: SpoolChannel) -> None:
        """Take the folder and the sender of the channel."""
        self._channel = channel

    async def send(self, letter: Letter) -> Answer:
        """Return accepted once the file is on the disk under its name."""
        if not is_sendable(letter.address):
            return Answer(Outcome.REFUSED, unsendable())
        try:
            name = self._store(letter)
        except OSError as error:
            return Answer(Outcome.DELAYED, cleaned_reply(str(error)), PathNews.DOWN)
        return Answer(Outcome.ACCEPTED, name)

    async def close(self) -> None:
        """Do nothing: a folder is not kept open."""

    def _store(self, letter: Letter) -> str:
        # The name is ours alone, and the same on a retry, so a second attempt is no second mail.
        name = f"{letter.at:%Y%m%dT%H%M%SZ}-{letter.mail_id:08d}.eml"
        folder = self._channel.folder
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f".{name}.unfinished"
        with unfinished.open("wb") as file:
            file.write(raw_mail(letter, self._channel.sender))
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(folder / name)
        return name


def unsendable() -> str:
    """Return why an address was not even tried."""
    return Sentence(mark("邮箱地址不合规范,未发送")).said_in(Language.ZH)
