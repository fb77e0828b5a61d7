"""The feed of changes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table, and room for what is known of each integration's commits."""
    op.create_table(
        "feed",
        sa.Column("last", SEQ, primary_key=True, autoincrement=False),
        sa.Column("first", SEQ, nullable=False),
        sa.Column("integration_no", sa.Integer, nullable=False),
        sa.Column("model", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("changes", TEXT, nullable=False),
    )
    op.create_index("ix_feed_at", "feed", ["integration_no", "at"])
    op.add_column("integrations", sa.Column("settled_at", TEXT))
    op.add_column("integrations", sa.Column("announced", SEQ, nullable=False, server_default="0"))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("integrations", "announced")
    op.drop_column("integrations", "settled_at")
    op.drop_table("feed")
