"""Signing in and out, and where one lands afterwards."""

import re

from msgspec import Struct

from atsume import operators
from atsume.model.operator import Role
from atsume.operators import TooManyTries
from atsume.web.console.frame import seen
from atsume.web.console.visit import HOME, Answer, Done, Go, Page, Row, Visit

_OURS = re.compile(r"/console(/[\w:.~%-]+)+(\?[\w:.~%&=+-]*)?", re.ASCII)
"""Where somebody may be sent after signing in: never to another server."""
WRONG = "Name or password are wrong."


class SignInPage(Struct, frozen=True):
    """The form."""

    name: str
    next: str
    has_operators: bool


def sign_in(visit: Visit) -> Page:
    """Show the form; without any operator say how to add the first one."""
    body = SignInPage(
        name=visit.form["name"],
        next=visit.query.get("next", "") or visit.form["next"],
        has_operators=bool(visit.around.store.operators()),
    )
    return Page(template="sign_in.html", title="Sign in", body=body)


def signed_in(visit: Visit) -> Answer:
    """Begin a session."""
    try:
        operator = visit.door.operator(visit.form["name"], visit.form["password"], visit.address)
    except TooManyTries as many:
        return _again(visit, f"Too many tries. Wait {many.args[0]} minutes.", 429)
    if operator is None:
        return _again(visit, WRONG, 401)
    visit.cookie = operators.begin(visit.around.store, operator, visit.around.now(), visit.agent)
    to = visit.form["next"]
    return Done(to=to if _OURS.fullmatch(to) else HOME, subject=operator.id, details=f"operator {operator.name}")


def _again(visit: Visit, fault: str, status: int) -> Page:
    visit.fault = fault
    page = sign_in(visit)
    return Page(template=page.template, title=page.title, body=page.body, status=status)


def signed_out(visit: Visit) -> Done:
    """End the session."""
    known = visit.known
    visit.around.store.end_session(known.operator.id, known.session.id)
    visit.cookie = ""
    return Done(to=f"{HOME}/login", told="signed_out", subject=known.operator.id)


def home(visit: Visit) -> Answer:
    """Go to the first environment that the operator may see."""
    environments = seen(visit)
    if environments:
        return Go(f"{HOME}/{environments[0].id}/integrations")
    return Page(template="nothing.html", title="Nothing to see yet", body=None)


ROWS = (
    Row(method="GET", path="", role=Role.VIEWER, view=home),
    Row(method="GET", path="/login", role=None, view=sign_in),
    Row(method="POST", path="/login", role=None, view=signed_in, action="operator.signed_in"),
    Row(method="POST", path="/logout", role=Role.VIEWER, view=signed_out, action="operator.signed_out"),
)
TOLD = {"signed_out": "You are signed out."}
