"""Who is calling: the API key in `Authorization: Bearer …` (scheme in any case)."""

import ipaddress
import time

from atsume.crypto import api_key_hash
from atsume.errors import AtsumeError, Code
from atsume.store.rows import ApiKey
from atsume.store.store import Store

REMEMBERED_SECONDS = 2.0
"""How long a good key is believed without asking the store: a revoked key works no longer than this."""

_REMEMBERED_MOST = 10_000


class KeyRing:
    """Looks up API keys and remembers the good ones for a moment."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._good: dict[str, tuple[ApiKey, float]] = {}

    def owner(self, authorization: str | None) -> ApiKey:
        """Return the key that was sent. Raises AtsumeError."""
        if not authorization:
            raise _refused("No API key came with the request. Send it as `Authorization: Bearer <API key>`.")
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            raise _refused("The Authorization header must read `Bearer <API key>`.")
        digest = api_key_hash(secret.strip())
        now = time.monotonic()
        good = self._good.get(digest)
        if good is not None and good[1] > now:
            return good[0]
        key = self._store.api_key(digest)
        if key is None or key.revoked_at is not None:
            self._good.pop(digest, None)
            raise _refused("The API key is unknown or was revoked. Check it, or create one with `atsume keys create`.")
        if len(self._good) >= _REMEMBERED_MOST:
            self._good.clear()
        self._good[digest] = (key, now + REMEMBERED_SECONDS)
        return key


def check_address(key: ApiKey, address: str | None) -> None:
    """Raise unless the key may be used from this address."""
    if key.allowed_addresses is None:
        return
    try:
        caller = ipaddress.ip_address(address or "")
    except ValueError:
        caller = None
    if isinstance(caller, ipaddress.IPv6Address) and caller.ipv4_mapped is not None:
        caller = caller.ipv4_mapped
    networks = (ipaddress.ip_network(network) for network in key.allowed_addresses)
    if caller is None or not any(caller.version == network.version and caller in network for network in networks):
        raise AtsumeError(
            Code.IP_NOT_WHITELISTED,
            "This API key may not be used from the address that you call from. "
            "The operator can allow it with `atsume keys allow`.",
        )


def _refused(message: str) -> AtsumeError:
    return AtsumeError(Code.AUTHENTICATION_INVALID, message)
