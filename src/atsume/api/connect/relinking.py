"""POST /integrations/{id}/relink and /setup-link: links for an integration that exists already."""

from functools import partial
from typing import Literal

from msgspec import Struct

from atsume.api import envelope, gate
from atsume.api.connect.bodies import Language, LinkType, decoded, note
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.api.query import Parameter, invalid
from atsume.integrations import links
from atsume.integrations.scopes import config_for
from atsume.model.integration import Integration
from atsume.model.scope import ACTIONS, allows_action
from atsume.store.rows import Answers, Purpose, Wish

INTEGRATION_ID = Parameter(
    name="integration_id",
    place="path",
    required=True,
    description="Id of the integration.",
    schema={"type": "string"},
)
of_one = partial(Endpoint, family=Family.GENERAL, of_integration=False, parameters=(INTEGRATION_ID,), fails_with=(404,))
"""An endpoint about one integration, named in its path."""


class Relink(Struct, frozen=True):
    """How to reconnect."""

    language: Language | None = "en"
    scope_config_id: str | None = None
    """Becomes the integration's scope config when the flow completes. None: it keeps the one it has."""
    link_type: LinkType = "EMBEDDED"


class SetupLink(Struct, frozen=True):
    """How to open the setup steps."""

    link_type: LinkType
    language: Language | None = "en"


class OneLink(Struct, frozen=True):
    """The link to open."""

    link: str


class LinkAnswer(Struct, frozen=True):
    """The answer of both endpoints."""

    status: Literal["success"]
    data: OneLink


def _relink(call: Call) -> bytes:
    integration = gate.find(call.deps.store.integration, call.key, call.path["integration_id"])
    body = decoded(call, Relink)
    if body.scope_config_id is not None:
        config_for(call.deps.store, integration.environment_id, body.scope_config_id)
    return _made(call, integration, Purpose.RELINK, body.language, body.link_type, body.scope_config_id)


def _setup(call: Call) -> bytes:
    integration = gate.find(call.deps.store.integration, call.key, call.path["integration_id"])
    body = decoded(call, SetupLink)
    guide = gate.connector(call.deps, integration).guide
    writes = any(allows_action(call.deps.scope(integration), action) for action in ACTIONS)
    if guide is None or guide.source is None or not writes:
        raise invalid("This integration has no setup step: its tool needs none, or its scope config allows no action.")
    return _made(call, integration, Purpose.SETUP, body.language, body.link_type, None)


def _made(
    call: Call, integration: Integration, purpose: Purpose, language: str | None, link_type: str, config_id: str | None
) -> bytes:
    wish = Wish(
        purpose=purpose,
        end_user=integration.end_user,
        tool=integration.tool,
        category=integration.category.upper(),
        language=language or "en",
        scope_config_id=config_id,
        link_type=link_type,
    )
    link = links.make(
        call.deps.store,
        call.deps.config.public_url,
        integration.environment_id,
        wish,
        call.deps.now(),
        integration_id=integration.id,
        answers=Answers(opted_out=integration.opted_out),
    )
    note(call, f"{purpose.value}_link.created", integration.id, {"link_type": link_type})
    return envelope.success(OneLink(link))


RELINK = of_one(
    method="POST",
    path="/integrations/{integration_id}/relink",
    name="PostIntegrationsIntegrationIdRelink",
    summary="Make a link with which an end user reconnects",
    body=Relink,
    result=LinkAnswer,
    answer=_relink,
)
SETUP_LINK = of_one(
    method="POST",
    path="/integrations/{integration_id}/setup-link",
    name="PostIntegrationsIntegrationIdSetupLink",
    summary="Make a link with which an end user finishes the setup",
    body=SetupLink,
    result=LinkAnswer,
    answer=_setup,
)
