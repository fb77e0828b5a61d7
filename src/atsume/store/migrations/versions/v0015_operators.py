"""Operators of the console and their sessions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "operators",
        sa.Column("id", TEXT, primary_key=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("environments", TEXT),
        sa.Column("password_hash", TEXT),
    )
    op.create_index("ix_operators_name", "operators", ["name"], unique=True)
    op.create_table(
        "operator_sessions",
        sa.Column("token_hash", TEXT, primary_key=True),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("operator_id", TEXT, sa.ForeignKey("operators.id"), nullable=False),
        sa.Column("created_at", TEXT, nullable=False),
        sa.Column("expires_at", TEXT, nullable=False),
        sa.Column("seen_at", TEXT, nullable=False),
        sa.Column("agent", TEXT, nullable=False),
    )
    op.create_index("ix_operator_sessions_operator_id", "operator_sessions", ["operator_id"])
    op.create_index("ix_operator_sessions_expires_at", "operator_sessions", ["expires_at"])


def downgrade() -> None:
    """Take them away."""
    op.drop_table("operator_sessions")
    op.drop_table("operators")
