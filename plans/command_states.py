"""The states of activations, responses and orders, and which may follow which; pure."""

from collections.abc import Mapping
from enum import StrEnum

from records.language import Bilingual


class Part(StrEnum):
    """What a command centre, or General HQ, is called for in one incident."""

    LEAD = "lead"
    SUPPORTING = "supporting"
    INFORMED = "informed"


class ActivationState(StrEnum):
    """How far a centre has come in one incident; it is called as soon as it is proposed."""

    PROPOSED = "proposed"
    ACTIVATED = "activated"
    STAFFED = "staffed"
    STOOD_DOWN = "stood_down"

    @property
    def words(self) -> Bilingual:
        """Return what people read."""
        return _ACTIVATIONS[self]


class Step(StrEnum):
    """What one signed order does to a response."""

    ACTIVATE = "activate"
    CHANGE = "change"
    STAND_DOWN = "stand_down"
    HAND_UP = "hand_up"


class OrderState(StrEnum):
    """Where an order stands."""

    ISSUED = "issued"
    ACKNOWLEDGED = "acknowledged"
    CARRIED_OUT = "carried_out"
    UNABLE = "unable"

    @property
    def words(self) -> Bilingual:
        """Return what people read."""
        return _ORDERS[self]


_ACTIVATIONS = {
    ActivationState.PROPOSED: Bilingual("已提请", "proposed"),
    ActivationState.ACTIVATED: Bilingual("已启动", "activated"),
    ActivationState.STAFFED: Bilingual("人员到齐", "staffed"),
    ActivationState.STOOD_DOWN: Bilingual("已撤收", "stood down"),
}
_ORDERS = {
    OrderState.ISSUED: Bilingual("已下达,待复诵", "issued, not read back"),
    OrderState.ACKNOWLEDGED: Bilingual("已签收", "acknowledged"),
    OrderState.CARRIED_OUT: Bilingual("已完成", "carried out"),
    OrderState.UNABLE: Bilingual("无法执行", "unable"),
}

_AFTER: Mapping[ActivationState | None, frozenset[ActivationState]] = {
    None: frozenset({ActivationState.PROPOSED, ActivationState.ACTIVATED}),
    ActivationState.PROPOSED: frozenset({ActivationState.ACTIVATED, ActivationState.STOOD_DOWN}),
    ActivationState.ACTIVATED: frozenset({ActivationState.STAFFED, ActivationState.STOOD_DOWN}),
    ActivationState.STAFFED: frozenset({ActivationState.STAFFED, ActivationState.STOOD_DOWN}),
    ActivationState.STOOD_DOWN: frozenset(),
}


def may_follow(before: ActivationState | None, after: ActivationState) -> bool:
    """Return whether a centre may go from one state to another; None is one not called yet.

    Rule: R-CMD-06
    """
    return after in _AFTER[before]
