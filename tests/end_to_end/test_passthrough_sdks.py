"""Passthrough through both official SDKs, unchanged, to the simulated company."""

from pathlib import Path

import pytest
from kombo import Kombo

from atsume.model.environment import changed
from tests.end_to_end.mirrored import served
from tests.end_to_end.world import Mirror
from tests.wire.test_typescript_sdk import _lines, scripts

__all__ = ["scripts"]
pytestmark = pytest.mark.sdk


def test_both_sdks(mirror: Mirror, scripts: Path) -> None:
    """Status, body and warnings arrive as they were answered."""
    store = mirror.server.store
    environment = store.environment(mirror.integration.environment_id)
    assert environment is not None
    store.update_environment_settings(environment.id, changed(environment.settings, {"passthrough": True}))
    with served(mirror) as address:
        url = f"{address}/v1"
        with Kombo(api_key=mirror.api_key, integration_id=mirror.integration.id, server_url=url) as sdk:
            answer = sdk.general.send_passthrough_request(
                tool="personio", api="recruitingV2", method="GET", path="/jobs", params={"limit": "2"}
            )
        assert (answer.data.status, len(answer.data.data["_data"]), answer.warnings) == (200, 2, [])
        (parsed,) = _lines(scripts, "passthrough.mjs", url, mirror.api_key, mirror.integration.id)
    assert parsed == {"status": 200, "records": 2, "warnings": []}
