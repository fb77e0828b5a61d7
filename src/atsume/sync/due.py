"""Sync runs as a kind of work."""

from collections.abc import Callable

from atsume.model.work import Kind
from atsume.sync.execute import Executor, execute


def syncs(executor: Executor, should_stop: Callable[[], bool]) -> Kind:
    """Return the kind of work that sync runs are: those that wait, and those whose process is gone."""
    store = executor.store

    def carry_out(run_id: str) -> None:
        claimed = store.claim_sync(executor.now(), run_id, executor.process)
        if claimed is not None:
            execute(executor, claimed, should_stop=should_stop)

    return Kind(name="sync", due=lambda _now, limit: store.waiting_syncs(limit), carry_out=carry_out)
