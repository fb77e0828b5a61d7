"""PUT /integrations/{id}/enabled and DELETE /integrations/{id}."""

from typing import Literal

from msgspec import Struct

from atsume.api import envelope, gate
from atsume.api.connect.bodies import NoBody, decoded, note
from atsume.api.connect.relinking import of_one
from atsume.api.endpoints import Call
from atsume.integrations import lifecycle


class Enabled(Struct, frozen=True):
    """Whether the integration may sync and be read."""

    value: bool


class DoneAnswer(Struct, frozen=True):
    """The answer of what has nothing to tell."""

    status: Literal["success"]
    data: NoBody


def _enabled(call: Call) -> bytes:
    integration = gate.find(call.deps.store.integration, call.key, call.path["integration_id"])
    value = decoded(call, Enabled).value
    lifecycle.set_enabled(call.deps.store, integration.id, call.deps.now(), value=value)
    note(call, f"integration.{'enabled' if value else 'disabled'}", integration.id)
    call.deps.wake()
    return envelope.success(NoBody())


def _deleted(call: Call) -> bytes:
    integration = gate.find(call.deps.store.integration, call.key, call.path["integration_id"])
    lifecycle.delete(call.deps.store, integration.id, call.deps.now())
    note(call, "integration.deleted", integration.id)
    return envelope.success(NoBody())


ENABLED = of_one(
    method="PUT",
    path="/integrations/{integration_id}/enabled",
    name="PutIntegrationsIntegrationIdEnabled",
    summary="Enable or disable an integration",
    body=Enabled,
    result=DoneAnswer,
    answer=_enabled,
)
DELETE_INTEGRATION = of_one(
    method="DELETE",
    path="/integrations/{integration_id}",
    name="DeleteIntegrationsIntegrationId",
    summary="Delete an integration for good",
    result=DoneAnswer,
    answer=_deleted,
)
