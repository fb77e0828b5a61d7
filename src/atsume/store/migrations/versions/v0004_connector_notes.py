"""Notes of connectors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table of notes."""
    op.create_table(
        "connector_notes",
        sa.Column("integration_no", sa.Integer, sa.ForeignKey("integrations.no"), primary_key=True),
        sa.Column("kind", TEXT, primary_key=True),
        sa.Column("key", TEXT, primary_key=True),
        sa.Column("written_at", TEXT, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
