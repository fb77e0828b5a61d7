"""Writes as a kind of work: those whose process died, and those whose outcome was not clear in one go."""

import datetime as dt
from collections.abc import Callable, Sequence

from atsume.actions.perform import KEPT, Actions
from atsume.egress import Egress
from atsume.model.work import Kind
from atsume.sync.execute import Executor

SEATS = 8
PRUNED_EVERY = dt.timedelta(hours=1)


def writes(executor: Executor, should_stop: Callable[[], bool]) -> Kind:
    """Return the kind of work that writes are. All that was prepared is in the journal: nothing is fetched again."""
    return writes_by(Actions(executor, Egress()), should_stop)


def writes_by(actions: Actions, should_stop: Callable[[], bool]) -> Kind:
    """Return the kind of work, carried out by these."""
    pruned: list[dt.datetime] = []

    def due(now: dt.datetime, limit: int) -> Sequence[str]:
        if not pruned or now - pruned[-1] > PRUNED_EVERY:
            actions.store.prune_writes(now - KEPT)
            pruned[:] = [now]
        return actions.store.due_writes(now, limit)

    def carry_out(write_id: str) -> None:
        actions.take_over(write_id, should_stop=should_stop)

    return Kind(name="write", due=due, carry_out=carry_out, seats=SEATS)
