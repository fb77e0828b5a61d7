"""Failed requests are written down, so that `log_url` can show them. No values that could be personal or secret.

What strangers can cause to be written is bounded: past the budget of a minute an error goes out without `log_url`.
"""

import datetime as dt
import re
import threading
from urllib.parse import parse_qsl

from msgspec import Struct

from atsume.api.deps import Deps
from atsume.ids import random_id
from atsume.observe import log
from atsume.store.rows import LoggedExchange

PER_MINUTE = 600
"""Exchanges written down in a minute, by process."""
STRANGERS_PER_MINUTE = 60
"""Of these, such as came without a good API key."""

HARMLESS = frozenset({
    "page_size", "include_deleted", "ignore_unsupported_filters", "updated_after", "remote_created_after", "ids",
    "job_ids", "current_stage_ids", "statuses", "status", "outcomes", "outcome", "employment_types", "visibilities",
})  # fmt: skip
"""Query parameters whose values are shown."""

_PLAIN = re.compile(r"[\w.:,\-+]{1,200}", re.ASCII)
_LISTED_MOST = 30


class Failed(Struct, frozen=True, kw_only=True):
    """A request that failed, as far as it is told."""

    method: str
    path: str
    query: bytes
    status: int
    code: str | None
    message: str
    duration_seconds: float
    environment_id: str | None = None
    integration_id: str | None = None


class ExchangeLog:
    """Writes down failed requests within a budget."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._minute, self._written, self._by_strangers = 0, 0, 0
        self._lock = threading.Lock()

    def write(self, failed: Failed) -> str | None:
        """Return the address where the exchange can be seen; None when it was not written."""
        now = self._deps.now()
        if not self._may_write(now, is_stranger=failed.environment_id is None):
            return None
        exchange = LoggedExchange(
            id=random_id(),
            direction="in",
            at=now,
            method=failed.method,
            url=shown(failed.path, failed.query),
            status=failed.status,
            duration_seconds=failed.duration_seconds,
            environment_id=failed.environment_id,
            integration_id=failed.integration_id,
            code=failed.code,
            message=failed.message,
        )
        try:
            self._deps.store.add_exchange(exchange)
        except Exception:  # the answer matters more than its record
            log.exception("an exchange could not be written down")
            return None
        return f"{self._deps.config.public_url.rstrip('/')}/logs/{exchange.id}"

    def _may_write(self, now: dt.datetime, *, is_stranger: bool) -> bool:
        minute = int(now.timestamp()) // 60
        with self._lock:
            if minute != self._minute:
                self._minute, self._written, self._by_strangers = minute, 0, 0
            if self._written >= PER_MINUTE or (is_stranger and self._by_strangers >= STRANGERS_PER_MINUTE):
                return False
            self._written += 1
            self._by_strangers += is_stranger
        return True


def shown(path: str, query: bytes) -> str:
    """Return path and query as they may be kept: names of parameters, values only of harmless ones."""
    parts = [part if _PLAIN.fullmatch(part) else "…" for part in path[:1000].split("/") if part]
    try:
        pairs = parse_qsl(query[:4000].decode("ascii", "replace"), keep_blank_values=True)
    except ValueError:
        pairs = []
    told = [
        f"{name}={value if name in HARMLESS and _PLAIN.fullmatch(value) else '…'}"
        for name, value in pairs[:_LISTED_MOST]
        if _PLAIN.fullmatch(name)
    ]
    return "/" + "/".join(parts) + ("?" + "&".join(told) if told else "")
