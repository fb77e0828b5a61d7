"""The integrations of an environment: how each stands, when it is synced next, and what needs somebody."""

import datetime as dt

from msgspec import Struct

from atsume.integrations.survey import Need, needs_of, told_state
from atsume.model.integration import State
from atsume.model.operator import Role
from atsume.model.permission import Finding
from atsume.store.overview import Listed
from atsume.web.console.visit import Page, Row, Visit

PAGE = 50
LIST = "/{environment}/integrations"
SHOW = "/{environment}/integrations/{integration}"


class Line(Struct, frozen=True, kw_only=True):
    """An integration in the list."""

    id: str
    path: str
    organization: str
    origin_id: str
    tool: str
    state: str
    last_synced_at: dt.datetime | None
    next_due_at: dt.datetime | None
    running: str
    lacking: int
    """Permissions that are missing."""
    needs: list[Need]


class ListPage(Struct, frozen=True, kw_only=True):
    """A page of the list."""

    lines: list[Line]
    search: str
    first: str | None
    next: str | None
    """Addresses of the pages of the list."""
    now: dt.datetime


def listed(visit: Visit) -> Page:
    """List the integrations of an environment."""
    search = visit.query.get("search", "").strip()[:200]
    number = visit.number("after") or 0
    found = visit.around.store.integration_page(visit.environment.id, search=search, after=number, limit=PAGE + 1)
    shown, more = found[:PAGE], len(found) > PAGE
    body = ListPage(
        lines=[line(visit, one) for one in shown],
        search=search,
        first=visit.address_of(LIST, search=search) if number else None,
        next=visit.address_of(LIST, search=search, after=shown[-1].integration.no) if more else None,
        now=visit.around.now(),
    )
    return Page(template="integrations.html", title="Integrations", body=body)


def line(visit: Visit, one: Listed) -> Line:
    """Return an integration as lists show it."""
    integration = one.integration
    connector = visit.around.connectors.get(integration.tool)
    return Line(
        id=integration.id,
        path=visit.url(SHOW, integration=integration.id),
        organization=integration.end_user.organization_name,
        origin_id=integration.end_user.origin_id or "",
        tool=connector.label if connector is not None else integration.tool,
        state=told_state(integration),
        last_synced_at=integration.last_synced_at,
        next_due_at=one.next_due_at if integration.state is State.ACTIVE else None,
        running=one.running.value.lower() if one.running is not None else "",
        lacking=sum(found.finding is Finding.MISSING for found in integration.permissions),
        needs=needs_of(integration, one.failing, visit.around.now()),
    )


ROWS = (Row(method="GET", path=LIST, role=Role.VIEWER, view=listed, nav="Integrations"),)
