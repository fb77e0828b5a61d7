"""The only reader of the clock. Everything else takes the time as an argument."""

import datetime as dt
import time


def now() -> dt.datetime:
    """Return the present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)  # noqa: TID251 - this is the one place


def monotonic_seconds() -> float:
    """Return seconds on a clock that never steps back; only differences mean something."""
    return time.perf_counter()
