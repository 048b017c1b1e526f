"""Share places out among people: rest kept, nobody twice, counts level; pure."""

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from records.language import Sentence, mark
from schedules.roster import Given, Measure, Place, Rosterable, Span, is_away

# How much a step out of level weighs: what is rare is levelled first, being hardest to mend.
_WEIGHTS = {Measure.HOLIDAYS: 8, Measure.WEEKENDS: 4, Measure.NIGHTS: 2, Measure.SHIFTS: 1}
_LEVEL = 1  # the greatest difference that counts as fair (R-ROS-02)

MEASURE_WORDS = {
    Measure.SHIFTS: mark("班次"),
    Measure.NIGHTS: mark("夜班"),
    Measure.WEEKENDS: mark("周末班"),
    Measure.HOLIDAYS: mark("节假日班"),
}


@dataclass(frozen=True, slots=True)
class Unfair:
    """A measure that could not be levelled: who has most, who has least, and why."""

    measure: Measure
    most: int
    least: int
    reason: Sentence


@dataclass(frozen=True, slots=True)
class RosterDraft:
    """A roster before it is published: who stands where, what nobody can, what is not level.

    `counts` are those of this roster and of what was stood before.
    """

    given: tuple[Given, ...]
    counts: Mapping[str, Mapping[Measure, int]]
    unfair: tuple[Unfair, ...]

    @property
    def gaps(self) -> tuple[Place, ...]:
        """Return the places that nobody stands, in order."""
        return tuple(one.place for one in self.given if one.person is None)


def share_out(
    places: Sequence[Place], people: Sequence[Rosterable], rest: timedelta
) -> RosterDraft:
    """Return a fair roster of these people at these places.

    Nights, weekends, holidays and all shifts differ by at most one between any two people where
    rest, absences and qualification allow it; where they do not, the reason is in `unfair`. A
    place that nobody can stand is left a gap. The same input gives the same roster.

    Rule: R-ROS-02, R-ROS-03
    """
    shares = _Shares(places, people, rest)
    for number in range(len(shares.places)):
        shares.give_to_the_least_burdened(number)
    for number in range(len(shares.places)):
        if shares.holder[number] is None:
            shares.make_room(number)
    shares.level()
    shares.level_posts()
    return RosterDraft(
        tuple(
            Given(place, None if at is None else shares.people[at].id)
            for place, at in zip(shares.places, shares.holder, strict=True)
        ),
        {
            person.id: dict(count)
            for person, count in zip(shares.people, shares.counts, strict=True)
        },
        shares.unfair(),
    )


