"""What is told: the payloads, checked by the official SDK's own models."""

from typing import Any

import msgspec
from kombo import models

from atsume.model.integration import SyncState
from atsume.model.lifecycle import Trigger
from tests.store.world import JOB_STAGE, USER
from tests.webhooks.office import PUBLIC, Office
from tests.webhooks.payloads_of import told, write

WHO = {"organization_name": "Acme GmbH", "creator_email": "ada@acme.example", "origin_id": "acme-1"}
ABOUT = {"integration_tool": "personio", "integration_category": "ATS"}
MODELS: dict[str, Any] = {
    "data-changed": models.DataChangedWebhookPayload,
    "sync-finished": models.SyncFinishedWebhookPayload,
    "integration-created": models.IntegrationCreatedWebhookPayload,
    "integration-deleted": models.IntegrationDeletedWebhookPayload,
    "integration-state-changed": models.IntegrationStateChangedWebhookPayload,
    "connection-flow-failed": models.ConnectionFlowFailedWebhookPayload,
}


def test_every_event_as_it_is_sent(office: Office) -> None:
    """All keys, exactly; the Python SDK's model of the type accepts each and keeps every value."""
    integration = office.connect()
    write(office, integration, USER, JOB_STAGE)
    told(office)
    sync_id = office.sync(integration, SyncState.PARTIALLY_FAILED, seconds=14.5)
    office.store.transition(integration.id, Trigger.DISABLED, office.now)
    office.fail_flow()
    office.store.hide_integration(integration.id, office.now)
    found = told(office)
    at = "2026-01-01T12:00:00.000Z"
    assert found == [
        {"id": "event0000000000000000002", "type": "data-changed", "data": {
            "integration_id": integration.id, **ABOUT,
            "changed_models": [{"name": "ats_users"}, {"name": "ats_join_jobs_application_stages"}]}},
        {"id": "event0000000000000000003", "type": "sync-finished", "data": {
            "sync_id": sync_id, "sync_state": "PARTIALLY_FAILED", "sync_started_at": at,
            "sync_ended_at": "2026-01-01T12:00:14.500Z", "sync_duration_seconds": 14, "integration_id": integration.id,
            **ABOUT, "end_user": WHO, "log_url": f"{PUBLIC}/logs/{sync_id}"}},
        {"id": "event0000000000000000004", "type": "integration-state-changed", "data": {
            "integration_tool": "personio", "integration_id": integration.id, "integration_category": "ATS",
            "end_user": WHO, "qa_status": "PASSED", "setup_status": "COMPLETED", "state": "INACTIVE",
            "updated_at": at}},
        {"id": "event0000000000000000005", "type": "connection-flow-failed", "data": {
            **ABOUT, "end_user": WHO, "log_url": f"{PUBLIC}/logs/exchange"}},
        {"id": "event0000000000000000006", "type": "integration-deleted", "data": {
            "id": integration.id, "tool": "personio", "category": "ATS", "end_user": WHO, "deleted_at": at}},
    ]  # fmt: skip
    for payload in found:
        parsed = MODELS[payload["type"]].model_validate(payload)
        assert msgspec.json.decode(parsed.model_dump_json(by_alias=True)).keys() == payload.keys()
        assert parsed.id == payload["id"]
        for key, value in payload["data"].items():
            if not key.endswith("_at"):
                kept = getattr(parsed.data, key)
                assert msgspec.to_builtins(kept.model_dump() if hasattr(kept, "model_dump") else _plain(kept)) == value


def _plain(value: Any) -> Any:
    return [one.model_dump() for one in value] if isinstance(value, list) else value


def test_nothing_is_told_of_data_that_did_not_change(office: Office) -> None:
    """`data-changed` comes with a run that changed something, once; `sync-finished` with every run."""
    integration = office.connect()
    for records in ((), (USER,), ()):
        write(office, integration, *records)
        office.sync(integration)
    types = [payload["type"] for payload in told(office)]
    assert types == ["integration-created", "sync-finished", "data-changed", "sync-finished", "sync-finished"]
