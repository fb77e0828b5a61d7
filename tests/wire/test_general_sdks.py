"""Both official SDKs, unchanged, on every general and connect endpoint there is, against a mirrored company."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from kombo import Kombo
from msgspec import Struct

from atsume import clock
from atsume.integrations import links
from personio_simulator.options import Options
from tests.end_to_end.mirrored import served
from tests.end_to_end.test_fields import Deciding
from tests.end_to_end.world import Company, Mirror
from tests.wire.test_typescript_sdk import _lines, scripts

__all__ = ["scripts"]
pytestmark = pytest.mark.sdk

NOT_CALLS = {"do_request", "parent_ref"}
LINKS = {"create_connection_link", "create_reconnection_link", "create_setup_link"}
USER = {"end_user_email": "ada@acme.example", "end_user_organization_name": "Acme"}


class Ground(Struct):
    """A served mirror, and what the calls are about."""

    url: str
    mirror: Mirror
    field_id: str
    custom_id: str
    token: str

    @property
    def arguments(self) -> tuple[str, ...]:
        """What a client must be told, in the order of the script."""
        mine = (self.mirror.api_key, self.mirror.integration.id, self.field_id, self.custom_id, self.token)
        return (f"{self.url}/v1", *mine)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A synced company, passthrough allowed, one custom field that is not mapped yet."""
    options = Options(jobs=3, applications=5, seed=6, knobs={"rate_limits": "report"})
    with Company(options) as company, Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror:
        mirror.sync()
        deciding = Deciding(mirror)
        deciding.switch(passthrough=True)
        custom, target = (
            deciding.define("ats_applications", "channel"),
            deciding.found("ats_applications", "channel.name"),
        )
        token = links.activate(mirror.server.store, mirror.integration, clock.now())
        with served(mirror) as url:
            yield Ground(url, mirror, target.id, custom.id, token)


def _python(ground: Ground) -> tuple[set[str], dict[str, Any]]:
    """Return the methods there are, and what each told."""
    url, key, integration_id, field_id, custom_id, token = ground.arguments
    of, link = {"integration_id": integration_id}, {"link_type": "MAGIC_LINK", "language": "de"}
    with Kombo(api_key=key, integration_id=integration_id, server_url=url, timeout_ms=60_000) as sdk:
        general, connect = sdk.general, sdk.connect

        def status() -> str:
            return general.get_integration_details(**of).data.status

        def disabled() -> str:
            general.set_integration_enabled(**of, value=False)
            return status()

        calls: dict[str, Callable[[], Any]] = {
            "check_api_key": lambda: general.check_api_key().data.environment_id,
            "get_tools": lambda: [tool.id for tool in general.get_tools(category="ats").data.tools],
            "get_integration_details": status,
            "get_integration_fields": lambda: _keys(general.get_integration_fields(**of, page_size=50)),
            "update_integration_field": lambda: (
                general.update_integration_field(
                    **of, integration_field_id=field_id, enable_passthrough=True
                ).data.is_passthrough_enabled
            ),
            "get_custom_fields": lambda: _keys(general.get_custom_fields(**of, page_size=50)),
            "update_custom_field_mapping": lambda: (
                general.update_custom_field_mapping(
                    **of, custom_field_id=custom_id, integration_field_id=field_id
                ).data.integration_field.id
            ),
            "send_passthrough_request": lambda: (
                general.send_passthrough_request(
                    tool="personio", api="recruitingV2", method="GET", path="/jobs", params={"limit": "1"}
                ).data.status
            ),
            "trigger_sync": lambda: general.trigger_sync(type_="FULL").data.type,
            "create_connection_link": lambda: (
                connect.create_connection_link(**USER, **link, integration_category="ATS").data.link
            ),
            "get_integration_by_token": lambda: connect.get_integration_by_token(token=token).data.id,
            "create_reconnection_link": lambda: general.create_reconnection_link(**of, **link).data.link,
            "create_setup_link": lambda: general.create_setup_link(**of, **link).data.link,
            "set_integration_enabled": disabled,
            "delete_integration": lambda: _dumped(general.delete_integration(**of, body={})),
        }
        methods = {name for part in (general, connect) for name in dir(type(part)) if not name.startswith("_")}
        return methods, {name: call() for name, call in calls.items()}


def _dumped(answer: Any) -> Any:
    return answer.data.model_dump()


def _keys(answer: Any) -> list[str]:
    found: list[str] = []
    while answer is not None:
        found += [one.key for one in answer.result.data.results]
        answer = answer.next()
    return found


def _typescript(ground: Ground, scripts: Path) -> tuple[set[str], dict[str, Any]]:
    """The same, its names as Python writes them."""
    methods, *told = _lines(scripts, "general.mjs", *ground.arguments)
    return {_snake(name) for name in methods}, {_snake(name): value for name, value in told}


def _snake(name: str) -> str:
    return re.sub(r"([A-Z])", lambda found: "_" + found[1].lower(), name)


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_every_endpoint(ground: Ground, request: pytest.FixtureRequest, language: str) -> None:
    """No method of the SDK is left out, and each parses what is true."""
    store, integration = ground.mirror.server.store, ground.mirror.integration
    fields = [field.key for field in store.integration_fields(integration.no)]
    ask = _python if language == "python" else lambda g: _typescript(g, request.getfixturevalue("scripts"))
    methods, told = ask(ground)
    assert {name for name in methods if not name.endswith("_async")} - NOT_CALLS == told.keys()
    for name in LINKS:
        path = told.pop(name).partition("/connect/")[2]
        assert httpx.get(f"{ground.url}/connect/{path}").status_code == (
            200 if name == "create_connection_link" else 410
        )
    assert sorted(told.pop("get_integration_fields")) == sorted(fields)
    assert told == {
        "check_api_key": integration.environment_id,
        "get_tools": ["personio"],
        "get_integration_details": "ACTIVE",
        "update_integration_field": True,
        "get_custom_fields": ["channel"],
        "update_custom_field_mapping": ground.field_id,
        "send_passthrough_request": 200,
        "trigger_sync": "FULL",
        "get_integration_by_token": integration.id,
        "set_integration_enabled": "INACTIVE",
        "delete_integration": {},
    }
    assert store.integration(integration.id) is None
