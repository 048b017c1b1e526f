"""Where an incident stands in its life; pure."""

from enum import StrEnum


class IncidentState(StrEnum):
    """From the intake to the end; a closed one is opened again by a change of casualties."""

    RECEIVED = "received"
    GRADED = "graded"
    RESPONDING = "responding"
    RESPONSE_ENDED = "response_ended"
    HANDED_UP = "handed_up"
    CLOSED = "closed"
    FALSE_ALARM = "false_alarm"


ENDED = frozenset({IncidentState.CLOSED, IncidentState.FALSE_ALARM})
