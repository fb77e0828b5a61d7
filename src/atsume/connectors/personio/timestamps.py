"""One rule: Personio's times → UTC text as on the wire.

Personio writes times as `{"date-time": "2026-03-01T08:12:00", "timezone": "Europe/Berlin"}`, with variants of the key,
or as a bare string. A time with `Z` or an offset is taken at its word; one without is local to
the zone beside it, or UTC where none is. In the hour that exists twice the first is meant; in the hour that does not
exist the clock has not been moved yet.
"""

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from atsume.model.record import Timestamp


class Moment(Struct, gc=False):
    """A wrapped time. Personio hyphenates the key; other forms are in its shared components."""

    date_time: str | None = field(default=None, name="date-time")
    underscored: str | None = field(default=None, name="date_time")
    date: str | None = None
    timezone: str | None = None


_TO_SECONDS, _TO_HOURS = len("2026-03-01T08:12:00"), len("2026-03-01T08")
_WITHIN_AN_HOUR = frozenset(f":{minute:02d}:{second:02d}" for minute in range(60) for second in range(60))


def timestamp(value: "Moment | str | None") -> Timestamp | None:
    """Return the moment as on the wire; None when there is none or it cannot be read."""
    if value is None:
        return None
    if isinstance(value, str):
        text, zone = value, None
    else:
        text, zone = value.date_time or value.underscored or value.date, value.timezone
    if not text:
        return None
    if text[_TO_HOURS:] in _WITHIN_AN_HOUR:  # this runs for every new record, and hours come again and again
        hour = _hour(zone, text[:_TO_HOURS])
        if hour is not None:
            return f"{hour}{text[_TO_HOURS:]}.000Z"
    try:
        moment = dt.datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment -= _offset_at(zone, moment)
        else:
            moment = moment.astimezone(dt.UTC).replace(tzinfo=None)
        written = moment.isoformat()
        return f"{written}.000Z" if len(written) == _TO_SECONDS else f"{written[:23]}Z"
    except (ValueError, OverflowError):
        return None


def day(text: str | None) -> Timestamp | None:
    """Return the start of a calendar day, in UTC: a day has no zone."""
    return timestamp(text[:10]) if text else None


@lru_cache(maxsize=8192)
def _hour(zone: str | None, hour: str) -> str | None:
    """Return an hour of a zone in UTC; None where it is not one whole hour there, or no such text."""
    try:
        first = dt.datetime.fromisoformat(f"{hour}:00:00")
        offset = _offset_at(zone, first)
        if first.tzinfo is not None or _offset_at(zone, first.replace(minute=59, second=59)) != offset:
            return None
        written = (first - offset).isoformat()
    except (ValueError, OverflowError):
        return None
    return written[:_TO_HOURS] if written[_TO_HOURS:] == ":00:00" else None


def _offset_at(zone: str | None, moment: dt.datetime) -> dt.timedelta:
    return moment.replace(tzinfo=_zone(zone)).utcoffset() or dt.timedelta(0)


@lru_cache(maxsize=256)
def _zone(name: str | None) -> dt.tzinfo:
    try:
        return ZoneInfo(name) if name else dt.UTC
    except (KeyError, ValueError, OSError):  # a zone nobody knows: better an hour off than no time at all
        return dt.UTC
