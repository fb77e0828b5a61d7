"""Sending an application from a form: first as a dry run, which sends nothing, then really."""

from typing import Any

import msgspec
from msgspec import Struct

from atsume.errors import AtsumeError, Code
from atsume.ids import random_id
from atsume.model.operator import Role
from atsume.store.rows import Filter, Op
from atsume.web.console.pages.data import as_json
from atsume.web.console.pages.integrations import SHOW
from atsume.web.console.visit import Done, Page, Row, Visit

WRITE = SHOW + "/write"
JOBS = 200
"""Open jobs that can be chosen, the newest."""
INPUTS = ("first_name", "last_name", "email_address", "phone_number")


class WritePage(Struct, frozen=True, kw_only=True):
    """The form, and what came of it."""

    jobs: list[tuple[str, str]]
    given: dict[str, str]
    key: str
    """Makes a form that is sent twice one application."""
    answer: str | None
    """JSON."""
    is_dry: bool
    base: str


def shown(visit: Visit) -> Page:
    """Show the form."""
    return _page(visit, None, is_dry=False)


def _page(visit: Visit, answer: bytes | None, *, is_dry: bool) -> Page:
    is_open = (Filter("status", Op.IN, ("OPEN",)),)
    rows = visit.around.store.peek_page("ats_jobs", visit.integration.no, is_open, limit=JOBS)
    body = WritePage(
        jobs=[(row.id, as_json(row.body).get("name") or row.remote_id) for row in rows],
        given={name: visit.form[name] for name in (*INPUTS, "job", "more")},
        key=random_id() if answer is None or not is_dry else visit.form["key"],
        answer=None if answer is None else msgspec.json.format(answer, indent=2).decode(),
        is_dry=is_dry,
        base=visit.url(WRITE),
    )
    return Page(template="writing.html", title="Send an application", body=body)


def sent(visit: Visit) -> Page:
    """Do what the form says, through the endpoint that callers use."""
    is_dry = visit.form["do"] != "send"
    answer = visit.around.ask(
        visit.integration,
        "PostAtsJobsJobIdApplications",
        {"job_id": visit.form["job"]},
        b"dry_run=true" if is_dry else b"",
        msgspec.json.encode(_body(visit)),
        None if is_dry else f"console {visit.form['key']}",
    )
    page = _page(visit, answer, is_dry=is_dry)
    told = msgspec.json.decode(answer)
    details = "dry run" if is_dry else "sent"
    done = Done(subject=told["data"].get("id") or visit.form["job"], details=details)
    return msgspec.structs.replace(page, done=done)


def _body(visit: Visit) -> dict[str, Any]:
    try:
        more = msgspec.json.decode(visit.form["more"] or "{}", type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise AtsumeError(Code.INPUT_INVALID, f"What is added must be a JSON object: {error}.") from None
    candidate = {name: visit.form[name] for name in INPUTS if visit.form[name]}
    return {**more, "candidate": {**candidate, **more.get("candidate", {})}}


ROWS = (
    Row(method="GET", path=WRITE, role=Role.OPERATOR, view=shown, tab="Write"),
    Row(method="POST", path=WRITE, role=Role.OPERATOR, view=sent, action="application.sent", again=shown),
)
