"""General endpoints, pictures, documentation, health."""

import re
from typing import Any

import msgspec
import pytest

from atsume.model.ats.users import User
from atsume.model.catalogue import MODELS
from atsume.store.rows import Writes
from atsume.sync.ingest import row
from tests.api.world import World


@pytest.mark.parametrize("body", [b"", b"{}", b'{"type":"FULL"}', b'{"type":"DELTA"}', b' {"type":"FULL","x":1} '])
def test_force_sync(world: World, body: bytes) -> None:
    """Queues one sync and wakes the worker; asking again gives the same one. A delta is answered as a full sync."""
    integration = world.integrate()
    with world.client() as client:
        first, second = (
            client.post("/v1/force-sync", headers=world.headers(integration), content=body).json()["data"]
            for _ in range(2)
        )
    assert (first["already_queued"], first["type"]) == (False, "FULL")
    assert second == first | {"already_queued": True}
    assert world.woken
    run = world.store.sync_run(first["sync_id"])
    assert run is not None
    assert run.integration_id == integration.id


@pytest.mark.parametrize("body", [b"x", b"[]", b'{"type":"HALF"}', b'{"type":null}', b"\xff", b'{"type":'])
def test_force_sync_with_a_bad_body(world: World, body: bytes) -> None:
    """Says what the body must look like, and queues nothing."""
    integration = world.integrate()
    with world.client() as client:
        answer = client.post("/v1/force-sync", headers=world.headers(integration), content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "PLATFORM.INPUT_INVALID")
    assert "FULL or DELTA" in answer.json()["error"]["message"]
    assert world.store.sync_runs(integration.id, 10) == []


def test_an_integration(world: World) -> None:
    """Tells its state, and model by model and field by field what can be read."""
    integration = world.integrate()
    settings = {"ats_users": "DISABLED", "ats_jobs__name": "DISABLED", "ats_candidates": "OPTIONAL"}
    world.switch(integration, "ats_candidates", "ats_jobs", **settings)
    with world.client() as client:
        for written in (integration.id, integration.id.replace(":", "%3A")):
            told = client.get(f"/v1/integrations/{written}", headers=world.headers()).json()["data"]
            assert told["id"] == integration.id
    models = {m["id"]: m for m in told["read_models"]}
    assert (models["ats_users"]["is_available"], models["ats_users"]["scope_config_setting"]) == (False, "DISABLED")
    candidates, jobs = models["ats_candidates"], models["ats_jobs"]
    assert (candidates["is_available"], candidates["scope_config_setting"]) == (False, "OPTIONAL")
    assert (candidates["opted_out_by_customer"], candidates["fields"][3]["opted_out_by_customer"]) == (True, True)
    assert (jobs["is_available"], jobs["opted_out_by_customer"]) == (True, False)  # it was not optional
    assert told["scope_config"]["name"] == "Chosen"
    fields = {f["id"]: f for f in models["ats_jobs"]["fields"]}
    assert [fields[f]["is_available"] for f in ("id", "name", "job_code")] == [True, False, False]
    assert fields["job_code"]["coverage_status"] == "UNSUPPORTED"
    assert told["tool"]["logo_url"] == "http://atsume.test/assets/tools/personio-logo.svg"
    assert told["end_user"] == {
        "organization_name": "ACME",
        "creator_email": "ada@acme.example",
        "origin_id": "acme-1",
    }
    assert (told["status"], told["setup_status"], told["category"]) == ("ACTIVE", "COMPLETED", "ATS")
    assert told["created_at"] == "2026-11-24T12:00:30.000Z"


@pytest.mark.parametrize(("category", "tools"), [("ats", ["personio"]), ("hris", []), ("assessment", []), ("lms", [])])
def test_tools(world: World, category: str, tools: list[str]) -> None:
    """The tools of each category."""
    with world.client() as client:
        told = client.get(f"/v1/tools/{category}", headers=world.headers()).json()["data"]["tools"]
    assert [t["id"] for t in told] == tools


@pytest.mark.parametrize("category", ["ATS", "crm", "a%2Fts"])
def test_unknown_categories(world: World, category: str) -> None:
    """Are refused with the list of the known ones."""
    with world.client() as client:
        answer = client.get(f"/v1/tools/{category}", headers=world.headers())
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "PLATFORM.INPUT_INVALID")
    assert "hris, ats, assessment, lms" in answer.json()["error"]["message"]


def test_pictures_exist(world: World) -> None:
    """Every picture that /tools names can be fetched."""
    with world.client() as client:
        tool = client.get("/v1/tools/ats", headers=world.headers()).json()["data"]["tools"][0]
        for url in tool["assets"].values():
            answer = client.get(url.removeprefix("http://atsume.test"))
            assert answer.headers["content-type"] == "image/svg+xml"
            assert "<svg" in answer.text


def test_documentation(world: World) -> None:
    """The page asks no other server for anything; the document has every list."""
    with world.client() as client:
        page, document = client.get("/docs"), client.get("/docs/openapi.json")
    assert "://" not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    told = msgspec.json.decode(document.content)
    named, linked = re.findall(r'id="([^"]+)"', page.text), re.findall(r'href="#([^"]+)"', page.text)
    assert set(linked) <= set(named)
    assert len(named) == len(set(named))
    operations = [o["operationId"] for methods in told["paths"].values() for o in methods.values()]
    assert {*operations, *told["components"]["schemas"]} <= set(named)
    assert told["openapi"].startswith("3.1")
    job = told["components"]["schemas"]["Job"]
    assert set(job["required"]) == set(job["properties"])


def test_health(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """/readyz fails with the database, /healthz does not."""

    def away(_store: Any) -> None:
        raise OSError

    with world.client() as client:
        assert client.get("/readyz").status_code == 200
        monkeypatch.setattr(type(world.store), "ping", away)
        assert (client.get("/healthz").status_code, client.get("/readyz").status_code) == (200, 503)


def test_unicode_survives(world: World) -> None:
    """Characters of any script come out as they went in."""
    integration = world.integrate()
    name = 'Ünï"\\\u2028\u0000\u001f🙂 عربى'
    made = row(integration.id, MODELS["ats_users"], User(remote_id="1/ä?", first_name=name), 1)
    world.store.commit("ats_users", integration, Writes(created=[made]), "2026-11-24T12:00:00.000Z")
    with world.client() as client:
        query = {"remote_ids": "1/ä?"}
        found = client.get("/v1/ats/users", params=query, headers=world.headers(integration)).json()["data"]["results"]
    assert [(u["remote_id"], u["first_name"]) for u in found] == [("1/ä?", name)]