class _Shares:
    """The roster while it is made; people and places by their numbers."""

    def __init__(
        self, places: Sequence[Place], people: Sequence[Rosterable], rest: timedelta
    ) -> None:
        self.places = sorted(places, key=lambda place: place.starts_at)
        self.people = list(people)
        self.rest = rest
        self.holder: list[int | None] = [None] * len(self.places)
        least = _least_stood(self.people)
        self.counts = [
            {m: person.stood.get(m, 0) if person.stood else least[m] for m in Measure}
            for person in self.people
        ]
        self._spans: list[list[Span]] = [sorted(person.booked) for person in self.people]
        self._open = [self._open_to(person) for person in self.people]

    def _open_to(self, person: Rosterable) -> list[bool]:
        return [place.post in person.posts and not is_away(person, place) for place in self.places]

    def fits(self, at: int, number: int) -> bool:
        """Return whether a person may stand a place beside what they stand already."""
        if not self._open[at][number]:
            return False
        place = self.places[number]
        spans = self._spans[at]
        index = bisect_left(spans, (place.starts_at, place.starts_at))
        if index < len(spans) and spans[index][0] < place.ends_at + self.rest:
            return False
        return index == 0 or spans[index - 1][1] + self.rest <= place.starts_at

    def give(self, number: int, at: int) -> None:
        """Put a person at a place that nobody has."""
        place = self.places[number]
        self.holder[number] = at
        insort(self._spans[at], (place.starts_at, place.ends_at))
        for measure in place.measures:
            self.counts[at][measure] += 1

    def take(self, number: int) -> int:
        """Take a place from whoever has it; return who had it."""
        place = self.places[number]
        at = self.holder[number]
        assert at is not None
        self.holder[number] = None
        self._spans[at].remove((place.starts_at, place.ends_at))
        for measure in place.measures:
            self.counts[at][measure] -= 1
        return at

    def give_to_the_least_burdened(self, number: int) -> None:
        """Give a place to whoever has least of what it counts as, and is longest at rest."""
        fitting = [at for at in range(len(self.people)) if self.fits(at, number)]
        if fitting:
            self.give(number, min(fitting, key=lambda at: self._burden(at, number)))

    def _burden(self, at: int, number: int) -> tuple[int, datetime, int]:
        place = self.places[number]
        weight = sum(_WEIGHTS[m] * self.counts[at][m] for m in place.measures)
        spans = self._spans[at]
        index = bisect_left(spans, (place.starts_at, place.starts_at))
        rested_from = spans[index - 1][1] if index else self.places[0].starts_at
        return weight, rested_from, at

    def make_room(self, number: int) -> None:
        """Fill a gap by giving what stands in somebody's way to somebody else."""
        place = self.places[number]
        for at in range(len(self.people)):
            if not self._open[at][number]:
                continue
            in_the_way = [
                other
                for other, holder in enumerate(self.holder)
                if holder == at and self._touch(self.places[other], place)
            ]
            if self._hand_on(in_the_way, at, number):
                return

    def _touch(self, one: Place, other: Place) -> bool:
        return (
            one.starts_at < other.ends_at + self.rest and other.starts_at < one.ends_at + self.rest
        )

    def _hand_on(self, in_the_way: Sequence[int], at: int, number: int) -> bool:
        for other in in_the_way:
            self.take(other)
        if self.fits(at, number):
            self.give(number, at)
            for other in in_the_way:
                self.give_to_the_least_burdened(other)
            if all(self.holder[other] is not None for other in in_the_way):
                return True
            self.take(number)
        for other in in_the_way:
            if self.holder[other] is not None:
                self.take(other)
            self.give(other, at)
        return False

    def level(self) -> None:
        """Move and exchange places until nothing gets more level."""
        while any(self._improve(measure) for measure in _WEIGHTS):
            pass

    def _improve(self, measure: Measure) -> bool:
        order = sorted(range(len(self.people)), key=lambda at: (self.counts[at][measure], at))
        for most in reversed(order):
            for least in order:
                if self.counts[most][measure] - self.counts[least][measure] <= _LEVEL:
                    break
                if self._relieve(most, least, measure):
                    return True
        return False

    def _relieve(self, most: int, least: int, measure: Measure) -> bool:
        """Take one place of a measure from one to another, for nothing or for a lighter one."""
        own = [n for n, at in enumerate(self.holder) if at == most]
        heavy = [n for n in own if measure in self.places[n].measures]
        theirs = [n for n, at in enumerate(self.holder) if at == least]
        light = [n for n in theirs if measure not in self.places[n].measures]
        for number in heavy:
            if not self._open[least][number]:
                continue
            if self._exchange(number, None, most, least):
                return True
            if any(self._exchange(number, other, most, least) for other in light):
                return True
        return False

    def _exchange(self, number: int, other: int | None, most: int, least: int) -> bool:
        if other is not None and not self._open[most][other]:
            return False
        if self._gain(number, other, most, least) <= 0:
            return False
        self.take(number)
        if other is not None:
            self.take(other)
        if self.fits(least, number) and (other is None or self.fits(most, other)):
            self.give(number, least)
            if other is not None:
                self.give(other, most)
            return True
        self.give(number, most)
        if other is not None:
            self.give(other, least)
        return False

    def _gain(self, number: int, other: int | None, most: int, least: int) -> int:
        """Return by how much the weighted sum of squares falls."""
        given = self.places[number].measures
        back = self.places[other].measures if other is not None else frozenset()
        gain = 0
        for measure in given ^ back:
            step = 1 if measure in given else -1
            apart = self.counts[most][measure] - self.counts[least][measure]
            gain += _WEIGHTS[measure] * 2 * (step * apart - 1)
        return gain

    def level_posts(self) -> None:
        """Let the people of one shift change posts, so that each stands each post in turn."""
        stood: dict[tuple[int, str], int] = {}
        by_shift: dict[str, list[int]] = {}
        for number, place in enumerate(self.places):
            if self.holder[number] is not None:
                by_shift.setdefault(place.key, []).append(number)
        for numbers in by_shift.values():
            for number, holder in zip(numbers, self._in_turn(numbers, stood), strict=True):
                self.holder[number] = holder
                key = (holder, self.places[number].post)
                stood[key] = stood.get(key, 0) + 1

    def _in_turn(self, numbers: Sequence[int], stood: Mapping[tuple[int, str], int]) -> list[int]:
        """Return who takes which place of a shift: each place whoever has had its post least."""
        before = [at for number in numbers if (at := self.holder[number]) is not None]
        waiting = list(before)
        chosen = []
        for number in numbers:
            post = self.places[number].post
            able = [at for at in waiting if self._open[at][number]]
            if not able:  # somebody is qualified for one post only: the shift stays as it was
                return before
            chosen.append(min(able, key=lambda at: (stood.get((at, post), 0), before.index(at))))
            waiting.remove(chosen[-1])
        return chosen

    def unfair(self) -> tuple[Unfair, ...]:
        """Return what is not level, with the reason."""
        found = []
        for measure in Measure:
            counts = [count[measure] for count in self.counts]
            if counts and max(counts) - min(counts) > _LEVEL:
                least = counts.index(min(counts))
                reason = self._reason(measure, counts, least)
                found.append(Unfair(measure, max(counts), min(counts), reason))
        return tuple(found)

    def _reason(self, measure: Measure, counts: Sequence[int], least: int) -> Sentence:
        all_ = [n for n, place in enumerate(self.places) if measure in place.measures]
        open_ = sum(self._open[least][n] for n in all_)
        most = counts.index(max(counts))
        template = mark(
            "{measure}最多{most_name}{most}个、最少{least_name}{least}个:"
            "{least_name}受班间休息{rest}小时和其他班次所限,不能再多排。"
        )
        if open_ < len(all_):
            template = mark(
                "{measure}最多{most_name}{most}个、最少{least_name}{least}个:"
                "全部{all}个中,{least_name}因外出或不具备岗位资格只有{open}个可排。"
            )
        elif self.people[most].stood or self.people[least].stood:
            template = mark(
                "{measure}最多{most_name}{most}个、最少{least_name}{least}个:"
                "此前已排的差距在这段时间内补不平。"
            )
        params: dict[str, object] = {
            "measure": Sentence(MEASURE_WORDS[measure]),
            "most_name": self.people[most].name,
            "most": max(counts),
            "least_name": self.people[least].name,
            "least": min(counts),
            "rest": f"{self.rest.total_seconds() / 3600:g}",
            "all": len(all_),
            "open": open_,
        }
        return Sentence(template, params)


def _least_stood(people: Sequence[Rosterable]) -> dict[Measure, int]:
    """Return where a newcomer begins: level with whoever has stood least, not owing the past."""
    known = [person.stood for person in people if person.stood]
    return {m: min((stood.get(m, 0) for stood in known), default=0) for m in Measure}
