"""Whom to tell of what is outstanding, from ladder and situation; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from plans.escalation import Ladder, climb
from plans.mail_states import Stage
from schedules.outstanding import Outstanding


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is to be told, and in which capacity."""

    party: str  # person:ID or unit:ID
    capacity: str


@dataclass(frozen=True, slots=True)
class Situation:
    """Who holds what at this instant, absences already replaced by stand-ins.

    `holders` maps post keys to the running shift's people, `shift_holders` maps
    (subject, post key) to the people of one certain shift; `partners` maps a post to its partner's
    post; `capacities` maps posts to what their holder is told as.
    """

    holders: Mapping[str, str]
    shift_holders: Mapping[tuple[str, str], str]
    partners: Mapping[str, str]
    capacities: Mapping[str, str]
    stand_ins: Mapping[str, str | None]

    def person_at(self, subject: str, post_key: str) -> str | None:
        """Return who answers for a post in this matter, or None if nobody can be told."""
        person = self.shift_holders.get((subject, post_key), self.holders.get(post_key))
        return None if person is None else self.stand_ins.get(person, person)


@dataclass(frozen=True, slots=True)
class Telling:
    """One person or unit is to be told of one obligation."""

    outstanding: Outstanding
    stage: Stage
    ladder_step: int
    wanted_at: datetime
    recipient: Recipient


@dataclass(frozen=True, slots=True)
class Decision:
    """What one look leads to: whom to tell, who could not be told, when to look again."""

    tellings: tuple[Telling, ...]
    nobody_at_steps: tuple[int, ...]
    told_until: datetime | None
    next_look_at: datetime | None


def decide(
    item: Outstanding,
    ladder: Ladder | None,
    situation: Situation,
    returns_after: timedelta,
    *,
    now: datetime,
) -> Decision:
    """Return whom to tell of one outstanding obligation at `now`.

    An acknowledged matter climbs no further; it comes back to the one who acknowledged it.
    Nobody is told twice in one step.

    Rule: R-LAD-01, R-ACK-01
    """
    if item.acknowledged_at is not None:
        return _returned(item, situation, returns_after, now)
    if ladder is None:
        return Decision((), (), item.told_until, item.own_next_look_at)
    begins_at = item.due_at - ladder.begins_before
    if now < begins_at:
        return Decision((), (), item.told_until, _earlier(item.own_next_look_at, begins_at))
    steps = climb(ladder, begins_at, item.told_until, now=now)
    tellings: list[Telling] = []
    nobody: list[int] = []
    for step in steps.due:
        told: set[str] = set()
        for role in step.tell:
            recipient = resolve(item, role, situation)
            if recipient is not None and recipient.party not in told:
                told.add(recipient.party)
                tellings.append(Telling(item, Stage.TOLD, step.number, step.at, recipient))
        if not told:
            nobody.append(step.number)
    return Decision(
        tuple(tellings),
        tuple(nobody),
        steps.told_until,
        _earlier(item.own_next_look_at, steps.next_at),
    )


def _returned(
    item: Outstanding, situation: Situation, returns_after: timedelta, now: datetime
) -> Decision:
    assert item.acknowledged_at is not None
    assert item.acknowledged_by is not None
    turns = (now - item.acknowledged_at) // returns_after
    wanted_at = item.acknowledged_at + turns * returns_after
    next_at = _earlier(item.own_next_look_at, wanted_at + returns_after)
    if turns == 0 or (item.told_until is not None and wanted_at <= item.told_until):
        return Decision((), (), item.told_until, next_at)
    person = item.acknowledged_by.removeprefix("person:")
    present = situation.stand_ins.get(person, person)
    if present is None:
        return Decision((), (0,), wanted_at, next_at)
    recipient = Recipient(f"person:{present}", "acknowledged_by")
    telling = Telling(item, Stage.RETURNED, 0, wanted_at, recipient)
    return Decision((telling,), (), wanted_at, next_at)


def resolve(item: Outstanding, role: str, situation: Situation) -> Recipient | None:
    """Return who stands behind a role of a ladder in this matter, or None.

    Roles: `owed_by`, `partner`, `centre.deputy` and `centre.office` of the command centre that owes
    it, and parties such as `post:shift_lead` or `person:p001`. What a centre owes, its commander
    answers for.
    """
    party = _party_of(item.owed_by, role)
    kind, _, key = party.partition(":")
    if kind != "post":
        return Recipient(party, kind) if kind in ("person", "unit") else None
    if role == "partner":
        partner = situation.partners.get(key)
        if partner is None:
            return None
        person = situation.person_at(item.subject, partner)
        return None if person is None else Recipient(f"person:{person}", "partner")
    person = situation.person_at(item.subject, key)
    if person is None:
        return None
    return Recipient(f"person:{person}", situation.capacities.get(key, key))


# Who of a command centre a role of its ladder means.
_OF_A_CENTRE = {"owed_by": "commander", "centre.deputy": "deputy", "centre.office": "office"}


def _party_of(owed_by: str, role: str) -> str:
    """Return the party that a role means: of a centre one of its standing posts."""
    kind, _, key = owed_by.partition(":")
    if kind == "centre" and role in _OF_A_CENTRE:
        return f"post:{key}.{_OF_A_CENTRE[role]}"
    return owed_by if role in ("owed_by", "partner") else role


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
