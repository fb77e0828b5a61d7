"""Settings of environments, and what integrations override of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    """Add the columns."""
    op.add_column("environments", sa.Column("settings", TEXT, nullable=False, server_default="{}"))
    op.add_column("integrations", sa.Column("overrides", TEXT, nullable=False, server_default="{}"))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("integrations", "overrides")
    op.drop_column("environments", "settings")
