"""Errors, headers, logs, compression: what every answer has in common."""

import datetime as dt
import gzip
from typing import Any

import msgspec
import pytest
import zstandard

from atsume.api.contents import ENDPOINTS
from atsume.api.exchanges import STRANGERS_PER_MINUTE, shown
from atsume.errors import Code
from atsume.model.lifecycle import Trigger
from tests.api.world import NOW, World, settle


def _error(answer: Any) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body["status"] == "error"
    assert set(body["error"]) == {"code", "title", "message", "log_url"}
    return body["error"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/nothing", 404),
        ("GET", "/v1/hris/employees", 404),
        ("POST", "/v1/ats/jobs", 405),
        ("DELETE", "/v1/check-api-key", 405),
        ("GET", "/v1/ats/jobs/a/b/c/d", 404),
        ("GET", "/v1/ats/%2e%2e/jobs", 404),
        ("GET", "/assets/tools/unknown-logo.svg", 404),
    ],
)
def test_outside_of_all_endpoints(world: World, method: str, path: str, status: int) -> None:
    """The framework's own errors wear the envelope too."""
    with world.client() as client:
        answer = client.request(method, path, headers=world.headers())
    assert answer.status_code == status
    assert _error(answer)["code"] is None
    assert ("allow" in answer.headers) == (status == 405)


