"""Queue a sync and follow it: carried out here when no worker takes it, watched when one does."""

import sys
import time
from typing import TYPE_CHECKING

import click

from atsume.cli.output import say, show

if TYPE_CHECKING:
    from atsume.model.environment import EnvironmentSettings
    from atsume.model.integration import Integration, SyncState
    from atsume.serve import Server

WATCH_SECONDS = 0.5


def known(server: "Server", integration_id: str) -> "Integration":
    """Return the integration, or say that there is none."""
    integration = server.store.integration(integration_id)
    if integration is None:
        raise click.ClickException(f"No integration {integration_id}; see `atsume integrations list`.")
    return integration


def tell_window(server: "Server", integration: "Integration", before: "EnvironmentSettings") -> None:
    """Say what a changed window of applications does to what is mirrored, and queue the sync that does it."""
    from atsume import clock
    from atsume.sync.window import decided

    leaving = decided(server.store, integration, before, clock.now())
    if leaving is not None:
        say(
            f"A full sync of {integration.id} is queued. It takes {leaving} applications that are mirrored now out of "
            "the mirror, because they have not changed since; no reader is told that they were deleted."
        )


def queue_and_wait(server: "Server", integration_id: str, *, wait: bool, json_: bool) -> None:
    """Queue a full sync; print the run; with `wait`, its end, and exit 1 when it failed."""
    from atsume import clock
    from atsume.model.integration import USABLE, SyncType

    queued, already = server.store.queue_sync(integration_id, SyncType.FULL, clock.now())
    state = follow(server, queued.id) if wait else queued.state
    show({"sync_id": queued.id, "already_queued": already, "state": state}, json_)
    if wait and state not in USABLE:
        sys.exit(1)


def follow(server: "Server", sync_id: str) -> "SyncState":
    """Show a run until it ends, carrying it out ourselves if it is still unclaimed. Returns its final state."""
    from atsume import clock
    from atsume.cli.progress import SyncDisplay
    from atsume.sync.execute import execute
    from atsume.sync.replica import Replica

    executor = server.executor
    with SyncDisplay() as display, Replica(executor, executor.process, "command", time.monotonic):
        while (watched := server.store.sync_run(sync_id)) is not None and watched.ended_at is None:
            display(watched.streams, watched.timings)
            claimed = server.store.claim_sync(clock.now(), sync_id, executor.process)
            if claimed is not None:
                execute(executor, claimed, should_stop=lambda: False, report=display)
            else:
                time.sleep(WATCH_SECONDS)
    if watched is None:
        raise click.ClickException("The run is gone; was its integration deleted?")
    for warning in watched.warnings:
        say(f"Warning: {warning}")
    if watched.error:
        say(f"Error: {watched.error}")
    return watched.state
