"""Webhook payloads as on the wire: what the official SDKs' webhook models parse (kombo 1.4.0, @kombo-api/sdk 1.1.3).

Strict: every key is always sent. Times are as everywhere on the wire; durations are whole seconds, because the Python
model refuses a fraction.
"""

from typing import Literal

from msgspec import Struct

from atsume.model.integration import EndUser

EventType = Literal[
    "data-changed",
    "sync-finished",
    "integration-created",
    "integration-deleted",
    "integration-state-changed",
    "connection-flow-failed",
]
EVENT_TYPES: tuple[EventType, ...] = EventType.__args__


class ChangedModel(Struct, frozen=True):
    """A model or join of which records changed."""

    name: str


class DataChanged(Struct, frozen=True, kw_only=True):
    """Something of an integration changed since the last such event: read the lists that show these models."""

    integration_id: str
    integration_tool: str
    integration_category: str
    changed_models: tuple[ChangedModel, ...]


class SyncFinished(Struct, frozen=True, kw_only=True):
    """A sync run has ended, however it ended."""

    sync_id: str
    sync_state: str
    sync_started_at: str
    sync_ended_at: str
    sync_duration_seconds: int
    integration_id: str
    integration_tool: str
    integration_category: str
    end_user: EndUser
    log_url: str


class IntegrationCreated(Struct, frozen=True, kw_only=True):
    """An end user connected a tool."""

    id: str
    tool: str
    category: str
    end_user: EndUser


class IntegrationDeleted(Struct, frozen=True, kw_only=True):
    """An integration was deleted; its records cannot be read any more."""

    id: str
    tool: str
    category: str
    end_user: EndUser
    deleted_at: str


class IntegrationStateChanged(Struct, frozen=True, kw_only=True):
    """The state, the setup or the quality verdict of an integration changed."""

    integration_tool: str
    integration_id: str
    integration_category: str
    end_user: EndUser
    qa_status: str
    setup_status: str
    state: str
    updated_at: str


class ConnectionFlowFailed(Struct, frozen=True, kw_only=True):
    """An end user tried to connect a tool, in vain."""

    integration_tool: str
    integration_category: str
    end_user: EndUser
    log_url: str


class Payload(Struct, frozen=True, kw_only=True):
    """What is sent."""

    id: str
    """Of the event; the same in every attempt and replay."""
    type: EventType
    data: (
        DataChanged
        | SyncFinished
        | IntegrationCreated
        | IntegrationDeleted
        | IntegrationStateChanged
        | ConnectionFlowFailed
    )
