"""BoardReader: reads the board in one view of the database, at a cost that does not grow."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from console import board_lists
from console.board import (
    Board,
    FindingLine,
    LogPage,
    MailFacts,
    MailLine,
    NextPost,
    OverdueLine,
    PersonChoice,
    PostLine,
    Presence,
    RelayFacts,
    ReportBoard,
    RoomFacts,
    SetAsideLine,
    ShiftFacts,
    Token,
    WatchFacts,
)
from console.board_matters import Catalogues, read_due_next, read_overdue, words_for
from plans.mail_states import MailState
from plans.rules import PlanRules
from plans.tables import Mail, MailPath
from records import log_reading
from records.clock import Clock
from records.contact_points import contact_points_of
from records.database import Database
from records.duty_log import head
from records.errors import NotFound
from records.language import Bilingual, mark
from records.names import party_names
from records.tables import DutyRoom
from schedules.findings import FindingKind, Judged
from schedules.lease import NAME
from schedules.rules import ScheduleRules
from schedules.shifts import OnDuty, on_duty, on_duty_at, standing_holder
from schedules.tables import Finding, HolidayYear, Obligation, Post, Shift, WatchLease

LOG_LINES = 12
FINDINGS = 20
SET_ASIDE = 10
MAILS_COUNTED = 1_000
RECENT_MAILS = 1_000
REFUSED_SINCE = timedelta(hours=24)
DECEMBER = 12
STANDING_CAPACITY = "duty_leader"


class BoardReader:
    """The reading side of the screens: each call is one view of the database."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        room_key: str,
        schedules: ScheduleRules,
        plans: PlanRules,
    ) -> None:
        """Take where to read, for which room, and the rules that give things their names."""
        self._database = database
        self._clock = clock
        self._room_key = room_key
        self._rules = Catalogues(schedules, plans)

    def quick_token(self) -> Token:
        """Return two rows' worth of news: a board with the same token need not be read again."""
        with self._database.read() as session:
            return self._token(session)

    def _token(self, session: Session) -> Token:
        seq, hash_ = head(session, self._room_key)
        pulse_at = session.scalar(select(WatchLease.pulse_at).where(WatchLease.name == NAME))
        return Token(seq, hash_, pulse_at)

    def read(self) -> Board:
        """Return the board of this instant; Unreachable if the database cannot be read."""
        now = self._clock.now()
        with self._database.read() as session:
            room = session.get(DutyRoom, self._room_key)
            if room is None:
                raise NotFound(mark("没有值班室{room}。"), room=self._room_key)
            overdue, is_more = read_overdue(session, room.key, self._rules, now=now)
            running = on_duty_at(session, room.key, now)
            return Board(
                read_at=now,
                token=self._token(session),
                room=RoomFacts(room.key, room.name, room.timezone, room.is_sample),
                shifts=self._shifts(running),
                posts=self._posts(session, running, overdue, now),
                next_posts=self._next_posts(session, now),
                overdue=overdue,
                is_more_overdue=is_more,
                due_next=read_due_next(session, room.key, self._rules.schedules, now=now),
                findings=self._findings(session),
                set_aside=self._set_aside(session, now),
                log=tuple(log_reading.page(session, room.key, limit=LOG_LINES)),
                watch=_watch(session),
                mail=_mail(session, room.key, now),
                year_without_holidays=_year_without_holidays(session, room, now),
            )

    def _shifts(self, running: list[OnDuty]) -> tuple[ShiftFacts, ...]:
        found = {}
        for place in running:
            rule = self._rules.schedules.shifts.get(place.kind)
            words = Bilingual(rule.name, rule.name_en) if rule else Bilingual(place.kind, "")
            found[place.shift_id] = ShiftFacts(place.kind, words, place.starts_at, place.ends_at)
        # The shortest shift is the one people call by its name; the lead's runs a whole day.
        return tuple(sorted(found.values(), key=lambda one: one.ends_at - one.starts_at))

    def _posts(
        self,
        session: Session,
        running: list[OnDuty],
        overdue: tuple[OverdueLine, ...],
        now: datetime,
    ) -> tuple[PostLine, ...]:
        posts = session.scalars(
            select(Post).where(Post.room_key == self._room_key).order_by(Post.turn, Post.key)
        ).all()
        rostered = {place.post_key: place for place in running}
        standing = {
            post.key: standing_holder(session, self._room_key, post.key, now)
            for post in posts
            if post.is_standing and post.capacity == STANDING_CAPACITY
        }
        people = {place.present_person for place in running} | set(standing.values())
        parties = [f"person:{person}" for person in people if person is not None]
        names = party_names(session, self._room_key, parties)
        telephones = contact_points_of(session, self._room_key, parties, "telephone")
        owes = {line.owing[0].owed_by: line.due_at for line in overdue if line.kind == "sign_in"}
        lines = []
        for post in posts:
            place = rostered.get(post.key)
            if place is None and post.key not in standing:
                continue
            person_id = standing.get(post.key) if place is None else place.present_person
            party = f"person:{person_id}"
            lines.append(
                PostLine(
                    key=post.key,
                    words=Bilingual(post.name, post.name_en),
                    person_id=person_id,
                    person=names.get(party, ""),
                    telephone=next(iter(telephones.get(party, [])), ""),
                    is_manned=post.is_manned,
                    presence=_presence(post, place, person_id),
                    signed_in_at=place.signed_in_at if place else None,
                    owes_since=owes.get(f"post:{post.key}"),
                    shift_ends_at=place.ends_at if place else None,
                )
            )
        return tuple(lines)

    def _next_posts(self, session: Session, now: datetime) -> tuple[NextPost, ...]:
        starts_at = session.scalar(
            select(Shift.starts_at)
            .where(
                Shift.room_key == self._room_key,
                Shift.ends_at > now,
                Shift.starts_at > now,
                Shift.starts_at <= now + timedelta(days=2),
            )
            .order_by(Shift.starts_at)
            .limit(1)
        )
        if starts_at is None:
            return ()
        coming = [
            place
            for place in on_duty(session, self._room_key, starts_at, starts_at)
            if place.starts_at == starts_at
        ]
        names = party_names(
            session,
            self._room_key,
            [f"person:{place.person_id}" for place in coming if place.person_id],
        )
        return tuple(
            NextPost(
                self._rules.schedules.post_words(place.post_key),
                names.get(f"person:{place.person_id}", ""),
                place.starts_at,
            )
            for place in coming
        )

    def _findings(self, session: Session) -> tuple[FindingLine, ...]:
        rows = session.scalars(
            select(Finding)
            .where(Finding.room_key == self._room_key, Finding.judged == Judged.SUSPECTED.value)
            .order_by(Finding.at.desc(), Finding.id.desc())
            .limit(FINDINGS)
        ).all()
        names = party_names(
            session, self._room_key, [f"person:{row.person_id}" for row in rows if row.person_id]
        )
        return tuple(
            FindingLine(
                id=row.id,
                kind=FindingKind(row.kind),
                post=self._rules.schedules.post_words(row.post_key),
                person=names.get(f"person:{row.person_id}", ""),
                at=row.at,
                late_seconds=row.late_seconds,
                explanation=row.explanation,
            )
            for row in rows
        )

    def _set_aside(self, session: Session, now: datetime) -> tuple[SetAsideLine, ...]:
        """Return rows that are set aside now; the log's latest entries about it name them."""
        entries = log_reading.page(session, self._room_key, act="set_aside", limit=SET_ASIDE)
        numbers = {entry.data.get("obligation") for entry in entries}
        rows = session.execute(
            select(
                Obligation.id,
                Obligation.kind,
                Obligation.subject,
                Obligation.owed_by,
                Obligation.due_at,
                Obligation.next_look_at,
                Obligation.set_aside,
            ).where(
                Obligation.id.in_([number for number in numbers if isinstance(number, int)]),
                Obligation.set_aside.is_not(None),
                Obligation.next_look_at > now,
            )
        )
        return tuple(
            SetAsideLine(
                id=row.id,
                words=words_for(self._rules.schedules, row.kind, row.subject, row.owed_by),
                due_at=row.due_at,
                next_look_at=row.next_look_at,
                why=row.set_aside,
            )
            for row in rows
        )

    def reports(self, *, days_back: int = 0) -> ReportBoard:
        """Return the routine reports due on the room's local day, or that many days before it."""
        now = self._clock.now()
        with self._database.read() as session:
            return board_lists.read_reports(
                session, self._room_key, self._rules.schedules, now=now, days_back=days_back
            )

    def log_page(
        self, *, before_seq: int | None = None, sought: str = "", limit: int = 200
    ) -> LogPage:
        """Return one page of the log, the newest first; with `sought`, of the entries found."""
        with self._database.read() as session:
            return board_lists.read_log_page(
                session, self._room_key, before_seq=before_seq, sought=sought, limit=limit
            )

    def mails(self) -> tuple[MailLine, ...]:
        """Return recent mails: refused first, then delayed, then the newest."""
        with self._database.read() as session:
            return board_lists.read_mails(session, self._room_key)

    def mail_text(self, mail_id: int) -> str:
        """Return the words of one mail; empty while nobody has begun to send it."""
        with self._database.read() as session:
            return session.scalar(select(Mail.body).where(Mail.id == mail_id)) or ""

    def people(self, typed: str) -> tuple[PersonChoice, ...]:
        """Return the people that a name, pinyin, its initials or a telephone number may mean."""
        with self._database.read() as session:
            return board_lists.read_people(session, self._room_key, typed)


