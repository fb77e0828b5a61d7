"""Carry out a claimed sync run: open the tool, run, write down how it ended. For the worker and the command line."""

import datetime as dt
import threading
from collections.abc import Callable, Mapping

import msgspec
from msgspec import Struct

from atsume.connectors.base import Connector, Exchange, Session
from atsume.crypto import Keys, SealBroken, unseal
from atsume.errors import AtsumeError, Code
from atsume.ids import random_id
from atsume.model.integration import Integration, SyncState
from atsume.model.record import timestamp
from atsume.observe import log, redact
from atsume.store.rows import LoggedExchange, StreamProgress, SyncRun
from atsume.store.store import Store
from atsume.sync.breaker import breaker
from atsume.sync.ending import settle
from atsume.sync.progress import Report
from atsume.sync.run import Outcome, Run, run
from atsume.sync.shed import shed

BEAT_SECONDS = 10.0
FAULT_FROM = 400
"""Remote answers from this status on are kept as exchanges; good ones are only counted."""


class Executor(Struct, frozen=True, kw_only=True):
    """What carrying out any run needs."""

    store: Store
    connectors: Mapping[str, Connector]
    encryption_key: Keys
    now: Callable[[], dt.datetime]


def execute(
    executor: Executor, claimed: SyncRun, *, should_stop: Callable[[], bool], report: Report | None = None
) -> SyncState:
    """Run to the end, whatever happens, and write the end down. Returns the final state."""
    store = executor.store
    integration = store.integration(claimed.integration_id)
    if integration is None:
        return SyncState.CANCELLED
    log.info("sync started", sync_id=claimed.id, integration_id=integration.id, type=claimed.type.value)
    try:
        outcome = _run(executor, integration, claimed, should_stop, report)
    except Exception as error:  # the run must never stay RUNNING because of a defect of ours
        log.exception("sync crashed", sync_id=claimed.id)
        message = error.message if isinstance(error, AtsumeError) else "An unexpected error; see the server's log."
        outcome = Outcome(SyncState.FAILED, [], [], message, {})
    ended = executor.now()
    settle(store, integration, claimed.type, outcome.state, ended)
    store.finish_sync(
        claimed.id, outcome.state, ended, outcome.streams, outcome.warnings, outcome.error, outcome.timings
    )
    if outcome.state is SyncState.SUCCEEDED and claimed.started_at is not None:
        store.data_renewed(integration.id, claimed.started_at)
    log.info("sync ended", sync_id=claimed.id, state=outcome.state.value, error=outcome.error)
    return outcome.state


def open_session(executor: Executor, integration: Integration, sync_id: str | None) -> Session:
    """Open the integration's tool with its credentials. Raises AtsumeError."""
    connector = executor.connectors.get(integration.tool)
    sealed = executor.store.sealed_credentials(integration.id)
    if connector is None or sealed is None:
        raise AtsumeError(Code.UNKNOWN_ERROR, f"This server has no connector for {integration.tool}.")
    try:
        secrets = unseal(executor.encryption_key, sealed, integration.id)
    except SealBroken as broken:
        raise AtsumeError(Code.UNKNOWN_ERROR, f"The stored credentials cannot be opened: {broken}.") from broken
    credentials = msgspec.json.decode(secrets, type=connector.credentials)
    settings = msgspec.convert(integration.settings, connector.settings)
    session = connector.open(credentials, settings, _observer(executor, integration, sync_id))
    if connector.lend_notes is not None:
        connector.lend_notes(session, executor.store.notes(integration, executor.now))
    return session


def _run(
    executor: Executor,
    integration: Integration,
    claimed: SyncRun,
    should_stop: Callable[[], bool],
    report: Report | None,
) -> Outcome:
    def tell(streams: list[StreamProgress], timings: dict[str, float]) -> None:
        executor.store.save_progress(claimed.id, streams, timings)
        if report is not None:
            report(streams, timings)

    scope = executor.store.scope(integration)
    shed(executor.store, integration, scope, timestamp(executor.now()))
    session = open_session(executor, integration, claimed.id)
    stop_beating = _beat(executor, claimed.id)
    try:
        return run(
            Run(
                store=executor.store,
                integration=integration,
                session=session,
                scope=scope,
                only_created=bool(integration.settings.get("only_created_applications", True)),
                now=executor.now,
                report=tell,
                should_stop=should_stop,
                breaker=breaker(
                    executor.store.in_force(integration), is_allowed=integration.deletions_allowed_at is not None
                ),
            )
        )
    finally:
        stop_beating()
        session.close()


def _beat(executor: Executor, run_id: str) -> Callable[[], None]:
    """Say every few seconds, in a thread, that this process is alive; long waits for the tool are no silence."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(BEAT_SECONDS):
            try:
                executor.store.beat(run_id, executor.now())
            except Exception:  # the next beat will do
                log.exception("no beat", sync_id=run_id)

    threading.Thread(target=work, name="beat", daemon=True).start()
    return ended.set


def _observer(executor: Executor, integration: Integration, sync_id: str | None) -> Callable[[Exchange], None]:
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
