"""What is to be announced: each change of state worth an event is noted in the change's own transaction.

A note holds all that its event will say, so that it can still be told when what it is about is gone. Notes are turned
into events, in order, by whoever announces; a note exists until its event does, so none is lost and none told twice.
"""

import datetime as dt
from typing import Any, Literal

import msgspec
import sqlalchemy as sa
from msgspec import Struct

from atsume.model.integration import EndUser, Integration, QaStatus, SetupStatus, State, SyncState, SyncType
from atsume.store.schema import outbox

Kind = Literal[
    "sync_finished",
    "integration_created",
    "integration_deleted",
    "integration_state_changed",
    "connection_flow_failed",
]


class IntegrationFacts(Struct, frozen=True, kw_only=True):
    """Facts of `integration_created`, `integration_deleted` and `integration_state_changed`."""

    tool: str
    category: str
    end_user: EndUser
    state: State
    setup_status: SetupStatus
    qa_status: QaStatus


class SyncFacts(Struct, frozen=True, kw_only=True):
    """Facts of `sync_finished`."""

    tool: str
    category: str
    end_user: EndUser
    sync_id: str
    type: SyncType
    state: SyncState
    started_at: dt.datetime
    """When it was queued, if it never started."""
    ended_at: dt.datetime
    changed_models: tuple[str, ...] = ()
    """Models with a record or join that changed since they were last announced."""


class FlowFacts(Struct, frozen=True, kw_only=True):
    """Facts of `connection_flow_failed`."""

    tool: str
    category: str
    end_user: EndUser
    exchange_id: str
    """The logged exchange that shows what went wrong."""


Facts = IntegrationFacts | SyncFacts | FlowFacts
FACTS_OF: dict[Kind, type[Struct]] = {
    "sync_finished": SyncFacts,
    "integration_created": IntegrationFacts,
    "integration_deleted": IntegrationFacts,
    "integration_state_changed": IntegrationFacts,
    "connection_flow_failed": FlowFacts,
}
"""Which facts a note of a kind holds."""


class Note(Struct, frozen=True, kw_only=True):
    """A noted change of state."""

    no: int
    """Notes are announced in this order."""
    kind: Kind
    environment_id: str
    integration_id: str | None
    """None where there is no integration (yet)."""
    facts: Any
    """One of `Facts`; see FACTS_OF."""
    at: dt.datetime


def note(
    connection: sa.Connection,
    kind: Kind,
    *,
    environment_id: str,
    integration_id: str | None,
    facts: Facts,
    at: dt.datetime,
) -> None:
    """Note a change of state. Call it inside the transaction that makes the change."""
    if not isinstance(facts, FACTS_OF[kind]):
        raise TypeError(f"{kind} needs {FACTS_OF[kind].__name__}, not {type(facts).__name__}")
    values = {
        "kind": kind,
        "environment_id": environment_id,
        "integration_id": integration_id,
        "facts": msgspec.json.encode(facts).decode(),
        "at": at,
    }
    connection.execute(sa.insert(outbox).values(values))


def facts_of(integration: Integration) -> IntegrationFacts:
    """Return the facts of an integration as it is."""
    return IntegrationFacts(
        tool=integration.tool,
        category=integration.category,
        end_user=integration.end_user,
        state=integration.state,
        setup_status=integration.setup_status,
        qa_status=integration.qa_status,
    )


def noted(connection: sa.Connection, limit: int) -> list[Note]:
    """Return the oldest notes, locked for this transaction; those that another one holds are left out."""
    query = sa.select(outbox).order_by(outbox.c.no).limit(limit).with_for_update(skip_locked=True)
    return [
        Note(
            no=row.no,
            kind=row.kind,
            environment_id=row.environment_id,
            integration_id=row.integration_id,
            facts=msgspec.json.decode(row.facts, type=FACTS_OF[row.kind]),
            at=row.at,
        )
        for row in connection.execute(query)
    ]
