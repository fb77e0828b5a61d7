"""The tables of webhooks: endpoints, events, deliveries and their attempts."""

import sqlalchemy as sa

from atsume.store.schema import Moment, Seq, Text, metadata

endpoints = sa.Table(
    "webhook_endpoints",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("environment_id", Text, sa.ForeignKey("environments.id"), nullable=False),
    sa.Column("url", Text, nullable=False),
    sa.Column("events", Text, nullable=False),  # JSON list of event types
    sa.Column("sealed_secret", sa.LargeBinary, nullable=False),
    sa.Column("sealed_old_secret", sa.LargeBinary),
    sa.Column("old_until", Moment),  # the old secret signs beside the new one until then
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("failing_since", Moment),  # first failure after the last success
    sa.Column("disabled_at", Moment),
    sa.Column("disabled_because", Text),
)
sa.Index("ix_webhook_endpoints_environment_id", endpoints.c.environment_id)

events = sa.Table(
    "webhook_events",
    metadata,
    sa.Column("id", Text, primary_key=True),
    sa.Column("environment_id", Text, nullable=False),
    sa.Column("integration_id", Text),
    sa.Column("type", Text, nullable=False),
    sa.Column("body", Text, nullable=False),  # what is signed and sent, byte for byte
    sa.Column("at", Moment, nullable=False),
)
sa.Index("ix_webhook_events_environment_id", events.c.environment_id, events.c.at)
sa.Index("ix_webhook_events_integration_id", events.c.integration_id)
sa.Index("ix_webhook_events_at", events.c.at)

deliveries = sa.Table(
    "webhook_deliveries",
    metadata,
    sa.Column("id", Text, primary_key=True),  # `<endpoint>.<event>`
    sa.Column("endpoint_id", Text, sa.ForeignKey("webhook_endpoints.id", ondelete="CASCADE"), nullable=False),
    sa.Column("event_id", Text, sa.ForeignKey("webhook_events.id", ondelete="CASCADE"), nullable=False),
    sa.Column("environment_id", Text, nullable=False),
    sa.Column("integration_id", Text),
    sa.Column("state", Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),  # since it became due for the first time or was replayed
    sa.Column("next_at", Moment),  # when it is due; while it is under way, when somebody else may take it up
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("ended_at", Moment),
)
_WAITING = sa.text("state = 'WAITING'")
sa.Index(
    "ix_webhook_deliveries_due",
    deliveries.c.endpoint_id,
    deliveries.c.next_at,
    sqlite_where=_WAITING,
    postgresql_where=_WAITING,
)
sa.Index("ix_webhook_deliveries_endpoint_id", deliveries.c.endpoint_id, deliveries.c.created_at)
sa.Index("ix_webhook_deliveries_event_id", deliveries.c.event_id)

attempts = sa.Table(
    "webhook_attempts",
    metadata,
    sa.Column("no", Seq, primary_key=True, autoincrement=True),
    sa.Column("delivery_id", Text, sa.ForeignKey("webhook_deliveries.id", ondelete="CASCADE"), nullable=False),
    sa.Column("environment_id", Text, nullable=False),
    sa.Column("integration_id", Text),
    sa.Column("at", Moment, nullable=False),
    sa.Column("status", sa.Integer),  # null: no answer
    sa.Column("duration_seconds", sa.Float, nullable=False),
    sa.Column("answer", Text, nullable=False),  # its beginning, or why there is none
)
sa.Index("ix_webhook_attempts_delivery_id", attempts.c.delivery_id, attempts.c.no)

attempt_totals = sa.Table(
    "webhook_attempt_totals",
    metadata,
    sa.Column("answer", Text, primary_key=True),  # 2xx, 3xx, 4xx, 5xx, none
    sa.Column("attempts", sa.BigInteger, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
)
