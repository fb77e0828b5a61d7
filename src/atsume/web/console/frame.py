"""What stands around every page: who is signed in, where one is, where one can go."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from atsume.model.operator import Role
from atsume.operators import csrf
from atsume.store.rows import Environment
from atsume.web.console.visit import HOME, Page, Row, Visit


class Link(Struct, frozen=True):
    """A place to go."""

    label: str
    path: str
    is_here: bool = False


class Frame(Struct, frozen=True, kw_only=True):
    """All that a template may see; what is the page's own is in `body`."""

    title: str
    body: object
    operator: str
    """Name; empty for strangers."""
    role: str
    csrf: str
    environments: tuple[Link, ...]
    nav: tuple[Link, ...]
    tabs: tuple[Link, ...]
    organization: str
    """Of the integration that the page is about."""
    told: str | None
    fault: str | None
    refresh_seconds: int | None
    may_operate: bool
    may_administer: bool


def framed(visit: Visit, page: Page, rows: Iterable[Row], told: Mapping[str, str]) -> Frame:
    """Return a page with what stands around it."""
    rows = tuple(rows)
    integration = visit.found.get("integration")
    return Frame(
        title=page.title,
        body=page.body,
        operator=visit.visitor.operator.name if visit.visitor else "",
        role=visit.visitor.operator.role.value if visit.visitor else "",
        csrf=csrf(visit.token) if visit.token else "",
        environments=_environments(visit),
        nav=_links(visit, rows, "nav"),
        tabs=_links(visit, rows, "tab") if integration is not None else (),
        organization=integration.end_user.organization_name if integration is not None else "",
        told=told.get(visit.query.get("told", "")),
        fault=visit.fault,
        refresh_seconds=page.refresh_seconds,
        may_operate=visit.may(Role.OPERATOR),
        may_administer=visit.may(Role.ADMIN),
    )


def seen(visit: Visit) -> list[Environment]:
    """Return the environments that the visitor may look into."""
    return [one for one in visit.around.store.environments() if visit.known.operator.sees(one.id)]


def _environments(visit: Visit) -> tuple[Link, ...]:
    here = visit.found.get("environment")
    if here is None:
        return ()
    return tuple(Link(one.name, f"{HOME}/{one.id}/integrations", one.id == here.id) for one in seen(visit))


def _links(visit: Visit, rows: tuple[Row, ...], kind: str) -> tuple[Link, ...]:
    """Return the rows with a name of that kind that the visitor may open and whose parameters are known here."""
    found: list[Link] = []
    for row in rows:
        label = getattr(row, kind)
        if label is None or (row.role is not None and not visit.may(row.role)):
            continue
        path = visit.url(row.path)
        if "{" not in path:
            here = visit.url(visit.row.path)
            found.append(Link(label, path, here == path or here.startswith(path + "/")))
    nearest = max((len(one.path) for one in found if one.is_here), default=0)
    return tuple(Link(one.label, one.path, one.is_here and len(one.path) == nearest) for one in found)
