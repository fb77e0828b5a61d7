"""This process among all that carry out work: it says that it lives, and notices when another does not any more."""

import datetime as dt
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from atsume.observe import log
from atsume.store.rows import Replica as Row
from atsume.store.store import Store
from atsume.sync.execute import Executor

BEATS = 5
"""In a silence that is taken for death. With one beat on each side, takeover is within 35 s when that is 25 s."""
ROLES = ("worker", "command")


class Obituaries:
    """Tells the dead from the living by watching their beats. Pure but for what it remembers."""

    def __init__(self, silence_seconds: float) -> None:
        self._silence = silence_seconds
        self._heard: dict[str, tuple[int, float]] = {}
        self._looked_at = float("-inf")

    def dead(self, rows: list[Row], moment: float) -> list[Row]:
        """Return the processes that have been silent for too long, on the clock that `moment` is of."""
        if moment - self._looked_at > self._silence / 2:
            self._heard.clear()  # it is we who were away, or the database: everybody gets a new chance
        self._looked_at = moment
        before, self._heard = self._heard, {}
        for row in rows:
            beats, since = before.get(row.process, (-1, moment))
            self._heard[row.process] = (row.beats, since if beats == row.beats else moment)
        return [row for row in rows if moment - self._heard[row.process][1] > self._silence]


class Replica:
    """This process. As a context manager it beats in a thread, and says goodbye at the end."""

    def __init__(self, executor: Executor, name: str, role: str, monotonic: Callable[[], float]) -> None:
        self._store: Store = executor.store
        self._now: Callable[[], dt.datetime] = executor.now
        self._monotonic, self._obituaries = monotonic, Obituaries(executor.silence_seconds)
        self.beat_seconds = executor.silence_seconds / BEATS
        self.process, self.name, self.role = executor.process, name, role
        self._ended = threading.Event()

    def beat(self) -> None:
        """Say that this process lives."""
        self._store.beat(self.process, self.name, self.role, self._now())

    def look(self) -> list[Row]:
        """Bury the processes that died since the last look, free their runs, and return them."""
        rows = [row for row in self._store.replicas() if row.process != self.process]
        dead = self._obituaries.dead(rows, self._monotonic())
        # The name is ours now, and nobody else can hold it: what bore it before us is gone.
        dead += [row for row in rows if row.executor == self.name and row not in dead]
        freed = self._store.bury_replicas([row.process for row in dead])
        if dead or freed:
            log.warning("a process is gone", processes=[row.executor for row in dead], syncs=freed)
        return dead

    def leave(self) -> None:
        """Say goodbye: what this process has not ended is free."""
        self._store.bury_replicas([self.process])

    def __enter__(self) -> Self:
        self._ended.clear()
        self.beat()
        self.look()
        threading.Thread(target=self._work, name="beat", daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        self._ended.set()
        self.leave()

    def _work(self) -> None:
        while not self._ended.wait(self.beat_seconds):
            try:
                self.beat()
                self.look()
            except Exception:  # a database that is away for a moment; the next beat will do
                log.exception("no beat")
