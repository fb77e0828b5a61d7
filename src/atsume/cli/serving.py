"""`atsume serve`, `atsume worker`, `atsume simulate`: processes that stay."""

import logging
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import click

from atsume.cli.output import opened, say

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from litestar import Litestar
    from litestar.types import ControllerRouterHandler

    from atsume.api.deps import Deps
    from atsume.serve import Server


def application(server: "Server", wake: "Callable[[], None] | None") -> "Litestar":
    """Return the API and the pages of an opened server. `wake` tells a worker in this process that work is due."""
    from atsume.api.app import create_app
    from atsume.api.deps import Deps
    from atsume.integrations.flow import Surroundings
    from atsume.serve import passthrough, test_permissions, write_actions
    from atsume.web import guides, logs
    from atsume.web.connect import routes as connect
    from atsume.web.throttle import Throttle

    deps = Deps(
        store=server.store,
        config=server.config,
        connectors=server.connectors,
        now=server.executor.now,
        wake=wake or (lambda: None),
        scope=server.store.scope,
        test=lambda integration: test_permissions(server, integration),
        actions=write_actions(server),
        courier=server.courier,
        passthrough=passthrough(server),
    )
    around = Surroundings(
        store=server.store,
        connectors=server.connectors,
        keys=server.encryption_key,
        public_url=server.config.public_url,
        now=server.executor.now,
        wake=deps.wake,
    )
    throttle = Throttle(server.executor.now)
    pages = [
        *logs.routes(server.store, throttle),
        *guides.routes(server.connectors),
        *connect.routes(around, throttle),
        *_console(server, deps),
    ]
    return create_app(deps, pages)


def _console(server: "Server", deps: "Deps") -> "Sequence[ControllerRouterHandler]":
    """Return the routes of the console."""
    from atsume.api.within import asking
    from atsume.integrations.fields import Fieldwork
    from atsume.serve import test_permissions
    from atsume.sync.execute import open_session
    from atsume.web.console import routes
    from atsume.web.console.around import Around

    around = Around(
        store=server.store,
        connectors=server.connectors,
        public_url=server.config.public_url,
        now=server.executor.now,
        wake=deps.wake,
        test=lambda integration: test_permissions(server, integration),
        open=lambda integration: open_session(server.executor, integration, None),
        work=Fieldwork(store=server.store, connectors=server.connectors, now=server.executor.now),
        courier=server.courier,
        ask=asking(deps),
    )
    return routes.routes(around)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option("--no-worker", is_flag=True, help="Answer requests only; run `atsume worker` elsewhere.")
def serve(host: str, port: int, no_worker: bool) -> None:
    """Run the API, the pages and a worker in one process."""
    import uvicorn

    from atsume.serve import alone, kinds
    from atsume.worker import KINDS, Worker

    server = opened(level=logging.INFO)
    held = alone(server)
    work = None if no_worker else Worker(server.executor, held, (*KINDS, *kinds(server)))
    if work:
        work.start()
    try:
        uvicorn.run(
            application(server, work.wake if work else None),
            host=host,
            port=port,
            log_level="warning",
            access_log=False,
        )
    finally:
        if work:
            work.stop()
        held.release()
        server.store.close()


@click.command()
def worker() -> None:
    """Run one more worker against the same database."""
    from atsume.serve import alone, kinds
    from atsume.worker import KINDS, Worker

    server = opened(level=logging.INFO)
    held = alone(server)
    work, ended = Worker(server.executor, held, (*KINDS, *kinds(server))), threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: ended.set())
    work.start()
    say("The worker is running. Stop it with Ctrl-C.")
    ended.wait()
    work.stop()
    held.release()
    server.store.close()


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def simulate(arguments: tuple[str, ...]) -> None:
    """Run the Personio simulator; all options are those of `personio-simulator`."""
    os.execv(sys.executable, [sys.executable, "-m", "personio_simulator", *arguments])  # noqa: S606
