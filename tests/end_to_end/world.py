"""A simulated company and a server that mirrors it, both in this process, speaking HTTP to each other."""

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx
import msgspec
from msgspec import structs

from atsume import clock
from atsume.config import Config
from atsume.connectors.base import Observer
from atsume.connectors.http import Http
from atsume.connectors.personio.session import PersonioSession
from atsume.connectors.personio.settings import Addresses
from atsume.integrations.connect import connect
from atsume.model.environment import EnvironmentSettings
from atsume.model.integration import EndUser, Integration, SyncType
from atsume.serve import Server, default_environment, new_api_key, open_server
from atsume.store.rows import ListRequest, SyncRun
from atsume.sync.execute import execute
from personio_simulator.options import Options
from personio_simulator.server import Handle, start
from tests import sentinels

Facts = dict[str, Any]


class Company:
    """A simulated Personio company and the means to change it."""

    def __init__(self, options: Options) -> None:
        self.handle: Handle = start(options)
        self.url = self.handle.url
        self._http = httpx.Client(base_url=f"{self.url}/_control", timeout=30)
        self.facts: Facts = self.control("GET", f"/companies/{options.company}")
        sentinels.learn(self.facts)
        self.label = options.company

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control API; fail loudly."""
        answer = self._http.request(method, path, json=body)
        assert answer.status_code < 300, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def change(self, method: str, path: str, body: Any = None) -> Any:
        """Change a record of the company: `POST /jobs`, `PATCH /applications/1`, `DELETE /candidates/1` …"""
        return self.control(method, f"/companies/{self.label}{path}", body)

    def knobs(self, **knobs: Any) -> None:
        """Turn the company's switches."""
        self.change("PATCH", "/knobs", knobs)

    def fault(self, **fault: Any) -> Any:
        """Inject a fault."""
        return self.control("POST", "/faults", fault)

    def clear_faults(self) -> None:
        """End all faults."""
        self.control("DELETE", "/faults")

    def truth(self) -> Facts:
        """Return everything a perfect mirror would hold."""
        return self.change("GET", "/truth")

    @property
    def career(self) -> str:
        """Return the address of the career site."""
        return f"{self.url}/career/{self.label}"

    def close(self) -> None:
        """Stop the simulator."""
        self._http.close()
        self.handle.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Mirror:
    """A server with one integration of the company."""

    def __init__(self, company: Company, database_url: str, folder: Path, /, **settings: Any) -> None:
        self.company = company
        self.config = Config(
            database_url=database_url,
            encryption_key="MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
            personio_api_url=company.url,
            personio_career_url=company.url + "/career/{company}",
            personio_form_interval_seconds=0,
            requests_per_minute=0,
        )
        self.folder = folder
        self.server: Server = _impatient(open_server(self.config))
        environment = default_environment(self.server)
        self.api_key = new_api_key(self.server, environment, "test")
        defaults = {"company": company.label, "only_created_applications": False, "screening_questions": "career_site"}
        decided = EnvironmentSettings.__struct_fields__
        secrets = ("company_id", "recruiting_token", "client_id", "client_secret")
        self.connected = connect(
            self.server.store,
            self.server.connectors["personio"],
            environment_id=environment,
            end_user=EndUser("Acme GmbH"),
            settings=defaults | {k: v for k, v in settings.items() if k not in (*secrets, *decided)},
            overrides={k: v for k, v in settings.items() if k in decided},
            credentials={k: settings.get(k, company.facts[k]) for k in secrets if settings.get(k, 1) is not None},
            encryption_key=self.server.encryption_key,
            at=clock.now(),
        )
        self._first: str | None = self.connected.first_sync.id

    @property
    def integration(self) -> Integration:
        """Return the integration as stored now."""
        integration = self.server.store.integration(self.connected.integration.id)
        assert integration is not None
        return integration

    def at(self, moment: dt.datetime) -> None:
        """Stop the clock of syncs at a moment: what they commit has changed then."""
        executor = structs.replace(self.server.executor, now=lambda: moment)
        self.server = structs.replace(self.server, executor=executor)

    def sync(self, should_stop: Callable[[], bool] = lambda: False) -> SyncRun:
        """Carry out one full sync and return how it ended."""
        store = self.server.store
        run_id = self._first or store.queue_sync(self.integration.id, SyncType.FULL, clock.now())[0].id
        self._first = None
        claimed = store.claim_sync(clock.now(), run_id)
        assert claimed is not None
        execute(self.server.executor, claimed, should_stop=should_stop)
        run = store.sync_run(run_id)
        assert run is not None
        return run

    def records(self, model: str, **request: Any) -> list[Facts]:
        """Return all wire records of a list, page by page as the API pages."""
        found: list[Facts] = []
        after: tuple[int | None, str | None] = (None, None)
        while True:
            page = self.server.store.list_page(
                ListRequest(
                    model=model,
                    integration_no=self.integration.no,
                    integration_id=self.integration.id,
                    limit=250,
                    after_seq=after[0],
                    after_touched_at=after[1],
                    **request,
                )
            )
            found += msgspec.json.decode(b"[" + page.results + b"]")
            if page.next_seq is None:
                return found
            after = (page.next_seq, page.next_touched_at)

    def by_remote_id(self, model: str, **request: Any) -> dict[str, Facts]:
        """Return the records of a list by remote id."""
        return {r["remote_id"]: r for r in self.records(model, **request)}

    def close(self) -> None:
        """Close the store."""
        self.server.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _impatient(server: Server) -> Server:
    """Return the server with a Personio client that waits a thousandth of what it should."""
    config = server.config
    addresses = Addresses(api=config.personio_api_url, career=config.personio_career_url, form_interval_seconds=0)

    def open_session(credentials: Any, settings: Any, observer: Observer) -> PersonioSession:
        http = Http(observer, sleep=lambda seconds: time.sleep(seconds / 1000))
        return PersonioSession(credentials, settings, observer, addresses, http)

    personio = structs.replace(server.connectors["personio"], open=open_session)
    connectors = {"personio": personio}
    executor = structs.replace(server.executor, connectors=connectors)
    return structs.replace(server, connectors=connectors, executor=executor)


def later(timestamp: str, seconds: float) -> str:
    """Return a wire timestamp moved by seconds."""
    moment = dt.datetime.fromisoformat(timestamp) + dt.timedelta(seconds=seconds)
    return moment.astimezone(dt.UTC).isoformat(timespec="milliseconds")[:23] + "Z"
