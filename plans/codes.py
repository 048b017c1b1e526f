"""The four-digit code by which a matter is acknowledged over the telephone; pure."""

import hashlib
import hmac


def code_of(code_seed: str, obligation_id: int) -> str:
    """Return the four digits for one obligation, the same in each of its mails.

    Without the room's seed the code of one matter says nothing about the code of another. Codes
    may coincide; whoever looks one up among open matters must be ready for several.
    """
    digest = hmac.digest(code_seed.encode(), str(obligation_id).encode(), hashlib.sha256)
    return f"{int.from_bytes(digest[:8], 'big') % 10_000:04d}"
