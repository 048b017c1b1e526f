"""Board: the frozen picture that the main screen shows; values only, read by `board_reading`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from plans.mail_states import MailState
from records.language import Bilingual
from schedules.outstanding import ObligationState

if TYPE_CHECKING:  # the screens' first picture needs no database
    from records.duty_log import Recorded
    from schedules.findings import FindingKind


@dataclass(frozen=True, slots=True)
class Token:
    """What changes whenever the board would: the head of the log, and the watch's pulse."""

    seq: int
    hash: str
    pulse_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """The room whose board it is."""

    key: str
    name: str
    timezone: str
    is_sample: bool


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """A running shift."""

    kind: str
    words: Bilingual
    starts_at: datetime
    ends_at: datetime


class Presence(StrEnum):
    """How a post is manned at this moment."""

    SIGNED_IN = "signed_in"
    NOT_SIGNED_IN = "not_signed_in"
    ON_CALL = "on_call"  # the post owes no sign-in
    GAP = "gap"  # the roster names nobody


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post of a running shift, or a standing one, and who answers there.

    `owes_since` is when a sign-in that is still owed fell due.
    """

    key: str
    words: Bilingual
    person_id: str | None
    person: str
    telephone: str
    is_manned: bool
    presence: Presence
    signed_in_at: datetime | None
    owes_since: datetime | None
    shift_ends_at: datetime | None


@dataclass(frozen=True, slots=True)
class NextPost:
    """Who comes next at a post."""

    words: Bilingual
    person: str
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Owing:
    """One party that owes what a line is about."""

    obligation_id: int
    owed_by: str
    name: str


@dataclass(frozen=True, slots=True)
class Told:
    """What was told about a line and not acknowledged: step, since when, whom, and what follows."""

    step: int
    since: datetime
    people: tuple[str, ...]
    late_seconds: int
    next_at: datetime | None
    next_step: int
    next_tells: tuple[Bilingual, ...]


@dataclass(frozen=True, slots=True)
class OverdueLine:
    """What fell due and is not fulfilled: one kind, subject and instant, one party or several.

    `owing` are the parties still owing, at most a few hundred; `missing` counts them all and
    `owed` all that owed it, fulfilled or not; `is_more` says that a count is only a lower bound.
    """

    kind: str
    subject: str
    words: Bilingual
    due_at: datetime
    state: ObligationState
    owing: tuple[Owing, ...]
    missing: int
    owed: int
    is_more: bool
    is_top_priority: bool
    is_drill: bool
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    returns_at: datetime | None
    told: Told | None


@dataclass(frozen=True, slots=True)
class DueLine:
    """What falls due next: one kind, subject and instant; `done` of `owed` are fulfilled."""

    kind: str
    subject: str
    words: Bilingual
    due_at: datetime
    party: str
    done: int
    owed: int
    is_more: bool


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A suspected finding that a shift lead has not judged."""

    id: int
    kind: "FindingKind"
    post: Bilingual
    person: str
    at: datetime
    late_seconds: int | None
    explanation: str


@dataclass(frozen=True, slots=True)
class SetAsideLine:
    """A row that the watch could not look at, and why."""

    id: int
    words: Bilingual
    due_at: datetime
    next_look_at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class WatchFacts:
    """The watch as its lease tells it; no holder means that none has ever worked here."""

    holder: str
    pulse_at: datetime | None
    started_at: datetime | None
    stands_by: str
    stands_by_at: datetime | None


@dataclass(frozen=True, slots=True)
class RelayFacts:
    """How a relay last behaved."""

    relay: str
    is_working: bool
    since: datetime
    last_accepted_at: datetime | None
    last_reply: str


@dataclass(frozen=True, slots=True)
class MailFacts:
    """The mail path: how many wait, how many of these were delayed, how many were refused."""

    waiting: int
    delayed: int
    refused: int
    is_more: bool
    relays: tuple[RelayFacts, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """Everything the main screen shows, of one instant and one view of the database."""

    read_at: datetime
    token: Token
    room: RoomFacts
    shifts: tuple[ShiftFacts, ...]
    posts: tuple[PostLine, ...]
    next_posts: tuple[NextPost, ...]
    overdue: tuple[OverdueLine, ...]
    is_more_overdue: bool
    due_next: tuple[DueLine, ...]
    findings: tuple[FindingLine, ...]
    set_aside: tuple[SetAsideLine, ...]
    log: "tuple[Recorded, ...]"
    watch: WatchFacts
    mail: MailFacts
    year_without_holidays: int | None

    @property
    def open_alerts(self) -> tuple[OverdueLine, ...]:
        """Return the lines whose alerts nobody has acknowledged."""
        return tuple(line for line in self.overdue if line.acknowledged_at is None and line.told)

    @property
    def taken(self) -> tuple[OverdueLine, ...]:
        """Return the lines that somebody took on and that are not settled."""
        return tuple(line for line in self.overdue if line.acknowledged_at is not None)


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One unit's routine report of the day."""

    obligation_id: int
    report: str
    words: Bilingual
    unit_id: str
    unit: str
    pinyin: str
    due_at: datetime
    arose_at: datetime
    state: ObligationState
    fulfilled_at: datetime | None
    late_seconds: int | None
    is_nil: bool
    chased_at: datetime | None
    chase_words: str
    promised_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReportBoard:
    """The routine reports of one local day; `is_more` says that some are left out."""

    read_at: datetime
    lines: tuple[ReportLine, ...]
    is_more: bool


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail as its list shows it."""

    id: int
    at: datetime
    recipient: str
    address: str
    subject: str
    state: MailState
    attempts: int
    last_reply: str
    next_try_at: datetime | None
    accepted_at: datetime | None

    @property
    def is_delayed(self) -> bool:
        """Return whether it was tried in vain and will be tried again."""
        return self.attempts > 0 and self.state in (
            MailState.WAITING,
            MailState.CLAIMED,
            MailState.UNKNOWN,
        )


@dataclass(frozen=True, slots=True)
class LogPage:
    """Entries of the log, the newest first, and the number of the last one there is."""

    head: int
    entries: "tuple[Recorded, ...]"


@dataclass(frozen=True, slots=True)
class PersonChoice:
    """A person to be chosen in a dialog."""

    id: str
    name: str
    body: str
    title: str
    telephone: str
