"""Which tools there are. The only importer of a tool."""

from atsume.config import Config
from atsume.connectors.base import Connector
from atsume.connectors.personio import connector as personio
from atsume.connectors.personio.settings import Addresses

TOOLS: dict[str, Connector] = {"personio": personio.PERSONIO}
"""The tools at their own addresses."""


def tools(config: Config) -> dict[str, Connector]:
    """Return the tools at the configured addresses, by id."""
    addresses = Addresses(
        api=config.personio_api_url,
        career=config.personio_career_url,
        form_interval_seconds=config.personio_form_interval_seconds,
    )
    return {"personio": personio.build(addresses)}
