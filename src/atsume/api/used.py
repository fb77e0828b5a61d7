"""Remembers that callers ask for an integration, to the hour: what nobody asks for may become INACTIVE.

Written by a thread of its own, once an hour and integration, so that no answer waits for it.
"""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from atsume.observe import log
from atsume.store.store import Store

HOUR_SECONDS = 3600
REMEMBERED_MOST = 50_000


class Used:
    """Which integrations were asked for in this hour."""

    def __init__(self, store: Store, now: Callable[[], dt.datetime]) -> None:
        self._store, self._now = store, now
        self._hours: dict[str, int] = {}
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="used")

    def saw(self, integration_id: str) -> None:
        """Note a request."""
        now = self._now()
        hour = int(now.timestamp()) // HOUR_SECONDS
        if self._hours.get(integration_id) == hour:
            return
        if len(self._hours) >= REMEMBERED_MOST:
            self._hours.clear()
        self._hours[integration_id] = hour
        self._writer.submit(self._write, integration_id, now)

    def _write(self, integration_id: str, at: dt.datetime) -> None:
        try:
            self._store.mark_used(integration_id, at)
        except Exception:  # the next hour's request will do
            log.warning("a use could not be noted", integration_id=integration_id)
