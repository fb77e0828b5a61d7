"""Integration fields and custom fields through HTTP (kombo-wire D.8)."""

from typing import Any

import pytest
from litestar.testing import TestClient

from atsume.model.fields import CustomField, IntegrationField
from atsume.model.integration import Integration
from atsume.store.fields import field_id
from tests.api.world import NOW, World, settle

KEYS = ("channel.name", "custom_attribute_7", "hiring_team[].role.name")


def _fill(world: World, integration: Integration) -> tuple[list[IntegrationField], CustomField]:
    found = [
        IntegrationField(
            id=field_id(integration.id, "ats_applications", key),
            model="ats_applications",
            key=key,
            label=None if "[]" in key else key.title(),
            type="CUSTOM" if "custom" in key else "DEFAULT",
            seen=10,
            filled=3,
        )
        for key in KEYS
    ]
    world.store.found_fields(integration, found, counts=True)
    custom = CustomField(
        id="C" * 24,
        environment_id=integration.environment_id,
        model="ats_applications",
        key="campaign",
        label="Campaign",
    )
    world.store.add_custom_field(custom)
    return found, custom


def _data(client: TestClient, method: str, path: str, world: World, **more: Any) -> Any:
    answer = client.request(method, f"/v1/integrations{path}", headers=world.headers(), **more)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def test_integration_fields_page_by_page(world: World) -> None:
    """Every key that the SDKs require; pages follow each other; the end is null."""
    integration = world.integrate()
    found, _ = _fill(world, integration)
    with world.client() as client:
        seen: list[dict] = []
        cursor: str | None = ""
        while cursor is not None:
            query = {"page_size": 2} | ({"cursor": cursor} if cursor else {})
            page = _data(client, "GET", f"/{integration.id}/integration-fields", world, params=query)
            assert page["next"] == page["next_cursor"]
            seen += page["results"]
            cursor = page["next"]
    assert seen == [
        {"id": f.id, "key": f.key, "model": f.model, "type": f.type, "label": f.label,
         "is_passthrough_enabled": False, "is_writable": False}
        for f in found
    ]  # fmt: skip


def test_map_and_unmap(world: World) -> None:
    """PUT answers the custom field with its integration field; null unmaps; the list says the same."""
    integration = world.integrate()
    found, custom = _fill(world, integration)
    path = f"/{integration.id}/custom-fields"
    with world.client() as client:
        unmapped = {
            "id": custom.id, "key": "campaign", "integration_field": None, "model": "ats_applications",
            "label": "Campaign", "description": None,
        }  # fmt: skip
        assert _data(client, "GET", path, world)["results"] == [unmapped]
        mapped = _data(client, "PUT", f"{path}/{custom.id}", world, json={"integration_field_id": found[0].id})
        reference = {"id": found[0].id, "key": "channel.name", "type": "DEFAULT", "label": "Channel.Name"}
        assert mapped == unmapped | {"integration_field": reference}
        assert _data(client, "GET", path, world)["results"] == [mapped]
        assert _data(client, "PUT", f"{path}/{custom.id}", world, json={"integration_field_id": None}) == unmapped
        assert _data(client, "GET", path, world)["results"] == [unmapped]
    assert world.woken


def test_the_answer_says_when_it_takes_effect(world: World) -> None:
    """Without records with the next that come; with records whose values are not held, with a queued full sync."""
    empty, full = world.integrate(1), world.integrate(2)
    settle(world, full, 3)
    with world.client() as client:
        told = []
        for integration in (empty, full):
            field = IntegrationField(
                id=field_id(integration.id, "ats_jobs", "x"), model="ats_jobs", key="x", label=None, type="DEFAULT"
            )
            world.store.found_fields(integration, [field], counts=True)
            answer = client.patch(
                f"/v1/integrations/{integration.id}/integration-fields/{field.id}",
                headers=world.headers(),
                json={"enable_passthrough": True},
            ).json()
            assert answer["data"]["is_passthrough_enabled"] is True
            told.append(answer["takes_effect"])
    (queued,) = world.store.sync_runs(full.id, 5)
    assert told == [
        "With the next records that come.",
        f"With full sync {queued.id}, which is queued: it needs values of ats_jobs that are not held.",
    ]
    assert world.store.sync_runs(empty.id, 5) == []


@pytest.mark.parametrize(
    ("method", "path", "body", "reason"),
    [
        ("PUT", "custom-fields/nope", b'{"integration_field_id": null}', "no custom field"),
        ("PUT", "custom-fields/" + "C" * 24, b"{}", "the key is required"),
        ("PUT", "custom-fields/" + "C" * 24, b"", "must be JSON"),
        ("PUT", "custom-fields/" + "C" * 24, b'{"integration_field_id": "nope"}', "no integration field"),
        ("PUT", "custom-fields/" + "C" * 24, b'{"integration_field_id": "OTHER"}', "one of ats_applications"),
        ("PATCH", "integration-fields/nope", b'{"enable_passthrough": true}', "no integration field"),
        ("PATCH", "integration-fields/OTHER", b'{"enable_passthrough": "yes"}', "must be JSON"),
        ("GET", "integration-fields?page_size=2001", b"", "1 to 2000"),
        ("GET", "custom-fields?page_size=251", b"", "1 to 250"),
        ("GET", "custom-fields?cursor=nonsense", b"", "not one of this list"),
    ],
)
def test_what_cannot_be(world: World, method: str, path: str, body: bytes, reason: str) -> None:
    """400 with a sentence that says what to do; nothing is changed."""
    integration = world.integrate()
    _fill(world, integration)
    other = IntegrationField(
        id=field_id(integration.id, "ats_jobs", "x"), model="ats_jobs", key="x", label=None, type="DEFAULT"
    )
    world.store.found_fields(integration, [other], counts=True)
    path, body = path.replace("OTHER", other.id), body.replace(b"OTHER", other.id.encode())
    with world.client() as client:
        answer = client.request(
            method, f"/v1/integrations/{integration.id}/{path}", headers=world.headers(), content=body
        )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "PLATFORM.INPUT_INVALID")
    assert reason in answer.json()["error"]["message"]
    assert world.store.field_mappings(integration.no) == {}
    assert not any(f.is_passthrough_enabled for f in world.store.integration_fields(integration.no))


def test_other_peoples_fields(world: World) -> None:
    """Neither another environment's integration, nor a field of another integration, can be seen or mapped."""
    mine = world.integrate(1)
    _, custom = _fill(world, mine)
    stranger = world.integrate(2, world.store.create_environment("Other", NOW))
    theirs = IntegrationField(
        id=field_id(stranger.id, "ats_applications", "x"), model="ats_applications", key="x", label=None, type="DEFAULT"
    )
    world.store.found_fields(stranger, [theirs], counts=True)
    with world.client() as client:
        hidden = client.get(f"/v1/integrations/{stranger.id}/integration-fields", headers=world.headers())
        assert (hidden.status_code, hidden.json()["error"]["code"]) == (404, "PLATFORM.INTEGRATION_NOT_FOUND")
        refused = client.put(
            f"/v1/integrations/{mine.id}/custom-fields/{custom.id}",
            headers=world.headers(),
            json={"integration_field_id": theirs.id},
        )
        assert refused.status_code == 400
