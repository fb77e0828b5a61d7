"""Keeping it safe: other people's keys see nothing, secrets are nowhere in the open, keys can be bound to networks."""

import datetime as dt
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog

from atsume import clock
from atsume.api.contents import ENDPOINTS
from atsume.api.openapi import document
from atsume.crypto import api_key_hash, new_api_key, seal
from atsume.model.integration import EndUser, Integration, SyncType
from atsume.store.rows import NewIntegration
from atsume.sync.execute import execute
from tests.connect.flow import Walker
from tests.connect.world import SECRETS, Site, site

MARK = "SENTINEL"


def _theirs(served: Site) -> tuple[str, Integration]:
    """Return a key of another environment, and an integration there whose words can be recognised."""
    store = served.server.store
    other = store.create_environment("Their environment", clock.now()).id
    new = NewIntegration(
        id="personio:" + "T" * 24,
        tool="personio",
        category="ATS",
        environment_id=other,
        end_user=EndUser("Their Organisation", "their@mail.example", "their-origin"),
        settings={"company": "theircompany"},
        sealed_credentials=seal(served.server.encryption_key, b"{}", "personio:" + "T" * 24),
    )
    made = store.integration(new.id) or store.add_integration(new, clock.now())
    return served.add_key(other), made


def _requests() -> Iterator[tuple[str, str, bool]]:
    """Every (method, path, takes the header) of the OpenAPI document."""
    told = document(ENDPOINTS, "http://atsume.test")
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            yield method.upper(), path, any(p["name"] == "X-Integration-Id" for p in operation["parameters"])


REQUESTS = sorted(_requests())


@pytest.mark.parametrize(("method", "path", "header"), REQUESTS, ids=str)
def test_another_environment_is_like_nothing(whole: Site, method: str, path: str, header: bool) -> None:
    """An integration of another environment, and one that never was, get the same answer, and nothing happens to it."""
    _, theirs = _theirs(whole)
    before = whole.server.store.integration(theirs.id)
    answers = []
    for integration_id in (theirs.id, "personio:" + "N" * 24):
        address = path.replace("{integration_id}", integration_id).replace("{category}", "ats")
        address = address.replace("{tool}", "personio").replace("{api}", "jobboard").replace("{token}", "nonsense")
        headers = {"Authorization": f"Bearer {whole.key}"} | ({"X-Integration-Id": integration_id} if header else {})
        answer = whole.http.request(method, whole.url + address, headers=headers, json={})
        answers.append((answer.status_code, _without_log(answer.content, integration_id)))
        assert b"heir" not in answer.content
    assert answers[0] == answers[1]
    if header or "{integration_id}" in path:
        assert answers[0][0] in (404, 501)  # 501: not there yet for anybody
    assert whole.server.store.integration(theirs.id) == before
    assert whole.http.request(method, whole.url + path, json={}).status_code == 401


def _without_log(body: bytes, integration_id: str) -> Any:
    told = msgspec.json.decode(body.replace(integration_id.encode(), b"ID"))
    if isinstance(told, dict) and isinstance(told.get("error"), dict):
        told["error"].pop("log_url", None)
    if isinstance(told, dict) and isinstance(told.get("data"), dict):
        told["data"].pop("link", None)
    return told


def test_there_are_routes_to_try() -> None:
    """The list is made from the document, so a new route is tried without being added here."""
    assert len(REQUESTS) > 20
    assert sum("{integration_id}" in path for _, path, _ in REQUESTS) >= 6


def test_an_activation_token_is_worth_nothing_elsewhere(whole: Site) -> None:
    """Another environment's key and the right token: as if there were no such token."""
    key, _ = _theirs(whole)
    walker = Walker(whole, whole.link())
    walker.to_test()
    walker.send()
    walker.send("skip")
    path = f"/connect/integration-by-token/{walker.activation()}"
    right, wrong, none = (
        whole.call("GET", path),
        whole.call("GET", path, key=key),
        whole.call("GET", "/connect/integration-by-token/none", key=key),
    )
    assert right.status_code == 200
    assert wrong.status_code == none.status_code == 400
    assert wrong.json()["error"]["message"] == none.json()["error"]["message"]


@pytest.mark.parametrize(
    ("allowed", "is_allowed"),
    [
        (None, True),
        (("127.0.0.0/8",), True),
        (("10.0.0.0/8", "127.0.0.1/32"), True),
        (("10.0.0.0/8",), False),
        (("2001:db8::/32",), False),
        ((), False),
    ],
)
def test_a_key_may_be_bound_to_networks(whole: Site, allowed: tuple[str, ...] | None, is_allowed: bool) -> None:
    """From elsewhere it answers PLATFORM.IP_NOT_WHITELISTED, whatever is asked."""
    key = new_api_key()
    whole.server.store.add_api_key(whole.environment, "bound", api_key_hash(key), key[:12], clock.now(), allowed)
    answer = whole.call("GET", "/check-api-key", key=key)
    assert answer.status_code == (200 if is_allowed else 403)
    if not is_allowed:
        assert answer.json()["error"]["code"] == "PLATFORM.IP_NOT_WHITELISTED"


