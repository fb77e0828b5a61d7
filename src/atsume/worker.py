"""The worker: finds due work, carries it out durably, and takes over what a dead process left.

**The table of kinds** is `KINDS`: one row per kind of work (`atsume.model.work.Kind`). To add a kind, write its two
functions in the package it belongs to, test them by calling them, and add a row. A piece of work is named by an id; it
runs as one durable DBOS workflow `<kind>/<id>`, whose only arguments are these two names. So at any moment it runs at
most once, in one process, however many find it due; and when that process dies, `carry_out` is called again with the
same id, at once after a restart, within a minute by another replica otherwise. When an id is due again later, it runs
again. What is due, and how far it is, is told by the kind's own tables alone: DBOS never holds a fact that is not
there, and its records of finished work are thrown away.

**Fairness.** A kind has a few seats in each process. Work that has been running for more than a minute moves to one of
the long seats and frees its own, so that short work gets its turn however many long pieces there are; and no partition
takes more than its share.

Threads: work mostly waits for somebody else's server, so a few pieces share one process well. DBOS is imported in the
worker's own thread, because it takes a second or two.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from atsume.actions.reconcile import writes
from atsume.integrations.fields import remaking
from atsume.integrations.retention import sweeps
from atsume.model.work import Kind
from atsume.observe import log
from atsume.store import alone
from atsume.store.alone import Held
from atsume.sync.due import syncs
from atsume.sync.execute import Executor
from atsume.sync.replica import Replica

ShouldStop = Callable[[], bool]

KINDS: tuple[Callable[[Executor, ShouldStop], Kind], ...] = (syncs, writes, remaking, sweeps)
"""All kinds of work, each made from what carrying out needs and a way to ask whether the process is about to stop."""

POLL_SECONDS = 1.0
"""How long due work queued by another process may wait."""
LONG_AFTER_SECONDS = 60.0
LONG_SEATS = 12
"""Places for long work, per kind."""
CLEAN_SECONDS = 60.0
CLEAN_BATCH = 1000
PATIENCE_SECONDS = 10.0
"""How long a stop waits for running work to reach a place where it can be taken up again."""
APPLICATION, VERSION, WORKFLOW = "atsume", "1", "atsume.carry_out"
"""Pinned: a newer server takes up what an older one began. Part of the durable format, never changed."""
ANYBODY = "?"
"""Holder of a workflow that any process may begin. No executor's name."""


class Worker:
    """Carries out due work until stopped."""

    def __init__(
        self,
        executor: Executor,
        held: Held | None = None,
        kinds: Sequence[Callable[[Executor, ShouldStop], Kind]] = KINDS,
        long_after_seconds: float = LONG_AFTER_SECONDS,
    ) -> None:
        self._executor = executor
        self._wake, self._stop = threading.Event(), threading.Event()
        self._kinds = {kind.name: kind for kind in (make(executor, self._stop.is_set) for make in kinds)}
        self._held, self._long_after_seconds = held or Held(), long_after_seconds
        self._replica = Replica(executor, self._held.name, "worker", time.monotonic)
        self._seated: dict[str, float] = {}
        """Workflow → when it took its seat."""
        self._active: set[str] = set()
        self._astray: dict[str, float] = {}
        """Workflow that should run here and does not → since when that is known."""
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="worker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Say that work is due, so that nobody waits for the next poll."""
        self._wake.set()

    def stop(self) -> None:
        """Let running work stop where it can be taken up again, and wait for that."""
        self._stop.set()
        self._wake.set()
        self._thread.join(2 * PATIENCE_SECONDS)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                with self._replica, closing(self._launched()) as durable:
                    self._carry_on(durable)
            except Exception:  # a database that is away for a moment
                log.exception("the worker could not start; trying again")
                self._stop.wait(self._replica.beat_seconds)

    def _launched(self) -> "Durable":
        return Durable(self._executor.store.database, self._replica.name, self._carry_out)

    def _carry_on(self, durable: "Durable") -> None:
        rounds = {self._take_over: self._replica.beat_seconds, Durable.clean: CLEAN_SECONDS}
        next_at = dict.fromkeys(rounds, 0.0)
        while not self._stop.is_set():
            self._wake.clear()
            try:
                for work, every in rounds.items():
                    if time.monotonic() >= next_at[work]:
                        next_at[work] = time.monotonic() + every
                        work(durable)
                for kind in self._kinds.values():
                    self._seat(durable, kind)
            except Exception:  # a database that is away for a moment must not end the loop
                log.exception("due work could not be looked for")
            self._wake.wait(POLL_SECONDS)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._active and time.monotonic() < deadline:
            time.sleep(0.05)

    def _take_over(self, durable: "Durable") -> None:
        """Take over what nobody carries out any more, in a name that is certainly ours."""
        self._held.keep()
        self._astray = {one: since for one, since in self._astray.items() if time.monotonic() - since < CLEAN_SECONDS}
        living = {row.executor for row in self._executor.store.replicas()} | {self._replica.name}
        durable.take_over(living)

    def _seat(self, durable: "Durable", kind: Kind) -> None:
        """Start what is due, as far as there are seats."""
        prefix, moment = kind.name + "/", time.monotonic()
        with self._lock:
            seated = {wid: since for wid, since in self._seated.items() if wid.startswith(prefix)}
        taken = Counter(kind.partition(wid.removeprefix(prefix)) for wid in seated)
        long = sum(moment - since > self._long_after_seconds for since in seated.values())
        room = kind.seats - (len(seated) - min(long, LONG_SEATS))
        if room <= 0:
            return
        for piece in kind.due(self._executor.now(), room + 2 * len(seated)):
            workflow, owner = prefix + piece, kind.partition(piece)
            if workflow in seated or taken[owner] >= kind.share:
                continue
            if self._is_under_way(durable, workflow):
                continue
            if self._begin(durable, workflow, kind.name, piece):
                taken[owner] += 1
                room -= 1
            if not room:
                return

    def _begin(self, durable: "Durable", workflow: str, kind_name: str, piece: str) -> bool:
        """Give a piece of work a seat and start it; tell whether it runs here. If not, the seat is free again."""
        is_begun = False
        with self._lock:
            self._seated[workflow] = time.monotonic()
        try:
            is_begun = durable.start(workflow, kind_name, piece)
        finally:
            if not is_begun:
                with self._lock:
                    if workflow not in self._active:
                        self._seated.pop(workflow, None)
        return is_begun

    def _is_under_way(self, durable: "Durable", workflow: str) -> bool:
        """Tell whether somebody carries out a workflow that has no seat here.

        One that DBOS takes for ours, or would give to anybody, is given some time to arrive: it may just be starting or
        ending. After that it is begun anew. DBOS forgets work when its own records cannot be written for a moment.
        """
        holder = durable.holder(workflow)
        if holder not in (ANYBODY, self._replica.name):
            self._astray.pop(workflow, None)
            return holder is not None
        moment = time.monotonic()
        if moment - self._astray.setdefault(workflow, moment) < 2 * self._replica.beat_seconds:
            return True
        log.warning("work that nobody carries out is begun anew", workflow=workflow)
        durable.forget(workflow)
        del self._astray[workflow]
        return False

    def _carry_out(self, kind_name: str, piece: str) -> None:
        """Do one piece of work; also called for what is taken over."""
        workflow, kind = f"{kind_name}/{piece}", self._kinds.get(kind_name)
        with self._lock:
            if workflow in self._active:
                return
            self._active.add(workflow)
            self._seated.setdefault(workflow, time.monotonic())
        try:
            if kind is not None and not self._stop.is_set():
                kind.carry_out(piece)
        except Exception:  # the kind's own table still says that it is due
            log.exception("work failed", kind=kind_name, id=piece)
        finally:
            with self._lock:
                self._active.discard(workflow)
                self._seated.pop(workflow, None)
            self._wake.set()


