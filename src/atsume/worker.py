"""The loop that carries out due work. Any number may run against one database; a run is claimed by exactly one.

Threads: a sync mostly waits for the tool, so a few share one process well.
"""

import datetime as dt
import threading
from collections.abc import Callable

from atsume.observe import log
from atsume.sync.execute import Executor, execute

POLL_SECONDS = 1.0
"""How long due work queued by another process may wait."""
THREADS = 2
SILENCE = dt.timedelta(seconds=60)
"""A run of which nothing was heard for so long has lost its process. Beats come every few seconds."""


class Worker:
    """Carries out queued sync runs until stopped."""

    def __init__(self, executor: Executor, threads: int = THREADS) -> None:
        self._executor = executor
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, name=f"worker {n}", daemon=True) for n in range(threads)]

    def start(self) -> None:
        """Begin."""
        self._write_off()
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Say that work is due, so that nobody waits for the next poll."""
        self._wake.set()

    def stop(self, timeout_seconds: float = 10.0) -> None:
        """Let running syncs stop at their next page and wait for them."""
        self._stop.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(timeout_seconds)

    def _work(self) -> None:
        while not self._stop.is_set():
            if not self._carry_out_one():
                self._wake.wait(POLL_SECONDS)
                self._wake.clear()
                self._write_off()

    def _write_off(self) -> None:
        """Fail the runs whose process died, so that they block nothing."""
        try:
            now = self._executor.now()
            left = self._executor.store.abandon_running(now, silent_since=now - SILENCE)
        except Exception:  # a database that is away for a moment must not end the loop
            log.exception("silent runs could not be looked for")
            return
        if left:
            log.warning("runs of a dead process were written off", runs=left)

    def _carry_out_one(self) -> bool:
        now: Callable[[], dt.datetime] = self._executor.now
        try:
            claimed = self._executor.store.claim_sync(now())
            if claimed is None:
                return False
            execute(self._executor, claimed, should_stop=self._stop.is_set)
        except Exception:  # a database that is away for a moment must not end the loop
            log.exception("due work could not be carried out")
            self._stop.wait(POLL_SECONDS)
        return True
