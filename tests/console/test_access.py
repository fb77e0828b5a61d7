"""Who may do what: one table of routes, and every row of it refuses whoever it must."""

import re
from typing import Any

import httpx
import pytest

from atsume.model.operator import Role
from atsume.web.console.access import FINDERS
from atsume.web.console.contents import ROWS, TOLD
from atsume.web.console.visit import Row
from tests.console.world import Console

pytestmark = pytest.mark.xdist_group("console")

GUARDED = [row for row in ROWS if row.role is not None]
FORMS = [row for row in GUARDED if row.method == "POST"]
NAMING = [(row, name) for row in GUARDED for name in re.findall(r"{(\w+)}", row.path)]


def _named(case: Any) -> str:
    return f"{case.method} {case.path or '/'}" if isinstance(case, Row) else str(case)


def _ask(console: Console, client: httpx.Client, row: Row, **form: str) -> httpx.Response:
    path = console.path(row.path)
    return client.request(row.method, path, data=form if row.method == "POST" else None)


def _written(console: Console) -> list[Any]:
    return [
        console.audit(1),
        console.store.integration(console.integration.id),
        console.store.sync_runs(console.integration.id),
    ]


def test_what_strangers_may_open() -> None:
    """Strangers may sign in, and nothing else."""
    assert [(row.method, row.path) for row in ROWS if row.role is None] == [("GET", "/login"), ("POST", "/login")]


def test_every_form_says_what_it_does() -> None:
    """A form has a name for the audit log; a page has none. Each parameter of a path is looked up."""
    assert [row for row in ROWS if (row.method == "POST") is not (row.action is not None)] == []
    assert {name for _, name in NAMING} <= set(FINDERS)
    assert len({(row.method, row.path) for row in ROWS}) == len(ROWS)
    assert all(text.endswith(".") for text in TOLD.values())


@pytest.mark.parametrize("row", GUARDED, ids=_named)
def test_without_a_session(desk: Console, row: Row) -> None:
    """Nobody gets further than the form to sign in, and nothing is changed."""
    before = _written(desk)
    for cookie in (None, "atsume_console=made-up"):
        with desk.stranger() as client:
            client.headers.update({"cookie": cookie} if cookie else {})
            answer = _ask(desk, client, row)
        assert answer.status_code == 303
        assert answer.headers["location"].partition("?")[0] == "/console/login"
    assert _written(desk) == before


@pytest.mark.parametrize("row", [row for row in GUARDED if row.role is not Role.VIEWER], ids=_named)
def test_with_a_role_too_small(desk: Console, row: Row) -> None:
    """Every smaller role is refused, with a good form token, and nothing is changed."""
    assert row.role is not None
    for role in [one for one in Role if not one.covers(row.role)]:
        client = desk.browser(role.value)
        token, before = desk.csrf(client), _written(desk)
        answer = _ask(desk, client, row, csrf=token)
        assert (answer.status_code, row.role.value in answer.text) == (403, True)
        assert _written(desk) == before


@pytest.mark.parametrize(("row", "name"), NAMING, ids=_named)
def test_with_ids_of_another_environment(desk: Console, row: Row, name: str) -> None:
    """What belongs elsewhere is not there, even for whoever may see both environments; nor is what never was."""
    client = desk.browser("admin")
    token, before = desk.csrf(client), _written(desk)
    elsewhere = set() if row.path.count("{") == 1 and name == "environment" else {desk.theirs[name]}
    for value in {*elsewhere, "nobody", "'"}:
        path = desk.path(row.path, **{name: value})
        answer = client.request(row.method, path, data={"csrf": token} if row.method == "POST" else None)
        assert (answer.status_code, "Not found" in answer.text) == (404, True), path
    assert _written(desk) == before


@pytest.mark.parametrize("row", [row for row in GUARDED if "{environment}" in row.path], ids=_named)
def test_operators_of_one_environment(desk: Console, row: Row) -> None:
    """An operator of another environment finds nothing here, whatever its role."""
    if desk.store.operator("guest") is None:
        desk.add("guest", Role.ADMIN, (desk.theirs["environment"],))
    client = desk.browser("guest")
    token, before = desk.csrf(client), _written(desk)
    assert _ask(desk, client, row, csrf=token).status_code == 404
    assert _written(desk) == before


@pytest.mark.parametrize("row", FORMS, ids=_named)
@pytest.mark.parametrize("how", ["no token", "another session's token", "another site"])
def test_forms_that_no_page_of_ours_sent(desk: Console, row: Row, how: str) -> None:
    """Without this session's form token, or from another site, nothing is done."""
    client = desk.browser("admin")
    tokens = {"no token": "", "another session's token": desk.csrf(desk.browser("viewer"))}
    token = tokens[how] if how in tokens else desk.csrf(client)
    headers = {"sec-fetch-site": "cross-site"} if how == "another site" else {}
    before = _written(desk)
    answer = client.request(row.method, desk.path(row.path), data={"csrf": token}, headers=headers)
    assert (answer.status_code, "too old" in answer.text) == (403, True)
    assert _written(desk) == before


@pytest.mark.parametrize("row", [row for row in GUARDED if row.method == "GET"], ids=_named)
def test_pages_keep_to_themselves(desk: Console, row: Row) -> None:
    """No cache, no frame, no script or style but our files', and the session's token is not on them."""
    answer = _ask(desk, desk.browser("admin"), row)
    assert answer.status_code in (200, 303), answer.text
    assert answer.headers["cache-control"] == "no-store"
    if answer.status_code == 200:
        policy = answer.headers["content-security-policy"]
        assert all(part in policy for part in ("default-src 'none'", "frame-ancestors 'none'", "script-src 'self'"))
        assert " style=" not in answer.text
        assert "<script>" not in answer.text
        session = desk.browser("admin").cookies["atsume_console"]
        assert session not in answer.text
