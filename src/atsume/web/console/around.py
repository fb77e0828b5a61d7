"""What the console is given: everything it may touch, wired by whoever starts the server."""

import datetime as dt
from collections.abc import Callable, Mapping

from msgspec import Struct

from atsume.connectors.base import Connector, Session
from atsume.integrations.fields import Fieldwork
from atsume.model.integration import Integration
from atsume.store.store import Store
from atsume.sync.permissions import Shown
from atsume.webhooks.deliver import Courier

Ask = Callable[[Integration, str, Mapping[str, str], bytes, bytes, str | None], bytes]
"""(integration, name of the endpoint, path parameters, query, body, idempotency key) → body of the success.
Raises AtsumeError."""


class Around(Struct, frozen=True, kw_only=True):
    """The console's surroundings."""

    store: Store
    connectors: Mapping[str, Connector]
    """By tool id."""
    public_url: str
    now: Callable[[], dt.datetime]
    wake: Callable[[], None]
    """Tells the worker that something was queued."""
    test: Callable[[Integration], list[Shown]]
    """Asks the tool for every permission of an integration now."""
    open: Callable[[Integration], Session]
    """Opens an integration's tool with its credentials. Raises AtsumeError."""
    work: Fieldwork
    courier: Courier
    ask: Ask
    """Asks an endpoint of this server's own API, as callers do."""

    @property
    def is_secure(self) -> bool:
        """Whether browsers reach this server by HTTPS alone, so that cookies may insist on it."""
        return self.public_url.startswith("https://")
