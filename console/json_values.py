"""How values stand in the JSON that commands and replays answer with."""

from datetime import UTC, datetime

from schedules.deadlines import late_seconds
from schedules.tables import Obligation


def instant_json(instant: datetime | None) -> str | None:
    """Return an instant as ISO 8601 in UTC with offset; None stays None."""
    return None if instant is None else instant.astimezone(UTC).isoformat()


def seconds_json(seconds: float | None) -> int | float | None:
    """Return seconds as a whole number where they are whole."""
    if seconds is None:
        return None
    return int(seconds) if seconds == int(seconds) else seconds


def obligation_json(row: Obligation) -> dict[str, object]:
    """Return one obligation in the contract's fields."""
    return {
        "kind": row.kind,
        "subject": row.subject,
        "owed_by": row.owed_by,
        "rule": row.rule,
        "source": row.source,
        "arose_at": instant_json(row.arose_at),
        "due_at": instant_json(row.due_at),
        "fulfilled_at": instant_json(row.fulfilled_at),
        "state": row.state,
        "late_seconds": seconds_json(late_seconds(row.due_at, row.fulfilled_at)),
    }
