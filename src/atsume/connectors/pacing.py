"""Keeping below a tool's limits: one token bucket per endpoint, filled as the tool's own headers say.

The tool's count is the shared one: `x-ratelimit-remaining` tells each process what all of them together have left, so
several keep below one limit without a word between them, and for nothing. Reading leaves a share of each burst alone:
a write that comes while a sync runs, in whatever process, finds it there.

Personio v2 sits behind a token-bucket gateway that reports `x-ratelimit-*` on every answer, counted per endpoint with
ids collapsed (measured 2026 by a public client).
"""

import re
import threading
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from msgspec import Struct

RESERVE = 0.2
"""Share of a burst that reading leaves to writes."""
UNKNOWN_RATE = 2.0
"""Requests a second while an endpoint has not told its limit."""

_ID = re.compile(r"/\d[\w-]*(?=/|$)")


class Bucket(Struct):
    """How many requests an endpoint takes now, and how fast that grows."""

    rate: float
    capacity: float
    tokens: float
    at: float
    kept: float = 0.0
    """Tokens that only a hurried request may take."""
    under_way: int = 0
    """Requests that took a token and were not answered yet: the tool's count does not know them."""


class Pacer:
    """Tells how long to wait before a request. Thread-safe; never sleeps itself."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic, self._lock = monotonic, threading.Lock()
        self._buckets: dict[str, Bucket] = {}

    def take(self, url: str, *, hurried: bool = False) -> float:
        """Take a token of the URL's endpoint and return the seconds to wait until it is good.

        `hurried` may take what is kept for those for whom somebody is waiting. Each is followed by `learn` or `lost`.
        """
        with self._lock:
            now, key = self._monotonic(), endpoint(url)
            bucket = self._buckets.setdefault(key, Bucket(UNKNOWN_RATE, 1.0, 1.0, now))
            bucket.tokens = min(bucket.capacity, bucket.tokens + (now - bucket.at) * bucket.rate)
            bucket.at = now
            bucket.tokens -= 1
            bucket.under_way += 1
            spare = bucket.tokens + (bucket.kept if hurried else 0.0)
            return max(0.0, -spare / bucket.rate)

    def lost(self, url: str) -> None:
        """Forget a request that was never answered."""
        with self._lock:
            bucket = self._buckets.get(endpoint(url))
            if bucket is not None:
                bucket.under_way = max(0, bucket.under_way - 1)

    def learn(self, url: str, headers: Mapping[str, str]) -> None:
        """Take over what the answer says about the endpoint's limit."""
        self.lost(url)
        rate = _number(headers, "x-ratelimit-replenish-rate")
        if not rate:
            return
        capacity = _number(headers, "x-ratelimit-burst-capacity") or rate
        remaining = _number(headers, "x-ratelimit-remaining")
        with self._lock:
            now = self._monotonic()
            bucket = self._buckets.setdefault(endpoint(url), Bucket(rate, capacity, capacity, now))
            bucket.kept = float(int(RESERVE * capacity))
            bucket.rate, bucket.capacity = rate, max(capacity - bucket.kept, 1.0)
            if remaining is not None:
                bucket.tokens, bucket.at = min(remaining - bucket.kept, bucket.capacity) - bucket.under_way, now


def endpoint(url: str) -> str:
    """Return host and path of a URL with ids collapsed."""
    parts = urlsplit(url)
    return parts.netloc + _ID.sub("/{id}", parts.path)


def _number(headers: Mapping[str, str], name: str) -> float | None:
    text = headers.get(name)
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None
