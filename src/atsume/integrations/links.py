"""Connect links and activation tokens: made for one purpose, good for a limited time, kept as hashes.

A link is the permission to use it: whoever has it may walk through its flow. It holds no other permission, and it is
used up when its flow ends. An activation token tells the caller, and nobody else, which integration came of a flow.
"""

import datetime as dt
from collections.abc import Mapping
from urllib.parse import quote

from msgspec import structs

from atsume.crypto import new_token, token_hash
from atsume.model.integration import Integration
from atsume.store.rows import Answers, ConnectLink, Wish
from atsume.store.store import Store

LIFETIME: Mapping[str, dt.timedelta] = {"EMBEDDED": dt.timedelta(hours=1), "MAGIC_LINK": dt.timedelta(days=365)}
"""By link type, as the wire says."""
INVITATION = dt.timedelta(days=7)
"""How long a colleague may take."""
ACTIVATION = dt.timedelta(hours=1)
PATH = "/connect/start"
LINK, ACTIVATE = "connect link", "activation"


def make(
    store: Store,
    public_url: str,
    environment_id: str,
    wish: Wish,
    at: dt.datetime,
    *,
    integration_id: str | None = None,
    answers: Answers | None = None,
    lifetime: dt.timedelta | None = None,
) -> str:
    """Store a link and return its address, which cannot be shown again."""
    token = new_token()
    expires_at = at + (lifetime or LIFETIME[wish.link_type])
    store.add_link(
        environment_id,
        token_hash(token, LINK),
        wish,
        at=at,
        expires_at=expires_at,
        integration_id=integration_id,
        answers=answers,
    )
    return f"{public_url.rstrip('/')}{PATH}?token={quote(token)}"


def found(store: Store, token: str) -> ConnectLink | None:
    """Return the link of a token, whatever became of it."""
    return store.link(token_hash(token, LINK)) if token else None


def invite(store: Store, public_url: str, link: ConnectLink, at: dt.datetime) -> str:
    """Return a link for a colleague: the same wish and choices, nothing that was typed in as a secret."""
    wish = structs.replace(link.wish, link_type="MAGIC_LINK")
    answers = structs.replace(link.answers, permissions=(), passed_by=())
    given = {"integration_id": link.integration_id, "answers": answers, "lifetime": INVITATION}
    return make(store, public_url, link.environment_id, wish, at, **given)


def activate(store: Store, integration: Integration, at: dt.datetime) -> str:
    """Return a token with which the caller learns of this integration."""
    token = new_token()
    hashed = token_hash(token, ACTIVATE)
    store.add_activation_token(hashed, integration.environment_id, integration.id, at + ACTIVATION)
    return token


def activated(store: Store, environment_id: str, token: str, at: dt.datetime) -> Integration | None:
    """Return the integration that an activation token names, to the environment it belongs to."""
    integration_id = store.activated(token_hash(token, ACTIVATE), environment_id, at)
    integration = store.integration(integration_id) if integration_id else None
    return integration if integration is not None and integration.environment_id == environment_id else None
