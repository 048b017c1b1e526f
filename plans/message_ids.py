"""The identities that mail programs go by: one per mail, one per thread; pure.

They are derived, never drawn, so that a retry has the same Message-ID as the first attempt.
"""

import hashlib
import re

_NOT_OF_A_SITE = re.compile(r"[^A-Za-z0-9.-]+")
_WORD = re.compile(r"[A-Za-z0-9-]{1,40}")
_SITE_LIMIT = 100


def message_id(group_key: str, recipient: str, site: str) -> str:
    """Return `<digest@site>` for a mail: the same for the same alert (or digest) and recipient."""
    digest = hashlib.sha256(f"{group_key}\n{recipient}".encode()).hexdigest()[:40]
    return f"<{digest}@{_right_side(site)}>"


def thread_id(matter: str, site: str) -> str:
    """Return what all mails about one matter refer to: `<matter-N@site>`.

    `matter` is the obligation's number, or a short word such as "digest".
    """
    name = matter if _WORD.fullmatch(matter) else hashlib.sha256(matter.encode()).hexdigest()[:24]
    return f"<matter-{name}@{_right_side(site)}>"


def _right_side(site: str) -> str:
    """Return the site as the right side of an identity; what cannot stand there is replaced."""
    return _NOT_OF_A_SITE.sub("-", site)[:_SITE_LIMIT].strip("-.") or "duty.invalid"
