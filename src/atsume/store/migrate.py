"""Bringing the schema up to date: the migrations in `migrations/versions`, run in one transaction."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from atsume.store.database import Database, StoreError

FOLDER = Path(__file__).parent / "migrations"
LOCK = 4_201_962
"""Number of the advisory lock that lets one process migrate at a time on PostgreSQL."""


def config(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's settings; there is no file for them."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = connection
    return settings


def migrate(database: Database) -> None:
    """Bring the schema to the newest version. Raises StoreError when it is newer than this program."""
    with database.writing() as connection:
        if not database.is_sqlite:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        settings = config(connection)
        held = MigrationContext.configure(connection).get_current_heads()
        try:
            for revision in held:
                ScriptDirectory.from_config(settings).get_revision(revision)
        except CommandError as error:
            raise StoreError(
                f"The database was made by a newer version of Atsume (schema {', '.join(held)}). Upgrade Atsume."
            ) from error
        command.upgrade(settings, "head")


def versions(database: Database) -> tuple[str, str]:
    """Return (the version of the schema that is there, the newest that this program knows); empty: none yet."""
    with database.looking() as connection:
        held = MigrationContext.configure(connection).get_current_heads()
        newest = ScriptDirectory.from_config(config(connection)).get_heads()
    return ", ".join(held), ", ".join(newest)
