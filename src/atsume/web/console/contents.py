"""The console's table of contents: every page and form, and the sentences that are shown after a form."""

from atsume.web.console.pages import data, integration, integrations, record, signing_in, syncs
from atsume.web.console.visit import Row

ROWS: tuple[Row, ...] = (
    *signing_in.ROWS,
    *integrations.ROWS,
    *integration.ROWS,
    *syncs.ROWS,
    *data.ROWS,
    *record.ROWS,
)
"""The order is that of the navigation and of the tabs."""

TOLD: dict[str, str] = {**signing_in.TOLD, **integration.TOLD}
