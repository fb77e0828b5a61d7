"""Webhook endpoints of an environment."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from atsume.store.database import Database
from atsume.store.rows_webhooks import DeliveryState, WebhookEndpoint
from atsume.store.schema_webhooks import deliveries, endpoints

SHOWN = [endpoints.c[name] for name in WebhookEndpoint.__struct_fields__]
_events = msgspec.json.Decoder(list[str])


class Endpoints:
    """Adding, changing and removing endpoints."""

    database: Database

    def add_endpoint(self, endpoint: WebhookEndpoint, sealed_secret: bytes) -> None:
        """Add an endpoint. See `atsume.crypto.seal`; the owner of the secret is the endpoint's id."""
        values: dict[str, Any] = {name: getattr(endpoint, name) for name in endpoint.__struct_fields__}
        values["events"] = msgspec.json.encode(endpoint.events).decode()
        with self.database.writing() as connection:
            connection.execute(sa.insert(endpoints).values(**values, sealed_secret=sealed_secret))

    def endpoint(self, endpoint_id: str) -> WebhookEndpoint | None:
        """Return an endpoint."""
        return next(iter(self._endpoints(endpoints.c.id == endpoint_id)), None)

    def endpoints(self, environment_id: str | None = None) -> list[WebhookEndpoint]:
        """Return all endpoints, oldest first."""
        return self._endpoints(*([] if environment_id is None else [endpoints.c.environment_id == environment_id]))

    def _endpoints(self, *where: sa.ColumnElement[bool]) -> list[WebhookEndpoint]:
        query = sa.select(*SHOWN).where(*where).order_by(endpoints.c.created_at, endpoints.c.id)
        with self.database.looking() as connection:
            return [as_endpoint(row) for row in connection.execute(query)]

    def remove_endpoint(self, endpoint_id: str) -> bool:
        """Remove an endpoint with its deliveries; tell whether there was one."""
        with self.database.writing() as connection:
            return connection.execute(sa.delete(endpoints).where(endpoints.c.id == endpoint_id)).rowcount == 1

    def endpoint_secret(self, endpoint_id: str) -> bytes | None:
        """Return the newest secret of an endpoint as it was sealed."""
        query = sa.select(endpoints.c.sealed_secret).where(endpoints.c.id == endpoint_id)
        with self.database.looking() as connection:
            sealed = connection.execute(query).scalar()
        return None if sealed is None else bytes(sealed)

    def rotate_endpoint(self, endpoint_id: str, sealed_secret: bytes, old_until: dt.datetime) -> bool:
        """Give an endpoint a new secret; the one before signs too until then. Tells whether there is one."""
        values = {
            "sealed_old_secret": endpoints.c.sealed_secret,
            "sealed_secret": sealed_secret,
            "old_until": old_until,
        }
        change = sa.update(endpoints).values(values).where(endpoints.c.id == endpoint_id)
        with self.database.writing() as connection:
            return connection.execute(change).rowcount == 1

    def enable_endpoint(self, endpoint_id: str, at: dt.datetime) -> bool:
        """Send to an endpoint again, first what was held; tell whether it was disabled."""
        values = {"disabled_at": None, "disabled_because": None, "failing_since": None}
        mine = endpoints.c.id == endpoint_id, endpoints.c.disabled_at.is_not(None)
        held = deliveries.c.endpoint_id == endpoint_id, deliveries.c.state == DeliveryState.HELD.value
        again = {"state": DeliveryState.WAITING.value, "next_at": at, "attempts": 0}
        with self.database.writing() as connection:
            if not connection.execute(sa.update(endpoints).values(values).where(*mine)).rowcount:
                return False
            connection.execute(sa.update(deliveries).values(again).where(*held))
        return True

    def disable_endpoint(self, endpoint_id: str, at: dt.datetime, because: str) -> bool:
        """Send nothing more to an endpoint and hold what waits; tell whether it was enabled."""
        with self.database.writing() as connection:
            return disable(connection, endpoint_id, at, because)

    def sealed_endpoint_secrets(self) -> list[tuple[str, bytes, bytes | None]]:
        """Return (endpoint, newest secret, older one) of all endpoints, as they were sealed."""
        query = sa.select(endpoints.c.id, endpoints.c.sealed_secret, endpoints.c.sealed_old_secret)
        with self.database.looking() as connection:
            return [
                (row[0], bytes(row[1]), None if row[2] is None else bytes(row[2])) for row in connection.execute(query)
            ]

    def reseal_endpoint(self, endpoint_id: str, before: bytes, sealed: bytes, sealed_old: bytes | None) -> bool:
        """Replace the sealed secrets by the same ones sealed with another key, unless they were rotated meanwhile."""
        mine = endpoints.c.id == endpoint_id, endpoints.c.sealed_secret == before
        values = {"sealed_secret": sealed, "sealed_old_secret": sealed_old}
        with self.database.writing() as connection:
            return connection.execute(sa.update(endpoints).values(values).where(*mine)).rowcount == 1


def disable(connection: sa.Connection, endpoint_id: str, at: dt.datetime, because: str) -> bool:
    """Disable an endpoint inside a transaction; tell whether it was enabled."""
    mine = endpoints.c.id == endpoint_id, endpoints.c.disabled_at.is_(None)
    off = sa.update(endpoints).values(disabled_at=at, disabled_because=because).where(*mine)
    waiting = deliveries.c.endpoint_id == endpoint_id, sa.text("state = 'WAITING'")
    hold = sa.update(deliveries).values(state=DeliveryState.HELD.value, next_at=None).where(*waiting)
    if not connection.execute(off).rowcount:
        return False
    connection.execute(hold)
    return True


def subscribed(connection: sa.Connection, environment_ids: Sequence[str]) -> list[WebhookEndpoint]:
    """Return the endpoints of environments, disabled ones too."""
    query = sa.select(*SHOWN).where(endpoints.c.environment_id.in_(environment_ids)).order_by(endpoints.c.id)
    return [as_endpoint(row) for row in connection.execute(query)]


def as_endpoint(row: Any) -> WebhookEndpoint:
    """Return an endpoint from its row."""
    values: dict[str, Any] = {name: getattr(row, name) for name in WebhookEndpoint.__struct_fields__}
    values["events"] = _events.decode(row.events)
    return WebhookEndpoint(**values)
