"""One integration: how it stands, what it needs, its permissions; and what an operator can do about it."""

import datetime as dt
from typing import Any

from msgspec import Struct

from atsume.errors import AtsumeError, Code
from atsume.integrations import lifecycle
from atsume.model.integration import QaStatus, State, SyncType
from atsume.model.operator import Role
from atsume.store.rows import SyncRun
from atsume.sync.permissions import Shown, told
from atsume.sync.planning import wanted
from atsume.web.console.pages.integrations import LIST, SHOW, Line, line
from atsume.web.console.visit import Done, Page, Row, Visit

RUN = SHOW + "/syncs/{run}"


class IntegrationPage(Struct, frozen=True, kw_only=True):
    """All about one integration."""

    line: Line
    id: str
    creator_email: str
    setup_status: str
    qa_status: str
    qa_findings: list[str]
    created_at: dt.datetime
    used_at: dt.datetime | None
    settings: dict[str, str]
    overrides: dict[str, str]
    permissions: list[Shown]
    latest: SyncRun | None
    latest_path: str
    is_active: bool
    is_inactive: bool
    can_accept: bool
    can_reject: bool
    base: str
    now: dt.datetime


def shown(visit: Visit) -> Page:
    """Show an integration."""
    store, integration = visit.around.store, visit.integration
    guide = visit.connector.guide
    latest = next(iter(store.sync_runs(integration.id, limit=1)), None)
    body = IntegrationPage(
        line=line(visit, store.standing(integration)),
        id=integration.id,
        creator_email=integration.end_user.creator_email or "",
        setup_status=integration.setup_status.value,
        qa_status=integration.qa_status.value,
        qa_findings=integration.qa_findings,
        created_at=integration.created_at,
        used_at=integration.used_at,
        settings=_plain(integration.settings),
        overrides=_plain(integration.overrides),
        permissions=told(guide, store.scope_config_of(integration), store.scope(integration), integration.permissions)
        if guide is not None
        else [],
        latest=latest,
        latest_path=visit.url(RUN, run=latest.id) if latest is not None else "",
        is_active=integration.state is State.ACTIVE,
        is_inactive=integration.state is State.INACTIVE,
        can_accept=integration.qa_status is not QaStatus.PASSED,
        can_reject=integration.qa_status is not QaStatus.FAILED,
        base=visit.url(SHOW),
        now=visit.around.now(),
    )
    return Page(template="integration.html", title="Overview", body=body)


def _plain(settings: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in sorted(settings.items()) if value not in (None, "", [], {})}


def synced(visit: Visit) -> Done:
    """Queue a sync and go to where it can be watched."""
    store, integration, now = visit.around.store, visit.integration, visit.around.now()
    if integration.state is State.INACTIVE:
        raise AtsumeError(Code.INACTIVE, "This integration is disabled. Enable it first.")
    asked = SyncType.DELTA if visit.form["type"] == "DELTA" else SyncType.FULL
    allows_deletions = visit.form["allow_deletions"] == "yes"
    if allows_deletions:
        store.allow_deletions(integration.id, now)
    kind = wanted(store, visit.around.connectors, integration, asked, now)
    run, was_queued = store.queue_sync(integration.id, kind, now)
    visit.around.wake()
    details = f"{kind.value} {run.id}" + (", deletions allowed" if allows_deletions else "")
    key = "sync_there" if was_queued else "sync_full_instead" if kind is not asked else "sync_queued"
    return Done(to=visit.url(RUN, run=run.id), told=key, subject=integration.id, details=details)


def tested(visit: Visit) -> Done:
    """Ask the tool for every permission now."""
    found = visit.around.test(visit.integration)
    missing = [one.probe for one in found if one.finding.value == "MISSING"]
    details = f"{len(found)} tested" + (f", missing: {', '.join(missing)}" if missing else "")
    return Done(to=visit.url(SHOW) + "?told=tested", subject=visit.integration.id, details=details)


def _changed(visit: Visit, what: str, **more: str) -> Done:
    getattr(lifecycle, what)(visit.around.store, visit.integration.id, visit.around.now(), **more)
    return Done(to=visit.url(SHOW), told=f"did_{what}", subject=visit.integration.id, details=more.get("why"))


def rejected(visit: Visit) -> Done:
    """Keep the records from being read."""
    if not (why := visit.form["why"][:500]):
        raise AtsumeError(Code.INPUT_INVALID, "Say what is wrong with the records; whoever looks next reads it.")
    return _changed(visit, "reject", why=why)


def deleted(visit: Visit) -> Done:
    """Delete an integration, after its organisation's name was typed in."""
    if visit.form["name"] != visit.integration.end_user.organization_name:
        raise AtsumeError(Code.INPUT_INVALID, "That is not the organisation's name. Nothing was deleted.")
    lifecycle.delete(visit.around.store, visit.integration.id, visit.around.now())
    return Done(to=visit.url(LIST), told="did_delete", subject=visit.integration.id)


def _form(name: str, view: Any, action: str, role: Role = Role.OPERATOR) -> Row:
    return Row(method="POST", path=f"{SHOW}/{name}", role=role, view=view, action=action, again=shown)


ROWS = (
    Row(method="GET", path=SHOW, role=Role.VIEWER, view=shown, tab="Overview"),
    _form("sync", synced, "integration.sync"),
    _form("test", tested, "integration.test"),
    _form("enable", lambda visit: _changed(visit, "enable"), "integration.enable"),
    _form("disable", lambda visit: _changed(visit, "disable"), "integration.disable"),
    _form("accept", lambda visit: _changed(visit, "accept"), "integration.accept"),
    _form("reject", rejected, "integration.reject"),
    _form("delete", deleted, "integration.deleted", Role.ADMIN),
)
TOLD = {
    "sync_queued": "The sync is queued.",
    "sync_there": "A sync of this kind is under way already; this is it.",
    "sync_full_instead": "A delta would not find everything now, so a full sync is queued.",
    "tested": "Every permission was tested just now.",
    "did_enable": "The integration is enabled.",
    "did_disable": "The integration is disabled. Its records are kept, reads answer INTEGRATION.INACTIVE.",
    "did_accept": "Its records can be read.",
    "did_reject": "Its records cannot be read until somebody accepts them.",
    "did_delete": "The integration is deleted. Its data is erased after some days, or at once by `atsume erase`.",
}
