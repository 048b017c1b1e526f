"""The states of a mail and the stages of telling; pure."""

from enum import StrEnum


class MailState(StrEnum):
    """Where a mail stands."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    REFUSED = "refused"  # for good: no contact point and no relay is left
    UNKNOWN = "unknown"  # the connection was lost after the final dot; tried again


class Stage(StrEnum):
    """Why a person is told: by the ladder, because it came back, was taken on, or is over."""

    TOLD = "told"
    RETURNED = "returned"
    TAKEN = "taken"
    OVER = "over"