def test_secrets_are_nowhere_in_the_open(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Through the whole flow, a failed check, a sync and a relink: not in the database file, its job tables and log,
    not in logs, errors, metrics, nor on any page."""
    lines, before = list[str](), structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        processors=[lambda _logger, _name, event: lines.append(repr(event)) or str(event)],
    )
    try:
        with site(tmp_path) as served:
            seen = _everything_that_is_told(served)
            secrets = _sentinels(served)
    finally:
        structlog.configure(**before)
    files = [p for p in tmp_path.rglob("*") if p.is_file() and p.suffix != ".key"]
    captured = capsys.readouterr()
    places = {p.name: p.read_bytes() for p in files} | {"log": "".join(lines).encode()}
    places |= {"answers": seen.encode(), "output": (captured.out + captured.err).encode()}
    assert len(places["a.db"]) > 10_000
    assert lines
    for place, held in places.items():
        assert [name for name, secret in secrets.items() if secret.encode() in held] == [], place


def _sentinels(served: Site) -> dict[str, str]:
    facts = served.company.facts
    own = {name: str(facts[name]) for name in SECRETS if name != "company_id"}
    return own | {"wrong secret": f"papi-{MARK}-wrong", "wrong token": f"rec-{MARK}-wrong", "api key": served.key}


def _everything_that_is_told(served: Site) -> str:
    """Walk through everything once; return all bodies and headers that went out, save the form of a just typed id."""
    told: list[str] = []

    def keep(walker: Walker) -> None:
        told.append(walker.answer.text.replace(str(served.company.facts["client_id"]), "client id"))

    served.restore()
    walker = Walker(served, served.link())
    walker.to_test(client_secret=f"papi-{MARK}-wrong", recruiting_token=f"rec-{MARK}-wrong")
    keep(walker)
    for step in ("data", "career", "read", "write"):
        walker.open(step)
        keep(walker)
    walker.open("read")
    walker.send(client_secret=str(served.company.facts["client_secret"]))
    walker.open("write")
    walker.send(recruiting_token=str(served.company.facts["recruiting_token"]))
    walker.send("next")
    walker.send("skip")
    keep(walker)
    integration = served.server.store.integrations()[-1]
    store = served.server.store
    run, _ = store.queue_sync(integration.id, SyncType.FULL, clock.now())
    claimed = store.claim_sync(clock.now(), run.id)
    assert claimed is not None
    execute(served.server.executor, claimed, should_stop=lambda: False)
    relinking = served.call("POST", f"/integrations/{integration.id}/relink", {}).json()["data"]["link"]
    again = Walker(served, served.here(relinking))
    again.open("read")
    keep(again)
    for path in (f"/integrations/{integration.id}", f"/integrations/{integration.id}/permissions?refresh=true"):
        told.append(served.call("GET", path).text)
    told += [served.http.get(f"{served.url}{path}").text for path in ("/metrics", "/docs", "/readyz")]
    told += [repr(entry) for entry in store.audit_entries(limit=100)]
    return "".join(told)


def test_a_link_cannot_be_guessed_or_reused_for_something_else(whole: Site) -> None:
    """A relink link connects nothing new, and a connect link reaches no integration."""
    walker = Walker(whole, whole.link())
    walker.to_test()
    walker.send()
    walker.send("skip")
    made = whole.server.store.integrations(whole.environment)[-1]
    count = len(whole.server.store.integrations())
    answer = whole.call("POST", f"/integrations/{made.id}/relink", {"link_type": "MAGIC_LINK"})
    again = Walker(whole, whole.here(answer.json()["data"]["link"]))
    for _ in range(8):
        if again.step in ("test", "source"):
            break
        again.send()  # nothing is typed in: what is stored is kept
    again.send("again")
    assert again.title == "Everything is there."
    again.send("next")
    again.send("skip")
    assert again.title == "Connected"
    assert len(whole.server.store.integrations()) == count
    after = whole.server.store.integration(made.id)
    assert after is not None
    assert after.settings == made.settings
    token = again.activation()
    assert whole.call("GET", f"/connect/integration-by-token/{token}").json()["data"]["id"] == made.id


def test_expired_links_are_pruned(whole: Site) -> None:
    """What expired long ago is erased with everything that was typed in."""
    store = whole.server.store
    link = whole.link()
    assert store.prune_links(clock.now()) >= 0
    assert whole.http.get(link).status_code == 200
    assert store.prune_links(clock.now() + dt.timedelta(hours=2)) >= 1
    assert whole.http.get(link).status_code == 404
