"""Carry out a claimed sync run: open the tool, run, write down how it ended. For the worker and the command line."""

import datetime as dt
import threading
from collections.abc import Callable, Mapping

import msgspec
from msgspec import Struct, structs

from atsume.clock import monotonic_seconds
from atsume.connectors.base import Connector, Exchange, Session, Sourced
from atsume.crypto import Keys
from atsume.errors import AtsumeError
from atsume.ids import random_id
from atsume.model.fields import FieldBook
from atsume.model.integration import Integration, SyncState, SyncType
from atsume.model.record import timestamp
from atsume.model.scope import Scope
from atsume.observe import about, inherited, log, redact
from atsume.store.checkpoints import RunLost
from atsume.store.database import Trouble, trouble
from atsume.store.retention import Keep
from atsume.store.rows import LoggedExchange, StreamProgress, SyncRun
from atsume.store.store import Store
from atsume.sync import permissions
from atsume.sync.access import Access, access
from atsume.sync.breaker import breaker
from atsume.sync.ending import settle
from atsume.sync.fields import RunFields
from atsume.sync.journal import Journal
from atsume.sync.planning import move, since
from atsume.sync.progress import Report
from atsume.sync.run import Outcome, Run, run
from atsume.sync.settle import settle_fields
from atsume.sync.shed import shed
from atsume.sync.tracked import is_only_created, shed_untracked
from atsume.sync.window import cutoff

WATCH_SECONDS = 1.0
"""How often a running sync is asked whether it should still go on."""
MOST_ATTEMPTS = 5
"""Starts of a run without a page committed between them. More would never end: something kills the process."""
FAULT_FROM = 400
"""Remote answers from this status on are kept as exchanges; good ones are only counted."""


class Executor(Struct, frozen=True, kw_only=True):
    """What carrying out any run needs."""

    store: Store
    connectors: Mapping[str, Connector]
    encryption_key: Keys
    now: Callable[[], dt.datetime]
    process: str = msgspec.field(default_factory=random_id)
    """This process, as owner of what it carries out."""
    keep: Keep = Keep()
    """How long things are kept."""
    silence_seconds: float = 25.0
    """A process that was not heard for so long is taken for dead."""


def execute(
    executor: Executor, claimed: SyncRun, *, should_stop: Callable[[], bool], report: Report | None = None
) -> SyncState:
    """Carry a run on to its end, whatever happens, and write the end down. Returns the state it is left in.

    A run that `should_stop` interrupts is not ended but let go: the next process goes on with it. Raises the database's
    own error when the database goes away: the run still stands as this process' own.
    """
    integration = executor.store.integration(claimed.integration_id)
    if integration is None:
        return SyncState.CANCELLED
    with about(sync_id=claimed.id, integration_id=integration.id):
        return _carry_through(executor, integration, claimed, should_stop, report)


def _carry_through(
    executor: Executor,
    integration: Integration,
    claimed: SyncRun,
    should_stop: Callable[[], bool],
    report: Report | None,
) -> SyncState:
    log.info("sync started", type=claimed.type.value, attempt=claimed.attempts)
    limit = dt.timedelta(hours=executor.store.in_force(integration).sync_timeout_hours)
    watch = Watch(executor, claimed, should_stop, limit)
    fields = None
    try:
        fields = RunFields(executor.store, integration, _book(executor, integration), executor.now)
        outcome = _run(executor, integration, claimed, watch, report, fields)
    except RunLost:
        return _lost()
    except Exception as error:  # the run must never stay RUNNING because of a defect of ours
        if (found := trouble(error)) is Trouble.AWAY:
            raise  # whoever called lets go of the run when the database is back, and it goes on where it was
        log.exception("sync crashed")
        message = _told(error, found)
        outcome = Outcome(SyncState.FAILED, [], [], message, {})
    finally:
        watch.end()
    if outcome.state is SyncState.CANCELLED and not watch.is_late:
        executor.store.release_sync(claimed.id, claimed.owner or "")
        return _lost()
    state = _finish(executor, integration, claimed, outcome, is_late=watch.is_late)
    if state is not SyncState.RUNNING and fields is not None and fields.is_outdated():
        settle_fields(executor.store, integration, _book(executor, integration), executor.now())
    return state


def _told(error: Exception, found: Trouble | None) -> str:
    if found is not None:
        return found.value
    return error.message if isinstance(error, AtsumeError) else "An unexpected error; see the server's log."


def _lost() -> SyncState:
    log.info("sync let go")
    return SyncState.RUNNING


def _finish(
    executor: Executor, integration: Integration, claimed: SyncRun, outcome: Outcome, *, is_late: bool
) -> SyncState:
    state, error, ended = outcome.state, outcome.error, executor.now()
    if is_late and state is SyncState.CANCELLED:
        state, error = SyncState.TIMED_OUT, "The sync took longer than it may. What it brought so far stays."
    if not executor.store.is_mine(claimed.id, claimed.owner or ""):
        return _lost()
    if integration.first_synced_at is None:
        executor.store.take_stock()  # before anybody may read
    settle(executor.store, integration, claimed.type, state, ended)
    move(executor.store, executor.connectors, integration, claimed, (state, outcome), ended)
    executor.store.finish_sync(
        claimed.id, state, ended, outcome.streams, outcome.warnings, error, outcome.timings, claimed.owner
    )
    if (state, claimed.type) == (SyncState.SUCCEEDED, SyncType.FULL) and claimed.started_at is not None:
        executor.store.data_renewed(integration.id, claimed.started_at)
    log.info("sync ended", state=state.value, error=error)
    return state


