"""Fields through both official SDKs, unchanged: what they parse is what was answered."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from kombo import Kombo
from msgspec import Struct

from atsume.model.fields import CustomField, IntegrationField
from atsume.store.fields import field_id
from tests.api.world import World, open_world
from tests.wire.test_typescript_sdk import _lines, scripts

__all__ = ["scripts"]
pytestmark = pytest.mark.sdk


class Fielded(Struct):
    """A running server with fields."""

    url: str
    key: str
    integration_id: str
    fields: list[IntegrationField]
    custom: CustomField


def _fill(world: World) -> tuple[str, list[IntegrationField], CustomField]:
    integration = world.integrate(1)
    fields = [
        IntegrationField(
            id=field_id(integration.id, "ats_jobs", key),
            model="ats_jobs",
            key=key,
            label=label,
            type="CUSTOM" if label else "DEFAULT",
        )
        for key, label in (("xml.office", None), ("custom_attribute_7", "Notice period"))
    ]
    world.store.found_fields(integration, fields, counts=True)
    custom = CustomField(id="C" * 24, environment_id=integration.environment_id, model="ats_jobs", key="office")
    world.store.add_custom_field(custom)
    return integration.id, fields, custom


@pytest.fixture
def fielded(tmp_path: Path) -> Iterator[Fielded]:
    """The server."""
    world = open_world(tmp_path / "atsume.db")
    integration_id, fields, custom = _fill(world)
    app = world.app(requests_per_minute=0)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", access_log=False, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    url = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/v1"
    yield Fielded(url, world.key, integration_id, fields, custom)
    server.should_exit = True
    thread.join(10)
    world.store.close()


def _shown(field: IntegrationField, *, passed: bool = False) -> dict[str, Any]:
    return {
        "id": field.id, "key": field.key, "model": field.model, "type": field.type, "label": field.label,
        "is_passthrough_enabled": passed, "is_writable": False,
    }  # fmt: skip


def _custom(fielded: Fielded, target: IntegrationField | None) -> dict[str, Any]:
    reference = target and {"id": target.id, "key": target.key, "type": target.type, "label": target.label}
    return {
        "id": fielded.custom.id, "key": "office", "integration_field": reference, "model": "ats_jobs",
        "label": None, "description": None,
    }  # fmt: skip


def _expected(fielded: Fielded) -> list[Any]:
    first = fielded.fields[0]
    return [
        [_shown(one) for one in fielded.fields],
        [_custom(fielded, None)],
        _shown(first, passed=True),
        _custom(fielded, first),
        _custom(fielded, None),
    ]


def test_python(fielded: Fielded) -> None:
    """Lists page by page, a field switched on, a custom field mapped and unmapped."""
    of = {"integration_id": fielded.integration_id}
    first = fielded.fields[0].id
    with Kombo(api_key=fielded.key, server_url=fielded.url) as sdk:
        listed: list[Any] = []
        for list_ in (sdk.general.get_integration_fields, sdk.general.get_custom_fields):
            found: list[Any] = []
            answer = list_(**of, page_size=1)
            while answer is not None:
                found += answer.result.data.results
                answer = answer.next()
            listed.append(found)
        changed = [
            sdk.general.update_integration_field(**of, integration_field_id=first, enable_passthrough=True).data,
            *(
                sdk.general.update_custom_field_mapping(
                    **of, custom_field_id=fielded.custom.id, integration_field_id=target
                ).data
                for target in (first, None)
            ),
        ]
    dumped = [[one.model_dump(mode="json") for one in found] for found in listed]
    assert [*dumped, *(one.model_dump(mode="json") for one in changed)] == _expected(fielded)


def test_typescript(fielded: Fielded, scripts: Path) -> None:
    """The same, value by value."""
    parsed = _lines(
        scripts, "fields.mjs", fielded.url, fielded.key, fielded.integration_id, fielded.fields[0].id, fielded.custom.id
    )
    assert parsed == _expected(fielded)
