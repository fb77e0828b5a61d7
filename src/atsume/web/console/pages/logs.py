"""The requests that failed, to this server and to the tool; each opens the page that its `log_url` shows."""

import datetime as dt

from msgspec import Struct

from atsume.model.operator import Role
from atsume.store.rows import LoggedExchange
from atsume.web.console.pages.integrations import SHOW
from atsume.web.console.visit import Page, Row, Visit

LIST = "/{environment}/logs"
OF_INTEGRATION = SHOW + "/logs"
PAGE = 50
DIRECTIONS = {"in": "Requests to this server", "out": "Requests to the tool"}


class LogPage(Struct, frozen=True, kw_only=True):
    """A page of the log."""

    exchanges: list[LoggedExchange]
    directions: dict[str, str]
    direction: str
    base: str
    first: str | None
    next: str | None
    now: dt.datetime


def of_environment(visit: Visit) -> Page:
    """List what failed in an environment, newest first."""
    return _listed(visit, LIST, None)


def of_integration(visit: Visit) -> Page:
    """List what failed for one integration, newest first."""
    return _listed(visit, OF_INTEGRATION, visit.integration.id)


def _listed(visit: Visit, path: str, integration_id: str | None) -> Page:
    direction = visit.query.get("direction", "")
    direction = direction if direction in DIRECTIONS else ""
    before = visit.query.get("before", "")
    found = visit.around.store.exchange_page(
        visit.environment.id,
        integration_id=integration_id,
        direction=direction or None,
        before=before or None,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    body = LogPage(
        exchanges=shown,
        directions=DIRECTIONS,
        direction=direction,
        base=visit.url("/{environment}/integrations/"),
        first=visit.address_of(path, direction=direction) if before else None,
        next=visit.address_of(path, direction=direction, before=shown[-1].id) if len(found) > PAGE else None,
        now=visit.around.now(),
    )
    return Page(template="logs.html", title="Logs", body=body)


ROWS = (
    Row(method="GET", path=LIST, role=Role.VIEWER, view=of_environment, nav="Logs"),
    Row(method="GET", path=OF_INTEGRATION, role=Role.VIEWER, view=of_integration, tab="Logs"),
)
