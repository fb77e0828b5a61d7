"""What goes into the store and what comes out: plain structs, no SQL.

A record's row is keyed by our id, which is computed from integration, model and remote id (`atsume.ids.record_id`).
`seq` orders the rows of an integration for paging; it never changes while the row lives.
"""

import datetime as dt
from enum import Enum
from typing import Any

from msgspec import Struct

from atsume.model.environment import EnvironmentSettings
from atsume.model.integration import EndUser, QaStatus, SyncState, SyncType
from atsume.model.permission import Permission
from atsume.model.record import Timestamp

ERASED = -1
"""Remote fingerprint of a record that was erased on request: no sync fills it again."""


class Held(Struct, frozen=True, gc=False):
    """What the store remembers of a record, as far as a comparison needs it."""

    seq: int
    remote_fingerprint: int
    """Hash of the remote record it was made from; 0: map it again; ERASED: never again."""
    fingerprint: int
    """Hash of the unified record's own wire bytes."""
    is_deleted: bool


class Row(Struct, gc=False):
    """A record to write."""

    id: str
    remote_id: str
    remote_fingerprint: int
    fingerprint: int
    body: bytes
    """The record's own wire keys as a JSON object; no `id`, `changed_at`, `remote_deleted_at` or nested records."""
    embed: bytes | None
    """The JSON object that other records embed, if any does."""
    columns: tuple[Any, ...]
    """Values in the order of the model's `columns` in the catalogue."""
    remote: bytes | None = None
    """What to keep of the remote record (see `store/remotes.py`). None: as it is; empty: nothing any more."""


class Writes(Struct):
    """The differences of a batch, all or none of which are committed."""

    created: list[Row] = []
    """Not held yet."""
    updated: list[Row] = []
    """Held, and their own properties changed; also those that came back from the dead."""
    quiet: list[Row] = []
    """Held, the remote bytes changed but no own property did: fingerprints and columns only, no change time moves."""
    deleted: list[str] = []
    """Ids to tombstone."""


class Committed(Struct, frozen=True):
    """What a commit did, for the statistics of the run."""

    created: int
    updated: int
    deleted: int


class Op(Enum):
    """How a filter compares."""

    IN = "in"
    """The column is one of the values."""
    HAS_LINE = "has_line"
    """The column, a text of lines (`\\na\\nb\\n`), holds one of the values as a whole line."""
    CONTAINS = "contains"
    """The column contains the value as it is (no wildcards)."""
    SINCE = "since"
    """The column, a timestamp, is the value or later."""
    HAS_APPLICATION_FOR = "has_application_for"
    """Candidates with a live application for one of these job ids."""
    NOTHING = "nothing"
    """Matches no record at all: a filter on a field the tool does not have."""


class Filter(Struct, frozen=True):
    """One condition of a list request."""

    column: str
    """`id`, `remote_id` or a column of the catalogue."""
    op: Op
    values: tuple[str, ...]


class ListRequest(Struct, frozen=True, kw_only=True):
    """A page of a list, as data. Filters are ANDed."""

    model: str
    integration_no: int
    integration_id: str
    limit: int
    filters: tuple[Filter, ...] = ()
    include_deleted: bool = False
    updated_after: Timestamp | None = None
    """Own change or one of the nested changes that count for this model at this moment or later."""
    after_seq: int | None = None
    """Resume after this row. With `updated_after` the order is (touched_at, seq), else seq."""
    after_touched_at: Timestamp | None = None


class ListPage(Struct, frozen=True):
    """A page of wire records, composed in the database: `results` is the JSON array's inside as bytes."""

    results: bytes
    """`{…},{…}` without brackets; empty when there is none."""
    count: int
    next_seq: int | None
    """Resume here; None at the end."""
    next_touched_at: Timestamp | None = None


class Change(Struct, kw_only=True):
    """One change of a record or join, as the feed tells it."""

    sequence: int
    """Counts from 1 in each integration, without gaps."""
    model: str
    kind: str
    """created, updated or deleted. A record that comes back is updated."""
    id: str
    changed_at: Timestamp
    remote_id: str | None = None
    """None when the row is gone."""
    shown_in: str | None = None
    """Of a join: the id of the job whose answer shows it."""


class ChangePage(Struct, frozen=True):
    """Changes in their order."""

    changes: list[Change]
    next: int
    """Number to ask after for what follows."""
    latest: int
    """Number of the newest change there is."""


class Environment(Struct, frozen=True):
    """A set of integrations and keys."""

    id: str
    name: str
    created_at: dt.datetime
    settings: EnvironmentSettings = EnvironmentSettings()


class ApiKey(Struct, frozen=True):
    """An API key, of which only the hash is kept."""

    id: str
    environment_id: str
    name: str
    prefix: str
    """First characters, to tell keys apart."""
    created_at: dt.datetime
    revoked_at: dt.datetime | None = None
    allowed_addresses: tuple[str, ...] | None = None
    """Networks (`203.0.113.0/24`) that requests with this key may come from. None: from anywhere."""


class NewIntegration(Struct, frozen=True, kw_only=True):
    """What `Store.add_integration` needs; `no` is given by the store."""

    id: str
    tool: str
    category: str
    environment_id: str
    end_user: EndUser
    settings: dict[str, Any]
    sealed_credentials: bytes
    """See `atsume.crypto.seal`; owner is the integration id."""
    overrides: dict[str, Any] = {}
    """What it decides otherwise than its environment."""
    scope_config_id: str | None = None
    opted_out: tuple[str, ...] = ()
    permissions: tuple[Permission, ...] = ()
    qa_status: QaStatus = QaStatus.PASSED
    """PENDING: the first records must pass the quality checks."""


