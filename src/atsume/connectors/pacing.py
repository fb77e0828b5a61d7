"""Keeping below a tool's limits: one token bucket per endpoint, filled as the tool's own headers say.

Personio v2 sits behind a token-bucket gateway that reports `x-ratelimit-*` on every answer, counted per endpoint with
ids collapsed (measured 2026 by a public client).
"""

import re
import threading
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from msgspec import Struct

UNKNOWN_RATE = 2.0
"""Requests a second while an endpoint has not told its limit."""

_ID = re.compile(r"/\d[\w-]*(?=/|$)")


class Bucket(Struct):
    """How many requests an endpoint takes now, and how fast that grows."""

    rate: float
    capacity: float
    tokens: float
    at: float


class Pacer:
    """Tells how long to wait before a request. Thread-safe; never sleeps itself."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic, self._lock = monotonic, threading.Lock()
        self._buckets: dict[str, Bucket] = {}

    def take(self, url: str) -> float:
        """Take a token of the URL's endpoint and return the seconds to wait until it is good."""
        with self._lock:
            now, key = self._monotonic(), endpoint(url)
            bucket = self._buckets.setdefault(key, Bucket(UNKNOWN_RATE, 1.0, 1.0, now))
            bucket.tokens = min(bucket.capacity, bucket.tokens + (now - bucket.at) * bucket.rate)
            bucket.at = now
            bucket.tokens -= 1
            return max(0.0, -bucket.tokens / bucket.rate)

    def learn(self, url: str, headers: Mapping[str, str]) -> None:
        """Take over what the answer says about the endpoint's limit."""
        rate = _number(headers, "x-ratelimit-replenish-rate")
        if not rate:
            return
        capacity = _number(headers, "x-ratelimit-burst-capacity") or rate
        remaining = _number(headers, "x-ratelimit-remaining")
        with self._lock:
            now = self._monotonic()
            bucket = self._buckets.setdefault(endpoint(url), Bucket(rate, capacity, capacity, now))
            ahead = min(0.0, bucket.tokens)  # taken by other threads, not yet seen by the tool
            bucket.rate, bucket.capacity = rate, max(capacity, 1.0)
            if remaining is not None:
                bucket.tokens, bucket.at = min(remaining, capacity) + ahead, now


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
