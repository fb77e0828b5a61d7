"""Webhooks as plain structs: endpoints, events, deliveries and attempts."""

import datetime as dt
from enum import Enum

from msgspec import Struct


class DeliveryState(Enum):
    """How a delivery stands."""

    WAITING = "WAITING"
    """It will be tried, now or later."""
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    """Given up after the last attempt. A replay begins anew."""
    HELD = "HELD"
    """Its endpoint is disabled; it goes on when that is enabled."""


class WebhookEndpoint(Struct, frozen=True, kw_only=True):
    """Where events of an environment are sent. Its secrets are not shown."""

    id: str
    environment_id: str
    url: str
    events: list[str]
    """Types it is told of."""
    created_at: dt.datetime
    failing_since: dt.datetime | None = None
    """First failure after the last success; None while all is well."""
    disabled_at: dt.datetime | None = None
    disabled_because: str | None = None
    old_until: dt.datetime | None = None
    """Until when the secret before the last rotation signs too."""


class NewEvent(Struct, frozen=True, kw_only=True):
    """An event to keep and to send."""

    id: str
    environment_id: str
    integration_id: str | None
    type: str
    body: str
    """The bytes that are signed and sent, as text."""
    at: dt.datetime


class Delivery(Struct, frozen=True, kw_only=True):
    """The sending of one event to one endpoint."""

    id: str
    endpoint_id: str
    event_id: str
    type: str
    state: DeliveryState
    attempts: int
    """Since it became due, or was replayed."""
    next_at: dt.datetime | None
    created_at: dt.datetime
    ended_at: dt.datetime | None


class Attempt(Struct, frozen=True, kw_only=True):
    """One try of a delivery."""

    at: dt.datetime
    status: int | None
    """None: no answer came."""
    duration_seconds: float
    answer: str
    """The beginning of the answer, or why there is none."""


class Claimed(Struct, frozen=True, kw_only=True):
    """A delivery to try now, with all that is needed for it."""

    id: str
    attempts: int
    """This one included."""
    event_id: str
    body: str
    endpoint: WebhookEndpoint
    sealed_secrets: tuple[bytes, ...]
    """The newest first; an old one as long as it signs too."""


class Tried(Struct, frozen=True, kw_only=True):
    """What came of an attempt: the log entry, and what follows for delivery and endpoint."""

    attempt: Attempt
    state: DeliveryState
    next_at: dt.datetime | None
    disable_because: str | None = None
    """Why the endpoint gets nothing more."""
