"""Sync runs as a kind of work."""

import datetime as dt
from collections.abc import Callable

from atsume.model.work import Kind
from atsume.sync.execute import Executor, execute


def syncs(executor: Executor, should_stop: Callable[[], bool]) -> Kind:
    """Return the kind of work that sync runs are: those that wait, and those whose process is gone.

    A run that could not even be ended, because the database was away, is let go once the database is back.
    """
    store = executor.store
    dropped: set[str] = set()

    def due(_now: dt.datetime, limit: int) -> list[str]:
        for run_id in sorted(dropped):
            store.release_sync(run_id, executor.process)
            dropped.discard(run_id)
        return store.waiting_syncs(limit)

    def carry_out(run_id: str) -> None:
        try:
            claimed = store.claim_sync(executor.now(), run_id, executor.process)
            if claimed is not None:
                execute(executor, claimed, should_stop=should_stop)
        except Exception:
            dropped.add(run_id)
            raise

    return Kind(name="sync", due=due, carry_out=carry_out)
