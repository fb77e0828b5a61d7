"""GET /connect/integration-by-token/{token} and its older twin: which integration came of a flow."""

from typing import Literal

from msgspec import Struct

from atsume.api import envelope
from atsume.api.connect.bodies import decoded
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.api.query import Parameter
from atsume.errors import AtsumeError, Code
from atsume.integrations import links
from atsume.model.integration import SetupStatus


class ActivatedIntegration(Struct, frozen=True):
    """The integration behind an activation token."""

    tool: str
    id: str
    end_user_origin_id: str | None
    end_user_organization_name: str
    end_user_email: str | None
    setup_status: SetupStatus


class ActivationAnswer(Struct, frozen=True):
    """The answer of both endpoints."""

    status: Literal["success"]
    data: ActivatedIntegration


class ActivateIntegration(Struct, frozen=True):
    """The token that the browser SDK returned."""

    token: str


def _told(call: Call, token: str) -> bytes:
    integration = links.activated(call.deps.store, call.key.environment_id, token, call.deps.now())
    if integration is None:
        raise AtsumeError(
            Code.INPUT_INVALID,
            "This activation token is unknown, belongs to another environment, or is older than an hour. "
            "The integration exists all the same: its webhook `integration-created` names it.",
        )
    end_user = integration.end_user
    return envelope.success(
        ActivatedIntegration(
            tool=integration.tool,
            id=integration.id,
            end_user_origin_id=end_user.origin_id,
            end_user_organization_name=end_user.organization_name,
            end_user_email=end_user.creator_email,
            setup_status=integration.setup_status,
        )
    )


INTEGRATION_BY_TOKEN = Endpoint(
    method="GET",
    path="/connect/integration-by-token/{token}",
    name="GetConnectIntegrationByToken",
    family=Family.CONNECT,
    summary="Get the integration that an activation token names",
    of_integration=False,
    parameters=(
        Parameter(
            name="token",
            place="path",
            required=True,
            description="The token that the browser SDK returned; good for an hour.",
            schema={"type": "string"},
        ),
    ),
    result=ActivationAnswer,
    answer=lambda call: _told(call, call.path["token"]),
)
ACTIVATE_INTEGRATION = Endpoint(
    method="POST",
    path="/connect/activate-integration",
    name="PostConnectActivateIntegration",
    family=Family.CONNECT,
    summary="The older form of integration-by-token",
    of_integration=False,
    body=ActivateIntegration,
    result=ActivationAnswer,
    answer=lambda call: _told(call, decoded(call, ActivateIntegration).token),
)
