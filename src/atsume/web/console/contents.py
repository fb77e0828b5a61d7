"""The console's table of contents: every page and form, and the sentences that are shown after a form."""

from atsume.web.console.pages import integrations, signing_in
from atsume.web.console.visit import Row

ROWS: tuple[Row, ...] = (
    *signing_in.ROWS,
    *integrations.ROWS,
)

TOLD: dict[str, str] = signing_in.TOLD
