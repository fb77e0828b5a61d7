"""A served mirror of a simulated company with operators of every role, and browsers that are signed in as them.

A second environment holds the same kinds of things: what belongs to it must never be found through the first.
"""

import datetime as dt
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from atsume import clock, operators
from atsume.crypto import seal
from atsume.ids import random_id, record_id
from atsume.model.ats.applications import Application
from atsume.model.catalogue import MODELS
from atsume.model.fields import CustomField, IntegrationField
from atsume.model.integration import EndUser, Integration, SyncType
from atsume.model.operator import Operator, Role
from atsume.store.fields import field_id
from atsume.store.rows import AuditEntry, LoggedExchange, NewIntegration, Writes
from atsume.store.rows_webhooks import WebhookEndpoint
from atsume.store.schema_webhooks import events
from atsume.store.store import Store
from atsume.sync import ingest
from atsume.sync.execute import execute
from atsume.web.console.visit import HOME
from personio_simulator.options import Options
from tests.end_to_end.mirrored import served
from tests.end_to_end.world import Company, Mirror

PASSWORD = "nine-lives-and-a-ladder"
SMALL = Options(jobs=8, applications=40, seed=11, knobs={"rate_limits": "report", "token_throttle": False})
BROWSER = {"sec-fetch-site": "same-origin", "accept": "text/html"}
"""What a browser says of a request that one of our own pages makes."""


