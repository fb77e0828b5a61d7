"""What the API is given: everything it may touch, wired by whoever starts the server."""

import datetime as dt
from collections.abc import Callable, Mapping

from msgspec import Struct, field

from atsume.actions.passthrough import Passthrough
from atsume.actions.perform import Actions
from atsume.api.inflight import InFlight
from atsume.config import Config
from atsume.connectors.base import Connector
from atsume.model.integration import Integration
from atsume.model.scope import Scope
from atsume.store.store import Store
from atsume.sync.permissions import Shown
from atsume.webhooks.deliver import Courier


def everything(_integration: Integration) -> Scope:
    """Return the scope that leaves nothing out."""
    return Scope()


class Deps(Struct, frozen=True, kw_only=True):
    """The API's surroundings."""

    store: Store
    config: Config
    connectors: Mapping[str, Connector]
    """By tool id."""
    now: Callable[[], dt.datetime]
    wake: Callable[[], None]
    """Tells the worker that a sync was queued."""
    scope: Callable[[Integration], Scope] = everything
    """What an integration's scope config leaves out."""
    test: Callable[[Integration], list[Shown]] | None = None
    """Tests the permissions of an integration now; None: this server cannot ask the tool."""
    actions: Actions | None = None
    """Carries out write actions; None: this server does none."""
    passthrough: Passthrough | None = None
    """Sends callers' own requests to tools; None: this server does not."""
    in_flight: InFlight = field(default_factory=InFlight)
    courier: Courier | None = None
    """Sends webhooks; None where nobody does."""
