"""What opens an integration's tool: its connector, credentials and settings."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from atsume.connectors.base import Connector
from atsume.crypto import Keys, SealBroken, unseal
from atsume.errors import AtsumeError, Code
from atsume.model.integration import Integration
from atsume.store.store import Store


class Access(Struct, frozen=True):
    """All that a connector needs to speak for an integration."""

    connector: Connector
    credentials: Any
    settings: Any


def access(store: Store, connectors: Mapping[str, Connector], keys: Keys, integration: Integration) -> Access:
    """Return what opens the integration's tool. Raises AtsumeError."""
    return opened(store.sealed_credentials(integration.id), connectors, keys, integration)


def opened(sealed: bytes | None, connectors: Mapping[str, Connector], keys: Keys, integration: Integration) -> Access:
    """Return the same from credentials that were read already. Raises AtsumeError."""
    connector = connectors.get(integration.tool)
    if connector is None or sealed is None:
        raise AtsumeError(Code.UNKNOWN_ERROR, f"This server has no connector for {integration.tool}.")
    try:
        secrets = unseal(keys, sealed, integration.id)
    except SealBroken as broken:
        raise AtsumeError(Code.UNKNOWN_ERROR, f"The stored credentials cannot be opened: {broken}.") from broken
    credentials = msgspec.json.decode(secrets, type=connector.credentials)
    return Access(connector, credentials, msgspec.convert(integration.settings, connector.settings))
