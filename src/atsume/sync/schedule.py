"""When an integration is synced next, and how. Pure: time and chance are arguments.

FULL reads everything and alone finds deletions; DELTA reads what changed, for a handful of requests. A server of one's
own asks nobody's leave, so both come more often than a hosted one would do it: a delta every hour, a full sync every
twelve; without deltas a full sync every three hours. Times are counted from the end of the last run, whoever asked for
it, and spread by a tenth, so that integrations that were connected together do not stay together.
"""

import datetime as dt
from collections.abc import Mapping

from msgspec import Struct

from atsume.model.environment import EnvironmentSettings
from atsume.model.integration import SyncState, SyncType

RETRY = dt.timedelta(minutes=30)
"""After a run that brought nothing, unless the next one comes sooner anyway."""
SPREAD = 0.1
"""Share by which a time is moved, to and fro."""
BROUGHT_NOTHING = frozenset({SyncState.FAILED, SyncState.TIMED_OUT})


class Cadence(Struct, frozen=True):
    """How often."""

    full: dt.timedelta
    delta: dt.timedelta | None
    """None: the tool cannot tell what changed, or nobody wants to know."""

    @property
    def step(self) -> dt.timedelta:
        """Return the time between two runs of whatever kind."""
        return self.full if self.delta is None else min(self.full, self.delta)


class Past(Struct, frozen=True, kw_only=True):
    """What the last runs left behind."""

    full_at: dt.datetime | None = None
    """When the last full sync with usable records began."""
    watermarks: Mapping[str, dt.datetime] = {}
    """Model → when its last complete walk began, full or delta."""


def cadence(settings: EnvironmentSettings, *, has_delta: bool) -> Cadence:
    """Return how often an integration is synced under these settings."""
    delta = dt.timedelta(minutes=settings.delta_sync_minutes)
    if has_delta and delta:
        return Cadence(dt.timedelta(hours=settings.full_sync_hours), delta)
    return Cadence(dt.timedelta(hours=settings.full_sync_hours_without_delta), None)


def kind(rule: Cadence, past: Past, now: dt.datetime) -> SyncType:
    """Return the kind of the run that is due. A full sync that would fall due before the next run comes now."""
    if rule.delta is None or past.full_at is None or not can_delta(past, now):
        return SyncType.FULL
    return SyncType.FULL if now - past.full_at + rule.step / 2 >= rule.full else SyncType.DELTA


def can_delta(past: Past, now: dt.datetime) -> bool:
    """Tell whether a delta would find all that changed: not when the clock has stepped back behind the last walk."""
    known = [*past.watermarks.values(), *([past.full_at] if past.full_at else [])]
    return bool(past.watermarks) and max(known) <= now


def next_due(rule: Cadence, state: SyncState | None, now: dt.datetime, chance: float) -> dt.datetime:
    """Return when the next run is due after one that ended now in this state; None: after one that is queued now.

    `chance` is from 0 up to 1.
    """
    step = min(rule.step, RETRY) if state in BROUGHT_NOTHING else rule.step
    return now + step * (1 + SPREAD * (2 * chance - 1))
