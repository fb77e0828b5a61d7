"""The tables of fields: what was found, what was decided, and the remote records that are kept beside the mirror's."""

import sqlalchemy as sa

from atsume.model.fields import CUSTOMISABLE
from atsume.store.schema import Moment, Seq, Text, metadata

REMOTES: dict[str, sa.Table] = {
    model: sa.Table(
        f"{model}_remote",
        metadata,
        sa.Column("seq", Seq, primary_key=True, autoincrement=False),
        sa.Column("body", sa.LargeBinary, nullable=False),  # compressed; see store/remotes.py
    )
    for model in CUSTOMISABLE
}
"""What is kept of remote records, by model; keyed like the model's other tables. Empty where nobody asked for it."""

integration_fields = sa.Table(
    "integration_fields",
    metadata,
    sa.Column("no", Seq, primary_key=True, autoincrement=True),
    sa.Column("id", Text, nullable=False),
    sa.Column("integration_no", sa.Integer, sa.ForeignKey("integrations.no"), nullable=False),
    sa.Column("model", Text, nullable=False),
    sa.Column("key", Text, nullable=False),
    sa.Column("label", Text),
    sa.Column("type", Text, nullable=False),
    sa.Column("is_passthrough_enabled", sa.SmallInteger, nullable=False, server_default="0"),
    sa.Column("seen", sa.Integer, nullable=False, server_default="0"),
    sa.Column("filled", sa.Integer, nullable=False, server_default="0"),
    sa.Column("examples", Text, nullable=False, server_default="[]"),
)
sa.Index("ix_integration_fields_id", integration_fields.c.id, unique=True)
sa.Index("ix_integration_fields_integration_no", integration_fields.c.integration_no, integration_fields.c.no)

custom_fields = sa.Table(
    "custom_fields",
    metadata,
    sa.Column("no", Seq, primary_key=True, autoincrement=True),
    sa.Column("id", Text, nullable=False),
    sa.Column("environment_id", Text, sa.ForeignKey("environments.id"), nullable=False),
    sa.Column("model", Text, nullable=False),
    sa.Column("key", Text, nullable=False),
    sa.Column("label", Text),
    sa.Column("description", Text),
    sa.Column("aliases", Text, nullable=False, server_default="[]"),
    sa.Column("is_automatic", sa.SmallInteger, nullable=False, server_default="1"),
)
sa.Index("ix_custom_fields_id", custom_fields.c.id, unique=True)
sa.Index(
    "uq_custom_fields_key", custom_fields.c.environment_id, custom_fields.c.model, custom_fields.c.key, unique=True
)

field_mappings = sa.Table(
    "field_mappings",
    metadata,
    sa.Column("integration_no", sa.Integer, sa.ForeignKey("integrations.no"), primary_key=True),
    sa.Column("custom_field_id", Text, primary_key=True),
    sa.Column("integration_field_id", Text),  # null: somebody decided that nothing is mapped
    sa.Column("decided_by", Text, nullable=False),  # rule or person
    sa.Column("decided_at", Moment, nullable=False),
)

field_remappings = sa.Table(
    "field_remappings",
    metadata,
    sa.Column("integration_no", sa.Integer, sa.ForeignKey("integrations.no"), primary_key=True),
    sa.Column("model", Text, primary_key=True),
    sa.Column("field", Text, primary_key=True),
    sa.Column("content", Text, nullable=False),  # a Remapping as JSON
)

field_states = sa.Table(
    "field_states",
    metadata,
    sa.Column("integration_no", sa.Integer, sa.ForeignKey("integrations.no"), primary_key=True),
    sa.Column("model", Text, primary_key=True),
    sa.Column("applied", Text, nullable=False, server_default=""),  # digest of the plan that records were made with
    sa.Column("begun", Text, nullable=False, server_default=""),  # the same of a full sync under way
    sa.Column("holds", Text, nullable=False, server_default="[]"),  # keys whose values are kept for every record
    sa.Column("due_at", Moment),  # records wait for the plan to be applied
)
_DUE = sa.text("due_at IS NOT NULL")
sa.Index("ix_field_states_due", field_states.c.due_at, sqlite_where=_DUE, postgresql_where=_DUE)


def kept_beside(model: str) -> tuple[sa.Table, ...]:
    """Return the tables that hold more of a model's records than the mirror does."""
    return (REMOTES[model],) if model in REMOTES else ()


OF_INTEGRATION = (field_mappings, field_remappings, field_states, integration_fields)
"""Tables whose rows go with their integration."""
