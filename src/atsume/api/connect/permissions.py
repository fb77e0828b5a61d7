"""GET /integrations/{id}/permissions: what scope testing found. An addition of ours to Kombo's wire."""

from typing import Literal

from msgspec import Struct

from atsume.api import envelope, gate
from atsume.api.connect.relinking import INTEGRATION_ID
from atsume.api.deps import Deps
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.api.query import Parameter, flag, parse
from atsume.model.integration import Integration
from atsume.model.permission import Finding
from atsume.model.record import timestamp
from atsume.sync.permissions import Shown, told

REFRESH = Parameter(
    name="refresh",
    description="Ask the tool now, instead of telling what it said last.",
    schema={"type": "string", "enum": ["true", "false"], "default": "false"},
)


class ToldPermission(Struct, frozen=True):
    """A permission of the tool."""

    id: str
    title: str
    purpose: str
    """What it is for."""
    state: Finding
    is_blocking: bool
    """Whether something required cannot work without it."""
    message: str
    """What was found, and how to grant what is missing."""
    needed_for: list[str]
    """Models and actions."""
    checked_at: str


class Permissions(Struct, frozen=True):
    """All that matter for the scope of the integration."""

    permissions: list[ToldPermission]


class PermissionsAnswer(Struct, frozen=True):
    """The answer of GET /integrations/{integration_id}/permissions."""

    status: Literal["success"]
    data: Permissions


def remembered(deps: Deps, integration: Integration) -> list[ToldPermission]:
    """Return what scope testing found last."""
    guide = gate.connector(deps, integration).guide
    if guide is None:
        return []
    config, scope = deps.store.scope_config_of(integration), deps.scope(integration)
    return [_told(one) for one in told(guide, config, scope, integration.permissions)]


def _told(one: Shown) -> ToldPermission:
    return ToldPermission(
        id=one.probe,
        title=one.title,
        purpose=one.why,
        state=one.finding,
        is_blocking=one.is_blocking,
        message=one.sentence,
        needed_for=list(one.needed_for),
        checked_at=timestamp(one.checked_at),
    )


def _answer(call: Call) -> bytes:
    integration = gate.find(call.deps.store.integration, call.key, call.path["integration_id"])
    given = parse(call.query, frozenset({REFRESH.name}))
    if flag(REFRESH.name, given.get(REFRESH.name, "false")) and call.deps.test is not None:
        found = [_told(one) for one in call.deps.test(integration)]
    else:
        found = remembered(call.deps, integration)
    return envelope.success(Permissions(found))


PERMISSIONS = Endpoint(
    method="GET",
    path="/integrations/{integration_id}/permissions",
    name="GetIntegrationPermissions",
    family=Family.GENERAL,
    summary="Get the permissions that an integration has and lacks",
    of_integration=False,
    parameters=(INTEGRATION_ID, REFRESH),
    result=PermissionsAnswer,
    fails_with=(404,),
    answer=_answer,
)
