"""Slows down whoever guesses at addresses of pages, and whoever hammers one link. Counted per process and minute.

Links and logs have unguessable ids, so a guess never hits; the point is that guessing costs this server nothing.
"""

import datetime as dt
import ipaddress
from collections.abc import Callable
from typing import Any

from litestar import Request

from atsume.quota import Quota, Standing

MISSES = 30
"""Requests of one address in a minute that may lead nowhere; then nothing is looked up for it until the next one."""
VISITS = 120
"""Requests with one link in a minute: a quick end user with checks while typing makes a fifth of them."""
_LONGEST = 100
"""Characters of a token by which it is counted."""


class Throttle:
    """Counts misses and visits. One for the life of a process."""

    def __init__(self, now: Callable[[], dt.datetime]) -> None:
        self._now = now
        self._misses, self._visits = Quota(MISSES), Quota(VISITS)

    def wait(self, request: Request[Any, Any, Any], token: str = "") -> int:
        """Count a request; return for how many seconds nothing is looked up for it, 0 for none."""
        misses = self._misses.look(_network(request), "", self._now())
        if misses.is_exceeded:
            return misses.reset_seconds
        visits = self._visits.take(token[:_LONGEST], "", self._now()) if token else None
        return _seconds(visits) if visits is not None else 0

    def missed(self, request: Request[Any, Any, Any]) -> None:
        """Count a request that led nowhere."""
        self._misses.take(_network(request), "", self._now())


def _seconds(standing: Standing) -> int:
    return standing.reset_seconds if standing.is_exceeded else 0


def _network(request: Request[Any, Any, Any]) -> str:
    """Return who asks: an IPv4 address, or the IPv6 network that one customer has."""
    told = (request.scope["client"] or ("",))[0]
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return told
    if isinstance(address, ipaddress.IPv4Address):
        return told
    return str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
