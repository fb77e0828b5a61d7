"""Runs the simulator: as an ASGI application, in a thread of a test, or as a process.

In a process of its own the garbage collector is told to leave the seeded rows alone.
"""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from personio_simulator import seed
from personio_simulator.application import Application
from personio_simulator.clock import Clock, from_iso
from personio_simulator.delivery import TRANSPORT
from personio_simulator.options import Options
from personio_simulator.state import Company
from personio_simulator.world import World


class Protocol(HttpToolsProtocol):
    """Shows the application its connection, so that a fault can reset it."""

    def on_message_begin(self) -> None:
        """Start a request."""
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[typeddict-unknown-key]


def build(
    options: Options | None = None, *, clock: Clock | None = None, cache_bytes: int = 0, control: bool = True
) -> World:
    """Return a world with one generated company; by default the clock runs from now (or the reference date)."""
    options = options or Options()
    clock = clock or Clock(not_before=from_iso(options.reference))
    world = World(clock, options.seed, cache_bytes, control)
    world.add(seed.company(options))
    world.options[options.company] = options
    return world


def create_app(state: World | Options | None = None) -> Application:
    """Return the ASGI application of a world (made from options, or the default company)."""
    return Application(state if isinstance(state, World) else build(state))


class Handle:
    """A simulator running in a thread of this process."""

    def __init__(self, world: World, server: uvicorn.Server, thread: threading.Thread, url: str) -> None:
        self.state, self.url = world, url
        self._server, self._thread = server, thread

    @property
    def company(self) -> Company:
        """Return the first company."""
        return next(iter(self.state.companies.values()))

    def career_url(self, company: str = "{company}") -> str:
        """Return the career host of a company, or its template."""
        return f"{self.url}/career/{company}"

    def stop(self) -> None:
        """Stop the server and wait for its thread."""
        self._server.should_exit = True
        self._thread.join(timeout=10)

    def __enter__(self) -> "Handle":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def start(state: World | Options | None = None, port: int = 0, host: str = "127.0.0.1") -> Handle:
    """Start the simulator in a thread and return its handle; port 0 takes a free one."""
    world = state if isinstance(state, World) else build(state)
    listening = socket.create_server((host, port))
    started = threading.Event()
    server = _server(Application(world), started.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    url = f"http://{host}:{listening.getsockname()[1]}"
    thread.start()
    if not started.wait(30):
        raise RuntimeError("The simulator did not start within 30 seconds.")
    return Handle(world, server, thread, url)


def run(world: World, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` is called with the URL once connections are accepted."""
    listening = socket.create_server((host, port))
    url = f"http://{host}:{listening.getsockname()[1]}"
    server = _server(Application(world), lambda: ready(url))
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


def _server(application: Application, ready: Callable[[], None]) -> uvicorn.Server:
    config = uvicorn.Config(
        application,
        http=Protocol,
        ws="none",
        lifespan="on",
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=60,  # longer than clients keep idle connections: none is closed under a request
    )
    return _Server(config, ready)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.ready()


def credentials(world: World, label: str, url: str) -> dict[str, object]:
    """Return what somebody needs to connect to a company."""
    company = world.companies[label]
    client = company.clients[0]
    return {
        "company": label,
        "company_id": str(company.id),
        "recruiting_token": company.recruiting_token,
        "client_id": client.id,
        "client_secret": client.secret,
        "career_url": f"{url}/career/{{company}}",
    }
