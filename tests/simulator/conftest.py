"""One small company, a clock that stands still, and a caller with every right."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from personio_simulator import server
from personio_simulator.clock import Clock, from_iso
from personio_simulator.options import Options

NOW = "2026-11-02T09:00:00+00:00"


class Caller:
    """A simulator with its credentials; `api` sends the v2 token, `v1` the recruiting token."""

    def __init__(self, handle: server.Handle) -> None:
        self.handle, self.url = handle, handle.url
        self.http = httpx.Client(base_url=handle.url, timeout=10)
        self.info: dict[str, Any] = self.http.get("/_control/companies/acme").json()
        self.client = {"client_id": self.info["client_id"], "client_secret": self.info["client_secret"]}
        self.writer = {
            "Authorization": f"Bearer {self.info['recruiting_token']}",
            "X-Company-ID": self.info["company_id"],
        }
        self.token = self.grant().json()["access_token"]

    def grant(self, **fields: str) -> httpx.Response:
        return self.http.post("/v2/auth/token", data={"grant_type": "client_credentials", **self.client, **fields})

    def get(self, path: str, token: str | None = None, **query: Any) -> httpx.Response:
        names = {key.replace("__", "."): value for key, value in query.items()}
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return self.http.get(path, params=names or None, headers=headers)

    def walk(self, path: str, **query: Any) -> list[dict[str, Any]]:
        found, answer = [], self.get(path, **query)
        while True:
            assert answer.status_code == 200, answer.text
            body = answer.json()
            found += body["_data"]
            link = body["_meta"]["links"].get("next")
            if link is None or not body["_data"]:
                return found
            answer = self.get(link["href"])

    def create(self, **changes: Any) -> httpx.Response:
        body = {
            "first_name": "Mara",
            "last_name": "Lindqvist",
            "email": "mara@example.org",
            "job_position_id": self.job_id(),
            **changes,
        }
        return self.http.post("/v1/recruiting/applications", json=body, headers=self.writer)

    def upload(self, name: str = "mara.pdf", content: bytes = b"%PDF-1.4") -> httpx.Response:
        return self.http.post(
            "/v1/recruiting/applications/documents", files={"file": (name, content)}, headers=self.writer
        )

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, f"/_control{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def change(self, method: str, path: str, body: Any = None) -> Any:
        return self.control(method, f"/companies/acme{path}", body)

    def knobs(self, **changes: Any) -> None:
        self.change("PATCH", "/knobs", changes)

    def fault(self, kind: str, **fields: Any) -> None:
        self.control("POST", "/faults", {"kind": kind, **fields})

    def advance(self, seconds: float) -> None:
        self.control("POST", "/clock", {"advance": seconds})

    def truth(self) -> dict[str, Any]:
        return self.change("GET", "/truth")

    def job_id(self, published: bool = True) -> int:
        return next(int(job["id"]) for job in self.truth()["jobs"] if job["published"] == published)

    def career(self, path: str, **query: Any) -> httpx.Response:
        return self.http.get(f"/career/acme{path}", params=query or None)


@pytest.fixture
def start_simulator() -> Iterator[Callable[..., Caller]]:
    started: list[Caller] = []

    def begin(**options: Any) -> Caller:
        knobs = {"read_after_write": 0, "rate_limits": "report", **options.pop("knobs", {})}
        chosen = Options(**{"jobs": 12, "applications": 60, "knobs": knobs, **options})
        world = server.build(chosen, clock=Clock(frozen_at=from_iso(NOW)))
        started.append(Caller(server.start(world)))
        return started[-1]

    yield begin
    for caller in started:
        caller.http.close()
        caller.handle.stop()


@pytest.fixture
def sim(start_simulator: Callable[..., Caller]) -> Caller:
    return start_simulator()
