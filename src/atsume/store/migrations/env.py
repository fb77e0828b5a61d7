"""How Alembic reaches the database: over the connection, and in the transaction, that `migrate` hands over."""

from alembic import context

from atsume.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
