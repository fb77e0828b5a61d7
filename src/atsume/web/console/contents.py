"""The console's table of contents: every page and form, and the sentences that are shown after a form."""

from atsume.web.console.pages import (
    audit,
    data,
    environment,
    fields,
    integration,
    integrations,
    links,
    logs,
    record,
    scopes,
    signing_in,
    syncs,
    webhooks,
    writing,
)
from atsume.web.console.visit import Row

ROWS: tuple[Row, ...] = (
    *signing_in.ROWS,
    *integrations.ROWS,
    *integration.ROWS,
    *syncs.ROWS,
    *data.ROWS,
    *record.ROWS,
    *fields.ROWS,
    *writing.ROWS,
    *links.ROWS,
    *webhooks.ROWS,
    *logs.ROWS,
    *scopes.ROWS,
    *environment.ROWS,
    *audit.ROWS,
)
"""The order is that of the navigation and of the tabs."""

TOLD: dict[str, str] = {
    **signing_in.TOLD,
    **integration.TOLD,
    **fields.TOLD,
    **webhooks.TOLD,
    **scopes.TOLD,
    **environment.TOLD,
}
