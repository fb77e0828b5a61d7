"""A store with an environment, and a courier that delivers from it with a clock in the test's hand."""

import datetime as dt
import itertools
from typing import Any

from atsume import crypto
from atsume.egress import Egress
from atsume.ids import random_id
from atsume.model.integration import EndUser, Integration, SyncState, SyncType
from atsume.store.outbox import FlowFacts, note
from atsume.store.rows import NewIntegration
from atsume.store.rows_webhooks import WebhookEndpoint
from atsume.store.store import Store
from atsume.webhooks import sign
from atsume.webhooks.deliver import Courier
from atsume.webhooks.payloads import EVENT_TYPES

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
PUBLIC = "https://atsume.example"
END_USER = EndUser("Acme GmbH", "ada@acme.example", "acme-1")


class Office:
    """Everything between a change of state and a receiver."""

    def __init__(self, store: Store, *, allow_private: bool = True) -> None:
        self.store = store
        self.now = NOON
        self.environment = store.create_environment("Office", NOON)
        self.keys = crypto.fixed([b"k" * 32])
        self._ids = (f"event{n:019d}" for n in itertools.count(1))
        self.courier = Courier(
            store=store,
            egress=Egress(allow_private=allow_private),
            encryption_key=self.keys,
            public_url=PUBLIC,
            now=lambda: self.now,
            chance=lambda: 0.5,
            new_id=lambda: next(self._ids),
        )

    def endpoint(self, url: str, *events: str, secret: str | None = None) -> tuple[WebhookEndpoint, str]:
        """Add an endpoint for these events, all by default; return it with its secret."""
        made = WebhookEndpoint(
            id=random_id(),
            environment_id=self.environment.id,
            url=url,
            events=list(events or EVENT_TYPES),
            created_at=self.now,
        )
        secret = secret or sign.new_secret(b"s" * 32)
        self.store.add_endpoint(made, crypto.seal(self.keys, secret.encode(), made.id))
        return made, secret

    def connect(self, no: int = 1) -> Integration:
        """Connect a tool: `integration-created`."""
        new = NewIntegration(
            id="personio:" + str(no).replace("0", "z").rjust(24, "x"),
            tool="personio",
            category="ATS",
            environment_id=self.environment.id,
            end_user=END_USER,
            settings={},
            sealed_credentials=b"sealed",
        )
        return self.store.add_integration(new, self.now)

    def sync(self, integration: Integration, state: SyncState = SyncState.SUCCEEDED, **took: float) -> str:
        """Let a run end: `sync-finished`, and `data-changed` when something was written."""
        run, _ = self.store.queue_sync(integration.id, SyncType.FULL, self.now)
        self.store.claim_sync(self.now, run.id)
        self.store.finish_sync(run.id, state, self.now + dt.timedelta(**took), [], [], None, {})
        return run.id

    def fail_flow(self) -> None:
        """Let an end user fail to connect: `connection-flow-failed`."""
        facts = FlowFacts(tool="personio", category="ATS", end_user=END_USER, exchange_id="exchange")
        about: dict[str, Any] = {"environment_id": self.environment.id, "integration_id": None}
        with self.store.database.writing() as connection:
            note(connection, "connection_flow_failed", facts=facts, at=self.now, **about)

    def work(self) -> int:
        """Do what is due now, until nothing is; return the number of attempts."""
        tried = 0
        for note_id in self.courier.due_notes(self.now):
            self.courier.announce(note_id)
        while due := self.courier.due_deliveries(self.now, 100):
            for one in due:
                self.courier.deliver(one)
            tried += len(due)
        return tried

    def passes(self, **time: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(**time)
