"""One clock for all servers of a database, so that the times of their commits can be compared.

On PostgreSQL it is the database's: how far this machine's is off is measured once a minute. On SQLite there is one
machine anyway. It never goes back while the process lives: when the machine's does, it stands still instead.
"""

import datetime as dt
import threading
from collections.abc import Callable

from atsume.observe import log
from atsume.store.database import Database

MEASURED_SECONDS = 60.0
"""A clock that runs a thousandth too fast is off by less than a tenth of a second by then."""


class SharedClock:
    """Returns the present moment when called. Thread-safe."""

    def __init__(self, database: Database, now: Callable[[], dt.datetime], monotonic: Callable[[], float]) -> None:
        self._database, self._now, self._monotonic = database, now, monotonic
        self._lock = threading.Lock()
        self._offset = dt.timedelta()
        self._measured_at: float | None = None
        self._last = dt.datetime.min.replace(tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        """Return the present moment, aware, in UTC."""
        if not self._database.is_sqlite:
            self._measure()
        with self._lock:
            self._last = max(self._last, self._now() + self._offset)
            return self._last

    def _measure(self) -> None:
        moment = self._monotonic()
        if self._measured_at is not None and moment - self._measured_at < MEASURED_SECONDS:
            return
        self._measured_at = moment
        before = self._now()
        try:
            theirs: dt.datetime = self._database.rows("SELECT clock_timestamp()", {})[0][0]
        except Exception:  # the database is away for a moment; the offset of before will do
            log.warning("the database's clock could not be asked")
            return
        self._offset = theirs - (before + (self._now() - before) / 2)
