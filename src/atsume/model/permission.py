"""What scope testing found of one permission of an integration: a *probe*'s finding with its time."""

import datetime as dt
from enum import Enum

from msgspec import Struct


class Finding(Enum):
    """How a probe ended."""

    PASSED = "PASSED"
    MISSING = "MISSING"
    """The tool refuses it: somebody has to grant it."""
    INCONCLUSIVE = "INCONCLUSIVE"
    """It cannot be told, and nothing may be concluded from it."""


class Permission(Struct, frozen=True, kw_only=True):
    """What is known of one permission."""

    probe: str
    """Id of the connector's probe."""
    finding: Finding
    reason: str
    """Which of the ways to end, a key of the connection guide's texts: `ok`, `not_granted`, `feed_off` …"""
    facts: dict[str, str] = {}
    """What the text is filled with: a host, names of attributes. No secrets."""
    checked_at: dt.datetime


def merged(before: tuple[Permission, ...], found: tuple[Permission, ...]) -> tuple[Permission, ...]:
    """Return what is known after some probes were repeated: an inconclusive finding replaces only its like."""
    known = {one.probe: one for one in before}
    for one in found:
        held = known.get(one.probe)
        if held is None or one.finding is not Finding.INCONCLUSIVE or held.finding is Finding.INCONCLUSIVE:
            known[one.probe] = one
    return tuple(known.values())
