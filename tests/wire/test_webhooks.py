"""The official TypeScript SDK's `validateWebhook` takes every payload that is sent."""

import subprocess
from pathlib import Path

import msgspec
import pytest

from atsume.model.integration import SyncState
from atsume.model.lifecycle import Trigger
from atsume.store.store import Store
from tests.store.world import USER
from tests.webhooks.office import Office
from tests.webhooks.payloads_of import told, write
from tests.wire.test_typescript_sdk import _environment, _tool, scripts

__all__ = ["scripts"]

pytestmark = pytest.mark.sdk


def test_every_payload_is_valid_typescript(scripts: Path, tmp_path: Path) -> None:
    """Each of the six types; unknown or misshapen ones would be refused."""
    store = Store.open(f"sqlite:///{tmp_path / 'atsume.db'}")
    store.migrate()
    office = Office(store)
    integration = office.connect()
    write(office, integration, USER)
    office.sync(integration, SyncState.SUCCEEDED, seconds=3)
    store.transition(integration.id, Trigger.DISABLED, office.now)
    office.fail_flow()
    store.hide_integration(integration.id, office.now)
    payloads = told(office)
    store.close()
    assert len({payload["type"] for payload in payloads}) == 6
    done = subprocess.run(
        [_tool("node"), "webhooks.mjs"], cwd=scripts, env=_environment(), check=False, timeout=120,
        input=b"\n".join(msgspec.json.encode(p) for p in payloads) + b"\n", capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    taken = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    assert [{one["body"]["id"], one["body"]["type"]} for one in taken] == [{p["id"], p["type"]} for p in payloads]
