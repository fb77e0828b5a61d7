"""The processes that carry out work, and what becomes of a run when one of them dies.

Whether a process lives is told by its count of beats going up, watched by the others on clocks of their own: the
clocks of two machines are never compared.
"""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from atsume.model.integration import SyncState
from atsume.store.database import Database
from atsume.store.rows import Replica
from atsume.store.schema import replicas, sync_runs

_SHOWN = [replicas.c[name] for name in Replica.__struct_fields__]
_RUNNING = sync_runs.c.state == sa.literal_column(f"'{SyncState.RUNNING.value}'")


class Replicas:
    """Who is at work."""

    database: Database

    def beat(self, process: str, executor: str, role: str, at: dt.datetime) -> None:
        """Say that a process lives."""
        count = sa.update(replicas).values(beat_at=at, beats=replicas.c.beats + 1).where(replicas.c.process == process)
        first = {"process": process, "executor": executor, "role": role, "started_at": at, "beat_at": at, "beats": 1}
        with self.database.writing() as connection:
            if not connection.execute(count).rowcount:
                connection.execute(sa.insert(replicas).values(first))

    def replicas(self) -> list[Replica]:
        """Return the processes that are at work, or were until they died."""
        with self.database.looking() as connection:
            rows = connection.execute(sa.select(*_SHOWN).order_by(replicas.c.started_at)).all()
        return [Replica(*row) for row in rows]

    def bury_replicas(self, processes: Sequence[str]) -> int:
        """Forget processes and free the runs that nobody carries out any more; return how many runs.

        Runs of a process that never said that it lives are free as well.
        """
        forget = sa.delete(replicas).where(replicas.c.process.in_(processes))
        free = (
            sa.update(sync_runs)
            .values(owner=None)
            .where(_RUNNING, sync_runs.c.owner.is_not(None), sync_runs.c.owner.not_in(sa.select(replicas.c.process)))
        )
        with self.database.writing() as connection:
            if processes:
                connection.execute(forget)
            return connection.execute(free).rowcount