class StreamProgress(Struct):
    """How one stream of a run stands. Also what is kept of it afterwards."""

    model: str
    state: str = "pending"
    """pending, running, complete, failed or skipped."""
    pages: int = 0
    requests: int = 0
    records: int = 0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    received_bytes: int = 0
    waited_seconds: float = 0.0
    """Spent waiting for the tool's rate limit."""
    error: str | None = None
    held_back: int = 0
    """Records, at least, that are gone in the tool and kept by the breaker."""


class SyncRun(Struct, frozen=True):
    """One execution of a sync."""

    id: str
    integration_id: str
    type: SyncType
    state: SyncState
    queued_at: dt.datetime
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    streams: list[StreamProgress] = []
    warnings: list[str] = []
    error: str | None = None
    timings: dict[str, float] = {}
    """Seconds per station."""
    owner: str | None = None
    """The process that carries it out. None while RUNNING: whoever did is gone, anybody may take it up."""
    attempts: int = 0
    """How often it was started since its last checkpoint."""


class Checkpoint(Struct, frozen=True, kw_only=True):
    """How far a stream of a run is, written in the same transaction as the records it speaks of."""

    run_id: str
    owner: str
    """Who must still own the run for anything to be written."""
    model: str
    place: str | None
    """Where the stream goes on. Empty: its walk has ended. None: only at its beginning."""
    high_water: int
    """`seq` of the newest row when the walk began: rows above it came since."""
    progress: StreamProgress
    seen: bytes | None = None
    """Which held rows came since the checkpoint before: their `seq`, eight bytes each."""
    carried: bytes | None = None
    """What later streams need of it; the connector's own business."""


class Schedule(Struct, frozen=True, kw_only=True):
    """When an integration is due, and what its last runs left behind."""

    next_due_at: dt.datetime | None = None
    full_at: dt.datetime | None = None
    """When the last full sync with usable records began."""
    watermarks: dict[str, dt.datetime] = {}
    """Model → when its last complete walk began."""


class Replica(Struct, frozen=True):
    """A process that carries out work."""

    process: str
    """New at every start."""
    executor: str
    """The same after a restart."""
    role: str
    """`worker` or `command`."""
    started_at: dt.datetime
    beat_at: dt.datetime
    beats: int
    """Counts up while it lives."""


class LoggedExchange(Struct, frozen=True, kw_only=True):
    """A request and its answer, redacted, as a `log_url` shows it. Holds no secret and no personal data."""

    id: str
    direction: str
    """`in`: a caller asked us. `out`: we asked the tool."""
    at: dt.datetime
    method: str
    url: str
    """Path and names of the query parameters; values only where they cannot be personal."""
    status: int | None
    duration_seconds: float
    environment_id: str | None = None
    integration_id: str | None = None
    sync_id: str | None = None
    code: str | None = None
    message: str | None = None


class Purpose(Enum):
    """What a connect link is for. It works for nothing else."""

    CONNECT = "connect"
    RELINK = "relink"
    SETUP = "setup"


class Wish(Struct, frozen=True, kw_only=True):
    """What the caller asked for when it made a connect link."""

    purpose: Purpose
    end_user: EndUser
    tool: str | None = None
    """None: the end user picks one."""
    category: str = "ATS"
    language: str = "en"
    scope_config_id: str | None = None
    """None: the default of the environment; with RELINK: the one that the integration has."""
    with_field_mapping: bool = False
    link_type: str = "EMBEDDED"


class FoundField(Struct, frozen=True):
    """A field of the tool, as met on live records."""

    model: str
    key: str
    label: str | None
    type: str


class Answers(Struct, kw_only=True):
    """What the end user chose so far in a connection flow. No secrets."""

    language: str | None = None
    tool: str | None = None
    opted_out: tuple[str, ...] = ()
    settings: dict[str, Any] = {}
    passed_by: tuple[str, ...] = ()
    """Steps that the end user went through or past."""
    permissions: tuple[Permission, ...] = ()
    """What scope testing found with the credentials typed in last."""
    found: tuple[FoundField, ...] = ()
    """What custom fields can be mapped to."""
    mapped: dict[str, str] = {}
    """Custom field → key of a field that was found; empty for none."""


class ConnectLink(Struct, frozen=True, kw_only=True):
    """A connect link and how far its flow has come. Only the hash of its token is kept."""

    id: str
    environment_id: str
    created_at: dt.datetime
    expires_at: dt.datetime
    wish: Wish
    answers: Answers
    integration_id: str | None = None
    """To relink or set up; after the end, what came of it."""
    used_at: dt.datetime | None = None
    reported_at: dt.datetime | None = None
    sealed_credentials: bytes | None = None
    """Typed in so far; owner is the id of the link. Erased when the flow ends."""

    def is_used(self, at: dt.datetime) -> bool:
        """Return whether the flow has ended, or is being ended right now."""
        return self.used_at is not None and (self.answers == Answers() or at - self.used_at < dt.timedelta(minutes=1))


class AuditEntry(Struct, frozen=True, kw_only=True):
    """Who did what. No secrets, no personal data beyond what names the end user."""

    at: dt.datetime
    actor: str
    """`key atsume_AbCde`, `command line`, `end user`."""
    action: str
    """`integration.deleted`, `key.created` …"""
    environment_id: str | None = None
    subject: str | None = None
    """Id of what it was done to."""
    details: str | None = None
