"""A server with its pages on a free port, a simulated company behind it, and a caller's own site on another origin."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from msgspec import structs

from atsume.cli.serving import application
from atsume.config import Config
from atsume.integrations.fields import Fieldwork, define, remove
from atsume.model.environment import EnvironmentSettings
from atsume.serve import Server, default_environment, new_api_key, open_server
from personio_simulator.options import Options
from tests.end_to_end.world import Company

SECRETS = ("company_id", "recruiting_token", "client_id", "client_secret")
FULL = ["personio:recruiting:read", "personio:persons:read"]
READABLE = ["first_name", "last_name", "email", "status"]


class Site:
    """The server, as a caller and an end user meet it."""

    def __init__(self, company: Company, folder: Path, **config: Any) -> None:
        self.company, self.folder, self.woken = company, folder, 0
        settings = {
            "database_url": f"sqlite:///{folder}/a.db",
            "personio_api_url": company.url,
            "personio_career_url": company.url + "/career/{company}",
            "requests_per_minute": 0,
            "allow_private_network": True,
        }
        self.server: Server = open_server(Config(**(settings | config)))
        self.environment = default_environment(self.server)
        self.key = new_api_key(self.server, self.environment, "test")
        self.url = ""
        self.http = httpx.Client(timeout=60, follow_redirects=True)

    def start(self) -> Callable[[], None]:
        """Listen. Returns what stops it."""
        app = application(self.server, self._wake)
        runner = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", ws="none"))
        thread = threading.Thread(target=runner.run, daemon=True)
        thread.start()
        while not runner.started:
            assert thread.is_alive()
            time.sleep(0.01)
        self.url = f"http://127.0.0.1:{runner.servers[0].sockets[0].getsockname()[1]}"

        def stop() -> None:
            runner.should_exit = True
            thread.join(10)
            self.http.close()
            self.server.store.close()

        return stop

    def _wake(self) -> None:
        self.woken += 1

    def call(self, method: str, path: str, body: Any = None, key: str | None = None) -> httpx.Response:
        """Call the API."""
        headers = {"Authorization": f"Bearer {key or self.key}"}
        return self.http.request(method, f"{self.url}/v1{path}", json=body, headers=headers)

    def link(self, **body: Any) -> str:
        """Return a fresh connect link, on the port that this server really has."""
        asked = {
            "end_user_email": "ada@acme.example",
            "end_user_organization_name": "Acme GmbH",
            "integration_category": "ATS",
            "integration_tool": "personio",
        }
        answer = self.call("POST", "/connect/create-link", asked | body)
        assert answer.status_code == 200, answer.text
        return self.here(answer.json()["data"]["link"])

    def here(self, link: str) -> str:
        """Return a link with this server's own origin."""
        return self.url + "/connect/" + link.partition("/connect/")[2]

    def rename(self, name: str) -> None:
        """Let end users see the caller under a name."""
        environment = self.server.store.environment(self.environment)
        assert environment is not None
        settings = structs.replace(environment.settings, connect_name=name)
        self.server.store.update_environment_settings(self.environment, settings)

    @contextmanager
    def custom_fields(self, **labels: str) -> Iterator[None]:
        """Have custom fields of jobs, key → label, that no rule maps."""
        executor = self.server.executor
        work = Fieldwork(store=self.server.store, connectors=self.server.connectors, now=executor.now)
        made = [
            define(work, self.environment, model="ats_jobs", key=key, label=label, is_automatic=False)
            for key, label in labels.items()
        ]
        try:
            yield
        finally:
            for one in made:
                remove(work, one)

    def with_origins(self, *origins: str) -> EnvironmentSettings:
        """Return the environment's settings with these origins allowed to frame the flow."""
        environment = self.server.store.environment(self.environment)
        assert environment is not None
        return structs.replace(environment.settings, connect_origins=origins)

    def add_key(self, environment_id: str) -> str:
        """Return a key of another environment."""
        return new_api_key(self.server, environment_id, "other")

    def restore(self) -> None:
        """Let the company be as it should be."""
        self.grant()
        self.company.clear_faults()
        self.company.change("PATCH", "", {"features": {"recruiting": True, "public_api": True}})
        self.company.knobs(feed="on", career_failure="none")

    def grant(self, scopes: list[str] | None = None, readable: list[str] | None = None) -> None:
        """Set what the company's custom integration may read."""
        facts = self.company.facts
        client = {"id": facts["client_id"], "secret": facts["client_secret"]}
        rights = {"scopes": FULL if scopes is None else scopes, "readable": READABLE if readable is None else readable}
        self.company.change("PATCH", "", {"clients": [client | rights]})


@contextmanager
def site(folder: Path, **config: Any) -> Iterator[Site]:
    """Yield a running server with a small company behind it."""
    options = Options(
        company="acme",
        jobs=6,
        applications=12,
        knobs={"rate_limits": "report", "token_throttle": False, "v1_limit": 10_000},
    )
    with Company(options) as company:
        made = Site(company, folder, **config)
        stop = made.start()
        try:
            yield made
        finally:
            stop()


@contextmanager
def serve_folder(folder: Path) -> Iterator[str]:
    """Yield the address of a caller's own site: the files of a folder, on an origin of its own."""

    class _Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, directory=str(folder), **kwargs)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
