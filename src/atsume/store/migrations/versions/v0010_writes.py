"""Writes to tools: the journal, ids given out early, what is tracked, sources, turns."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Make the tables."""
    op.add_column("integrations", sa.Column("ids_version", sa.Integer, nullable=False, server_default="0"))
    _writes()
    op.create_table(
        "given_ids",
        sa.Column("integration_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("model", TEXT, primary_key=True),
        sa.Column("remote_id", TEXT, primary_key=True),
        sa.Column("id", TEXT, nullable=False),
    )
    op.create_table(
        "tracked_applications",
        sa.Column("integration_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("remote_id", TEXT, primary_key=True),
        sa.Column("since", TEXT, nullable=False),
    )
    op.create_table(
        "sources",
        sa.Column("integration_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("remote_id", TEXT, primary_key=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("unified_key", TEXT),
        sa.Column("is_configured", sa.SmallInteger, nullable=False),
    )
    op.create_table(
        "paces",
        sa.Column("key", TEXT, primary_key=True),
        sa.Column("taken", TEXT, nullable=False),
        sa.Column("blocked_until", sa.Float, nullable=False),
    )


def _writes() -> None:
    op.create_table(
        "writes",
        sa.Column("no", SEQ, primary_key=True, autoincrement=True),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("integration_no", sa.Integer, sa.ForeignKey("integrations.no"), nullable=False),
        sa.Column("integration_id", TEXT, nullable=False),
        sa.Column("action", TEXT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("key_hash", TEXT),
        sa.Column("body_hash", TEXT, nullable=False),
        sa.Column("person_hash", TEXT, nullable=False),
        sa.Column("owner", TEXT),
        sa.Column("due_at", TEXT),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("is_promised", sa.SmallInteger, nullable=False),
        sa.Column("application_id", TEXT),
        sa.Column("candidate_id", TEXT),
        sa.Column("application_remote_id", TEXT),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("answer", sa.LargeBinary),
        sa.Column("error", TEXT),
        sa.Column("warnings", TEXT, nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("ended_at", TEXT),
    )
    op.create_index("ix_writes_id", "writes", ["id"], unique=True)
    op.create_index("uq_writes_key", "writes", ["integration_no", "key_hash"], unique=True)
    op.create_index(
        "uq_writes_open",
        "writes",
        ["integration_no", "person_hash"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_writes_due", "writes", ["due_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_writes_ended", "writes", ["ended_at"])


def downgrade() -> None:
    """Take them away."""
    for table in ("paces", "sources", "tracked_applications", "given_ids", "writes"):
        op.drop_table(table)
    op.drop_column("integrations", "ids_version")
