"""What a party is called in a sentence: posts in both languages, everybody else by name."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.language import Bilingual
from records.names import party_names
from schedules.tables import Post


def party_words(
    session: Session, room_key: str, parties: Iterable[str]
) -> Mapping[str, str | Bilingual]:
    """Return what each party is called; one that is unknown names itself."""
    wanted = set(parties)
    words: dict[str, str | Bilingual] = dict(party_names(session, room_key, wanted))
    keys = sorted(party.removeprefix("post:") for party in wanted if party.startswith("post:"))
    if keys:
        rows = session.execute(
            select(Post.key, Post.name, Post.name_en).where(
                Post.room_key == room_key, Post.key.in_(keys)
            )
        )
        words |= {f"post:{row.key}": Bilingual(row.name, row.name_en) for row in rows}
    return words
