"""The instant at which the stories of these tests begin."""

from datetime import UTC, datetime

AT = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
