"""A simulated company, a server that writes to it, and callers: all in this process, speaking HTTP to each other."""

import base64
import threading
import time
from pathlib import Path
from typing import Any, Self

import httpx
import msgspec
import uvicorn
from kombo import Kombo
from msgspec import structs

from atsume import clock
from atsume.actions.perform import Actions
from atsume.api.app import create_app
from atsume.api.deps import Deps
from atsume.connectors.base import Connector
from atsume.connectors.personio import connector as personio
from atsume.connectors.personio.settings import Addresses
from atsume.egress import Egress
from atsume.store.writes import Write
from personio_simulator.options import Options
from tests.end_to_end.world import Company, Facts, Mirror

PDF = b"%PDF-1.7 not really"
QUICK: dict[str, object] = {"rate_limits": "report", "read_after_write": 0, "v1_limit": 1000}
WAITING = 0.02
"""How much of a pause is really waited in tests."""


class Site:
    """The company, its mirror, and a server in front of it."""

    def __init__(
        self,
        folder: Path,
        *,
        database: str | None = None,
        knobs: Facts | None = None,
        limit: tuple[int, float] = (1000, 60.0),
        allow_private: bool = True,
        **settings: Any,
    ) -> None:
        self.company = Company(Options(jobs=8, applications=20, seed=11, knobs={**QUICK, **(knobs or {})}))
        database = database or f"sqlite:///{folder}/atsume.db"
        self.mirror = Mirror(self.company, database, folder, **settings)
        self.store = self.mirror.server.store
        self.limit, self.allow_private = limit, allow_private
        self.actions = self.new_actions()
        self.url, self._stop = _serve(self)

    def new_actions(self, **rules: Any) -> Actions:
        """Return another process's share of the work: same database, same tool."""
        executor = self.mirror.server.executor
        tool = self.connector()
        executor = structs.replace(executor, connectors={"personio": tool})
        return Actions(executor, Egress(allow_private=self.allow_private), **rules)

    def connector(self) -> Connector:
        """Return the tool with the limits of this site."""
        known = self.mirror.server.connectors["personio"]
        config = self.mirror.config
        limit, window = self.limit
        addresses = Addresses(
            api=config.personio_api_url,
            career=config.personio_career_url,
            writes_per_window=limit,
            write_window_seconds=window,
        )
        return structs.replace(known, actions=personio.build(addresses).actions)

    @property
    def integration_id(self) -> str:
        """Return the id of the integration."""
        return self.mirror.connected.integration.id

    def kombo(self, **told: Any) -> Kombo:
        """Return the official SDK, pointed here."""
        given = {"api_key": self.mirror.api_key, "integration_id": self.integration_id, "server_url": f"{self.url}/v1"}
        return Kombo(**{**given, **told})

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """Send a request as a raw client does."""
        told = {"Authorization": f"Bearer {self.mirror.api_key}", "X-Integration-Id": self.integration_id}
        told |= {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.post(f"{self.url}/v1{path}", json=body, headers=told, timeout=30)

    def get(self, path: str) -> httpx.Response:
        """Read as a raw client does."""
        told = {"Authorization": f"Bearer {self.mirror.api_key}", "X-Integration-Id": self.integration_id}
        return httpx.get(f"{self.url}/v1{path}", headers=told, timeout=30)

    def apply(self, body: Facts, job: str | None = None, **headers: str) -> httpx.Response:
        """Create an application for a published job."""
        return self.post(f"/ats/jobs/{job or 'remote:' + self.published()}/applications", body, **headers)

    def published(self, place: int = 0) -> str:
        """Return the remote id of a published job."""
        return [j["id"] for j in self.company.truth()["jobs"] if j["published"]][place]

    def written(self) -> list[Facts]:
        """Return what the write API was sent for each application that it made, in order."""
        truth = self.company.truth()
        made = [*truth["applications"], *truth["pending"]]
        return sorted((a for a in made if a["written"]), key=lambda a: int(a["id"]))

    def sent(self, method: str = "POST") -> list[Facts]:
        """Return the requests that the write API got, in order."""
        return self.company.control("GET", f"/log?path=/v1/recruiting&method={method}")

    def open_writes(self) -> list[Write]:
        """Return what the journal holds open."""
        return self.store.open_writes()

    def close(self) -> None:
        """Stop everything."""
        self._stop()
        self.actions.close()
        self.mirror.close()
        self.company.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _serve(site: Site) -> tuple[str, Any]:
    server = site.mirror.server
    deps = Deps(
        store=server.store,
        config=site.mirror.config,
        connectors={"personio": site.connector()},
        now=clock.now,
        wake=lambda: None,
        scope=server.store.scope,
        actions=site.actions,
    )
    config = uvicorn.Config(
        create_app(deps), host="127.0.0.1", port=0, log_level="warning", access_log=False, ws="none"
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive()
        time.sleep(0.005)
    port = running.servers[0].sockets[0].getsockname()[1]

    def stop() -> None:
        running.should_exit = True
        thread.join(10)

    return f"http://127.0.0.1:{port}", stop


def somebody(number: int = 1, **more: Any) -> Facts:
    """Return the smallest body that creates an application."""
    who = {"first_name": "Mara", "last_name": f"Lindqvist{number}", "email_address": f"mara{number}@example.org"}
    return {"candidate": who | more.pop("candidate", {}), **more}


def document(
    name: str = "cv.pdf", kind: str = "CV", content: bytes = PDF, content_type: str = "application/pdf"
) -> Facts:
    """Return an attachment with its bytes inside."""
    return {"name": name, "type": kind, "content_type": content_type, "data": base64.b64encode(content).decode()}


def decoded(text: str) -> Any:
    """Return JSON as values."""
    return msgspec.json.decode(text)
