"""Quotas: so many of something in each minute. That of API keys is told in the `ratelimit-*` headers.

Counted per process and per clock minute; counts of a past minute are dropped, so memory stays bounded.
"""

import datetime as dt
import threading

from msgspec import Struct

WINDOW_SECONDS = 60

Header = tuple[bytes, bytes]


class Standing(Struct, frozen=True):
    """How much of the quota is left."""

    limit: int
    remaining: int
    reset_seconds: int
    is_exceeded: bool

    def headers(self) -> list[Header]:
        """Return the response headers; none where there is no quota."""
        if not self.limit:
            return []
        return [
            (b"ratelimit-limit", str(self.limit).encode()),
            (b"ratelimit-remaining", str(self.remaining).encode()),
            (b"ratelimit-reset", str(self.reset_seconds).encode()),
        ]


UNLIMITED = Standing(0, 0, 0, False)


class Quota:
    """Counts requests."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._minute = 0
        self._counts: dict[tuple[str, str], int] = {}
        self._lock = threading.Lock()

    def take(self, key_id: str, about: str, now: dt.datetime) -> Standing:
        """Count a request and return how the caller stands afterwards."""
        return self._counted(key_id, about, now, 1)

    def look(self, key_id: str, about: str, now: dt.datetime) -> Standing:
        """Return how one more request would stand, without counting it."""
        return self._counted(key_id, about, now, 0)

    def _counted(self, key_id: str, about: str, now: dt.datetime, count: int) -> Standing:
        if not self._per_minute:
            return UNLIMITED
        minute, second = divmod(int(now.timestamp()), WINDOW_SECONDS)
        who = (key_id, about)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._counts.clear()
            used = self._counts.get(who, 0) + 1
            if count:
                self._counts[who] = used
        left = max(self._per_minute - used, 0)
        return Standing(self._per_minute, left, WINDOW_SECONDS - second, used > self._per_minute)
