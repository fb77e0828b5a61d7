"""When a delivery is tried again, when it is given up, and when an endpoint is. Pure: time and chance are arguments."""

import datetime as dt
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from enum import Enum

WAITS = (
    dt.timedelta(seconds=5),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=30),
    dt.timedelta(hours=2),
    dt.timedelta(hours=5),
    dt.timedelta(hours=10),
    dt.timedelta(hours=14),
    dt.timedelta(hours=20),
    dt.timedelta(hours=24),
)
"""After the first attempt, after the second, … Ten attempts in about three days, as Standard Webhooks advises."""
ATTEMPTS = len(WAITS) + 1
JITTER = 0.1
"""Each wait is up to so much shorter or longer, so that what failed together is not tried together."""
RETRY_AFTER_MOST = dt.timedelta(hours=24)
"""A receiver cannot put an attempt off for longer."""

WARNED_AFTER = dt.timedelta(days=1)
"""An endpoint that has refused everything for so long is shown as failing."""
DISABLED_AFTER = dt.timedelta(days=5)
"""And after so long nothing more is sent to it."""


class Verdict(Enum):
    """What an attempt means for its delivery."""

    DELIVERED = "delivered"
    AGAIN = "again"
    GONE = "gone"
    """The receiver wants nothing more, ever."""


def verdict(status: int | None) -> Verdict:
    """Return what a status means; None: there was no answer. A redirect is not followed and thus a failure."""
    if status is None:
        return Verdict.AGAIN
    if 200 <= status < 300:
        return Verdict.DELIVERED
    return Verdict.GONE if status == 410 else Verdict.AGAIN


def next_try(attempts: int, now: dt.datetime, chance: float, retry_after: dt.timedelta | None) -> dt.datetime | None:
    """Return when to try again after so many failed attempts; None: not again. `chance` is from 0 to 1."""
    if attempts >= ATTEMPTS:
        return None
    wait = WAITS[max(attempts, 1) - 1] * (1 - JITTER + 2 * JITTER * chance)
    return now + max(wait, min(retry_after or dt.timedelta(), RETRY_AFTER_MOST))


def retry_after(headers: Mapping[str, str], now: dt.datetime) -> dt.timedelta | None:
    """Return how long a receiver asks to be left alone: seconds or a date, as HTTP has it."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return dt.timedelta(seconds=min(int(text), int(RETRY_AFTER_MOST.total_seconds())))
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(moment.replace(tzinfo=moment.tzinfo or dt.UTC) - now, dt.timedelta())


def is_failing(failing_since: dt.datetime | None, now: dt.datetime) -> bool:
    """Return whether to warn of an endpoint."""
    return failing_since is not None and now - failing_since >= WARNED_AFTER


def is_hopeless(failing_since: dt.datetime | None, now: dt.datetime) -> bool:
    """Return whether to stop sending to an endpoint."""
    return failing_since is not None and now - failing_since >= DISABLED_AFTER
