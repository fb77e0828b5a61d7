"""Fields: what was found, what was decided, and remote records kept beside the mirror's."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MODELS = ("ats_jobs", "ats_candidates", "ats_applications")
DUE = sa.text("due_at IS NOT NULL")


def upgrade() -> None:
    """Make the tables."""
    for model in MODELS:
        op.create_table(
            f"{model}_remote",
            sa.Column("seq", SEQ, primary_key=True, autoincrement=False),
            sa.Column("body", sa.LargeBinary, nullable=False),
        )
    _found()
    _decided()


def _found() -> None:
    op.create_table(
        "integration_fields",
        sa.Column("no", SEQ, primary_key=True, autoincrement=True),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("integration_no", sa.Integer, sa.ForeignKey("integrations.no"), nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("label", TEXT),
        sa.Column("type", TEXT, nullable=False),
        sa.Column("is_passthrough_enabled", sa.SmallInteger, nullable=False, server_default="0"),
        sa.Column("seen", sa.Integer, nullable=False, server_default="0"),
        sa.Column("filled", sa.Integer, nullable=False, server_default="0"),
        sa.Column("examples", TEXT, nullable=False, server_default="[]"),
    )
    op.create_index("ix_integration_fields_id", "integration_fields", ["id"], unique=True)
    op.create_index("ix_integration_fields_integration_no", "integration_fields", ["integration_no", "no"])


def _decided() -> None:
    op.create_table(
        "custom_fields",
        sa.Column("no", SEQ, primary_key=True, autoincrement=True),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("environment_id", TEXT, sa.ForeignKey("environments.id"), nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("label", TEXT),
        sa.Column("description", TEXT),
        sa.Column("aliases", TEXT, nullable=False, server_default="[]"),
        sa.Column("is_automatic", sa.SmallInteger, nullable=False, server_default="1"),
    )
    op.create_index("ix_custom_fields_id", "custom_fields", ["id"], unique=True)
    op.create_index("uq_custom_fields_key", "custom_fields", ["environment_id", "model", "key"], unique=True)
    op.create_table(
        "field_mappings",
        _of_integration(),
        sa.Column("custom_field_id", TEXT, primary_key=True),
        sa.Column("integration_field_id", TEXT),
        sa.Column("decided_by", TEXT, nullable=False),
        sa.Column("decided_at", TEXT, nullable=False),
    )
    op.create_table(
        "field_remappings",
        _of_integration(),
        sa.Column("model", TEXT, primary_key=True),
        sa.Column("field", TEXT, primary_key=True),
        sa.Column("content", TEXT, nullable=False),
    )
    op.create_table(
        "field_states",
        _of_integration(),
        sa.Column("model", TEXT, primary_key=True),
        sa.Column("applied", TEXT, nullable=False, server_default=""),
        sa.Column("begun", TEXT, nullable=False, server_default=""),
        sa.Column("holds", TEXT, nullable=False, server_default="[]"),
        sa.Column("due_at", TEXT),
    )
    op.create_index("ix_field_states_due", "field_states", ["due_at"], sqlite_where=DUE, postgresql_where=DUE)


def _of_integration() -> "sa.Column[int]":
    return sa.Column("integration_no", sa.Integer, sa.ForeignKey("integrations.no"), primary_key=True)


def downgrade() -> None:
    """Drop them."""
    for table in ("field_states", "field_remappings", "field_mappings", "custom_fields", "integration_fields"):
        op.drop_table(table)
    for model in MODELS:
        op.drop_table(f"{model}_remote")