class Console:
    """A running console."""

    def __init__(self, mirror: Mirror, url: str) -> None:
        self.mirror, self.url, self.home = mirror, url, url + HOME
        self.store: Store = mirror.server.store
        self.integration = mirror.integration
        self.environment = self.integration.environment_id
        self.operators = {role: self.add(role.value, role) for role in Role}
        self._signed_in: dict[str, httpx.Client] = {}
        self.ours = {
            "environment": self.environment,
            "integration": self.integration.id,
            "run": self.store.sync_runs(self.integration.id)[0].id,
            "model": "ats_applications",
            "record": self.store.peek_page("ats_applications", self.integration.no, limit=1)[0].id,
        }
        self.ours |= self._more(self.environment, self.integration)
        self.theirs = self._foreign()

    @property
    def custom_key(self) -> str:
        """Key of our custom field."""
        return f"team_{self.environment[:6]}"

    def add(self, name: str, role: Role, environments: tuple[str, ...] | None = None) -> Operator:
        """Add an operator."""
        return operators.add(self.store, clock.now(), name, PASSWORD, role, environments)

    def _foreign(self) -> dict[str, str]:
        """Make another environment with everything that paths can name; return the ids by parameter."""
        environment = self.store.create_environment("Elsewhere", clock.now())
        integration = self.store.add_integration(
            NewIntegration(
                id="personio:" + "9" * 24,
                tool="personio",
                category="ATS",
                environment_id=environment.id,
                end_user=EndUser("Elsewhere AG"),
                settings={},
                sealed_credentials=b"sealed",
            ),
            clock.now(),
        )
        run, _ = self.store.queue_sync(integration.id, SyncType.FULL, clock.now())
        record = record_id(integration.id, "ats_applications", "theirs")
        row = ingest.row(integration.id, MODELS["ats_applications"], Application(remote_id="theirs"), 1)
        self.store.commit("ats_applications", integration, Writes(created=[row]), "2026-01-01T00:00:00.000Z")
        return {
            "environment": environment.id,
            "integration": integration.id,
            "run": run.id,
            "model": "ats_offers",
            "record": record,
            **self._more(environment.id, integration),
        }

    def _more(self, environment_id: str, integration: Integration) -> dict[str, str]:
        """Make what an environment and an integration have besides records; return the ids by parameter."""
        now, server, name = clock.now(), self.mirror.server, environment_id[:6]
        endpoint = WebhookEndpoint(
            id=random_id(),
            environment_id=environment_id,
            url=f"https://{name.lower()}.example/hooks",
            events=["sync-finished"],
            created_at=now,
        )
        self.store.add_endpoint(endpoint, seal(server.encryption_key, b"whsec_dGVzdA==", endpoint.id))
        event = self._event(environment_id, integration.id)
        self.store.replay_events(endpoint, now - dt.timedelta(days=1), now + dt.timedelta(days=1), now)
        self.store.add_exchange(
            LoggedExchange(
                id=random_id(),
                direction="in",
                at=now,
                method="GET",
                url=f"/v1/ats/jobs?of={name}",
                status=409,
                duration_seconds=0.01,
                environment_id=environment_id,
                integration_id=integration.id,
                code="INTEGRATION.INACTIVE",
                message="This integration is disabled.",
            )
        )
        found = IntegrationField(
            id=field_id(integration.id, "ats_jobs", "department.name"),
            model="ats_jobs",
            key="department.name",
            label="Department",
            type="DEFAULT",
            seen=8,
            filled=6,
        )
        self.store.found_fields(integration, [found], counts=True)
        custom = CustomField(id=random_id(), environment_id=environment_id, model="ats_jobs", key=f"team_{name}")
        self.store.add_custom_field(custom)
        key = self.store.add_api_key(environment_id, f"key of {name}", random_id(), "atsume_test0", now)
        scope = self.store.add_scope_config(environment_id, f"scope of {name}", {}, now)
        return {
            "scope_config": scope.id,
            "endpoint": endpoint.id,
            "delivery": f"{endpoint.id}.{event}",
            "key": key.id,
            "custom_field": custom.id,
            "integration_field": found.id,
        }

    def _event(self, environment_id: str, integration_id: str) -> str:
        ident = random_id()
        values = {
            "id": ident,
            "environment_id": environment_id,
            "integration_id": integration_id,
            "type": "sync-finished",
            "body": "{}",
            "at": clock.now(),
        }
        with self.store.database.writing() as connection:
            connection.execute(events.insert().values(values))
        return ident

    def stranger(self) -> httpx.Client:
        """Return a browser that is not signed in."""
        return httpx.Client(base_url=self.url, headers=BROWSER, timeout=30)

    def browser(self, name: str = "admin") -> httpx.Client:
        """Return a browser that is signed in, the same one for the same operator."""
        if name not in self._signed_in:
            client = self.stranger()
            answer = client.post("/console/login", data={"name": name, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            self._signed_in[name] = client
        return self._signed_in[name]

    def path(self, template: str, **names: str) -> str:
        """Return the address of a row's path, filled with our own ids unless others are given."""
        for name, value in (self.ours | names).items():
            template = template.replace("{" + name + "}", value)
        assert "{" not in template, template
        return HOME + template

    def get(self, template: str, name: str = "admin", **query: Any) -> httpx.Response:
        """Open a page."""
        return self.browser(name).get(self.path(template), params=query)

    def send(self, template: str, by: str = "admin", names: dict[str, str] | None = None, **form: Any) -> Any:
        """Send a form as one of our pages does, and follow to where it leads."""
        client, path = self.browser(by), self.path(template, **(names or {}))
        return client.post(path, data={"csrf": self.csrf(client)} | form, follow_redirects=True)

    def csrf(self, client: httpx.Client) -> str:
        """Return the token that a browser's forms carry."""
        page = client.get("/console", follow_redirects=True)
        found = re.search(r'name="csrf" value="([0-9a-f]{64})"', page.text)
        assert found is not None, page.text
        return found[1]

    def audit(self, limit: int = 1) -> list[AuditEntry]:
        """Return the newest entries of the audit log."""
        return self.store.audit_entries(limit=limit)

    def work(self) -> None:
        """Carry out the syncs that are queued for our integration, as a worker would."""
        for run in self.store.sync_runs(self.integration.id):
            claimed = self.store.claim_sync(clock.now(), run.id)
            if claimed is not None:
                execute(self.mirror.server.executor, claimed, should_stop=lambda: False)

    def close(self) -> None:
        """Close the browsers."""
        for client in self._signed_in.values():
            client.close()


@contextmanager
def console(folder: Path) -> Iterator[Console]:
    """Yield a console over a company that has been mirrored."""
    with Company(SMALL) as company, Mirror(company, f"sqlite:///{folder}/atsume.db", folder) as mirror:
        mirror.sync()
        with served(mirror) as url:
            made = Console(mirror, url)
            try:
                yield made
            finally:
                made.close()
