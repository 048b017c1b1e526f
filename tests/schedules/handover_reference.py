"""A plain model of one post that is handed over: dictionaries and a list, nothing of the program.

Histories are told to it and to the program side by side; both must agree after each act.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

BEGINS = datetime(2026, 3, 16, 0, 0, tzinfo=UTC)
SHIFT = timedelta(minutes=60)
OPENS = timedelta(minutes=10)
REVIEW = timedelta(minutes=3)
PEOPLE = ("an", "bo", "cy", "dee", "eve")


@dataclass
class Timetable:
    """Who is rostered and who signed in, shift by shift."""

    roster: list[str | None]
    signed: dict[int, str] = field(default_factory=dict)

    def starts(self, number: int) -> datetime:
        return BEGINS + number * SHIFT

    def person(self, number: int) -> str | None:
        return self.signed.get(number) or self.roster[number]

    def running(self, now: datetime) -> int | None:
        number = (now - BEGINS) // SHIFT
        return number if 0 <= number < len(self.roster) else None

    def relief(self, now: datetime) -> tuple[int, str] | None:
        """Return the shift that is handed over at `now`, and who is to come."""
        for number in range(len(self.roster)):
            person = self.person(number)
            if person is not None and now < self.starts(number) <= now + OPENS:
                return number, person
        running = self.running(now)
        if running is None:
            return None
        person = self.person(running)
        return None if person is None else (running, person)


@dataclass
class Pending:
    shift: int
    outgoing: str | None
    incoming: str
    is_refused: bool = False
    said: dict[str, bool] = field(default_factory=dict)


class Reference:
    """What should come of each act: `do` returns whether it is allowed, and remembers it."""

    def __init__(self, timetable: Timetable, on_from: datetime) -> None:
        self.table = timetable
        self.on_from = on_from
        self.holder: str | None = None
        self.to_come: list[tuple[datetime, int, int, str]] = []  # at, handover?, order, person
        self.order = 0
        self.pending: Pending | None = None
        self.last: dict[str, object] | None = None
        self.matters: set[str] = set()
        self.carried: set[str] = set()
        self.spans: list[tuple[datetime, str]] = []

    def pass_to(self, now: datetime) -> None:
        """Let time pass: what was agreed for an instant holds from it on."""
        self.to_come.sort()
        while self.to_come and self.to_come[0][0] <= now:
            at, is_handover, _, person = self.to_come.pop(0)
            if is_handover or self.holder is None or at < self.on_from:
                self.holder = person
                self.spans.append((at, person))

    def do(self, now: datetime, act: str, *words: str) -> bool:
        self.pass_to(now)
        done = bool(getattr(self, f"_{act}")(now, *words))
        self.pass_to(now)
        return done

    def _is_agreed(self, now: datetime) -> bool:
        return any(is_handover and at > now for at, is_handover, _, _ in self.to_come)

    def _come(self, at: datetime, is_handover: int, person: str) -> None:
        self.order += 1
        self.to_come.append((at, is_handover, self.order, person))

    def _sign_in(self, now: datetime, shift: str, person: str) -> bool:
        number = int(shift)
        if self.table.signed.get(number) == person:
            return False
        self.table.signed[number] = person
        self._come(max(now, self.table.starts(number)), 0, person)
        return True

    def _swap(self, now: datetime, shift: str, person: str) -> bool:
        self.table.roster[int(shift)] = person
        return True

    def _arise(self, now: datetime, matter: str) -> bool:
        self.matters.add(matter)
        return True

    def _end(self, now: datetime, matter: str) -> bool:
        self.matters.discard(matter)
        return True

    def _offer(self, now: datetime, by: str) -> bool:
        relief = self.table.relief(now)
        if relief is None or now < self.on_from or self.holder != by or relief[1] == by:
            return False
        number, incoming = relief
        if self._is_agreed(now):
            return False
        there = self.pending
        is_same = there is not None and (there.shift, there.incoming) == (number, incoming)
        if there is not None and is_same and not there.is_refused and there.outgoing == by:
            return False
        said = {k: v for k, v in there.said.items() if v} if there is not None and is_same else {}
        self.pending = Pending(number, by, incoming, said=said)
        return True

    def _answer(self, now: datetime, by: str, matter: str, said: str) -> bool:
        there = self.pending
        if there is None or there.is_refused or there.incoming != by or matter not in self.matters:
            return False
        there.said[matter] = said == "yes"
        return True

    def _is_over(self, now: datetime) -> bool:
        return self.pending is not None and now >= self.table.starts(self.pending.shift) + SHIFT

    def _accept(self, now: datetime, by: str) -> bool:
        there = self.pending
        if there is None or there.is_refused or there.incoming != by or there.outgoing == by:
            return False
        if self._is_over(now) or self.holder != there.outgoing:
            return False
        if any(not there.said.get(matter) for matter in self.matters):
            return False
        at = max(now, self.table.starts(there.shift))
        self._assume(at, there.outgoing, by)
        return True

    def _assume(self, at: datetime, outgoing: str | None, by: str) -> None:
        self._come(at, 1, by)
        self.carried = set(self.matters)
        self.last = {"outgoing": outgoing, "at": at, "reviewed": False}
        self.pending = None

    def _refuse(self, now: datetime, by: str) -> bool:
        there = self.pending
        if there is None or there.is_refused or there.incoming != by or self._is_over(now):
            return False
        there.is_refused = True
        return True

    def _take_over(self, now: datetime, by: str) -> bool:
        if self.table.relief(now) is None or now < self.on_from:
            return False
        if self.holder == by or self._is_agreed(now):
            return False
        self._assume(now, self.holder, by)
        return True

    def _review(self, now: datetime, by: str) -> bool:
        last = self.last
        if self.pending is not None or last is None or last["outgoing"] != by or last["reviewed"]:
            return False
        at = last["at"]
        assert isinstance(at, datetime)
        if now < at + REVIEW:
            return False
        last["reviewed"] = True
        return True
