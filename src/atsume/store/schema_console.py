"""The tables of the console: operators and the browsers that are signed in."""

import sqlalchemy as sa

from atsume.store.schema import Moment, Text, metadata

operators = sa.Table(
    "operators",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("name", Text, nullable=False),
    sa.Column("role", Text, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("environments", Text),  # JSON list of ids; null: all
    sa.Column("password_hash", Text),  # null: signs in elsewhere
)
sa.Index("ix_operators_name", operators.c.name, unique=True)

operator_sessions = sa.Table(
    "operator_sessions",
    metadata,
    sa.Column("token_hash", Text, primary_key=True),
    sa.Column("id", Text, nullable=False),
    sa.Column("operator_id", Text, sa.ForeignKey("operators.id"), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("agent", Text, nullable=False),
)
sa.Index("ix_operator_sessions_operator_id", operator_sessions.c.operator_id)
sa.Index("ix_operator_sessions_expires_at", operator_sessions.c.expires_at)
