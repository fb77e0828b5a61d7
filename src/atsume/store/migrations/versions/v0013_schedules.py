"""When integrations are due, and from when a delta asks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the table; what is connected already is due at once."""
    op.create_table(
        "schedules",
        sa.Column("integration_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("next_due_at", TEXT, nullable=False),
        sa.Column("planned_at", TEXT, nullable=False),
        sa.Column("full_at", TEXT),
        sa.Column("watermarks", TEXT, nullable=False, server_default="{}"),
    )
    op.create_index("ix_schedules_next_due_at", "schedules", ["next_due_at"])
    op.create_index("ix_schedules_planned_at", "schedules", ["planned_at"])
    op.execute(
        "INSERT INTO schedules (integration_no, next_due_at, planned_at) SELECT no, created_at, created_at"
        " FROM integrations WHERE deleted_at IS NULL"
    )


def downgrade() -> None:
    """Take it away."""
    op.drop_table("schedules")
