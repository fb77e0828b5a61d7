"""Signing in, staying signed in, and being kept out."""

import datetime as dt
from pathlib import Path

import pytest

from atsume import crypto, operators
from atsume.errors import AtsumeError
from atsume.model.operator import Role
from atsume.operators import IDLE, LASTS, TRIES, WINDOW, Door, TooManyTries
from atsume.store.schema_console import operator_sessions
from atsume.store.schema_console import operators as table
from atsume.store.store import Store, StoreError
from tests.console.world import PASSWORD, Console

pytestmark = pytest.mark.xdist_group("console")
NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def test_a_cookie_and_nothing_else(desk: Console) -> None:
    """The cookie is for the console alone, out of scripts' reach; of it and of passwords only hashes are stored."""
    with desk.stranger() as client:
        answer = client.post("/console/login", data={"name": " Viewer ", "password": PASSWORD})
        cookie = answer.headers["set-cookie"].lower()
        token = client.cookies["atsume_console"]
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/console"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/console")
    with desk.store.database.looking() as connection:
        rows = [*connection.execute(operator_sessions.select()), *connection.execute(table.select())]
    kept = repr(rows)
    assert crypto.token_hash(token, operators.SIGNED_IN) in kept
    assert token not in kept
    assert PASSWORD not in kept
    entry = desk.audit()[0]
    assert (entry.action, entry.details) == ("operator.signed_in", "operator viewer")


@pytest.mark.parametrize(
    ("there", "lands"),
    [
        ("/console/abc/integrations?after=3", "/console/abc/integrations?after=3"),
        ("//evil.example/console/x", "/console"),
        ("https://evil.example/console/x", "/console"),
        ("/console//evil.example", "/console"),
        ("/console/..%5c\\evil.example", "/console"),
        ("/connect/start", "/console"),
        ("/console/x\r\nset-cookie: a=b", "/console"),
    ],
)
def test_back_to_where_one_wanted_to_go(desk: Console, there: str, lands: str) -> None:
    """A page of the console, never another server."""
    with desk.stranger() as client:
        data = {"name": "viewer", "password": PASSWORD, "next": there}
        assert client.post("/console/login", data=data).headers["location"] == lands


def test_wrong_names_and_passwords_look_the_same(desk: Console) -> None:
    """One sentence for both, no cookie, and the password is not on the page."""
    for name in ("viewer", "nobody", "'; --", ""):
        with desk.stranger() as client:
            answer = client.post("/console/login", data={"name": name, "password": "wrong-and-secret"})
        assert (answer.status_code, "Name or password are wrong." in answer.text) == (401, True)
        assert "set-cookie" not in answer.headers
        assert "wrong-and-secret" not in answer.text


def test_signing_out_ends_the_session(desk: Console) -> None:
    """The token is worth nothing afterwards, wherever it was copied to."""
    with desk.stranger() as client, desk.stranger() as copy:
        client.post("/console/login", data={"name": "viewer", "password": PASSWORD})
        copy.cookies = client.cookies
        token = client.cookies["atsume_console"]
        answer = client.post("/console/logout", data={"csrf": operators.csrf(token)})
        assert answer.headers["location"] == "/console/login?told=signed_out"
        copied = copy.get("/console", headers={"cookie": f"atsume_console={token}"})
        assert copied.headers["location"].startswith("/console/login")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty store."""
    opened = Store.open(f"sqlite:///{tmp_path}/a.db")
    opened.migrate()
    return opened


def test_passwords_are_dear() -> None:
    """A try costs 32 MiB and three rounds, also for names that nobody has; two hashes of one password differ."""
    costs = {"n": 1 << 15, "r": 8, "p": 3}
    assert all(f"{name}={value}" in crypto._NOBODY for name, value in costs.items())
    one, other = crypto.password_hash(PASSWORD), crypto.password_hash(PASSWORD)
    assert one != other
    assert (crypto.password_fits(PASSWORD, one), crypto.password_fits(PASSWORD + "x", one)) == (True, False)
    assert not crypto.password_fits("", None)


def test_guessing_is_slowed_down(store: Store) -> None:
    """After five wrong ones nothing is looked at for a quarter of an hour, not even the right one; others go on."""
    moment = [NOON]
    door = Door(store, lambda: moment[0])
    operators.add(store, NOON, "ada", PASSWORD, Role.VIEWER)
    for _ in range(TRIES["name and address"]):
        assert door.operator("ada", "wrong", "203.0.113.7") is None
    with pytest.raises(TooManyTries):
        door.operator("ADA ", PASSWORD, "203.0.113.7")
    assert door.operator("ada", PASSWORD, "198.51.100.2") is not None
    moment[0] += WINDOW
    assert door.operator("ada", PASSWORD, "203.0.113.7") is not None


def test_guessing_many_names_is_slowed_down(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """One address tries thirty names at most; good passwords are not counted."""
    monkeypatch.setattr(crypto, "password_fits", lambda password, stored: bool(stored))
    door = Door(store, lambda: NOON)
    operators.add(store, NOON, "ada", PASSWORD, Role.VIEWER)
    for n in range(TRIES["address"] - 1):
        assert door.operator(f"name{n}", "x", "203.0.113.7") is None
        assert door.operator("ada", PASSWORD, "203.0.113.7") is not None
    assert door.operator("last", "x", "203.0.113.7") is None
    with pytest.raises(TooManyTries):
        door.operator("ada", PASSWORD, "203.0.113.7")


def test_sessions_end(store: Store) -> None:
    """When nothing was asked for two hours, after twelve in any case, and when role or password change."""
    ada = operators.add(store, NOON, "ada", PASSWORD, Role.VIEWER)
    token = operators.begin(store, ada, NOON, "Firefox\n")
    later, seen = NOON, 0
    while operators.visitor(store, token, later) is not None:
        later, seen = later + IDLE / 2, seen + 1
    assert (later - NOON, seen) == (LASTS, 12)
    idle = operators.begin(store, ada, NOON, "")
    assert operators.visitor(store, idle, NOON + IDLE) is None
    for change in ({"role": Role.ADMIN}, {"password_hash": "x"}):
        token = operators.begin(store, ada, NOON, "")
        store.change_operator(ada.id, **change)
        assert operators.visitor(store, token, NOON) is None
    assert operators.visitor(store, "", NOON) is None
    assert store.sessions(ada.id) == []


@pytest.mark.parametrize(
    "password",
    ["", "short", "ada-ada-ada1", "aaaaaaaaaaaaaaa", " padded-with-space ", "with\nline-breaks", "x1y2z" * 300],
)
def test_bad_passwords_are_refused(store: Store, password: str) -> None:
    """Too short, too long, the name itself, one letter, what cannot be seen: a sentence, and nobody is added."""
    with pytest.raises(AtsumeError, match="password") as refused:
        operators.add(store, NOON, "ada", password, Role.ADMIN)
    assert password.strip() in ("", "short") or password not in refused.value.message
    assert store.operators() == []


def test_names(store: Store) -> None:
    """Names are lower-case and unique; bad ones are refused."""
    operators.add(store, NOON, " Ada@Example.org ", PASSWORD, Role.ADMIN)
    with pytest.raises(StoreError, match=r"ada@example.org already"):
        operators.add(store, NOON, "ADA@example.org", PASSWORD, Role.VIEWER)
    for name in ("", "-", "a b", "ä", "x" * 65):
        with pytest.raises(AtsumeError, match="name has"):
            operators.add(store, NOON, name, PASSWORD, Role.VIEWER)
