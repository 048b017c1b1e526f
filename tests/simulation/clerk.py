"""A night by hand: plain lists and dictionaries that know nothing of the program.

A clerk wakes every minute and whenever somebody does something, first writes down what is done,
then goes through what is owed and tells whom the ladder names. Slow, and plainly right.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulation.script import Doing

MINUTE = timedelta(minutes=1)
BACK = timedelta(minutes=30)
PARTNERS = {"primary": "secondary", "secondary": "primary", "shift_lead": "shift_lead_b"}
LADDERS = {
    "sign_in": ((0, ("owed_by", "partner")), (5, ("shift_lead",)), (10, ("duty_leader",))),
    "routine_report": ((0, ("owed_by", "primary")), (60, ("shift_lead",))),
}
REPEATS = {"sign_in": 5 * MINUTE, "routine_report": None}

# (when, stage, step, to whom, what is owed by whom)
Line = tuple[datetime, str, int, str, str]


@dataclass(slots=True)
class Matter:
    """One thing owed."""

    kind: str
    owed_by: str
    due_at: datetime
    grace: timedelta
    state: str = "open"
    done_at: datetime | None = None
    taken_at: datetime | None = None
    taken_by: str = ""
    told: set[tuple[str, int, datetime]] = field(default_factory=set)
    people: list[str] = field(default_factory=list)  # who was told, in order
    is_waiting: bool = False  # somebody was told since it was last taken on


@dataclass(slots=True)
class Clerk:
    """Who is on the night's posts, who came, and all that is owed."""

    roster: dict[str, str]
    starts_at: datetime
    ends_at: datetime
    matters: list[Matter]
    came: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)

    def work(self, begins: datetime, ends: datetime, doings: Sequence[Doing]) -> None:
        """Go through the night."""
        wakes = {begins + n * MINUTE for n in range(int((ends - begins) / MINUTE) + 1)}
        left = list(doings)
        wakes |= {doing.at for doing in doings}
        while wakes:
            now = min(wakes)
            wakes.remove(now)
            while left and left[0].at <= now:
                self._write_down(left.pop(0))
            for matter in self.matters:
                self._look(matter, now)
                if matter.done_at is None and matter.taken_at is not None:
                    wakes |= {
                        at
                        for at in (matter.taken_at + n * BACK for n in range(1, 60))
                        if now < at <= ends
                    }

    def _write_down(self, doing: Doing) -> None:
        if doing.what == "sign_in":
            self._sign_in(str(doing.fields["by"]).removeprefix("post:"), doing.at)
        elif doing.what == "receive_report":
            owed_by = f"unit:{doing.fields['unit']}"
            self._settle([m for m in self.matters if m.owed_by == owed_by], doing.at)
        else:
            self._take(str(doing.fields["owed_by"]), doing)

    def _sign_in(self, post: str, now: datetime) -> None:
        if self.came.get(post) is None:
            self.came[post] = self.roster[post]
            self._settle([m for m in self.matters if m.owed_by == f"post:{post}"], now)

    def _settle(self, matters: Sequence[Matter], now: datetime) -> None:
        for matter in matters:
            if matter.done_at is not None:
                continue
            matter.done_at = now
            late = now - matter.due_at
            if matter.state != "missed":
                on_time = "fulfilled" if late <= timedelta(0) else "late"
                matter.state = on_time if late <= matter.grace else "missed"
            for person in dict.fromkeys(matter.people):
                self.lines.append((now, "over", 0, person, matter.owed_by))

    def _take(self, owed_by: str, doing: Doing) -> None:
        who = self._holder(str(doing.fields["acknowledged_by"]).removeprefix("post:"), doing.at)
        for matter in self.matters:
            if matter.owed_by != owed_by or matter.done_at is not None or not matter.is_waiting:
                continue
            matter.taken_at, matter.taken_by, matter.is_waiting = doing.at, who or "", False
            for person in dict.fromkeys(matter.people):
                if person != who:
                    self.lines.append((doing.at, "taken", 0, person, owed_by))

    def _look(self, matter: Matter, now: datetime) -> None:
        if matter.done_at is not None or now < matter.due_at:
            return
        if matter.state != "missed":
            matter.state = "missed" if now >= matter.due_at + matter.grace else "late"
        if matter.taken_at is not None:
            turns = int((now - matter.taken_at) / BACK)
            if turns > 0:
                self._tell(matter, "returned", 0, matter.taken_at + turns * BACK, ["taken_by"], now)
            return
        steps = LADDERS[matter.kind]
        for number, (minutes, roles) in enumerate(steps, start=1):
            wanted = matter.due_at + minutes * MINUTE
            if wanted <= now:
                self._tell(matter, "told", number, wanted, roles, now)
        every = REPEATS[matter.kind]
        if every is not None:
            last, roles = steps[-1]
            wanted = matter.due_at + last * MINUTE + every
            while wanted <= now:
                self._tell(matter, "told", len(steps), wanted, roles, now)
                wanted += every

    def _tell(
        self,
        matter: Matter,
        stage: str,
        step: int,
        wanted: datetime,
        roles: Sequence[str],
        now: datetime,
    ) -> None:
        if (stage, step, wanted) in matter.told:
            return
        matter.told.add((stage, step, wanted))
        people = [self._who(matter, role, now) for role in roles]
        for person in dict.fromkeys(person for person in people if person is not None):
            self.lines.append((now, stage, step, person, matter.owed_by))
            matter.people.append(person)
            matter.is_waiting = True

    def _who(self, matter: Matter, role: str, now: datetime) -> str | None:
        party, _, name = matter.owed_by.partition(":")
        if role == "taken_by":
            return matter.taken_by
        if role == "owed_by":
            return name if party == "unit" else self._of_shift(name)
        if role == "partner":
            return self._of_shift(PARTNERS[name])
        return self._holder(role, now)

    def _of_shift(self, post: str) -> str | None:
        return self.came.get(post) or self.roster.get(post)

    def _holder(self, post: str, now: datetime) -> str | None:
        if post in ("primary", "secondary") and not self.starts_at <= now < self.ends_at:
            return None
        return self._of_shift(post)
