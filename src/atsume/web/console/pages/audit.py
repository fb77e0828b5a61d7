"""The audit log: who did what."""

import datetime as dt

from msgspec import Struct

from atsume.model.operator import Role
from atsume.store.rows import AuditEntry
from atsume.web.console.visit import Page, Row, Visit

LIST = "/{environment}/audit"
PAGE = 60


class AuditPage(Struct, frozen=True, kw_only=True):
    """A page of the audit log."""

    entries: list[AuditEntry]
    first: str | None
    next: str | None
    now: dt.datetime


def listed(visit: Visit) -> Page:
    """List who did what in an environment; whoever sees all environments sees what belongs to none, too."""
    before = visit.number("before")
    found = visit.around.store.audit_page(
        visit.environment.id,
        with_general=visit.known.operator.environments is None,
        before=before,
        limit=PAGE + 1,
    )
    shown = found[:PAGE]
    body = AuditPage(
        entries=[entry for _, entry in shown],
        first=visit.url(LIST) if before else None,
        next=visit.address_of(LIST, before=shown[-1][0]) if len(found) > PAGE else None,
        now=visit.around.now(),
    )
    return Page(template="audit.html", title="Audit log", body=body)


ROWS = (Row(method="GET", path=LIST, role=Role.VIEWER, view=listed, nav="Audit log"),)
