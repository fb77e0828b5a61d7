"""One request to the console: who is asking, whether they may, what it is about, then the view.

The order: session → role → form token → what the path names. Nothing is done before all of it is known.
"""

import traceback
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.datastructures import Cookie
from litestar.response import Redirect
from msgspec import Struct, structs

from atsume import crypto, operators
from atsume.errors import AtsumeError
from atsume.observe import log, redact
from atsume.operators import Door
from atsume.store.database import trouble
from atsume.store.rows import AuditEntry
from atsume.store.store import StoreError
from atsume.web import render
from atsume.web.connect.forms import Form
from atsume.web.console.access import FINDERS
from atsume.web.console.around import Around
from atsume.web.console.contents import ROWS, TOLD
from atsume.web.console.frame import framed
from atsume.web.console.visit import HOME, Answer, Done, Fragment, Go, Page, Row, Visit
from atsume.web.texts import Translator

HEADERS = render.headers(frame_ancestors="'none'")
COOKIE = "atsume_console"
ENGLISH = Translator("en")


class Asked(Struct, frozen=True, kw_only=True):
    """A request, as far as the console looks at it."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    form: Form
    token: str
    """Of the session cookie."""
    address: str
    agent: str
    is_ours: bool
    """Whether the browser says that a page of this server sent it."""
    whole_path: str


class Refused(Exception):
    """A request that goes no further."""

    def __init__(self, status: int, title: str, message: str) -> None:
        super().__init__(message)
        self.status, self.title, self.message = status, title, message


class Problem(Struct, frozen=True):
    """What a page says instead of what was asked for."""

    title: str
    message: str


class Desk:
    """Answers requests to the console. One for the life of the app, used by many threads."""

    def __init__(self, around: Around) -> None:
        self.around = around
        self.door = Door(around.store, around.now)

    def answer(self, row: Row, asked: Asked) -> Response[Any]:
        """Return the answer to a request; never raises."""
        visit = self._visit(row, asked)
        try:
            visit.visitor = (
                operators.visitor(self.around.store, asked.token, self.around.now()) if asked.token else None
            )
            visit.token = asked.token if visit.visitor is not None else ""
            if row.role is not None and visit.visitor is None:
                return self._to_sign_in(row, asked)
            _admit(visit, asked)
            return self._answered(visit)
        except Refused as refused:
            return self._problem(visit, refused.status, refused.title, refused.message)
        except Exception as error:  # the last resort: a page, and nothing of what went wrong on it
            return self._unexpected(visit, error)

    def _visit(self, row: Row, asked: Asked) -> Visit:
        return Visit(
            around=self.around,
            door=self.door,
            row=row,
            path=asked.path,
            query=asked.query,
            form=asked.form,
            visitor=None,
            token="",
            address=asked.address,
            agent=asked.agent,
        )

    def _answered(self, visit: Visit) -> Response[Any]:
        try:
            answer = visit.row.view(visit)
        except (AtsumeError, StoreError) as fault:
            if visit.row.again is None:
                raise Refused(400, "That did not work", str(fault)) from fault
            visit.fault = str(fault)
            page = visit.row.again(visit)
            answer = structs.replace(page, status=400) if isinstance(page, Page) else page
        done = answer.done if isinstance(answer, Page) else answer
        if isinstance(done, Done):
            self._note(visit, done)
        return self._sent(visit, answer)

    def _sent(self, visit: Visit, answer: Answer) -> Response[Any]:
        if isinstance(answer, Done | Go):
            told = answer.told if isinstance(answer, Done) else ""
            to = answer.to + (f"{'&' if '?' in answer.to else '?'}told={told}" if told else "")
            response = Redirect(to, status_code=303, headers={"cache-control": "no-store"})
        elif isinstance(answer, Fragment):
            response = render.page(f"console/{answer.template}", answer.body, ENGLISH, HEADERS)
        else:
            frame = framed(visit, answer, ROWS, TOLD)
            response = render.page(f"console/{answer.template}", frame, ENGLISH, HEADERS, answer.status)
        if visit.cookie is not None:
            response.set_cookie(self._cookie(visit.cookie))
        return response

    def _cookie(self, token: str) -> Cookie:
        """Return the session cookie; the browser drops it at once when there is no token."""
        return Cookie(
            key=COOKIE,
            value=token,
            path=HOME,
            httponly=True,
            secure=self.around.is_secure,
            samesite="lax",
            max_age=int(operators.LASTS.total_seconds()) if token else 0,
        )

    def _note(self, visit: Visit, done: Done) -> None:
        """Write down what a form did."""
        environment = visit.found.get("environment")
        entry = AuditEntry(
            at=self.around.now(),
            actor=f"operator {visit.visitor.operator.name}" if visit.visitor else "console",
            action=visit.row.action or visit.row.path,
            environment_id=environment.id if environment is not None else None,
            subject=done.subject,
            details=done.details,
        )
        self.around.store.note_audit(entry)

    def _to_sign_in(self, row: Row, asked: Asked) -> Response[Any]:
        back = f"?next={quote(asked.whole_path)}" if row.method == "GET" and row.path != "" else ""
        return Redirect(f"{HOME}/login{back}", status_code=303, headers={"cache-control": "no-store"})

    def _problem(self, visit: Visit, status: int, title: str, message: str) -> Response[Any]:
        visit.fault = None
        return self._sent(
            visit, Page(template="problem.html", title=title, body=Problem(title, message), status=status)
        )

    def _unexpected(self, visit: Visit, error: Exception) -> Response[Any]:
        visit.visitor, visit.found, visit.token = None, {}, ""
        if (known := trouble(error)) is not None:
            return self._problem(visit, 503, "The database is away", known.value)
        log.error("a console page failed", traceback=redact("".join(traceback.format_exception(error))))
        return self._problem(
            visit, 500, "Something went wrong here", "The operator of this server finds it in the server's log."
        )


def _admit(visit: Visit, asked: Asked) -> None:
    """Raise Refused unless the visitor may do this to what the path names; find what it names."""
    row = visit.row
    if row.role is not None and not visit.may(row.role):
        raise Refused(403, "Not for your role", f"This needs the role {row.role.value}. An admin can give it to you.")
    if row.method == "POST":
        has_token = not visit.token or crypto.same(asked.form["csrf"], operators.csrf(visit.token))
        if not asked.is_ours or not has_token:
            raise Refused(403, "This form is too old", "Nothing was changed. Go back, reload the page and try again.")
    for name, value in visit.path.items():
        found = FINDERS[name](visit, value)
        if found is None:
            raise Refused(
                404,
                "Not found",
                f"There is no such {name.replace('_', ' ')} here. It may be gone, or the address is wrong.",
            )
        visit.found[name] = found
