"""Making a connect link: the address at which an end user connects its tool."""

from msgspec import Struct

from atsume.errors import AtsumeError, Code
from atsume.integrations import links
from atsume.integrations.scopes import config_for
from atsume.model.integration import EndUser
from atsume.model.operator import Role
from atsume.store.rows import Purpose, Wish
from atsume.web.console.pages.webhooks import SecretPage
from atsume.web.console.visit import Done, Page, Row, Visit

MAKE = "/{environment}/links"


class LinkPage(Struct, frozen=True, kw_only=True):
    """The form."""

    tools: list[tuple[str, str]]
    configs: list[tuple[str, str]]
    given: dict[str, str]
    base: str


def shown(visit: Visit) -> Page:
    """Show the form."""
    found = visit.around.store.scope_configs(visit.environment.id)
    body = LinkPage(
        tools=[(one.id, one.label) for one in visit.around.connectors.values() if one.guide is not None],
        configs=[(one.id, one.name or one.id) for one in found],
        given={name: visit.form[name] for name in ("organization", "email", "origin_id")},
        base=visit.url(MAKE),
    )
    return Page(template="links.html", title="Connect link", body=body)


def made(visit: Visit) -> Page:
    """Make a link and show it, this once."""
    form = visit.form
    if not form["organization"] or "@" not in form["email"]:
        raise AtsumeError(Code.INPUT_INVALID, "Give the organisation's name and an e-mail address.")
    store, chosen = visit.around.store, form["scope"] or None
    wish = Wish(
        purpose=Purpose.CONNECT,
        end_user=EndUser(form["organization"][:200], form["email"][:200], form["origin_id"][:200] or None),
        tool=form["tool"] if form["tool"] in visit.around.connectors else None,
        scope_config_id=config_for(store, visit.environment.id, chosen).id,
        link_type="MAGIC_LINK",
    )
    link = links.make(store, visit.around.public_url, visit.environment.id, wish, visit.around.now())
    hint = "Whoever has it can connect a tool for this organisation; send it to nobody else."
    body = SecretPage(what="The connect link", secret=link, hint=hint, back=visit.url(MAKE))
    done = Done(subject=wish.end_user.origin_id, details=f"MAGIC_LINK, {wish.tool or 'any tool'}")
    return Page(template="secret.html", title="Connect link", body=body, done=done)


ROWS = (
    Row(method="GET", path=MAKE, role=Role.OPERATOR, view=shown, nav="Connect link"),
    Row(method="POST", path=MAKE, role=Role.OPERATOR, view=made, action="connect_link.created", again=shown),
)
