"""The sweep: what was kept long enough is taken away; what nobody asks for is disabled, where that is the rule.

Work for a worker; every step may be stopped and repeated.

`due` costs a few index look-ups when there is nothing to do.
"""

import datetime as dt
from collections.abc import Callable

from msgspec import Struct

from atsume.model.integration import Integration
from atsume.model.lifecycle import IDLE_FOR, Trigger
from atsume.model.work import Kind
from atsume.observe import log
from atsume.store.retention import Keep
from atsume.store.store import Store
from atsume.sync.execute import Executor

SWEEP = "retention"
"""Id of the one piece of work there is."""
PAUSE = dt.timedelta(minutes=10)
"""Between two looks: nothing here is urgent."""

THOROUGH = dt.timedelta(hours=6)
"""So often everything is swept, also what nobody looks for in between: ended writes, links, old changes."""


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
            or self._idle(now)
        )
        return [SWEEP] if is_due else []

    def carry_out(self, _piece: str = SWEEP) -> dict[str, int]:
        """Take it all away; return how many rows by kind. Raises nothing."""
        try:
            swept = self._sweep(self.now())
        except Exception:  # the next sweep takes up what is left
            log.exception("the sweep stopped")
            return {}
        if any(swept.values()):
            log.info("swept", **swept)
        return swept

    def _idle(self, now: dt.datetime) -> list[Integration]:
        """Return what nobody has asked for, where the environment has that rule."""
        store = self.store
        return [one for one in store.idle_integrations(now - IDLE_FOR) if store.in_force(one).idle_rule]

    def _sweep(self, now: dt.datetime) -> dict[str, int]:
        store, keep = self.store, self.keep
        tombstones = _before(now, keep.tombstones_days)
        blanked = sum(
            _all(lambda model=model: store.blank_tombstones(model, tombstones))
            for model in store.full_tombstones(tombstones)
        )
        deleted = store.deleted_integrations(_before(now, keep.deleted_days))
        erased = sum(sum(store.erase_integration(one).values()) for one in deleted)
        idle = self._idle(now)
        for one in idle:
            store.transition(one.id, Trigger.IDLED, now)
        return {
            "idle": len(idle),
            "tombstones": blanked,
            "integrations": len(deleted),
            "rows_of_integrations": erased,
            "exchanges": _all(lambda: store.prune_exchanges(_before(now, keep.exchanges_days))),
            "runs": _all(lambda: store.prune_runs(_before(now, keep.statistics_days))),
            "writes": store.prune_writes(_before(now, keep.exchanges_days)),
            "events": _all(lambda: store.prune_events(_before(now, keep.exchanges_days))),
            "links": store.prune_links(_before(now, keep.exchanges_days)),
            "changes": store.prune_feed(_before(now, keep.changes_days)),
        }


def sweeps(executor: Executor, should_stop: Callable[[], bool]) -> Kind:
    """Return the kind of work that sweeping is. Looked for now and then, in each process on its own."""
    del should_stop  # every step of a sweep is short
    work = Sweep(executor.store, executor.keep, executor.now)
    looked: list[dt.datetime] = []
    swept: list[dt.datetime] = []

    def due(now: dt.datetime, limit: int) -> list[str]:
        if looked and looked[0] <= now < looked[0] + PAUSE:
            return []
        looked[:] = [now]
        if not swept or not swept[0] <= now < swept[0] + THOROUGH:
            swept[:] = [now]
            return [SWEEP]
        return work.due(now, limit)

    def carry_out(piece: str) -> None:
        work.carry_out(piece)

    return Kind(name="sweep", due=due, carry_out=carry_out, seats=1)


def _before(now: dt.datetime, days: int) -> dt.datetime:
    return now - dt.timedelta(days=days)


def _all(take_batch: Callable[[], int]) -> int:
    """Repeat until nothing is left; return how many went."""
    total = 0
    while count := take_batch():
        total += count
    return total