def _presence(post: Post, place: OnDuty | None, person_id: str | None) -> Presence:
    if person_id is None:
        return Presence.GAP
    if not post.is_manned:
        return Presence.ON_CALL
    if place is None or place.signed_in_at is None:
        return Presence.NOT_SIGNED_IN
    return Presence.SIGNED_IN


def _watch(session: Session) -> WatchFacts:
    row = session.get(WatchLease, NAME)
    if row is None:
        return WatchFacts("", None, None, "", None)
    return WatchFacts(row.holder, row.pulse_at, row.started_at, row.stands_by, row.stands_by_at)


def _mail(session: Session, room_key: str, now: datetime) -> MailFacts:
    """Return the mail path; refused mails are looked for among the latest, a bounded number."""
    waiting = session.execute(
        select(Mail.attempts)
        .where(Mail.next_try_at.is_not(None), Mail.room_key == room_key)
        .limit(MAILS_COUNTED)
    ).all()
    last = session.scalar(select(func.max(Mail.id))) or 0
    refused = session.scalar(
        select(func.count()).where(
            Mail.id > last - RECENT_MAILS,
            Mail.room_key == room_key,
            Mail.state == MailState.REFUSED.value,
            Mail.at >= now - REFUSED_SINCE,
        )
    )
    relays = session.scalars(select(MailPath).order_by(MailPath.relay)).all()
    return MailFacts(
        waiting=len(waiting),
        delayed=sum(row.attempts > 0 for row in waiting),
        refused=refused or 0,
        is_more=len(waiting) >= MAILS_COUNTED,
        relays=tuple(
            RelayFacts(row.relay, row.is_working, row.since, row.last_accepted_at, row.last_reply)
            for row in relays
        ),
    )


def _year_without_holidays(session: Session, room: DutyRoom, now: datetime) -> int | None:
    """Return the year whose holidays should be loaded by now and are not, if there is one.

    Rule: R-CAL-01
    """
    local = now.astimezone(ZoneInfo(room.timezone))
    wanted = [local.year, local.year + 1] if local.month == DECEMBER else [local.year]
    loaded = set(
        session.scalars(
            select(HolidayYear.year).where(
                HolidayYear.room_key == room.key, HolidayYear.year.in_(wanted)
            )
        )
    )
    return next((year for year in wanted if year not in loaded), None)
