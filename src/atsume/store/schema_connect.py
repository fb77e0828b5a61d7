"""The tables of connecting: scope configs, connect links and their tokens, the audit log."""

import sqlalchemy as sa

from atsume.store.schema import Moment, Seq, Text, metadata

scope_configs = sa.Table(
    "scope_configs",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("environment_id", Text, sa.ForeignKey("environments.id"), nullable=False),
    sa.Column("name", Text, nullable=False),
    sa.Column("settings", Text, nullable=False),
    sa.Column("is_default", sa.SmallInteger, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
)
sa.Index("ix_scope_configs_environment_id", scope_configs.c.environment_id)

connect_links = sa.Table(
    "connect_links",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("token_hash", Text, nullable=False),
    sa.Column("environment_id", Text, sa.ForeignKey("environments.id"), nullable=False),
    sa.Column("integration_id", Text),  # to relink or set up; or what came of it
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Column("used_at", Moment),
    sa.Column("reported_at", Moment),  # the flow's failure was announced
    sa.Column("wish", Text, nullable=False),  # what the caller asked for, JSON
    sa.Column("answers", Text, nullable=False),  # what the end user chose so far, JSON; no secrets
    sa.Column("sealed_credentials", sa.LargeBinary),  # typed in, until the flow ends
)
sa.Index("ix_connect_links_token_hash", connect_links.c.token_hash, unique=True)
sa.Index("ix_connect_links_expires_at", connect_links.c.expires_at)

activation_tokens = sa.Table(
    "activation_tokens",
    metadata,
    sa.Column("token_hash", Text, primary_key=True),
    sa.Column("environment_id", Text, nullable=False),
    sa.Column("integration_id", Text, nullable=False),
    sa.Column("expires_at", Moment, nullable=False),
)
sa.Index("ix_activation_tokens_expires_at", activation_tokens.c.expires_at)
sa.Index("ix_activation_tokens_integration_id", activation_tokens.c.integration_id)

audit_entries = sa.Table(
    "audit_entries",
    metadata,
    sa.Column("no", Seq, primary_key=True, autoincrement=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("environment_id", Text),
    sa.Column("actor", Text, nullable=False),
    sa.Column("action", Text, nullable=False),
    sa.Column("subject", Text),
    sa.Column("details", Text),
)
sa.Index("ix_audit_entries_environment_id", audit_entries.c.environment_id, audit_entries.c.no)
