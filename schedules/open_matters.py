"""What the next shift inherits: what is owed and not fulfilled, and what is suspected and unjudged.

Incidents, papers and instructions join here when they have tables of their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from records.language import Sentence, mark
from records.tables import DutyRoom
from schedules.calendar import local_minute
from schedules.findings import FINDING_WORDS, FindingKind, Judged
from schedules.outstanding import ObligationState
from schedules.party_words import party_words
from schedules.rules import ScheduleRules
from schedules.tables import Finding, Obligation, Post

STANDING_AFTER = timedelta(hours=24)  # R-HAND-02
# They end with the officer who owes them; what they leave behind is a finding.
_OF_THE_OFFICER = frozenset({"sign_in", "handover", "presence_check", "spot_check"})
_JUDGES = "shift_lead"
_OUTSTANDING = (
    ObligationState.OPEN.value,
    ObligationState.LATE.value,
    ObligationState.MISSED.value,
)


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """One open matter as it is read back; several parties may owe the same thing."""

    key: str
    kind: str
    subject: str
    due_at: datetime | None  # None where matters of several days stand together
    parties: tuple[str, ...]
    acknowledged_by: tuple[str, ...]
    obligation_ids: tuple[int, ...]
    finding_id: int | None = None


def room_zone(session: Session, room_key: str) -> ZoneInfo:
    """Return the zone of a room's clocks."""
    return ZoneInfo(session.scalars(select(DutyRoom.timezone).filter_by(key=room_key)).one())


def read_open_matters(
    session: Session, room_key: str, post_key: str, now: datetime
) -> list[OpenMatter]:
    """Return what whoever takes a post inherits at `now`, oldest first, findings last.

    Findings wait for the shift lead's judgement: they go from one shift lead to the next, and
    nobody is asked to read back what is suspected of themselves.

    What fell due at the same instant under the same subject is one matter; what has stood for more
    than a day is one matter a subject, so that the list stays short enough to be read back.

    Rule: R-HAND-02
    """
    zone = room_zone(session, room_key)
    groups: dict[str, list[Obligation]] = {}
    for row in _outstanding(session, room_key, now):
        groups.setdefault(_key(row, zone, now), []).append(row)
    found = [_matter(key, rows) for key, rows in groups.items()]
    post = session.get(Post, (room_key, post_key))
    if post is None or post.capacity != _JUDGES:
        return found
    return [*found, *_findings(session, room_key)]


def _outstanding(session: Session, room_key: str, now: datetime) -> Iterable[Obligation]:
    return session.scalars(
        select(Obligation)
        .where(
            Obligation.room_key == room_key,
            Obligation.fulfilled_at.is_(None),
            Obligation.state.in_(_OUTSTANDING),
            Obligation.due_at <= now,
            Obligation.kind.not_in(sorted(_OF_THE_OFFICER)),
        )
        .order_by(Obligation.due_at, Obligation.kind, Obligation.subject, Obligation.owed_by)
    )


def _key(row: Obligation, zone: ZoneInfo, now: datetime) -> str:
    if row.due_at <= now - STANDING_AFTER:
        return f"{row.kind}/{row.subject}@standing"
    return f"{row.kind}/{row.subject}@{row.due_at.astimezone(zone):%m-%dT%H:%M}"


def _matter(key: str, rows: list[Obligation]) -> OpenMatter:
    first = rows[0]
    instants = {row.due_at for row in rows}
    return OpenMatter(
        key=key,
        kind=first.kind,
        subject=first.subject,
        due_at=first.due_at if len(instants) == 1 else None,
        parties=tuple(dict.fromkeys(row.owed_by for row in rows)),
        acknowledged_by=tuple(
            dict.fromkeys(row.acknowledged_by for row in rows if row.acknowledged_by)
        ),
        obligation_ids=tuple(row.id for row in rows),
    )


def _findings(session: Session, room_key: str) -> list[OpenMatter]:
    rows = session.scalars(
        select(Finding)
        .where(Finding.room_key == room_key, Finding.judged == Judged.SUSPECTED.value)
        .order_by(Finding.at, Finding.id)
    )
    return [
        OpenMatter(
            key=f"finding:{row.id}",
            kind="finding",
            subject=row.kind,
            due_at=row.at,
            parties=(f"post:{row.post_key}",),
            acknowledged_by=(),
            obligation_ids=(),
            finding_id=row.id,
        )
        for row in rows
    ]


def matter_words(
    session: Session, room_key: str, matters: Iterable[OpenMatter], rules: ScheduleRules
) -> Mapping[str, Sentence]:
    """Return what people call each matter, by its key and in order."""
    zone = room_zone(session, room_key)
    listed = list(matters)
    names = party_words(session, room_key, {party for one in listed for party in one.parties})
    return {
        one.key: Sentence(
            _template(one),
            {
                "what": _what(one, rules, zone),
                "party": names[one.parties[0]],
                "count": len(one.parties),
            },
        )
        for one in listed
    }


def _template(one: OpenMatter) -> str:
    if one.finding_id is not None:
        return mark("待认定:疑似{what}({party})")
    if len(one.parties) == 1:
        return mark("{party}的{what}未办结")
    return mark("{count}方的{what}未办结")


def _what(one: OpenMatter, rules: ScheduleRules, zone: ZoneInfo) -> Sentence:
    if one.finding_id is not None:
        return Sentence(FINDING_WORDS[FindingKind(one.subject)])
    params: dict[str, object] = {"what": rules.words_for(one.kind, one.subject)}
    if one.due_at is None:
        return Sentence("{what}", params)
    return Sentence("{what}({due})", {**params, "due": local_minute(one.due_at, zone)})
