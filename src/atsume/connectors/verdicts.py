"""What an answer's status means, one table. A tool may override rows."""

from collections.abc import Mapping
from enum import Enum


class Verdict(Enum):
    """What to make of an answer."""

    FINE = "fine"
    WAIT = "wait"
    """The fault passes by itself."""
    CREDENTIALS = "credentials"
    PERMISSION = "permission"
    ABSENT = "absent"
    """What was asked for does not exist."""
    OURS = "ours"
    """We asked wrongly."""


DEFAULT: Mapping[int, Verdict] = {
    200: Verdict.FINE,
    201: Verdict.FINE,
    204: Verdict.FINE,
    400: Verdict.OURS,
    401: Verdict.CREDENTIALS,
    403: Verdict.PERMISSION,
    404: Verdict.ABSENT,
    408: Verdict.WAIT,
    410: Verdict.ABSENT,
    413: Verdict.OURS,
    422: Verdict.OURS,
    425: Verdict.WAIT,
    429: Verdict.WAIT,
}


def verdict(status: int, overrides: Mapping[int, Verdict] | None = None) -> Verdict:
    """Return what a status means. Redirects are not followed, so they are nobody's fine."""
    if overrides and status in overrides:
        return overrides[status]
    if status in DEFAULT:
        return DEFAULT[status]
    return Verdict.WAIT if status >= 500 or status < 400 else Verdict.OURS
