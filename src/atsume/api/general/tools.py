"""GET /tools/{category}: the tools of this server and what each can do."""

from typing import Literal

from msgspec import Struct

from atsume.api import envelope
from atsume.api.endpoints import Call, Endpoint, Family
from atsume.api.query import Parameter, invalid
from atsume.connectors.base import Connector
from atsume.model.coverage import ToolCoverage

CATEGORIES = ("hris", "ats", "assessment", "lms")


class Assets(Struct, frozen=True):
    """Addresses of pictures."""

    logo_url: str
    icon_url: str
    icon_black_url: str


class Tool(Struct, frozen=True):
    """A tool that can be connected."""

    id: str
    label: str
    internal_label: str | None
    assets: Assets
    paid_api_details_markdown: str | None
    fast_track_details_markdown: str | None
    partner_only_details_markdown: str | None
    connection_guide_url: str | None
    coverage: ToolCoverage


class Tools(Struct, frozen=True):
    """The tools of a category."""

    tools: list[Tool]


class ToolsAnswer(Struct, frozen=True):
    """The answer of GET /tools/{category}."""

    status: Literal["success"]
    data: Tools


def assets(connector: Connector, public_url: str) -> Assets:
    """Return the absolute addresses of a tool's pictures."""
    given = connector.assets
    return Assets(*(absolute(public_url, path) for path in (given.logo, given.icon, given.icon_black)))


def absolute(public_url: str, path: str) -> str:
    """Return an address that is relative to the server's as an absolute one."""
    return path if "://" in path else f"{public_url.rstrip('/')}/{path.lstrip('/')}"


def _tool(connector: Connector, public_url: str) -> Tool:
    return Tool(
        id=connector.id,
        label=connector.label,
        internal_label=None,
        assets=assets(connector, public_url),
        paid_api_details_markdown=None,
        fast_track_details_markdown=None,
        partner_only_details_markdown=None,
        connection_guide_url=absolute(public_url, connector.connection_guide) if connector.connection_guide else None,
        coverage=connector.coverage,
    )


def _answer(call: Call) -> bytes:
    category = call.path["category"]
    if category not in CATEGORIES:
        raise invalid(f"The category in the path must be one of {', '.join(CATEGORIES)}.")
    wanted = [c for c in call.deps.connectors.values() if c.category.lower() == category]
    return envelope.success(Tools([_tool(connector, call.deps.config.public_url) for connector in wanted]))


TOOLS = Endpoint(
    method="GET",
    path="/tools/{category}",
    name="GetTools",
    family=Family.GENERAL,
    summary="Get the tools of a category",
    of_integration=False,
    parameters=(
        Parameter(
            name="category",
            place="path",
            required=True,
            description="Category of tools.",
            schema={"type": "string", "enum": list(CATEGORIES)},
        ),
    ),
    result=ToolsAnswer,
    answer=_answer,
)
