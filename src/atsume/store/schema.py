"""The tables. One pair per model of the catalogue, generated from it; the rest is the server's own bookkeeping.

A model has a narrow *key table* (ids, fingerprints, times, columns) and a fat *fragment table* (stored JSON), so that
comparisons and joins never read what only answers need. Both are keyed by `seq`, whose upper bits are the
integration's number: the rows of an integration lie together, in the order of their commits, without an index.
Fragments are kept without their braces, so that keys can be added by concatenation.
"""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from msgspec import Struct
from sqlalchemy.dialects import postgresql

from atsume.model.catalogue import MODELS, Kind, Model

SEQ_BITS = 40
"""Rows of a model in one integration: up to 2**40. Integrations: up to 2**23."""
SEQ_MASK = (1 << SEQ_BITS) - 1

Text = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Compared byte by byte on both engines."""
Seq = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

metadata = sa.MetaData()


def moment_text(moment: dt.datetime | None) -> str | None:
    """Return a moment as it is kept, for statements that go to the driver."""
    return None if moment is None else moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment_of(text: str) -> dt.datetime:
    """Return a kept moment."""
    return dt.datetime.fromisoformat(text)


class Moment(sa.types.TypeDecorator[dt.datetime]):
    """An aware moment, kept as UTC text of fixed width: the same on both engines, and it sorts."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: sa.Dialect) -> str | None:
        """Return the text to keep."""
        return moment_text(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> dt.datetime | None:
        """Return the aware moment."""
        return None if value is None else moment_of(value)


class RecordTables(Struct, frozen=True):
    """Where the records of one model are kept."""

    model: Model
    keys: sa.Table
    fragments: sa.Table


KEY_COLUMNS = (
    "seq",
    "id",
    "integration_no",
    "remote_id",
    "remote_fingerprint",
    "fingerprint",
    "changed_at",
    "touched_at",
    "deleted_at",
)
"""Every key table begins with these; the catalogue's columns follow."""

STREAM_TOTALS = ("runs", "failures", "records", "created", "updated", "deleted", "requests", "received_bytes")
"""What is counted of a tool's stream over all runs, ever: the counters that `/metrics` shows."""

_TYPES = {Kind.TEXT: Text, Kind.FLAG: sa.SmallInteger(), Kind.INTEGER: sa.Integer()}

_WIDER = {
    # The walk over (job, stage) pairs of live applications must not read the rows.
    ("ats_applications", "job_id"): ("job_id", "current_stage_id", "deleted_at"),
    # The place of a stage in a job is looked up for every application of a page.
    ("ats_join_jobs_application_stages", "job_id"): ("job_id", "stage_id"),
}
"""Indexed columns of the catalogue whose index carries more."""


def _record_tables(model: Model) -> RecordTables:
    keys = sa.Table(
        model.name,
        metadata,
        sa.Column("seq", Seq, primary_key=True, autoincrement=False),
        sa.Column("id", Text, nullable=False),
        sa.Column("integration_no", sa.Integer, nullable=False),
        sa.Column("remote_id", Text, nullable=False),
        sa.Column("remote_fingerprint", sa.BigInteger, nullable=False),
        sa.Column("fingerprint", sa.BigInteger, nullable=False),
        sa.Column("changed_at", Text, nullable=False),
        sa.Column("touched_at", Text, nullable=False),
        sa.Column("deleted_at", Text),
        *(sa.Column(column.name, _TYPES[column.kind]) for column in model.columns),
    )
    sa.Index(f"ix_{model.name}_id", keys.c.id, unique=True)
    sa.Index(f"ix_{model.name}_touched", keys.c.integration_no, keys.c.touched_at, keys.c.seq)
    full = sa.text("deleted_at IS NOT NULL AND fingerprint <> 0")
    sa.Index(f"ix_{model.name}_tombs", keys.c.deleted_at, sqlite_where=full, postgresql_where=full)
    for column in model.columns:
        if column.indexed:
            indexed = _WIDER.get((model.name, column.name), (column.name,))
            sa.Index(f"ix_{model.name}_{column.name}", *(keys.c[name] for name in indexed))
    fragments = sa.Table(
        f"{model.name}_fragments",
        metadata,
        sa.Column("seq", Seq, primary_key=True, autoincrement=False),
        sa.Column("body", Text, nullable=False),  # the record's own wire keys
        sa.Column("embed", Text),  # what other records embed; null when deleted
        sa.Column("brief", Text),  # the shorter form, where a model is embedded in two
    )
    return RecordTables(model=model, keys=keys, fragments=fragments)


environments = sa.Table(
    "environments",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("name", Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("settings", Text, nullable=False, server_default="{}"),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("environment_id", Text, sa.ForeignKey("environments.id"), nullable=False),
    sa.Column("name", Text, nullable=False),
    sa.Column("key_hash", Text, nullable=False),
    sa.Column("prefix", Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("revoked_at", Moment),
    sa.Column("allowed_addresses", Text),  # JSON list of networks; null: from anywhere
)
sa.Index("ix_api_keys_key_hash", api_keys.c.key_hash, unique=True)

integrations = sa.Table(
    "integrations",
    metadata,
    sa.Column("no", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("id", Text, nullable=False),
    sa.Column("tool", Text, nullable=False),
    sa.Column("category", Text, nullable=False),
    sa.Column("environment_id", Text, sa.ForeignKey("environments.id"), nullable=False),
    sa.Column("organization_name", Text, nullable=False),
    sa.Column("creator_email", Text),
    sa.Column("origin_id", Text),
    sa.Column("state", Text, nullable=False),
    sa.Column("setup_status", Text, nullable=False),
    sa.Column("qa_status", Text, nullable=False),
    sa.Column("settings", Text, nullable=False),
    sa.Column("overrides", Text, nullable=False, server_default="{}"),  # of the environment's settings
    sa.Column("sealed_credentials", sa.LargeBinary, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("first_synced_at", Moment),
    sa.Column("data_expired_at", Moment),
    sa.Column("scope_config_id", Text),  # null: the environment's default
    sa.Column("opted_out", Text),  # JSON list of names
    sa.Column("permissions", Text),  # JSON list: what scope testing found
    # Raised in the transaction of everything that writes jobs, stages or stages of jobs: see `store/related.py`.
    sa.Column("revision", sa.Integer, nullable=False, server_default="0"),
    sa.Column("state_changed_at", Moment),
    sa.Column("deleted_at", Moment),  # hidden from then on, erased later
    sa.Column("refused_since", Moment),  # the tool has refused the credentials at every attempt since
    sa.Column("last_synced_at", Moment),
    sa.Column("used_at", Moment),  # when a caller last asked, to the hour
    sa.Column("qa_findings", Text, nullable=False, server_default="[]"),
    sa.Column("qa_decided_at", Moment),  # an operator decided: the quality checks are silent
    sa.Column("deletions_allowed_at", Moment),  # the next run may bury however much is gone
    sa.Column("settled_at", Text),  # no commit was under way at this time
    sa.Column("announced", Seq, nullable=False, server_default="0"),  # `feed.last` up to which models were announced
    sa.Column("ids_version", sa.Integer, nullable=False, server_default="0"),  # moves with `given_ids`
    sqlite_autoincrement=True,
)
sa.Index("ix_integrations_id", integrations.c.id, unique=True)
sa.Index("ix_integrations_environment_id", integrations.c.environment_id)
_HIDDEN = sa.text("deleted_at IS NOT NULL")
sa.Index("ix_integrations_deleted", integrations.c.deleted_at, sqlite_where=_HIDDEN, postgresql_where=_HIDDEN)

sync_runs = sa.Table(
    "sync_runs",
    metadata,
    sa.Column("no", Seq, primary_key=True, autoincrement=True),
    sa.Column("id", Text, nullable=False),
    sa.Column("integration_no", sa.Integer, sa.ForeignKey("integrations.no"), nullable=False),
    sa.Column("integration_id", Text, nullable=False),
    sa.Column("type", Text, nullable=False),
    sa.Column("state", Text, nullable=False),
    sa.Column("queued_at", Moment, nullable=False),
    sa.Column("started_at", Moment),
    sa.Column("ended_at", Moment),
    sa.Column("streams", Text, nullable=False),
    sa.Column("warnings", Text, nullable=False),
    sa.Column("error", Text),
    sa.Column("timings", Text, nullable=False),
    sa.Column("owner", Text),  # the process that carries it out; null while RUNNING: its process is gone
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),  # starts since a checkpoint was written
    sa.Column("checkpoint_no", Seq),  # the last checkpoint when it was last started
)
sa.Index("ix_sync_runs_id", sync_runs.c.id, unique=True)
sa.Index("ix_sync_runs_integration", sync_runs.c.integration_no, sync_runs.c.no)
_WAITING = sa.text("state IN ('QUEUED', 'RUNNING')")
sa.Index(
    "uq_sync_runs_active",
    sync_runs.c.integration_no,
    sync_runs.c.type,
    unique=True,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)
_RUNNING = sa.text("state = 'RUNNING'")
sa.Index(
    "uq_sync_runs_running",
    sync_runs.c.integration_no,
    unique=True,
    sqlite_where=_RUNNING,
    postgresql_where=_RUNNING,
)
_QUEUED = sa.text("state = 'QUEUED'")
sa.Index("ix_sync_runs_queued", sync_runs.c.no, sqlite_where=_QUEUED, postgresql_where=_QUEUED)
sa.Index("ix_sync_runs_ended", sync_runs.c.ended_at)

stream_states = sa.Table(
    "stream_states",
    metadata,
    sa.Column("integration_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("model", Text, primary_key=True),
    sa.Column("completed_at", Moment),  # when a run last read it to its end
    sa.Column("failing_since", Moment),
    sa.Column("held_back", sa.Integer, nullable=False),  # records gone in the tool that the breaker keeps
)

stream_totals = sa.Table(
    "stream_totals",
    metadata,
    sa.Column("tool", Text, primary_key=True),
    sa.Column("model", Text, primary_key=True),
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in STREAM_TOTALS),
    sa.Column("waited_seconds", sa.Float, nullable=False),
)

sync_totals = sa.Table(
    "sync_totals",
    metadata,
    sa.Column("tool", Text, primary_key=True),
    sa.Column("type", Text, primary_key=True),
    sa.Column("state", Text, primary_key=True),
    sa.Column("runs", sa.BigInteger, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
)

sync_checkpoints = sa.Table(
    "sync_checkpoints",
    metadata,
    sa.Column("no", Seq, primary_key=True, autoincrement=True),
    sa.Column("run_id", Text, nullable=False),
    sa.Column("integration_no", sa.Integer, nullable=False),
    sa.Column("model", Text, nullable=False),
    sa.Column("place", Text),  # where the stream goes on; empty: its walk has ended; null: at its beginning
    sa.Column("high_water", sa.BigInteger, nullable=False),
    sa.Column("progress", Text, nullable=False),
    sa.Column("seen", sa.LargeBinary),
    sa.Column("carried", sa.LargeBinary),
)
sa.Index("ix_sync_checkpoints_run_id", sync_checkpoints.c.run_id, sync_checkpoints.c.no)

schedules = sa.Table(
    "schedules",
    metadata,
    sa.Column("integration_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("next_due_at", Moment, nullable=False),
    sa.Column("planned_at", Moment, nullable=False),  # later than now: the clock has stepped back
    sa.Column("full_at", Moment),
    sa.Column("watermarks", Text, nullable=False, server_default="{}"),
)
sa.Index("ix_schedules_next_due_at", schedules.c.next_due_at)
sa.Index("ix_schedules_planned_at", schedules.c.planned_at)

replicas = sa.Table(
    "replicas",
    metadata,
    sa.Column("process", Text, primary_key=True),  # new at every start
    sa.Column("executor", Text, nullable=False),  # the same after a restart
    sa.Column("role", Text, nullable=False),
    sa.Column("started_at", Moment, nullable=False),
    sa.Column("beat_at", Moment, nullable=False),
    sa.Column("beats", sa.Integer, nullable=False),
)

exchanges = sa.Table(
    "exchanges",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("integration_id", Text),
    sa.Column("content", Text, nullable=False),  # the whole exchange as JSON
)
sa.Index("ix_exchanges_at", exchanges.c.at)
sa.Index("ix_exchanges_integration_id", exchanges.c.integration_id)

feed = sa.Table(
    "feed",
    metadata,
    sa.Column("last", Seq, primary_key=True, autoincrement=False),  # numbered like the rows of records
    sa.Column("first", Seq, nullable=False),
    sa.Column("integration_no", sa.Integer, nullable=False),
    sa.Column("model", Text, nullable=False),
    sa.Column("at", Text, nullable=False),
    sa.Column("changes", Text, nullable=False),  # `c<id>,u<id>,d<id>`: created, updated, deleted
)
sa.Index("ix_feed_at", feed.c.integration_no, feed.c.at)

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("no", Seq, primary_key=True, autoincrement=True),
    sa.Column("kind", Text, nullable=False),
    sa.Column("environment_id", Text, nullable=False),
    sa.Column("integration_id", Text),
    sa.Column("facts", Text, nullable=False),  # JSON
    sa.Column("at", Moment, nullable=False),
)

connector_notes = sa.Table(
    "connector_notes",
    metadata,
    sa.Column("integration_no", sa.Integer, sa.ForeignKey("integrations.no"), primary_key=True),
    sa.Column("kind", Text, primary_key=True),
    sa.Column("key", Text, primary_key=True),
    sa.Column("written_at", Moment, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
)

RECORDS: dict[str, RecordTables] = {name: _record_tables(model) for name, model in MODELS.items()}
"""All record tables, by model."""


def first_seq(integration_no: int) -> int:
    """Return the number just below the rows of an integration."""
    return integration_no << SEQ_BITS


def within(keys: sa.Table, no: str = "first") -> sa.ColumnElement[bool]:
    """Return the condition that holds an integration's rows; takes the parameters of `bounds`."""
    return sa.and_(
        keys.c.seq > sa.bindparam(no, type_=sa.BigInteger), keys.c.seq <= sa.bindparam("last", type_=sa.BigInteger)
    )


def bounds(integration_no: int, after: int = 0) -> dict[str, int]:
    """Return the parameters of `within`: the rows of an integration after one of them."""
    first = first_seq(integration_no)
    return {"first": first + after, "last": first + SEQ_MASK}
