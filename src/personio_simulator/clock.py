"""The only place that reads the time: wall time plus an offset, or a time that moves only when told."""

import time
from bisect import bisect_right
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

HORIZON = (datetime(2015, 1, 1, tzinfo=UTC), datetime(2045, 1, 1, tzinfo=UTC))


class Clock:
    """Seconds since 1970 in UTC. With `frozen_at` it stands still until `advance`."""

    def __init__(self, frozen_at: float | None = None, not_before: float = 0.0) -> None:
        self.frozen_at = frozen_at
        self.offset = max(0.0, not_before - time.time())

    def now(self) -> float:
        """Return the simulated time in seconds since 1970."""
        return time.time() + self.offset if self.frozen_at is None else self.frozen_at

    def advance(self, seconds: float) -> None:
        """Move the simulated time forward by `seconds` (backward when negative)."""
        if self.frozen_at is None:
            self.offset += seconds
        else:
            self.frozen_at += seconds

    def freeze(self, at: float | None) -> None:
        """Stop the time at `at`, or let it run on from here when `at` is None."""
        if at is None:
            self.offset = self.now() - time.time()
        self.frozen_at = at


def from_iso(text: str, zone: str = "UTC") -> float:
    """Return seconds since 1970 of an ISO date-time; without an offset it is read in `zone`."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).timestamp()


def utc_iso(at: float) -> str:
    """Return `2026-03-02T09:00:00.000Z` for seconds since 1970."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(at * 1000) % 1000:03d}Z"


class Zone:
    """Offsets of a time zone as a sorted table, so that a million local times cost little."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.starts, self.offsets = _offset_table(name)

    def local(self, at: int) -> int:
        """Return the seconds since 1970 a local wall clock would show at the UTC second `at`."""
        return at + self.offsets[bisect_right(self.starts, at)]

    def today(self, at: float) -> str:
        """Return the local date `YYYY-MM-DD` at `at`."""
        return day_text(self.local(int(at)) // 86400)


@lru_cache
def _offset_table(name: str) -> tuple[list[int], list[int]]:
    zone, (start, end) = ZoneInfo(name), HORIZON
    offsets = [_offset(zone, int(start.timestamp()))]
    starts: list[int] = []
    for hour in range(int(start.timestamp()) // 3600, int(end.timestamp()) // 3600, 24):
        if _offset(zone, (hour + 24) * 3600) != offsets[-1]:
            change = next(h for h in range(hour, hour + 25) if _offset(zone, h * 3600) != offsets[-1])
            starts.append(change * 3600)
            offsets.append(_offset(zone, change * 3600))
    return starts, offsets


def _offset(zone: ZoneInfo, at: int) -> int:
    offset = datetime.fromtimestamp(at, zone).utcoffset() or timedelta()
    return int(offset.total_seconds())


@lru_cache(maxsize=20000)
def day_text(day: int) -> str:
    """Return `YYYY-MM-DD` for a number of days since 1970."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).strftime("%Y-%m-%d")