def test_bodies_that_are_too_large(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Get the envelope, not a broken connection."""
    monkeypatch.setattr("atsume.api.app.BODY_MOST_BYTES", 1000)
    integration = world.integrate()
    with world.client() as client:
        answer = client.post("/v1/force-sync", headers=world.headers(integration), content=b" " * 2000)
    assert (answer.status_code, _error(answer)["code"]) == (413, "PLATFORM.INPUT_INVALID")


def test_defects_of_ours_say_nothing_about_us(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """No stack, no values; the exchange is still written down."""

    def broken(*_: Any) -> Any:
        raise RuntimeError("secret thing " + world.key)

    integration = world.integrate()
    monkeypatch.setattr(type(world.store), "list_page", broken)
    with world.client() as client:
        answer = client.get("/v1/ats/jobs", headers=world.headers(integration))
    assert answer.status_code == 500
    assert _error(answer)["code"] == "PLATFORM.UNKNOWN_ERROR"
    assert "secret" not in answer.text


def test_general_endpoints_send_no_codes_their_clients_do_not_know(world: World) -> None:
    """The code goes out as null; title and message stay."""
    integration = world.integrate()
    world.store.transition(integration.id, Trigger.DISABLED, NOW)
    with world.client() as client:
        answer = client.post("/v1/force-sync", headers=world.headers(integration), json={"type": "FULL"})
        assert answer.status_code == Code.INACTIVE.status
        assert _error(answer)["title"] == Code.INACTIVE.title
        assert _error(answer)["code"] is None


def test_every_endpoint_of_the_wire_answers(world: World) -> None:
    """With an envelope that its family allows, never with 500; 404 only for what is not there."""
    general = {code.wire for code in Code if code.is_general} | {None}
    with world.client() as client:
        for number, endpoint in enumerate(ENDPOINTS):
            integration = world.integrate(number)  # some of them delete it
            path = endpoint.path.replace("{integration_id}", integration.id).replace("{category}", "ats")
            answer = client.request(endpoint.method, f"/v1{path}", headers=world.headers(integration), json={})
            assert answer.status_code in (200, 400, 403, 404), (path, answer.text)
            if answer.status_code != 200 and endpoint.family.is_general:
                assert _error(answer)["code"] in general


def test_the_log_url_opens(world: World) -> None:
    """As a page for browsers, as JSON for programs; it shows the request but none of its personal values."""
    integration = world.integrate()
    query = "page_size=0&email=jo@example.com&x%3Cy=1&cursor=abc"
    with world.client() as client:
        error = _error(client.get(f"/v1/ats/candidates?{query}", headers=world.headers(integration)))
        assert error["log_url"].startswith("http://atsume.test/logs/")
        path = error["log_url"].removeprefix("http://atsume.test")
        told = client.get(path).json()["exchange"]
        assert told["url"] == "/v1/ats/candidates?page_size=0&email=…&cursor=…"
        assert told["message"] == error["message"]
        assert (told["code"], told["status"], told["integration_id"]) == (error["code"], 400, integration.id)
        page = client.get(path, headers={"accept": "text/html,*/*"})
        assert page.headers["content-type"].startswith("text/html")
        assert error["message"].replace("`", "") in page.text.replace("<code>", "").replace("</code>", "")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert page.headers["cache-control"] == "no-store"
        assert client.get("/logs/" + "1" * 24).status_code == 404
        assert client.get("/logs/nonsense", headers={"accept": "text/html"}).status_code == 404


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/v1/ats/jobs", b"", "/v1/ats/jobs"),
        ("/v1/ats/jobs", b"page_size=5&statuses=OPEN%2CCLOSED", "/v1/ats/jobs?page_size=5&statuses=OPEN,CLOSED"),
        ("/v1/ats/candidates", b"email=a%40b.c&first_name=Jo", "/v1/ats/candidates?email=…&first_name=…"),
        ("/jo@example.com/x", b"", "/…/x"),
        ("/v1/integrations/personio:abc", b"", "/v1/integrations/personio:abc"),
        ("/v1", b"page_size=jo%40example.com&%FF=1", "/v1?page_size=…"),
    ],
)
def test_what_is_kept_of_an_address(path: str, query: bytes, expected: str) -> None:
    """Names of parameters, values only where they cannot be personal."""
    assert shown(path, query) == expected


def test_tokens_are_not_written_down(world: World) -> None:
    """An activation token in a path is a secret."""
    with world.client() as client:
        error = _error(client.get("/v1/connect/integration-by-token/s3cr3t", headers=world.headers()))
        told = client.get(error["log_url"].removeprefix("http://atsume.test")).text
    assert "s3cr3t" not in told


def test_strangers_cannot_fill_the_log(world: World) -> None:
    """Past the budget an error goes out without log_url; the next minute begins anew."""
    with world.client() as client:
        urls = [_error(client.get("/v1/nothing"))["log_url"] for _ in range(STRANGERS_PER_MINUTE + 2)]
        assert [u is None for u in urls] == [False] * STRANGERS_PER_MINUTE + [True] * 2
        world.now[0] += dt.timedelta(minutes=1)
        assert _error(client.get("/v1/nothing"))["log_url"] is not None


def test_the_quota(world: World) -> None:
    """Is counted per key and integration and minute, told on every answer, and ends in 429."""
    one, two = world.integrate(1), world.integrate(2)
    with world.client(requests_per_minute=2) as client:
        answers = [client.get("/v1/ats/jobs", headers=world.headers(one)) for _ in range(3)]
        assert [a.status_code for a in answers] == [200, 200, 429]
        assert [a.headers["ratelimit-remaining"] for a in answers] == ["1", "0", "0"]
        assert {a.headers["ratelimit-limit"] for a in answers} == {"2"}
        assert answers[2].headers["retry-after"] == answers[2].headers["ratelimit-reset"] == "30"
        assert _error(answers[2])["code"] == "PLATFORM.RATE_LIMIT_EXCEEDED"
        assert client.get("/v1/ats/jobs", headers=world.headers(two)).status_code == 200
        world.now[0] = NOW + dt.timedelta(seconds=30)
        assert client.get("/v1/ats/jobs", headers=world.headers(one)).status_code == 200
    with world.client(requests_per_minute=0) as client:
        assert "ratelimit-limit" not in client.get("/v1/ats/jobs", headers=world.headers(one)).headers


@pytest.mark.parametrize(
    ("accepts", "encoding"),
    [
        ("", None),
        ("identity", None),
        ("gzip", "gzip"),
        ("gzip, zstd", "zstd"),
        ("gzip, zstd;q=0", "gzip"),
        ("*", "zstd"),
        ("br, deflate", None),
        ("GZIP;q=0.5", "gzip"),
        ("zstd;q=nonsense", None),
    ],
)
def test_compression(world: World, accepts: str, encoding: str | None) -> None:
    """zstd where it is accepted, else gzip; the bytes are the same."""
    integration = world.integrate()
    settle(world, integration, 20)
    headers = world.headers(integration)
    with world.client() as client:
        plain = client.get("/v1/ats/jobs", headers=headers | {"accept-encoding": "identity"})
        with client.stream("GET", "/v1/ats/jobs", headers=headers | {"accept-encoding": accepts}) as answer:
            raw = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == encoding
    unpacked = {None: bytes, "gzip": gzip.decompress, "zstd": zstandard.decompress}[encoding](raw)
    assert msgspec.json.decode(unpacked) == plain.json()
    assert answer.headers["vary"] == "accept-encoding"


def test_answers_are_kept_by_nobody(world: World) -> None:
    """They hold personal data."""
    with world.client() as client:
        answer = client.get("/v1/check-api-key", headers=world.headers())
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
