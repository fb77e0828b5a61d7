"""Adding endpoints and changing their secrets: what the API and the command line share. Secrets are shown once."""

import datetime as dt
import secrets
from collections.abc import Sequence

from atsume.crypto import Keys, seal
from atsume.egress import Egress, Refused, Unreachable
from atsume.errors import AtsumeError, Code
from atsume.ids import random_id
from atsume.observe import log
from atsume.store.rows_webhooks import WebhookEndpoint
from atsume.store.store import Store
from atsume.webhooks import sign
from atsume.webhooks.payloads import EVENT_TYPES

OVERLAP = dt.timedelta(hours=24)
"""How long the old secret signs beside the new one, unless somebody says otherwise."""
BY_OPERATOR = "Disabled by the operator."
"""Why an endpoint gets nothing when somebody here wanted that."""
ENDPOINTS_MOST = 50
"""In one environment: each is asked for at every look for due deliveries."""


def add(
    store: Store,
    egress: Egress,
    keys: Keys,
    *,
    environment_id: str,
    url: str,
    events: Sequence[str],
    at: dt.datetime,
) -> tuple[WebhookEndpoint, str]:
    """Add an endpoint and return it with its secret. Raises AtsumeError for what cannot be."""
    unknown = sorted(set(events) - set(EVENT_TYPES))
    if unknown or not events:
        named = f"{unknown[0]!r} is no event type" if unknown else "No event type was given"
        raise AtsumeError(Code.INPUT_INVALID, f"{named}. There are: {', '.join(EVENT_TYPES)}.")
    if len(store.endpoints(environment_id)) >= ENDPOINTS_MOST:
        raise AtsumeError(Code.INPUT_INVALID, f"An environment has at most {ENDPOINTS_MOST} endpoints; remove one.")
    try:
        egress.target(url)
    except Refused as refused:
        raise AtsumeError(Code.INPUT_INVALID, f"Nothing can be sent to this URL: {refused.message}") from refused
    except Unreachable as fault:  # perhaps it is there later; each attempt checks again
        log.warning("a webhook endpoint cannot be resolved yet", reason=fault.message)
    made = WebhookEndpoint(
        id=random_id(),
        environment_id=environment_id,
        url=url,
        events=[kind for kind in EVENT_TYPES if kind in events],
        created_at=at,
    )
    secret = sign.new_secret(secrets.token_bytes(sign.SECRET_BYTES))
    store.add_endpoint(made, seal(keys, secret.encode(), made.id))
    return made, secret


def rotate(store: Store, keys: Keys, endpoint_id: str, at: dt.datetime, overlap: dt.timedelta = OVERLAP) -> str:
    """Give an endpoint a new secret and return it. The old one signs too until the overlap is over."""
    secret = sign.new_secret(secrets.token_bytes(sign.SECRET_BYTES))
    store.rotate_endpoint(endpoint_id, seal(keys, secret.encode(), endpoint_id), at + overlap)
    return secret
