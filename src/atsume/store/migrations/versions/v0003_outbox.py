"""Changes of state are noted for their events."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
SEQ = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "outbox",
        sa.Column("no", SEQ, primary_key=True, autoincrement=True),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("environment_id", TEXT, nullable=False),
        sa.Column("integration_id", TEXT),
        sa.Column("facts", TEXT, nullable=False),
        sa.Column("at", TEXT, nullable=False),
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("outbox")
