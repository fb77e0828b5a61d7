"""Sync runs as a kind of work: what waits, what a dead process left, and what is due by its schedule."""

import datetime as dt
from collections.abc import Callable

from atsume.model.work import Kind
from atsume.sync.execute import Executor, execute
from atsume.sync.planning import plan


def syncs(executor: Executor, should_stop: Callable[[], bool]) -> Kind:
    """Return the kind of work that sync runs are.

    What waits comes first; scheduled runs are queued only when there is room, so what somebody asked for never stands
    behind hundreds of them. A run that could not even be ended, because the database was away, is let go once the
    database is back.
    """
    store = executor.store
    dropped: set[str] = set()

    def due(now: dt.datetime, limit: int) -> list[str]:
        for run_id in sorted(dropped):
            store.release_sync(run_id, executor.process)
            dropped.discard(run_id)
        waiting = store.waiting_syncs(limit)
        room = limit - len(waiting)
        if room > 0 and store.queue_due(now, room, lambda one, held: plan(store, executor.connectors, one, held, now)):
            return store.waiting_syncs(limit)
        return waiting

    def carry_out(run_id: str) -> None:
        try:
            claimed = store.claim_sync(executor.now(), run_id, executor.process)
            if claimed is not None:
                execute(executor, claimed, should_stop=should_stop)
        except Exception:
            dropped.add(run_id)
            raise

    return Kind(name="sync", due=due, carry_out=carry_out)
