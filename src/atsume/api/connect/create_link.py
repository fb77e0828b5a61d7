"""POST /connect/create-link: a link that an end user opens to connect a tool."""

from typing import Any, Literal

from msgspec import Struct

from atsume.api import envelope
from atsume.api.connect.bodies import Email, Language, LinkType, Name, decoded, note
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.api.query import invalid
from atsume.integrations import links
from atsume.integrations.scopes import config_for
from atsume.model.integration import EndUser
from atsume.store.rows import Purpose, Wish


class CreateLink(Struct, frozen=True, kw_only=True):
    """Who connects what."""

    end_user_email: Email
    end_user_organization_name: Name
    end_user_origin_id: Name | None = None
    """The caller's own id of the end user."""
    remote_environment: str | None = None
    """`production` or nothing: no tool of ours has others. Only together with `integration_tool`."""
    integration_category: Literal["HRIS", "ATS", "ASSESSMENT", "LMS"] = "HRIS"
    integration_tool: str | None = None
    """None: the end user picks one."""
    language: Language | None = "en"
    scope_config_id: str | None = None
    enable_filtering: bool = False
    """For HRIS only; accepted and without effect."""
    enable_field_mapping: bool = False
    enable_static_ips: bool = False
    link_type: LinkType = "EMBEDDED"


class Link(Struct, frozen=True, omit_defaults=True):
    """The link to open."""

    link: str
    static_ips: list[str] | None = None


class CreateLinkAnswer(Struct, frozen=True):
    """The answer of POST /connect/create-link."""

    status: Literal["success"]
    data: Link


def _answer(call: Call) -> bytes:
    body = decoded(call, CreateLink)
    _check(call, body)
    environment_id = call.key.environment_id
    config = config_for(call.deps.store, environment_id, body.scope_config_id)
    wish = Wish(
        purpose=Purpose.CONNECT,
        end_user=EndUser(body.end_user_organization_name, body.end_user_email, body.end_user_origin_id),
        tool=body.integration_tool,
        category=body.integration_category,
        language=body.language or "en",
        scope_config_id=config.id,
        with_field_mapping=body.enable_field_mapping,
        link_type=body.link_type,
    )
    made = links.make(call.deps.store, call.deps.config.public_url, environment_id, wish, call.deps.now())
    details: dict[str, Any] = {"link_type": body.link_type, "tool": body.integration_tool}
    note(call, "connect_link.created", body.end_user_origin_id, details)
    return envelope.success(Link(made, [] if body.enable_static_ips else None))


def _check(call: Call, body: CreateLink) -> None:
    tools = {c.id: c for c in call.deps.connectors.values() if c.category.upper() == body.integration_category}
    if not tools:
        raise invalid(
            f"This server has no tool of the category {body.integration_category}. "
            'Send "integration_category": "ATS"; GET /v1/tools/ats lists its tools.'
        )
    if body.integration_tool is not None and body.integration_tool not in tools:
        raise invalid(f"`integration_tool` must be one of: {', '.join(sorted(tools))}, or null to let people choose.")
    if body.remote_environment is not None and body.integration_tool is None:
        raise invalid("`remote_environment` goes only together with `integration_tool`.")
    if body.remote_environment not in (None, "", "production"):
        raise invalid("`remote_environment` must be null or production.")


CREATE_LINK = Endpoint(
    method="POST",
    path="/connect/create-link",
    name="PostConnectCreateLink",
    family=Family.CONNECT,
    summary="Make a link with which an end user connects a tool",
    of_integration=False,
    body=CreateLink,
    result=CreateLinkAnswer,
    answer=_answer,
)
