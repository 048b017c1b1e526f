"""Which command centre leads in an incident, which support it, what General HQ is to do; pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from plans.command_centres import CommandCentres
from plans.command_states import Part
from records.language import Sentence, mark


@dataclass(frozen=True, slots=True)
class Called:
    """One body that an incident calls for: its key, its part, and why."""

    key: str
    part: Part
    why: Sentence


@dataclass(frozen=True, slots=True)
class Routing:
    """Whom an incident calls for: the lead first, then the supporting centres, then General HQ."""

    called: tuple[Called, ...]

    @property
    def lead(self) -> str:
        """Return the key of the leading centre, or of General HQ where no centre leads."""
        return self.called[0].key

    @property
    def supporting(self) -> tuple[str, ...]:
        """Return the keys of the supporting centres, in catalogue order."""
        return tuple(each.key for each in self.called if each.part is Part.SUPPORTING)

    @property
    def informs_general_hq(self) -> bool:
        """Return whether General HQ is informed, which does not lead itself."""
        return any(each.part is Part.INFORMED for each in self.called)

    def led_by(self, key: str) -> "Routing":
        """Return the same with a body that a person named as the lead; the others support it."""
        others = [
            replace(each, part=Part.SUPPORTING) if each.part is Part.LEAD else each
            for each in self.called
            if each.key != key
        ]
        return Routing((Called(key, Part.LEAD, Sentence(mark("值班室指定牵头"))), *others))

    def only(self, key: str, part: Part) -> "Routing":
        """Return one body that a person named, with General HQ where that is informed by it."""
        informed = [each for each in self.called if each.part is Part.INFORMED and each.key != key]
        return Routing((Called(key, part, Sentence(mark("值班室提请"))), *informed))


def route(
    kind: str | None,
    centres: CommandCentres,
    *,
    counties: int = 1,
    also: Sequence[str] = (),
) -> Routing:
    """Return one leading and any number of supporting centres, and General HQ's part.

    Args:
        kind: The slug of the incident's kind; None while it is not known.
        centres: The catalogue.
        counties: How many counties it concerns; 0 where that is not known.
        also: Keys of centres that a person called besides, or that work already.

    Rule: R-CMD-01, R-CMD-02, R-CMD-03
    """
    lead = None if kind is None else centres.leading_in(kind)
    hq = centres.general_hq
    if lead is None:
        first = Called(
            hq.key, Part.LEAD, Sentence(mark("没有指挥部受理这一种类,由总指挥部直接指挥"))
        )
    else:
        first = Called(lead.key, Part.LEAD, Sentence(mark("受理这一种类,牵头")))
    supporting = _supporting(kind, centres, first.key, also)
    called = [first, *supporting]
    if lead is not None:
        called += _informed(centres, counties, len(called))
    return Routing(tuple(called))


def _supporting(
    kind: str | None, centres: CommandCentres, lead: str, also: Sequence[str]
) -> list[Called]:
    by_kind = {centre.key for centre in centres.supporting_in(kind)} if kind is not None else set()
    asked = {key for key in also if key not in (lead, centres.general_hq.key)}
    words = {True: mark("这一种类须其配合"), False: mark("值班室要求配合")}
    return [
        Called(centre.key, Part.SUPPORTING, Sentence(words[centre.key in by_kind]))
        for centre in centres.centre
        if centre.key in by_kind | asked
    ]


def _informed(centres: CommandCentres, counties: int, called: int) -> list[Called]:
    hq = centres.general_hq
    if counties >= hq.informed_from_counties:
        why = Sentence(mark("涉及{count}个县(市、区)"), {"count": counties})
    elif called >= hq.informed_from_centres:
        why = Sentence(mark("涉及{count}个指挥部"), {"count": called})
    else:
        return []
    return [Called(hq.key, Part.INFORMED, why)]
