"""Checkpoints of sync runs, and the processes that carry work out."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what a run needs to be taken up where it was."""
    op.drop_column("sync_runs", "beat_at")
    op.add_column("sync_runs", sa.Column("owner", TEXT))
    op.add_column("sync_runs", sa.Column("attempts", sa.Integer, nullable=False, server_default="0"))
    op.add_column("sync_runs", sa.Column("checkpoint_no", SEQ))
    op.create_table(
        "sync_checkpoints",
        sa.Column("no", SEQ, primary_key=True, autoincrement=True),
        sa.Column("run_id", TEXT, nullable=False),
        sa.Column("integration_no", sa.Integer, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("place", TEXT),
        sa.Column("high_water", sa.BigInteger, nullable=False),
        sa.Column("progress", TEXT, nullable=False),
        sa.Column("seen", sa.LargeBinary),
        sa.Column("carried", sa.LargeBinary),
    )
    op.create_index("ix_sync_checkpoints_run_id", "sync_checkpoints", ["run_id", "no"])
    op.create_table(
        "replicas",
        sa.Column("process", TEXT, primary_key=True),
        sa.Column("executor", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("started_at", TEXT, nullable=False),
        sa.Column("beat_at", TEXT, nullable=False),
        sa.Column("beats", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("replicas")
    op.drop_table("sync_checkpoints")
    for name in ("checkpoint_no", "attempts", "owner"):
        op.drop_column("sync_runs", name)
    op.add_column("sync_runs", sa.Column("beat_at", TEXT))
