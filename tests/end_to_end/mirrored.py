"""Ways to look at a mirror from outside, and at what its company's own API answers."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self
from xml.etree.ElementTree import Element, fromstring

import httpx
import sqlalchemy as sa
import uvicorn
from litestar.testing import TestClient

from atsume.cli.serving import application
from atsume.store.schema import RECORDS
from tests.end_to_end.world import Company, Facts, Mirror

API = {
    "jobs": "ats_jobs",
    "candidates": "ats_candidates",
    "applications": "ats_applications",
    "application-stages": "ats_application_stages",
    "users": "ats_users",
}
"""List of the API → model."""
PERSONAL = ("id", "first_name", "last_name", "preferred_name", "email", "status", "created_at", "updated_at")
"""All that may be kept of a person."""


def ask(mirror: Mirror, name: str, **query: str) -> list[Facts]:
    """Return all records of a list as the API answers them."""
    headers = {"Authorization": f"Bearer {mirror.api_key}", "X-Integration-Id": mirror.integration.id}
    found: list[Facts] = []
    with TestClient(application(mirror.server, None)) as client:
        cursor: str | None = ""
        while cursor is not None:
            more = {"cursor": cursor} if cursor else {}
            answer = client.get(f"/v1/ats/{name}", params={"page_size": "250"} | query | more, headers=headers)
            assert answer.status_code == 200, answer.text
            page = answer.json()["data"]
            found, cursor = found + page["results"], page["next"]
    return found


def stored_rows(mirror: Mirror, model: str) -> dict[str, Facts]:
    """Return what is ours of every record of a model, by remote id, tombstones included."""
    keys = RECORDS[model].keys
    columns = (keys.c.id, keys.c.remote_id, keys.c.changed_at, keys.c.deleted_at.label("remote_deleted_at"))
    with mirror.server.store.database.looking() as connection:
        return {row.remote_id: dict(row._mapping) for row in connection.execute(sa.select(*columns))}


@contextmanager
def served(mirror: Mirror) -> Iterator[str]:
    """Serve the mirror on a free port; give the address."""
    app = application(mirror.server, None)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


class Remote:
    """What the company's own API answers, asked without the connector."""

    def __init__(self, company: Company) -> None:
        self._http = httpx.Client(base_url=company.url, timeout=30, headers={"Beta": "true"})
        grant = {"grant_type": "client_credentials"} | {k: company.facts[k] for k in ("client_id", "client_secret")}
        token = self._http.post("/v2/auth/token", data=grant).json()["access_token"]
        self._http.headers["Authorization"] = f"Bearer {token}"
        self._listed = {
            "ats_jobs": self._pages("/v2/recruiting/jobs?limit=200"),
            "ats_applications": self._pages("/v2/recruiting/applications?limit=200"),
        }
        feed = self._http.get(f"{company.career}/xml?language=en").content
        self._positions = {p["id"]: p for p in map(_position, fromstring(feed).iter("position"))}  # noqa: S314

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def data(self, model: str, remote_id: str) -> Facts | None:
        """Return the bodies behind a record, by the path they came from."""
        if model == "ats_users":
            answer = self._http.get(f"/v2/persons/{remote_id}")
            told = answer.json() if answer.status_code == 200 else None
            return None if told is None else {"/v2/persons": {k: told[k] for k in PERSONAL if k in told}}
        body = {f"/v2/recruiting/{model.removeprefix('ats_')}": self._listed[model][remote_id]}
        is_published = model == "ats_jobs" and remote_id in self._positions
        return body | ({"/xml": self._positions[remote_id]} if is_published else {})

    def _pages(self, url: str | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while url is not None:
            page = self._http.get(url).json()
            found |= {record["id"]: record for record in page["_data"]}
            url = page["_meta"]["links"].get("next", {}).get("href")
        return found


def _position(element: Element) -> Facts:
    """Return a position of the feed as a plain object, under the feed's own names; what is empty is null."""
    told: Facts = {}
    for child in element:
        if child.tag == "additionalOffices":
            told[child.tag] = [(office.text or "").strip() or None for office in child]
        elif child.tag == "jobDescriptions":
            told[child.tag] = [{part.tag: (part.text or "").strip() or None for part in one} for one in child]
        elif child.tag == "salaryInformation":
            told[child.tag] = {part.tag: (part.text or "").strip() or None for part in child}
        else:
            told[child.tag] = (child.text or "").strip() or None
    return told
