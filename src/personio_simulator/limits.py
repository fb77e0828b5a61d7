"""Rate limits: token buckets for v2, windows with a cool-down for v1, the slow-down of the token endpoint.

Source: developer.personio.de/reference/introduction-1 (20 a minute), …/reference/authentication (150 a minute).
"""

from collections import deque


class Bucket:
    """A token bucket: `rate` tokens a second up to `burst`."""

    def __init__(self, burst: float, at: float) -> None:
        self.tokens = float(burst)
        self.at = at

    def take(self, rate: float, burst: float, now: float) -> bool:
        """Take one token; False when there is none."""
        self.tokens = min(burst, self.tokens + max(0.0, now - self.at) * rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Window:
    """`limit` calls per `seconds`; once exceeded, everything is refused until `seconds` without a call passed."""

    def __init__(self) -> None:
        self.calls: deque[float] = deque()
        self.blocked_until = 0.0

    def allow(self, limit: int, seconds: float, now: float) -> bool:
        """Count a call and tell whether it may pass."""
        while self.calls and self.calls[0] <= now - seconds:
            self.calls.popleft()
        if now < self.blocked_until or len(self.calls) >= limit:
            self.blocked_until = now + seconds
            return False
        self.calls.append(now)
        return True


class Throttle:
    """Lets `limit` calls a minute pass at once; after that, for 60 seconds, one call a second."""

    def __init__(self) -> None:
        self.calls: deque[float] = deque()
        self.slow_until = 0.0
        self.next_slot = 0.0

    def wait(self, limit: int, now: float) -> float:
        """Count a call and return how many seconds its answer has to wait."""
        while self.calls and self.calls[0] <= now - 60:
            self.calls.popleft()
        self.calls.append(now)
        if len(self.calls) > limit and now >= self.slow_until:
            self.slow_until = now + 60
            self.next_slot = now
        if now >= self.slow_until:
            return 0.0
        self.next_slot = max(self.next_slot + 1, now)
        return self.next_slot - now