def _book(executor: Executor, integration: Integration) -> FieldBook:
    connector = executor.connectors.get(integration.tool)
    return connector.fields if connector is not None else FieldBook()


def open_session(executor: Executor, integration: Integration, sync_id: str | None) -> Session:
    """Open the integration's tool with its credentials. Raises AtsumeError."""
    opened = access(executor.store, executor.connectors, executor.encryption_key, integration)
    return _open(executor, opened, integration, sync_id)


def _open(executor: Executor, opened: Access, integration: Integration, sync_id: str | None) -> Session:
    connector = opened.connector
    session = connector.open(opened.credentials, opened.settings, observer(executor, integration, sync_id))
    if connector.lend_notes is not None:
        connector.lend_notes(session, executor.store.notes(integration, executor.now))
    return session


def _run(
    executor: Executor,
    integration: Integration,
    claimed: SyncRun,
    watch: "Watch",
    report: Report | None,
    fields: RunFields,
) -> Outcome:
    if claimed.attempts > MOST_ATTEMPTS:
        message = f"The server died {MOST_ATTEMPTS} times at the same place of this sync; see its log."
        return Outcome(SyncState.FAILED, claimed.streams, [], message, claimed.timings)
    scope = executor.store.scope(integration)
    only_created = _trimmed(executor, integration, scope)
    opened = access(executor.store, executor.connectors, executor.encryption_key, integration)
    seen = observer(executor, integration, claimed.id)
    missing = permissions.before_sync(executor.store, opened, integration, scope, seen, executor.now())
    session = _open(executor, opened, integration, claimed.id)
    watch.over(session)
    try:
        outcome = run(
            Run(
                store=executor.store,
                integration=integration,
                session=session,
                scope=scope,
                only_created=only_created,
                now=executor.now,
                report=_teller(executor, claimed, report),
                should_stop=watch.should_stop,
                breaker=breaker(
                    executor.store.in_force(integration), is_allowed=integration.deletions_allowed_at is not None
                ),
                since=since(executor.store, integration, claimed),
                cutoff=None if only_created else cutoff(executor.store.in_force(integration), executor.now()),
                journal=Journal(claimed.id, claimed.owner or "", executor.store.checkpoints(claimed.id)),
                fields=fields,
            )
        )
        return structs.replace(outcome, warnings=[*missing, *outcome.warnings])
    finally:
        if isinstance(session, Sourced):
            executor.store.learn_sources(integration.no, session.sources())
        session.close()


def _trimmed(executor: Executor, integration: Integration, scope: Scope) -> bool:
    """Let go of what is held and no longer wanted. Returns whether only what was created is wanted."""
    shed(executor.store, integration, scope, lambda: timestamp(executor.now()))
    only_created = is_only_created(executor.store, integration)
    if only_created:
        shed_untracked(executor.store, integration, lambda: timestamp(executor.now()))
    return only_created


def _teller(executor: Executor, claimed: SyncRun, report: Report | None) -> Report:
    """Return what is told how far a run is: the database, and whoever watches."""

    def tell(streams: list[StreamProgress], timings: dict[str, float]) -> None:
        executor.store.save_progress(claimed.id, streams, timings, claimed.owner)
        if report is not None:
            report(streams, timings)

    return tell


class Watch:
    """Asks, in a thread, whether a run should go on, and ends its waits for the tool when it should not."""

    def __init__(
        self, executor: Executor, claimed: SyncRun, asked_to_stop: Callable[[], bool], limit: dt.timedelta
    ) -> None:
        self._executor, self._claimed, self._asked_to_stop = executor, claimed, asked_to_stop
        self._deadline = monotonic_seconds() + limit.total_seconds()
        self._ended, self._stop = threading.Event(), threading.Event()
        self.is_late = False

    def over(self, session: Session) -> None:
        """Begin to watch over a session."""
        threading.Thread(target=inherited(lambda: self._work(session)), name="watch", daemon=True).start()

    def should_stop(self) -> bool:
        """Tell whether the run should stop, for whatever reason."""
        return self._stop.is_set() or self._asked_to_stop()

    def end(self) -> None:
        """Stop watching."""
        self._ended.set()

    def _work(self, session: Session) -> None:
        while not self._ended.wait(WATCH_SECONDS):
            if self._should_end():
                self._stop.set()
                session.close()
                return

    def _should_end(self) -> bool:
        self.is_late = monotonic_seconds() > self._deadline
        if self.is_late or self._asked_to_stop():
            return True
        try:
            return not self._executor.store.is_mine(self._claimed.id, self._claimed.owner or "")
        except Exception:  # a database that is away for a moment ends nothing
            log.exception("a sync could not be looked at")
            return False


def observer(executor: Executor, integration: Integration, sync_id: str | None) -> Callable[[Exchange], None]:
    """Return what keeps the exchanges that failed."""

    def observe(exchange: Exchange) -> None:
        if exchange.status is not None and exchange.status < FAULT_FROM:
            return
        executor.store.add_exchange(
            LoggedExchange(
                id=random_id(),
                direction="out",
                at=executor.now(),
                method=exchange.method,
                url=redact(exchange.url),
                status=exchange.status,
                duration_seconds=exchange.duration_seconds,
                environment_id=integration.environment_id,
                integration_id=integration.id,
                sync_id=sync_id,
                message=redact(exchange.error) if exchange.error else None,
            )
        )

    return observe
