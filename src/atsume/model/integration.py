"""An integration: one end user's tool, connected. Its states and settings."""

import datetime as dt
from enum import Enum
from typing import Any

from msgspec import Struct

from atsume.model.permission import Permission


class State(Enum):
    """`status` on the wire."""

    ACTIVE = "ACTIVE"
    INVALID = "INVALID"
    INACTIVE = "INACTIVE"


class SetupStatus(Enum):
    """Whether the setup flow is through."""

    INCOMPLETE = "INCOMPLETE"
    FINAL_SYNC_PENDING = "FINAL_SYNC_PENDING"
    COMPLETED = "COMPLETED"


class QaStatus(Enum):
    """Whether the first data passed the quality checks."""

    PENDING = "PENDING"
    FAILED = "FAILED"
    PASSED = "PASSED"


class SyncState(Enum):
    """How a sync run stands or ended. The last six are wire values of `sync-finished`."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    PARTIALLY_FAILED = "PARTIALLY_FAILED"
    FAILED = "FAILED"
    AUTHENTICATION_FAILED = "AUTHENTICATION_FAILED"
    CANCELLED = "CANCELLED"
    TIMED_OUT = "TIMED_OUT"


USABLE = frozenset({SyncState.SUCCEEDED, SyncState.PARTIALLY_FAILED})
"""After a run that ended like this the mirror may be read."""


class SyncType(Enum):
    """FULL reads everything and alone detects deletions; DELTA reads what changed."""

    FULL = "FULL"
    DELTA = "DELTA"


class EndUser(Struct, frozen=True):
    """The organisation that connected its tool."""

    organization_name: str
    creator_email: str | None = None
    origin_id: str | None = None


class Integration(Struct, frozen=True):
    """An integration as stored, credentials left out."""

    no: int
    """Our small number for it: rows carry this instead of the long id."""
    id: str
    tool: str
    category: str
    environment_id: str
    end_user: EndUser
    state: State
    setup_status: SetupStatus
    qa_status: QaStatus
    settings: dict[str, Any]
    """The tool's own settings, as the connector's settings struct encodes them. No secrets."""
    created_at: dt.datetime
    overrides: dict[str, Any] = {}
    """What it decides otherwise than its environment; see `atsume.model.environment.effective`."""
    first_synced_at: dt.datetime | None = None
    """End of the first usable sync; until then reads answer SETUP_SYNC_PENDING."""
    data_expired_at: dt.datetime | None = None
    """When the scope changed after the last sync; the next good sync takes it back."""
    scope_config_id: str | None = None
    """None: the default of the environment."""
    opted_out: tuple[str, ...] = ()
    """Optional models, fields and actions that the end user did not allow."""
    permissions: tuple[Permission, ...] = ()
    """What scope testing found last."""
    state_changed_at: dt.datetime | None = None
    """When state, setup or quality last changed; None: never since it was connected."""
    refused_since: dt.datetime | None = None
    """The tool has refused the credentials at every attempt since."""
    last_synced_at: dt.datetime | None = None
    """End of the newest usable sync."""
    used_at: dt.datetime | None = None
    """When a caller last asked for it, to the hour."""
    qa_findings: list[str] = []
    """What the quality checks found wrong with the first records, or why an operator decided."""
    qa_decided_at: dt.datetime | None = None
    """An operator decided; the quality checks have no say any more."""
    deletions_allowed_at: dt.datetime | None = None
    """An operator lets the next run bury however much is gone."""
