"""Station 8b, first half: notes of the outbox become events. Pure."""

from collections.abc import Callable
from typing import Any

import msgspec

from atsume.model.record import timestamp
from atsume.store.outbox import FlowFacts, IntegrationFacts, Note, SyncFacts
from atsume.store.rows_webhooks import NewEvent
from atsume.webhooks import payloads
from atsume.webhooks.payloads import EventType, Payload


def events(note: Note, new_id: Callable[[], str], public_url: str) -> list[NewEvent]:
    """Return the events of a note, in the order in which they are told. Ids are made here and never again."""
    log_url = f"{public_url.rstrip('/')}/logs/"
    return [
        NewEvent(
            id=(event_id := new_id()),
            environment_id=note.environment_id,
            integration_id=note.integration_id,
            type=kind,
            body=msgspec.json.encode(Payload(id=event_id, type=kind, data=data)).decode(),
            at=note.at,
        )
        for kind, data in _payloads(note, log_url)
    ]


def _payloads(note: Note, log_url: str) -> list[tuple[EventType, Any]]:
    facts = note.facts
    if isinstance(facts, SyncFacts):
        return _of_sync(note, facts, log_url)
    if isinstance(facts, FlowFacts):
        failed = payloads.ConnectionFlowFailed(
            integration_tool=facts.tool,
            integration_category=_category(facts.category),
            end_user=facts.end_user,
            log_url=log_url + facts.exchange_id,
        )
        return [("connection-flow-failed", failed)]
    return [_of_integration(note, facts)]


def _of_sync(note: Note, facts: SyncFacts, log_url: str) -> list[tuple[EventType, Any]]:
    """Return `data-changed`, when something did, before `sync-finished`: who waits for the end finds the data."""
    told: list[tuple[EventType, Any]] = []
    if facts.changed_models:
        changed = payloads.DataChanged(
            integration_id=note.integration_id or "",
            integration_tool=facts.tool,
            integration_category=_category(facts.category),
            changed_models=tuple(payloads.ChangedModel(name) for name in facts.changed_models),
        )
        told.append(("data-changed", changed))
    finished = payloads.SyncFinished(
        sync_id=facts.sync_id,
        sync_state=facts.state.value,
        sync_started_at=timestamp(facts.started_at),
        sync_ended_at=timestamp(facts.ended_at),
        sync_duration_seconds=max(round((facts.ended_at - facts.started_at).total_seconds()), 0),
        integration_id=note.integration_id or "",
        integration_tool=facts.tool,
        integration_category=_category(facts.category),
        end_user=facts.end_user,
        log_url=log_url + facts.sync_id,
    )
    return [*told, ("sync-finished", finished)]


def _of_integration(note: Note, facts: IntegrationFacts) -> tuple[EventType, Any]:
    about = {"tool": facts.tool, "category": _category(facts.category), "end_user": facts.end_user}
    if note.kind == "integration_created":
        return "integration-created", payloads.IntegrationCreated(id=note.integration_id or "", **about)
    if note.kind == "integration_deleted":
        deleted = payloads.IntegrationDeleted(id=note.integration_id or "", deleted_at=timestamp(note.at), **about)
        return "integration-deleted", deleted
    return "integration-state-changed", payloads.IntegrationStateChanged(
        integration_tool=facts.tool,
        integration_id=note.integration_id or "",
        integration_category=_category(facts.category),
        end_user=facts.end_user,
        qa_status=facts.qa_status.value,
        setup_status=facts.setup_status.value,
        state=facts.state.value,
        updated_at=timestamp(note.at),
    )


def _category(category: str) -> str:
    return category.upper()
