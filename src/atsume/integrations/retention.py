"""The sweep: what has been kept long enough is taken away. Work for a worker; every step may be stopped and repeated.

`due` costs a few index look-ups when there is nothing to do.
"""

import datetime as dt
from collections.abc import Callable

from msgspec import Struct

from atsume.observe import log
from atsume.store.store import Store

SWEEP = "retention"
"""Id of the one piece of work there is."""
PAUSE = dt.timedelta(minutes=10)
"""Between two looks: nothing here is urgent."""


class Keep(Struct, frozen=True, kw_only=True):
    """How many days things are kept."""

    tombstones_days: int = 14
    deleted_days: int = 14
    exchanges_days: int = 7
    statistics_days: int = 60


class Sweep(Struct, frozen=True):
    """Takes away what has been kept long enough."""

    store: Store
    keep: Keep
    now: Callable[[], dt.datetime]

    def due(self, now: dt.datetime, limit: int = 1) -> list[str]:
        """Return the id of the work, if there is any."""
        del limit
        store, keep = self.store, self.keep
        is_due = (
            store.full_tombstones(_before(now, keep.tombstones_days))
            or store.deleted_integrations(_before(now, keep.deleted_days))
            or store.has_old_exchanges(_before(now, keep.exchanges_days))
            or store.has_old_runs(_before(now, keep.statistics_days))
        )
        return [SWEEP] if is_due else []

    def carry_out(self, _id: str = SWEEP) -> dict[str, int]:
        """Take it all away; return how many rows by kind. Raises nothing."""
        try:
            swept = self._sweep(self.now())
        except Exception:  # the next sweep takes up what is left
            log.exception("the sweep stopped")
            return {}
        if any(swept.values()):
            log.info("swept", **swept)
        return swept

    def _sweep(self, now: dt.datetime) -> dict[str, int]:
        store, keep = self.store, self.keep
        tombstones = _before(now, keep.tombstones_days)
        blanked = sum(
            _all(lambda model=model: store.blank_tombstones(model, tombstones))
            for model in store.full_tombstones(tombstones)
        )
        deleted = store.deleted_integrations(_before(now, keep.deleted_days))
        erased = sum(sum(store.erase_integration(one).values()) for one in deleted)
        return {
            "tombstones": blanked,
            "integrations": len(deleted),
            "rows_of_integrations": erased,
            "exchanges": _all(lambda: store.prune_exchanges(_before(now, keep.exchanges_days))),
            "runs": _all(lambda: store.prune_runs(_before(now, keep.statistics_days))),
        }


def _before(now: dt.datetime, days: int) -> dt.datetime:
    return now - dt.timedelta(days=days)


def _all(take_batch: Callable[[], int]) -> int:
    """Repeat until nothing is left; return how many went."""
    total = 0
    while count := take_batch():
        total += count
    return total
