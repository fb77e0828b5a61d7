"""How many actions of an integration are in flight: at most 30, told in the `Concurrency-*` headers.

Counted per process; across processes the journal of writes counts again (`store/writes.py`).
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from atsume.actions.perform import IN_FLIGHT_MOST
from atsume.errors import AtsumeError, Code
from atsume.quota import Header


class InFlight:
    """Counts actions. Thread-safe. Requests with one Idempotency-Key are one action, however often it is sent."""

    def __init__(self, most: int = IN_FLIGHT_MOST) -> None:
        self._most, self._lock = most, threading.Lock()
        self._held: dict[str, Counter[object]] = {}

    @contextmanager
    def entered(self, integration_id: str, key: str | None, told: list[Header]) -> Iterator[None]:
        """Count an action while it lasts. `told` gets the headers. Raises AtsumeError when there are too many."""
        one: object = key if key is not None else object()
        with self._lock:
            held = self._held.setdefault(integration_id, Counter())
            left = self._most - len(held) - (one not in held)
            told.append((b"concurrency-limit", str(self._most).encode()))
            told.append((b"concurrency-remaining", str(max(left, 0)).encode()))
            if left < 0:
                raise AtsumeError(
                    Code.CONCURRENCY_LIMIT_EXCEEDED,
                    f"{self._most} actions of this integration are in flight. Try again when some have ended.",
                )
            held[one] += 1
        try:
            yield
        finally:
            with self._lock:
                held[one] -= 1
                if not held[one]:
                    del held[one]
                if not held:
                    self._held.pop(integration_id, None)