class Durable:
    """DBOS Transact, as far as we use it: workflows with ids, in the same database or in a file beside it."""

    def __init__(self, database: Any, executor: str, carry_out: Callable[[str, str], None]) -> None:
        from dbos import DBOS, DBOSPortableJSONSerializer  # noqa: PLC0415 - takes a second or two

        logging.getLogger("dbos").addHandler(_Forward())
        self._dbos = DBOS
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": alone.durable_url(database),
                "serializer": DBOSPortableJSONSerializer(),
                "executor_id": executor,
                "application_version": VERSION,
                "log_level": "WARNING",
                "use_listen_notify": False,
                "notification_listener_polling_interval_sec": 0.5,  # looks at nothing, but a stop waits for it
                "sys_db_pool_size": 5,
            }
        )

        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
        def work(kind: str, piece: str) -> None:
            carry_out(kind, piece)

        self._workflow = work
        DBOS.launch()

    def holder(self, workflow: str) -> str | None:
        """Return whose a workflow is, ANYBODY's when it waits for an executor; forget one that has ended."""
        found = self._dbos.get_workflow_status(workflow)
        if found is None:
            return None
        if found.status in {"PENDING", "ENQUEUED", "DELAYED"}:
            return found.executor_id if found.status == "PENDING" and found.executor_id else ANYBODY
        self.forget(workflow)
        return None

    def forget(self, workflow: str) -> None:
        """Throw a workflow's record away."""
        self._dbos.delete_workflow(workflow)

    def start(self, workflow: str, kind: str, piece: str) -> bool:
        """Start a workflow here; tell whether that was done, or another process was quicker."""
        from dbos import SetWorkflowID, error  # noqa: PLC0415

        try:
            with SetWorkflowID(workflow, workflow_id_reuse_policy="reject"):
                self._dbos.start_workflow(self._workflow, kind, piece)
        except error.DBOSWorkflowIDInUseError:
            return False
        return True

    def take_over(self, living: set[str]) -> None:
        """Make the unfinished workflows of executors that live no more run again, here or elsewhere."""
        pending = self._dbos.list_workflows(status="PENDING", load_input=False, load_output=False)
        gone = {one.executor_id for one in pending if one.executor_id} - living
        if gone:
            log.warning("work of a dead process is taken over", executors=sorted(gone))
            self._dbos._recover_pending_workflows(sorted(gone))

    def clean(self) -> None:
        """Throw away the records of finished work."""
        ended = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
        while True:
            found = self._dbos.list_workflows(status=ended, limit=CLEAN_BATCH, load_input=False, load_output=False)
            self._dbos.delete_workflows([one.workflow_id for one in found])
            if len(found) < CLEAN_BATCH:
                return

    def close(self) -> None:
        """Stop."""
        self._dbos.destroy(destroy_registry=True)


class _Forward(logging.Handler):
    """What DBOS has to say, in our own log."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass it on."""
        log.warning(record.getMessage(), source="dbos")
