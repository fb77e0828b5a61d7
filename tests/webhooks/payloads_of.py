"""What an office tells a receiver of everything."""

from typing import Any

import msgspec

from tests.store.world import World
from tests.webhooks.office import Office
from tests.webhooks.receiver import receiver


def write(office: Office, integration: Any, *records: Any) -> None:
    """Commit new records to an integration."""
    world = World.__new__(World)
    world.store, world.integration = office.store, integration
    for record in records:
        world.write("created", record)


def told(office: Office) -> list[dict[str, Any]]:
    """Return the payloads that a receiver of everything gets, decoded, in order of their ids."""
    with receiver() as one:
        endpoint, _ = office.endpoint(one.url)
        office.work()
        office.store.remove_endpoint(endpoint.id)
    return sorted((msgspec.json.decode(got.body) for got in one.got), key=lambda payload: payload["id"])
