"""What a party is called in a sentence: posts and centres in both languages, others by name."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.language import Bilingual
from records.names import party_names
from schedules.tables import Post

COMMANDER = ".commander"  # the standing post of a centre; it is called after its centre
_TITLE = Bilingual("指挥长", ": commander")


def party_words(
    session: Session, room_key: str, parties: Iterable[str]
) -> Mapping[str, str | Bilingual]:
    """Return what each party is called; one that is unknown names itself."""
    wanted = set(parties)
    words: dict[str, str | Bilingual] = dict(party_names(session, room_key, wanted))
    posts = {party: party.removeprefix("post:") for party in wanted if party.startswith("post:")}
    centres = {
        party: party.removeprefix("centre:") + COMMANDER
        for party in wanted
        if party.startswith("centre:")
    }
    names = _post_names(session, room_key, {*posts.values(), *centres.values()})
    words |= {party: names[key] for party, key in posts.items() if key in names}
    words |= {party: centre_words(names[key]) for party, key in centres.items() if key in names}
    return words


def centre_words(commander: Bilingual) -> Bilingual:
    """Return what a centre is called, from the name of its commander's post."""
    return Bilingual(commander.zh.removesuffix(_TITLE.zh), commander.en.removesuffix(_TITLE.en))


def _post_names(session: Session, room_key: str, keys: set[str]) -> dict[str, Bilingual]:
    if not keys:
        return {}
    rows = session.execute(
        select(Post.key, Post.name, Post.name_en).where(
            Post.room_key == room_key, Post.key.in_(sorted(keys))
        )
    )
    return {row.key: Bilingual(row.name, row.name_en) for row in rows}
