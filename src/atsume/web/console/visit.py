"""What the console is made of: a row of the route table, a visit that it admitted, and what a view answers."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, urlencode

from msgspec import Struct, field

from atsume.connectors.base import Connector
from atsume.errors import AtsumeError, Code
from atsume.model.integration import Integration
from atsume.model.operator import Role
from atsume.operators import Door, Visitor
from atsume.store.rows import Environment
from atsume.web.connect.forms import Form
from atsume.web.console.around import Around

HOME = "/console"


class Done(Struct, frozen=True, kw_only=True):
    """A view's answer to a form: what was done, for the audit log, and where to go on."""

    to: str = ""
    told: str = ""
    """Key of the sentence that is shown there; see `contents.TOLD`."""
    subject: str | None = None
    details: str | None = None
    """For the audit log. No secret, no personal data."""


class Page(Struct, frozen=True, kw_only=True):
    """A view's answer: a template and what it may see."""

    template: str
    title: str
    body: Any
    status: int = 200
    refresh_seconds: int | None = None
    """The page is asked for again after so long, by browsers without scripts."""
    done: Done | None = None
    """Of a form that is answered with a page, such as a secret that is shown once: what was done."""


class Go(Struct, frozen=True):
    """A view's answer: somewhere else."""

    to: str


class Fragment(Struct, frozen=True):
    """A view's answer to a script: a piece of a page."""

    template: str
    body: Any


Answer = Page | Done | Go | Fragment


class Row(Struct, frozen=True, kw_only=True):
    """A row of the route table. Forms name what they do, as the audit log calls it."""

    method: str
    path: str
    """Below `/console`, parameters in braces; `access.FINDERS` finds what they name."""
    role: Role | None
    """Who may; None: strangers too."""
    view: "Callable[[Visit], Answer]"
    action: str | None = None
    """Of a form: what it does, for the audit log."""
    again: "Callable[[Visit], Answer] | None" = None
    """Of a form: the page on which its fault is shown."""
    nav: str | None = None
    """Its name in the navigation of an environment."""
    tab: str | None = None
    """Its name among the pages of an integration."""


class Visit(Struct, kw_only=True):
    """One admitted request."""

    around: Around
    door: Door
    row: Row
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Form
    visitor: Visitor | None
    token: str
    """Of the session; empty for strangers."""
    address: str
    agent: str
    found: dict[str, Any] = field(default_factory=dict)
    """What the parameters of the path name."""
    fault: str | None = None
    """Why the form that was just sent could not be taken."""
    cookie: str | None = None
    """The session token that the browser shall keep from now on; empty: none any more."""

    @property
    def known(self) -> Visitor:
        """Who is asking. Only for rows with a role."""
        if self.visitor is None:
            raise AtsumeError(Code.UNKNOWN_ERROR, "Nobody is signed in.")
        return self.visitor

    @property
    def environment(self) -> Environment:
        """The environment in the path."""
        return self.found["environment"]

    @property
    def integration(self) -> Integration:
        """The integration in the path."""
        return self.found["integration"]

    @property
    def connector(self) -> Connector:
        """The connector of the integration in the path."""
        return self.around.connectors[self.integration.tool]

    def may(self, role: Role) -> bool:
        """Return whether who is asking may do what needs a role."""
        return self.visitor is not None and self.visitor.operator.role.covers(role)

    def number(self, name: str) -> int | None:
        """Return a whole number of the query; None when it is not one."""
        text = self.query.get(name, "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 13 else None

    def url(self, path: str, **names: str) -> str:
        """Return the address of a path of the route table; names that this visit's path has need not be given."""
        for name, value in {**self.path, **names}.items():
            path = path.replace("{" + name + "}", quote(value, safe=":"))
        return HOME + path

    def address_of(self, path: str, **query: object) -> str:
        """Return the address of a path of the route table with a query; what is empty or None is left out."""
        told = urlencode({name: value for name, value in query.items() if value not in (None, "")})
        return self.url(path) + (f"?{told}" if told else "")
