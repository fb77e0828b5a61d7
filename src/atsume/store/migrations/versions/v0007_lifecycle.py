"""The life of integrations and their records: states, deletion, retention, and totals for whoever watches."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
MODELS = (
    "ats_users",
    "ats_jobs",
    "ats_candidates",
    "ats_application_stages",
    "ats_applications",
    "ats_screening_questions",
    "ats_join_jobs_application_stages",
    "ats_join_jobs_screening_questions",
    "ats_join_jobs_users",
)
MOMENTS = (
    "state_changed_at",
    "deleted_at",
    "refused_since",
    "last_synced_at",
    "used_at",
    "qa_decided_at",
    "deletions_allowed_at",
)
TOTALS = ("runs", "failures", "records", "created", "updated", "deleted", "requests", "received_bytes")


def upgrade() -> None:
    """Add columns, tables and indexes."""
    for name in MOMENTS:
        op.add_column("integrations", sa.Column(name, TEXT))
    op.add_column("integrations", sa.Column("qa_findings", TEXT, nullable=False, server_default="[]"))
    _index("ix_integrations_deleted", "integrations", "deleted_at", "deleted_at IS NOT NULL")
    op.create_index("ix_sync_runs_ended", "sync_runs", ["ended_at"])
    for model in MODELS:
        _index(f"ix_{model}_tombs", model, "deleted_at", "deleted_at IS NOT NULL AND fingerprint <> 0")
    op.create_table(
        "stream_states",
        sa.Column("integration_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("model", TEXT, primary_key=True),
        sa.Column("completed_at", TEXT),
        sa.Column("failing_since", TEXT),
        sa.Column("held_back", sa.Integer, nullable=False),
    )
    op.create_table(
        "stream_totals",
        sa.Column("tool", TEXT, primary_key=True),
        sa.Column("model", TEXT, primary_key=True),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in TOTALS),
        sa.Column("waited_seconds", sa.Float, nullable=False),
    )
    op.create_table(
        "sync_totals",
        sa.Column("tool", TEXT, primary_key=True),
        sa.Column("type", TEXT, primary_key=True),
        sa.Column("state", TEXT, primary_key=True),
        sa.Column("runs", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
    )


def _index(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def downgrade() -> None:
    """Take them away."""
    for table in ("sync_totals", "stream_totals", "stream_states"):
        op.drop_table(table)
    for model in MODELS:
        op.drop_index(f"ix_{model}_tombs", model)
    op.drop_index("ix_sync_runs_ended", "sync_runs")
    op.drop_index("ix_integrations_deleted", "integrations")
    for name in (*MOMENTS, "qa_findings"):
        op.drop_column("integrations", name)
