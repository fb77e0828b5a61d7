"""Webhooks: endpoints, events, deliveries, attempts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "webhook_endpoints",
        _text("id", primary_key=True),
        sa.Column("environment_id", TEXT, sa.ForeignKey("environments.id"), nullable=False),
        _text("url"),
        _text("events"),
        sa.Column("sealed_secret", sa.LargeBinary, nullable=False),
        sa.Column("sealed_old_secret", sa.LargeBinary),
        _text("old_until", nullable=True),
        _text("created_at"),
        _text("failing_since", nullable=True),
        _text("disabled_at", nullable=True),
        _text("disabled_because", nullable=True),
    )
    op.create_index("ix_webhook_endpoints_environment_id", "webhook_endpoints", ["environment_id"])
    op.create_table(
        "webhook_events",
        _text("id", primary_key=True),
        _text("environment_id"),
        _text("integration_id", nullable=True),
        _text("type"),
        _text("body"),
        _text("at"),
    )
    op.create_index("ix_webhook_events_environment_id", "webhook_events", ["environment_id", "at"])
    op.create_index("ix_webhook_events_integration_id", "webhook_events", ["integration_id"])
    op.create_index("ix_webhook_events_at", "webhook_events", ["at"])
    _deliveries()


def _deliveries() -> None:
    op.create_table(
        "webhook_deliveries",
        _text("id", primary_key=True),
        _of("endpoint_id", "webhook_endpoints"),
        _of("event_id", "webhook_events"),
        _text("environment_id"),
        _text("integration_id", nullable=True),
        _text("state"),
        sa.Column("attempts", sa.Integer, nullable=False),
        _text("next_at", nullable=True),
        _text("created_at"),
        _text("ended_at", nullable=True),
    )
    waiting = sa.text("state = 'WAITING'")
    op.create_index(
        "ix_webhook_deliveries_due",
        "webhook_deliveries",
        ["endpoint_id", "next_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index("ix_webhook_deliveries_endpoint_id", "webhook_deliveries", ["endpoint_id", "created_at"])
    op.create_index("ix_webhook_deliveries_event_id", "webhook_deliveries", ["event_id"])
    op.create_table(
        "webhook_attempts",
        sa.Column("no", SEQ, primary_key=True, autoincrement=True),
        _of("delivery_id", "webhook_deliveries"),
        _text("environment_id"),
        _text("integration_id", nullable=True),
        _text("at"),
        sa.Column("status", sa.Integer),
        sa.Column("duration_seconds", sa.Float, nullable=False),
        _text("answer"),
    )
    op.create_index("ix_webhook_attempts_delivery_id", "webhook_attempts", ["delivery_id", "no"])


def _text(name: str, *, nullable: bool = False, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=nullable, primary_key=primary_key)


def _of(name: str, table: str) -> sa.Column[str]:
    return sa.Column(name, TEXT, sa.ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False)


def downgrade() -> None:
    """Take them away."""
    for table in ("webhook_attempts", "webhook_deliveries", "webhook_events", "webhook_endpoints"):
        op.drop_table(table)
