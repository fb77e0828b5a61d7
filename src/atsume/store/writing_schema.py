"""The tables of writes: the journal, ids given out early, what is tracked, sources, whose turn it is."""

import sqlalchemy as sa

from atsume.store.schema import Moment, Seq, Text, metadata

writes = sa.Table(
    "writes",
    metadata,
    sa.Column("no", Seq, primary_key=True, autoincrement=True),
    sa.Column("id", Text, nullable=False),
    sa.Column("integration_no", sa.Integer, sa.ForeignKey("integrations.no"), nullable=False),
    sa.Column("integration_id", Text, nullable=False),
    sa.Column("action", Text, nullable=False),
    sa.Column("state", Text, nullable=False),
    sa.Column("key_hash", Text),  # of the caller's Idempotency-Key
    sa.Column("body_hash", Text, nullable=False),
    sa.Column("person_hash", Text, nullable=False),  # of e-mail address and job
    sa.Column("owner", Text),  # who carries it out
    sa.Column("due_at", Moment),  # from when on anybody may carry it out; null when it has ended
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("is_promised", sa.SmallInteger, nullable=False),
    sa.Column("application_id", Text),  # as told to the caller
    sa.Column("candidate_id", Text),
    sa.Column("application_remote_id", Text),
    sa.Column("sealed", sa.LargeBinary),  # the prepared write; null when it has ended
    sa.Column("answer", sa.LargeBinary),  # sealed, to be told again
    sa.Column("error", Text),  # code and message
    sa.Column("warnings", Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
)
_OPEN = sa.text("ended_at IS NULL")
sa.Index("ix_writes_id", writes.c.id, unique=True)
sa.Index("uq_writes_key", writes.c.integration_no, writes.c.key_hash, unique=True)
sa.Index(
    "uq_writes_open",
    writes.c.integration_no,
    writes.c.person_hash,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
sa.Index("ix_writes_due", writes.c.due_at, sqlite_where=_OPEN, postgresql_where=_OPEN)
sa.Index("ix_writes_ended", writes.c.ended_at)

given_ids = sa.Table(
    "given_ids",
    metadata,
    sa.Column("integration_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("model", Text, primary_key=True),
    sa.Column("remote_id", Text, primary_key=True),
    sa.Column("id", Text, nullable=False),
)

tracked_applications = sa.Table(
    "tracked_applications",
    metadata,
    sa.Column("integration_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("remote_id", Text, primary_key=True),
    sa.Column("since", Moment, nullable=False),
)

sources = sa.Table(
    "sources",
    metadata,
    sa.Column("integration_no", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("remote_id", Text, primary_key=True),
    sa.Column("name", Text, nullable=False),
    sa.Column("unified_key", Text),
    sa.Column("is_configured", sa.SmallInteger, nullable=False),
)

paces = sa.Table(
    "paces",
    metadata,
    sa.Column("key", Text, primary_key=True),
    sa.Column("taken", Text, nullable=False),  # turns of the last window, as JSON
    sa.Column("blocked_until", sa.Float, nullable=False),
)
