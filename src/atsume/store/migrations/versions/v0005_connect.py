"""Connecting: links and their flows, activation tokens, scope configs, permissions, the audit log, key allow-lists."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
ADDED = (
    ("api_keys", "allowed_addresses"),
    ("integrations", "scope_config_id"),
    ("integrations", "opted_out"),
    ("integrations", "permissions"),
)


def upgrade() -> None:
    """Add the tables and columns."""
    for table, column in ADDED:
        op.add_column(table, sa.Column(column, TEXT))
    _scope_configs()
    _links()
    op.create_table(
        "audit_entries",
        sa.Column("no", SEQ, primary_key=True, autoincrement=True),
        _text("at"),
        _text("environment_id", nullable=True),
        _text("actor"),
        _text("action"),
        _text("subject", nullable=True),
        _text("details", nullable=True),
    )
    op.create_index("ix_audit_entries_environment_id", "audit_entries", ["environment_id", "no"])


def downgrade() -> None:
    """Take them away."""
    for table in ("audit_entries", "activation_tokens", "connect_links", "scope_configs"):
        op.drop_table(table)
    for table, column in reversed(ADDED):
        op.drop_column(table, column)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, TEXT, nullable=nullable)


def _environment() -> sa.Column[str]:
    return sa.Column("environment_id", TEXT, sa.ForeignKey("environments.id"), nullable=False)


def _scope_configs() -> None:
    op.create_table(
        "scope_configs",
        sa.Column("id", TEXT, primary_key=True),
        _environment(),
        _text("name"),
        _text("settings"),
        sa.Column("is_default", sa.SmallInteger, nullable=False),
        _text("created_at"),
    )
    op.create_index("ix_scope_configs_environment_id", "scope_configs", ["environment_id"])


def _links() -> None:
    op.create_table(
        "connect_links",
        sa.Column("id", TEXT, primary_key=True),
        _text("token_hash"),
        _environment(),
        _text("integration_id", nullable=True),
        _text("created_at"),
        _text("expires_at"),
        _text("used_at", nullable=True),
        _text("reported_at", nullable=True),
        _text("wish"),
        _text("answers"),
        sa.Column("sealed_credentials", sa.LargeBinary),
    )
    op.create_index("ix_connect_links_token_hash", "connect_links", ["token_hash"], unique=True)
    op.create_index("ix_connect_links_expires_at", "connect_links", ["expires_at"])
    op.create_table(
        "activation_tokens",
        sa.Column("token_hash", TEXT, primary_key=True),
        _text("environment_id"),
        _text("integration_id"),
        _text("expires_at"),
    )
    op.create_index("ix_activation_tokens_expires_at", "activation_tokens", ["expires_at"])
    op.create_index("ix_activation_tokens_integration_id", "activation_tokens", ["integration_id"])
