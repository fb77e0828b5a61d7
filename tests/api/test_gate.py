"""Keys, integrations and the order of the checks."""

import datetime as dt
import time
from typing import Any

import pytest
import sqlalchemy as sa

from atsume.api.gate import RECENT_SECONDS
from atsume.model.integration import QaStatus, SetupStatus, State
from atsume.model.lifecycle import Trigger
from atsume.store.schema import integrations
from tests.api.world import NOW, World, connector, settle


def _error(answer: Any) -> tuple[int, str | None]:
    body = answer.json()
    assert body["status"] == "error"
    assert set(body["error"]) == {"code", "title", "message", "log_url"}
    return answer.status_code, body["error"]["code"]


@pytest.mark.parametrize("sent", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer wrong", "atsume_x", "Bearer é"])
def test_bad_keys(world: World, sent: str | None) -> None:
    """Without a good key there is one answer."""
    with world.client() as client:
        headers = {} if sent is None else {b"authorization": sent.encode()}
        answer = client.get("/v1/check-api-key", headers=headers)  # pyright: ignore[reportArgumentType]
    assert _error(answer) == (401, "PLATFORM.AUTHENTICATION_INVALID")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_good_keys(world: World, scheme: str) -> None:
    """The scheme may be written in any case."""
    with world.client() as client:
        answer = client.get("/v1/check-api-key", headers={"Authorization": f"{scheme} {world.key}"})
    told = {"environment_id": world.environment.id, "customer_id": world.environment.id}
    assert answer.json() == {"status": "success", "data": told}


def test_a_revoked_key_stops_working(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within seconds."""
    monkeypatch.setattr("atsume.api.auth.REMEMBERED_SECONDS", 0.0)
    with world.client() as client:
        assert client.get("/v1/check-api-key", headers=world.headers()).status_code == 200
        world.store.revoke_api_key(world.store.api_keys()[0].id, NOW)
        assert client.get("/v1/check-api-key", headers=world.headers()).status_code == 401


def test_environments_do_not_see_each_other(world: World) -> None:
    """Unknown, malformed and other people's integrations get the same answer, to the letter."""
    other = world.store.create_environment("Production", NOW + dt.timedelta(seconds=1))
    theirs = world.integrate(2, other)
    settle(world, theirs, 5)
    ids = [theirs.id, "personio:" + "1" * 24, "nonsense", "personio:0OIl", "x" * 5000, "personio:\u00e9"]
    with world.client() as client:
        messages = set()
        for one in ids:
            headers: Any = {"Authorization": f"Bearer {world.key}", b"X-Integration-Id": one.encode()}
            answer = client.get("/v1/ats/jobs", headers=headers)
            assert _error(answer) == (404, "PLATFORM.INTEGRATION_NOT_FOUND")
            messages.add(answer.json()["error"]["message"])
        answer = client.get(f"/v1/integrations/{theirs.id}", headers=world.headers())
        assert _error(answer) == (404, "PLATFORM.INTEGRATION_NOT_FOUND")
        messages.add(answer.json()["error"]["message"])
        assert len(messages) == 1
        own = world.headers(theirs, world.add_key(other.id))
        assert client.get("/v1/ats/jobs", headers=own).status_code == 200


def test_the_integration_must_be_named(world: World) -> None:
    """The message says which header and what to put there."""
    with world.client() as client:
        answer = client.get("/v1/ats/jobs", headers=world.headers())
    assert _error(answer) == (400, "PLATFORM.INPUT_INVALID")
    assert "X-Integration-Id" in answer.json()["error"]["message"]


def _set(world: World, integration_id: str, **values: Any) -> None:

    with world.store.database.writing() as connection:
        connection.execute(sa.update(integrations).where(integrations.c.id == integration_id).values(values))


def test_checks_come_in_order(world: World) -> None:
    """Each obstacle hides the ones behind it; they are taken away one after the other."""
    integration = world.integrate(synced=False)
    _set(
        world,
        integration.id,
        state=State.INACTIVE.value,
        setup_status=SetupStatus.INCOMPLETE.value,
        qa_status=QaStatus.FAILED.value,
    )
    world.switch(integration, ats_jobs="DISABLED")
    headers, bad = world.headers(integration), "/v1/ats/jobs?page_size=0"

    def passing(**values: Any) -> tuple[int, str | None]:
        _set(world, integration.id, **values)
        return _error(client.get(bad, headers=headers))

    with world.client() as client:
        assert _error(client.get(bad, headers=headers)) == (409, "INTEGRATION.INACTIVE")
        assert passing(state=State.ACTIVE.value) == (409, "INTEGRATION.SETUP_INCOMPLETE")
        assert passing(setup_status=SetupStatus.COMPLETED.value) == (409, "INTEGRATION.SETUP_SYNC_PENDING")
        assert passing(first_synced_at=NOW) == (409, "INTEGRATION.QA_FAILED")
        assert passing(qa_status=QaStatus.PASSED.value) == (403, "INTEGRATION.MODEL_DISABLED")
        assert _error(client.get("/v1/ats/tags", headers=headers)) == (400, "INTEGRATION.MODEL_NOT_AVAILABLE")
        world.switch(integration)
        time.sleep(RECENT_SECONDS)  # what was readable is believed for a moment
        assert _error(client.get(bad, headers=headers)) == (400, "PLATFORM.INPUT_INVALID")
        assert client.get("/v1/ats/jobs", headers=headers).status_code == 200


def test_refused_credentials_do_not_stop_reading(world: World) -> None:
    """What was mirrored stays readable while the tool refuses us."""
    integration = world.integrate()
    world.store.transition(integration.id, Trigger.REFUSED_FOR_LONG, NOW)
    with world.client() as client:
        assert client.get("/v1/ats/jobs", headers=world.headers(integration)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "/ats/tags", "INTEGRATION.MODEL_NOT_AVAILABLE"),
        ("GET", "/ats/scorecards", "INTEGRATION.MODEL_NOT_AVAILABLE"),
        ("GET", "/ats/rejection-reasons", "INTEGRATION.MODEL_NOT_AVAILABLE"),
        ("POST", "/ats/jobs/remote%3A1%2F2/applications", "INTEGRATION.ACTION_NOT_AVAILABLE"),
        ("POST", "/ats/candidates", "INTEGRATION.ACTION_NOT_AVAILABLE"),
        ("DELETE", "/ats/candidates/abc/tags", "INTEGRATION.ACTION_NOT_AVAILABLE"),
        ("GET", "/ats/applications/abc/attachments", "INTEGRATION.ACTION_NOT_AVAILABLE"),
        ("GET", "/ats/actions/ats_create_application", "INTEGRATION.ACTION_NOT_AVAILABLE"),
        ("GET", "/assessment/packages", "INTEGRATION.ACTION_NOT_AVAILABLE"),
        ("PUT", "/assessment/orders/abc/result", "INTEGRATION.ACTION_NOT_AVAILABLE"),
    ],
)
def test_what_the_tool_cannot_do(world: World, method: str, path: str, code: str) -> None:
    """Says so with the code for it, whatever the body."""
    integration = world.integrate()
    with world.client() as client:
        answer = client.request(method, f"/v1{path}", headers=world.headers(integration), content=b'{"tag":')
        assert _error(answer) == (400, code)
    if code.endswith("MODEL_NOT_AVAILABLE"):
        assert answer.json()["error"]["title"] == "This data model isn't supported for the selected integration."
        assert "model is not yet available for Personio." in answer.json()["error"]["message"]


def test_a_model_the_connector_does_not_cover(world: World) -> None:
    """Coverage decides, not the route."""
    world.connectors["personio"] = connector(("ats_jobs",))
    integration = world.integrate()
    with world.client() as client:
        answer = client.get("/v1/ats/users", headers=world.headers(integration))
        assert _error(answer) == (400, "INTEGRATION.MODEL_NOT_AVAILABLE")
